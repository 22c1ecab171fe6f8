//! The studio dialect's document.

use serde_json::{Value, json};
use xqr_engine::plans::Plan;
use xqr_engine::render::{ClearZone, EyeBorder, EyeCenter, EyeShape, FrameStyle, Pattern};

use crate::webhook_format::EVENTS;
use xqr_engine::errors::Dialect;
use xqr_http::forms::fields::choices;
use xqr_http::forms::payload_fields::Kind;
use xqr_http::openapi::operation::{Operation, operation};
use xqr_http::openapi::schema::{
    body, choice, color, constant, count, flag, int, line, list, maybe, moment, named, number,
    object, one_of, prose, says, some, text, up_to, url, usual, with,
};
use xqr_http::openapi::{Description, Envelope};

const KEY: &str = "KeyInvalid KeyRevoked KeyExpired ApiLocked ScopeMissing RateExceeded";
const PERSON: &str = "TokenInvalid ApiLocked RateExceeded";
const TEXTS: &str = "TextEmpty TextTooLong TextControls ChoiceUnknown";
const NUMBERS: &str = "NumberTooSmall NumberTooLarge";
const QR: &str = "UrlInvalid DestinationBlocked DestinationLoops ListTooLong FieldConflict FeatureLocked PlanLimitReached";
const DRAW: &str = "ColorInvalid ContentTooLong FieldConflict FieldUnsupported UploadTooLarge ImageUnreadable ImageTooLarge ImageUnsafe \
                    PictureTooLarge GlyphMissing FetchRefused FetchFailed FormMalformed LogoLocked SizeOverPlan DpiOverPlan QuotaSpent \
                    RenderFailed MomentInvalid ListEmpty";
const PASSWORD: &str = "PasswordTooShort PasswordCommon TextTooLong RateExceeded";

/// The refusal envelope (section 15.1).
const ENVELOPE: Envelope = Envelope { schema: |_, _| named("Refusal"), problem: None };

/// Returns the OpenAPI document.
pub(super) fn document() -> Value {
    let description = Description {
        column: Dialect::Studio,
        envelope: ENVELOPE,
        title: "xqr: the studio dialect",
        about: "What clients of QR Studio speak. Paths end in a slash. Errors are `{\"detail\"}`, or sentences under the fields that are \
                wrong, as a text or a list of texts.",
        security: json!({
            "key": { "type": "apiKey", "in": "header", "name": "X-Api-Key" },
            "person": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" },
        }),
        schemas: json!({
            "Picture": picture(),
            "DynamicQr": dynamic_qr(),
            "Session": session(),
            "Key": key(),
            "NewKey": new_key(),
            "Webhook": webhook(),
            "NewWebhook": with(webhook(), object([("secret", text("whsec_…"))])),
            "Delivery": delivery(),
            "Refusal": refusal(),
        }),
        operations: [pictures(), dynamic(), people(), keys(), webhooks(), probes()]
            .into_iter()
            .flatten()
            .collect(),
    };
    description.document()
}

fn refusal() -> Value {
    let texts = json!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" }, "minItems": 1 }] });
    json!({ "type": "object", "minProperties": 1, "additionalProperties": texts, "examples": [{ "detail": "Not found." }] })
}

fn keyed(
    method: &'static str,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    scope: &'static str,
) -> Operation {
    operation(method, path, id, summary).needs(&["key"], KEY).scope(scope)
}

fn signed_in(
    method: &'static str,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
) -> Operation {
    operation(method, path, id, summary).needs(&["person"], PERSON)
}

/// A picture to draw. What a form sends is text; a number or truth value in JSON is none.
fn picture() -> Value {
    body([
        ("data_type?", maybe(usual(choice(&Kind::ALL), "url"))),
        ("data?", maybe(text("https://example.com/menu"))),
        (
            "payload?",
            json!({ "description": "The fields of the data type, such as `ssid` and `password` of `wifi`." }),
        ),
        ("size_inches", number(0.5, 15.0)),
        ("dpi?", maybe(usual(int(72, 600), 300))),
        ("format?", maybe(usual(one_of(["png", "svg"]), "png"))),
        ("color?", maybe(color())),
        ("background?", maybe(color())),
        ("gradient_from?", maybe(color())),
        ("gradient_to?", maybe(color())),
        ("pattern?", maybe(choice(&choices(Pattern::ALL)))),
        ("eye_shape?", maybe(choice(&choices(EyeShape::ALL)))),
        ("eye_color?", maybe(color())),
        ("eye_border_shape?", maybe(choice(&choices(EyeBorder::ALL)))),
        ("eye_border_color?", maybe(color())),
        ("eye_center_shape?", maybe(choice(&choices(EyeCenter::ALL)))),
        ("eye_center_color?", maybe(color())),
        ("eye_outer_frame?", maybe(flag())),
        ("eye_outer_frame_match?", maybe(flag())),
        ("frame_style?", maybe(choice(&choices(FrameStyle::ALL)))),
        ("frame_label?", maybe(text("Scan me"))),
        ("frame_color?", maybe(color())),
        ("frame_label_color?", maybe(color())),
        ("logo_url?", maybe(url())),
        ("logo_size_ratio?", maybe(number(0.1, 0.4))),
        (
            "logo_clear_zone?",
            json!({ "anyOf": [choice(&choices(ClearZone::ALL)), { "type": ["boolean", "null"] }] }),
        ),
        ("logo_neon_alpha?", maybe(flag())),
        ("bg_image_url?", maybe(url())),
    ])
}

fn pictures() -> Vec<Operation> {
    let file = || json!({ "type": "string", "contentMediaType": "application/octet-stream" });
    let form = || {
        json!({ "type": "object", "required": ["size_inches"], "properties": {
        "size_inches": number(0.5, 15.0), "data": text("https://example.com/menu"), "logo_file": file(), "bg_image_file": file(),
    } })
    };
    let items = object([
        (
            "errors",
            json!({ "type": "object", "additionalProperties": { "type": "string" }, "examples": [{ "1": "Invalid color 'rouge'." }] }),
        ),
        ("rendered_before_failure", count()),
    ]);
    let valid = object([
        ("valid", constant(true)),
        ("data_type", choice(&Kind::ALL)),
        ("format", one_of(["png", "svg"])),
        ("size_inches", number(0.5, 15.0)),
        ("dpi", int(72, 600)),
        ("width_px", count()),
        ("plan", plans()),
    ]);
    [
        keyed("POST", "/api/v1/generate/", "generate", "Draw a QR code.", "qr:render")
            .once()
            .takes(named("Picture"))
            .takes_as("multipart/form-data", form())
            .draws(&["image/png", "image/svg+xml"], false)
            .refuses(TEXTS)
            .refuses(NUMBERS)
            .refuses(DRAW)
            .refuses(QR),
        keyed(
            "POST",
            "/api/v1/generate/bulk/",
            "generateBulk",
            "Draw many QR codes into a ZIP, all or none.",
            "qr:render",
        )
        .once()
        .takes(body([("items", some(1, 100_000, named("Picture")))]))
        .answers_as(200, "application/zip", json!({}))
        .answers(422, items)
        .refuses(DRAW)
        .refuses(QR)
        .refuses("BulkLocked BulkTooLarge"),
        keyed(
            "POST",
            "/api/v1/validate/",
            "validate",
            "Tell whether a QR code could be drawn. Nothing is charged.",
            "qr:render",
        )
        .takes(named("Picture"))
        .takes_as("multipart/form-data", form())
        .answers(200, valid)
        .refuses(TEXTS)
        .refuses(NUMBERS)
        .refuses(DRAW)
        .refuses(QR),
        keyed(
            "GET",
            "/api/v1/usage/",
            "usage",
            "Tell what the calling key has used and may use this month.",
            "workspace:read",
        )
        .answers(
            200,
            object([
                ("key_prefix", text("qrs_live_a1b2c3d4")),
                ("plan", plans()),
                ("monthly_quota", maybe(count())),
                ("used_this_month", count()),
                ("remaining", maybe(count())),
                ("max_size_inches", number(0.0, 15.0)),
                ("max_dpi", count()),
                ("allow_custom_logo", flag()),
                ("max_active_dynamic_qrs", maybe(count())),
                ("max_bulk_items", maybe(count())),
                ("active_dynamic_qrs", count()),
                ("credits_remaining", count()),
            ]),
        ),
    ]
    .map(|operation| operation.tag("Pictures"))
    .into()
}

fn plans() -> Value {
    one_of(Plan::ALL.map(|plan| plan.name()))
}

fn variant() -> Value {
    object([("name", line(40, "A")), ("destination_url", url()), ("weight", int(1, 1000))])
}

fn dynamic_qr() -> Value {
    object([
        ("id", count()),
        ("short_id", text("k7m2pq9x")),
        ("name", maybe(text("Summer"))),
        ("destination_url", maybe(url())),
        ("variants", up_to(10, variant())),
        ("sticky?", flag()),
        ("is_active", flag()),
        ("scan_count", count()),
        ("last_scanned_at", maybe(moment())),
        ("destination_changes_count", count()),
        ("public_url", url()),
        ("created_at", moment()),
        ("updated_at", moment()),
    ])
}

fn dynamic() -> Vec<Operation> {
    let wanted = body([
        ("name?", maybe(line(40, "A"))),
        ("destination_url", url()),
        ("weight?", maybe(int(1, 1000))),
    ]);
    let variants = maybe(up_to(10, wanted));
    let new = body([
        ("name", line(120, "Summer")),
        ("destination_url", url()),
        ("variants?", variants.clone()),
        ("sticky?", maybe(flag())),
    ]);
    let change = body([
        ("name?", maybe(line(120, "Summer"))),
        ("destination_url?", maybe(url())),
        ("variants?", variants),
        ("sticky?", maybe(flag())),
        ("is_active?", maybe(flag())),
    ]);
    let page = object([
        ("count", count()),
        ("next", maybe(url())),
        ("previous", maybe(url())),
        ("results", list(named("DynamicQr"))),
    ]);
    let counted = |name: &str| list(object([(name, maybe(text("AT"))), ("count", count())]));
    let analytics = object([
        ("short_id", text("k7m2pq9x")),
        ("days", int(1, 366)),
        ("total_scans", count()),
        ("first_scanned_at", maybe(moment())),
        ("last_scanned_at", maybe(moment())),
        (
            "by_day",
            list(object([
                ("date", json!({ "type": "string", "format": "date", "examples": ["2026-03-21"] })),
                ("count", count()),
            ])),
        ),
        ("by_country", counted("country")),
        ("by_device", counted("device")),
        ("by_browser", counted("browser")),
        ("by_referer", counted("referer")),
        ("by_variant", counted("variant")),
    ]);
    let one = "LinkNotFound TextControls";
    [
        signed_in(
            "GET",
            "/api/v1/dynamic/",
            "listDynamicQrs",
            "List dynamic QRs, the latest first.",
        )
        .query([
            ("page?", usual(int(1, 1_000_000), 1)),
            (
                "page_size?",
                says(
                    usual(json!({ "type": "integer", "minimum": 1, "examples": [25] }), 25),
                    "More than 100 is 100.",
                ),
            ),
        ])
        .refuses(NUMBERS)
        .refuses("ResourceNotFound")
        .answers(200, page),
        signed_in("POST", "/api/v1/dynamic/", "createDynamicQr", "Make a dynamic QR.")
            .once()
            .takes(new)
            .refuses(TEXTS)
            .refuses(NUMBERS)
            .refuses(QR)
            .answers(201, named("DynamicQr")),
        signed_in("GET", "/api/v1/dynamic/{short_id}/", "getDynamicQr", "Read a dynamic QR.")
            .refuses(one)
            .answers(200, named("DynamicQr")),
        signed_in(
            "PATCH",
            "/api/v1/dynamic/{short_id}/",
            "updateDynamicQr",
            "Lead a dynamic QR elsewhere, or change something else.",
        )
        .takes(change)
        .refuses(one)
        .refuses(TEXTS)
        .refuses(NUMBERS)
        .refuses(QR)
        .refuses("EditsSpent LinkArchived")
        .answers(200, named("DynamicQr")),
        signed_in(
            "DELETE",
            "/api/v1/dynamic/{short_id}/",
            "deleteDynamicQr",
            "Delete a dynamic QR.",
        )
        .refuses(one)
        .answers_nothing(),
        signed_in(
            "GET",
            "/api/v1/dynamic/{short_id}/analytics/",
            "analyseDynamicQr",
            "Count the scans of a dynamic QR.",
        )
        .query([("days?", usual(int(1, 366), 30))])
        .refuses(one)
        .refuses(NUMBERS)
        .answers(200, analytics),
    ]
    .map(|operation| operation.tag("Dynamic QRs"))
    .into()
}

fn session() -> Value {
    object([
        ("access", text("eyJhbGciOiJIUzI1NiJ9…")),
        ("refresh", text("xqr_rt_…")),
        ("token_type", constant("Bearer")),
        ("expires_in", count()),
        (
            "user",
            object([
                ("id", text("usr_9f2c")),
                ("email", text("ada@example.com")),
                ("name", maybe(text("Ada"))),
                ("role", text("owner")),
            ]),
        ),
        (
            "workspace",
            object([("id", text("ws_9f2c")), ("name", text("Ada's workspace")), ("plan", plans())]),
        ),
    ])
}

fn people() -> Vec<Operation> {
    let email = || ("email", text("ada@example.com"));
    let password = |name| {
        (
            name,
            json!({ "type": "string", "minLength": 1, "examples": ["correct horse battery staple"] }),
        )
    };
    let token = || body([("refresh", text("xqr_rt_…"))]);
    [
        operation("POST", "/api/auth/signup/", "signUp", "Make an account and a workspace.")
            .takes(body([
                email(),
                password("password"),
                ("name?", maybe(line(100, "Ada"))),
                ("workspace_name?", maybe(line(100, "Menus"))),
            ]))
            .refuses(PASSWORD)
            .refuses(TEXTS)
            .refuses("EmailInvalid EmailTaken SignupClosed")
            .answers(201, named("Session")),
        operation("POST", "/api/auth/login/", "logIn", "Sign in.")
            .takes(body([email(), password("password")]))
            .refuses("CredentialsWrong RateExceeded TextControls")
            .answers(200, named("Session")),
        operation(
            "POST",
            "/api/auth/refresh/",
            "refresh",
            "Exchange a refresh token, which is good for one exchange.",
        )
        .takes(token())
        .refuses("TokenInvalid TextControls")
        .answers(200, named("Session")),
        operation("POST", "/api/auth/logout/", "logOut", "Sign out.")
            .takes(token())
            .refuses("TokenInvalid TextControls")
            .answers_nothing(),
        signed_in(
            "POST",
            "/api/auth/password/",
            "changePassword",
            "Change the password; every other sign-in ends.",
        )
        .takes(body([password("current_password"), password("new_password")]))
        .refuses(PASSWORD)
        .refuses("CredentialsWrong TextControls")
        .answers(200, named("Session")),
    ]
    .map(|operation| operation.tag("People"))
    .into()
}

fn key() -> Value {
    object([
        ("id", count()),
        ("name", text("Shop")),
        ("key_prefix", text("qrs_live_a1b2c3d4")),
        ("plan", plans()),
        ("is_active", flag()),
        ("created_at", moment()),
        ("last_used_at", maybe(moment())),
        ("revoked_at", maybe(moment())),
    ])
}

fn new_key() -> Value {
    object([
        ("id", count()),
        ("name", text("Shop")),
        ("raw_key", text("qrs_live_…")),
        ("key_prefix", text("qrs_live_a1b2c3d4")),
        ("plan", plans()),
        ("warning", text("Store this key securely. It will NOT be shown again.")),
    ])
}

fn keys() -> Vec<Operation> {
    let by_key = object([
        ("id", count()),
        ("name", text("Shop")),
        ("key_prefix", text("qrs_live_a1b2c3d4")),
        ("plan", plans()),
        ("used_this_month", count()),
        ("is_active", flag()),
    ]);
    let usage = object([
        ("plan", plans()),
        ("monthly_quota", maybe(count())),
        ("used_this_month", count()),
        ("remaining", maybe(count())),
        ("credits_remaining", count()),
        ("active_dynamic_qrs", count()),
        ("max_active_dynamic_qrs", maybe(count())),
        ("by_key", list(by_key)),
    ]);
    [
        signed_in("GET", "/api/v1/keys/", "listKeys", "List keys, revoked ones too.")
            .answers(200, object([("keys", list(named("Key")))])),
        signed_in(
            "POST",
            "/api/v1/keys/",
            "createKey",
            "Make a key; its secret is told this once.",
        )
        .once()
        .takes(body([("name", line(100, "Shop")), ("plan?", maybe(usual(plans(), "free")))]))
        .refuses(TEXTS)
        .refuses("KeyNameMissing PlanAboveTier PlanLimitReached")
        .answers(201, named("NewKey")),
        signed_in("POST", "/api/v1/keys/{id}/rotate/", "rotateKey", "Give a key another secret.")
            .refuses("ResourceNotFound StateConflict KeyRevoked")
            .answers(200, named("NewKey")),
        signed_in("DELETE", "/api/v1/keys/{id}/", "revokeKey", "Revoke a key.")
            .refuses("ResourceNotFound")
            .answers_nothing(),
        signed_in(
            "GET",
            "/api/v1/usage/me/",
            "usageOfAll",
            "Tell what the workspace has used and may use this month.",
        )
        .answers(200, usage),
    ]
    .map(|operation| operation.tag("Keys"))
    .into()
}

fn statuses() -> Value {
    one_of(["active", "paused", "disabled"])
}

fn webhook() -> Value {
    object([
        ("id", count()),
        ("url", url()),
        ("description", text("Orders")),
        ("events", list(text("scan.created"))),
        ("status", statuses()),
        ("consecutive_failures", count()),
        ("last_delivery_at", maybe(moment())),
        ("last_response_status", maybe(count())),
        ("created_at", moment()),
    ])
}

fn delivery() -> Value {
    object([
        ("id", text("d47f2e1a8c3b")),
        ("event", text("scan.created")),
        ("status", text("delivered")),
        ("attempts", count()),
        ("response_status", maybe(count())),
        ("duration_ms", maybe(count())),
        ("created_at", moment()),
        ("delivered_at", maybe(moment())),
    ])
}

fn webhooks() -> Vec<Operation> {
    let events = || some(1, EVENTS.len(), one_of(EVENTS.iter().copied()));
    let new =
        body([("url", url()), ("description?", maybe(prose(200, "Orders"))), ("events", events())]);
    let change = body([
        ("url?", maybe(url())),
        ("description?", maybe(prose(200, "Orders"))),
        ("events?", maybe(events())),
        ("status?", maybe(statuses())),
    ]);
    let wrong = "EndpointInvalid ListTooLong ListEmpty FeatureLocked PlanLimitReached";
    let one = "ResourceNotFound";
    [
        signed_in("GET", "/api/v1/webhooks/", "listWebhooks", "List webhooks.")
            .answers(200, object([("results", list(named("Webhook")))])),
        signed_in(
            "POST",
            "/api/v1/webhooks/",
            "createWebhook",
            "Make a webhook; its secret is told this once.",
        )
        .once()
        .takes(new)
        .refuses(TEXTS)
        .refuses(wrong)
        .answers(201, named("NewWebhook")),
        signed_in("GET", "/api/v1/webhooks/{id}/", "getWebhook", "Read a webhook.")
            .refuses(one)
            .answers(200, named("Webhook")),
        signed_in("PATCH", "/api/v1/webhooks/{id}/", "updateWebhook", "Change a webhook.")
            .takes(change)
            .refuses(one)
            .refuses(TEXTS)
            .refuses(wrong)
            .answers(200, named("Webhook")),
        signed_in("DELETE", "/api/v1/webhooks/{id}/", "deleteWebhook", "Delete a webhook.")
            .refuses(one)
            .answers_nothing(),
        signed_in(
            "POST",
            "/api/v1/webhooks/{id}/rotate/",
            "rotateWebhook",
            "Give a webhook another secret.",
        )
        .refuses(one)
        .refuses("FeatureLocked")
        .answers(200, named("NewWebhook")),
        signed_in("POST", "/api/v1/webhooks/{id}/test/", "testWebhook", "Send a made-up event.")
            .refuses(one)
            .refuses("FeatureLocked StateConflict")
            .answers(202, object([("id", text("d47f2e1a8c3b"))])),
        signed_in(
            "GET",
            "/api/v1/webhooks/{id}/deliveries/",
            "listDeliveries",
            "List the last 100 deliveries of a webhook.",
        )
        .refuses(one)
        .answers(200, object([("results", list(named("Delivery")))])),
    ]
    .map(|operation| operation.tag("Webhooks"))
    .into()
}

fn probes() -> Vec<Operation> {
    let state = || one_of(["ok", "unavailable"]);
    let status = || {
        object([
            ("status", state()),
            ("components", object([("database", state()), ("cache", constant("ok"))])),
        ])
    };
    [
        operation("GET", "/api/health/", "health", "Tell that the process is alive.")
            .answers(200, object([("status", constant("ok"))])),
        operation("GET", "/api/status/", "status", "Tell how each component is.")
            .answers(200, status())
            .answers(503, status()),
    ]
    .map(|operation| operation.tag("Status"))
    .into()
}
