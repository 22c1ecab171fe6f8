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
    body, boolean, bounded_list, choice, color, constant, count, described, enumeration, int, line,
    list, nullable, number, object, prose, reference, string, timestamp, up_to, url, with,
    with_default,
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
const ENVELOPE: Envelope = Envelope {
    schema: |_, _| reference("Refusal"),
    problem: None,
    request_id: Some("req_01KM8T3X9G5W2Q7R4N6V8YBC0D"),
};

/// Returns the OpenAPI document.
pub(super) fn document() -> Value {
    let description = Description {
        column: Dialect::Studio,
        envelope: ENVELOPE,
        title: "xqr: the studio dialect",
        about: "Compatible with QR Studio. Paths end in a slash. Errors are `{\"detail\"}`, or sentences under the \
                invalid fields, as a string or a list of strings.",
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
            "NewWebhook": with(webhook(), object([("secret", string("whsec_…"))])),
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

/// A picture to draw. What a form sends is text; a number or boolean in JSON is none.
fn picture() -> Value {
    body([
        ("data_type?", nullable(with_default(choice(&Kind::ALL), "url"))),
        ("data?", nullable(string("https://example.com/menu"))),
        (
            "payload?",
            json!({ "description": "The fields of the data type, such as `ssid` and `password` of `wifi`." }),
        ),
        ("size_inches", number(0.5, 15.0)),
        ("dpi?", nullable(with_default(int(72, 600), 300))),
        ("format?", nullable(with_default(enumeration(["png", "svg"]), "png"))),
        ("color?", nullable(color())),
        ("background?", nullable(color())),
        ("gradient_from?", nullable(color())),
        ("gradient_to?", nullable(color())),
        ("pattern?", nullable(choice(&choices(Pattern::ALL)))),
        ("eye_shape?", nullable(choice(&choices(EyeShape::ALL)))),
        ("eye_color?", nullable(color())),
        ("eye_border_shape?", nullable(choice(&choices(EyeBorder::ALL)))),
        ("eye_border_color?", nullable(color())),
        ("eye_center_shape?", nullable(choice(&choices(EyeCenter::ALL)))),
        ("eye_center_color?", nullable(color())),
        ("eye_outer_frame?", nullable(boolean())),
        ("eye_outer_frame_match?", nullable(boolean())),
        ("frame_style?", nullable(choice(&choices(FrameStyle::ALL)))),
        ("frame_label?", nullable(string("Scan me"))),
        ("frame_color?", nullable(color())),
        ("frame_label_color?", nullable(color())),
        ("logo_url?", nullable(url())),
        ("logo_size_ratio?", nullable(number(0.1, 0.4))),
        (
            "logo_clear_zone?",
            json!({ "anyOf": [choice(&choices(ClearZone::ALL)), { "type": ["boolean", "null"] }] }),
        ),
        ("logo_neon_alpha?", nullable(boolean())),
        ("bg_image_url?", nullable(url())),
    ])
}

fn pictures() -> Vec<Operation> {
    let file = || json!({ "type": "string", "contentMediaType": "application/octet-stream" });
    let form = || {
        json!({ "type": "object", "required": ["size_inches"], "properties": {
        "size_inches": number(0.5, 15.0), "data": string("https://example.com/menu"), "logo_file": file(), "bg_image_file": file(),
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
        ("format", enumeration(["png", "svg"])),
        ("size_inches", number(0.5, 15.0)),
        ("dpi", int(72, 600)),
        ("width_px", count()),
        ("plan", plans()),
    ]);
    [
        keyed("POST", "/api/v1/generate/", "generateQrCode", "Draw a QR code.", "qr:render")
            .once()
            .takes(reference("Picture"))
            .takes_as("multipart/form-data", form())
            .draws(&["image/png", "image/svg+xml"], false)
            .refuses(TEXTS)
            .refuses(NUMBERS)
            .refuses(DRAW)
            .refuses(QR),
        keyed(
            "POST",
            "/api/v1/generate/bulk/",
            "generateQrCodes",
            "Draw many QR codes into a ZIP, all or none.",
            "qr:render",
        )
        .once()
        .takes(body([("items", bounded_list(1, 100_000, reference("Picture")))]))
        .answers_as(200, "application/zip", json!({}))
        .answers(422, items)
        .refuses(DRAW)
        .refuses(QR)
        .refuses("BulkLocked BulkTooLarge"),
        keyed(
            "POST",
            "/api/v1/validate/",
            "validateQrCode",
            "Check whether a QR code can be drawn. Nothing is charged.",
            "qr:render",
        )
        .takes(reference("Picture"))
        .takes_as("multipart/form-data", form())
        .answers(200, valid)
        .refuses(TEXTS)
        .refuses(NUMBERS)
        .refuses(DRAW)
        .refuses(QR),
        keyed(
            "GET",
            "/api/v1/usage/",
            "getKeyUsage",
            "Get what the calling key has used this month and what it may use.",
            "workspace:read",
        )
        .answers(
            200,
            object([
                ("key_prefix", string("qrs_live_a1b2c3d4")),
                ("plan", plans()),
                ("monthly_quota", nullable(count())),
                ("used_this_month", count()),
                ("remaining", nullable(count())),
                ("max_size_inches", number(0.0, 15.0)),
                ("max_dpi", count()),
                ("allow_custom_logo", boolean()),
                ("max_active_dynamic_qrs", nullable(count())),
                ("max_bulk_items", nullable(count())),
                ("active_dynamic_qrs", count()),
                ("credits_remaining", count()),
            ]),
        ),
    ]
    .map(|operation| operation.tag("Pictures"))
    .into()
}

fn plans() -> Value {
    enumeration(Plan::ALL.map(|plan| plan.name()))
}

fn variant() -> Value {
    object([("name", line(40, "A")), ("destination_url", url()), ("weight", int(1, 1000))])
}

fn dynamic_qr() -> Value {
    object([
        ("id", count()),
        ("short_id", string("k7m2pq9x")),
        ("name", nullable(string("Summer"))),
        ("destination_url", nullable(url())),
        ("variants", up_to(10, variant())),
        ("sticky?", boolean()),
        ("is_active", boolean()),
        ("scan_count", count()),
        ("last_scanned_at", nullable(timestamp())),
        ("destination_changes_count", count()),
        ("public_url", url()),
        ("created_at", timestamp()),
        ("updated_at", timestamp()),
    ])
}

fn dynamic() -> Vec<Operation> {
    let wanted = body([
        ("name?", nullable(line(40, "A"))),
        ("destination_url", url()),
        ("weight?", nullable(int(1, 1000))),
    ]);
    let variants = nullable(up_to(10, wanted));
    let new = body([
        ("name", line(120, "Summer")),
        ("destination_url", url()),
        ("variants?", variants.clone()),
        ("sticky?", nullable(boolean())),
    ]);
    let change = body([
        ("name?", nullable(line(120, "Summer"))),
        ("destination_url?", nullable(url())),
        ("variants?", variants),
        ("sticky?", nullable(boolean())),
        ("is_active?", nullable(boolean())),
    ]);
    let page = object([
        ("count", count()),
        ("next", nullable(url())),
        ("previous", nullable(url())),
        ("results", list(reference("DynamicQr"))),
    ]);
    let counted = |name: &str| list(object([(name, nullable(string("AT"))), ("count", count())]));
    let analytics = object([
        ("short_id", string("k7m2pq9x")),
        ("days", int(1, 366)),
        ("total_scans", count()),
        ("first_scanned_at", nullable(timestamp())),
        ("last_scanned_at", nullable(timestamp())),
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
        signed_in("GET", "/api/v1/dynamic/", "listDynamicQrs", "List dynamic QRs, newest first.")
            .query([
                ("page?", with_default(int(1, 1_000_000), 1)),
                (
                    "page_size?",
                    described(
                        with_default(
                            json!({ "type": "integer", "minimum": 1, "examples": [25] }),
                            25,
                        ),
                        "More than 100 is 100.",
                    ),
                ),
            ])
            .refuses(NUMBERS)
            .refuses("ResourceNotFound")
            .answers(200, page),
        signed_in("POST", "/api/v1/dynamic/", "createDynamicQr", "Create a dynamic QR.")
            .once()
            .takes(new)
            .refuses(TEXTS)
            .refuses(NUMBERS)
            .refuses(QR)
            .answers(201, reference("DynamicQr")),
        signed_in("GET", "/api/v1/dynamic/{short_id}/", "getDynamicQr", "Get a dynamic QR.")
            .refuses(one)
            .answers(200, reference("DynamicQr")),
        signed_in(
            "PATCH",
            "/api/v1/dynamic/{short_id}/",
            "updateDynamicQr",
            "Update a dynamic QR.",
        )
        .takes(change)
        .refuses(one)
        .refuses(TEXTS)
        .refuses(NUMBERS)
        .refuses(QR)
        .refuses("EditsSpent LinkArchived")
        .answers(200, reference("DynamicQr")),
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
            "getDynamicQrAnalytics",
            "Count the scans of a dynamic QR.",
        )
        .query([("days?", with_default(int(1, 366), 30))])
        .refuses(one)
        .refuses(NUMBERS)
        .answers(200, analytics),
    ]
    .map(|operation| operation.tag("Dynamic QRs"))
    .into()
}

fn session() -> Value {
    object([
        ("access", string("eyJhbGciOiJIUzI1NiJ9…")),
        ("refresh", string("xqr_rt_…")),
        ("token_type", constant("Bearer")),
        ("expires_in", count()),
        (
            "user",
            object([
                ("id", string("usr_9f2c")),
                ("email", string("ada@example.com")),
                ("name", nullable(string("Ada"))),
                ("role", string("owner")),
            ]),
        ),
        (
            "workspace",
            object([
                ("id", string("ws_9f2c")),
                ("name", string("Ada's workspace")),
                ("plan", plans()),
            ]),
        ),
    ])
}

fn people() -> Vec<Operation> {
    let email = || ("email", string("ada@example.com"));
    let password = |name| {
        (
            name,
            json!({ "type": "string", "minLength": 1, "examples": ["correct horse battery staple"] }),
        )
    };
    let token = || body([("refresh", string("xqr_rt_…"))]);
    [
        operation("POST", "/api/auth/signup/", "signUp", "Create an account and a workspace.")
            .takes(body([
                email(),
                password("password"),
                ("name?", nullable(line(100, "Ada"))),
                ("workspace_name?", nullable(line(100, "Menus"))),
            ]))
            .refuses(PASSWORD)
            .refuses(TEXTS)
            .refuses("EmailInvalid EmailTaken SignupClosed")
            .answers(201, reference("Session")),
        operation("POST", "/api/auth/login/", "logIn", "Sign in.")
            .takes(body([email(), password("password")]))
            .refuses("CredentialsWrong RateExceeded TextControls")
            .answers(200, reference("Session")),
        operation(
            "POST",
            "/api/auth/refresh/",
            "refreshSession",
            "Exchange a refresh token. Each can be used once.",
        )
        .takes(token())
        .refuses("TokenInvalid TextControls")
        .answers(200, reference("Session")),
        operation("POST", "/api/auth/logout/", "logOut", "Sign out.")
            .takes(token())
            .refuses("TokenInvalid TextControls")
            .answers_nothing(),
        signed_in(
            "POST",
            "/api/auth/password/",
            "changePassword",
            "Change the password. All other sessions end.",
        )
        .takes(body([password("current_password"), password("new_password")]))
        .refuses(PASSWORD)
        .refuses("CredentialsWrong TextControls")
        .answers(200, reference("Session")),
    ]
    .map(|operation| operation.tag("People"))
    .into()
}

fn key() -> Value {
    object([
        ("id", count()),
        ("name", string("Shop")),
        ("key_prefix", string("qrs_live_a1b2c3d4")),
        ("plan", plans()),
        ("is_active", boolean()),
        ("created_at", timestamp()),
        ("last_used_at", nullable(timestamp())),
        ("revoked_at", nullable(timestamp())),
    ])
}

fn new_key() -> Value {
    object([
        ("id", count()),
        ("name", string("Shop")),
        ("raw_key", string("qrs_live_…")),
        ("key_prefix", string("qrs_live_a1b2c3d4")),
        ("plan", plans()),
        ("warning", string("Store this key securely. It will NOT be shown again.")),
    ])
}

fn keys() -> Vec<Operation> {
    let by_key = object([
        ("id", count()),
        ("name", string("Shop")),
        ("key_prefix", string("qrs_live_a1b2c3d4")),
        ("plan", plans()),
        ("used_this_month", count()),
        ("is_active", boolean()),
    ]);
    let usage = object([
        ("plan", plans()),
        ("monthly_quota", nullable(count())),
        ("used_this_month", count()),
        ("remaining", nullable(count())),
        ("credits_remaining", count()),
        ("active_dynamic_qrs", count()),
        ("max_active_dynamic_qrs", nullable(count())),
        ("by_key", list(by_key)),
    ]);
    [
        signed_in("GET", "/api/v1/keys/", "listKeys", "List API keys, also revoked ones.")
            .answers(200, object([("keys", list(reference("Key")))])),
        signed_in(
            "POST",
            "/api/v1/keys/",
            "createKey",
            "Create an API key. Only this response contains the secret.",
        )
        .once()
        .takes(body([
            ("name", line(100, "Shop")),
            ("plan?", nullable(with_default(plans(), "free"))),
        ]))
        .refuses(TEXTS)
        .refuses("KeyNameMissing PlanAboveTier PlanLimitReached")
        .answers(201, reference("NewKey")),
        signed_in(
            "POST",
            "/api/v1/keys/{id}/rotate/",
            "rotateKey",
            "Replace the secret of an API key.",
        )
        .refuses("ResourceNotFound StateConflict KeyRevoked")
        .answers(200, reference("NewKey")),
        signed_in("DELETE", "/api/v1/keys/{id}/", "revokeKey", "Revoke an API key.")
            .refuses("ResourceNotFound")
            .answers_nothing(),
        signed_in(
            "GET",
            "/api/v1/usage/me/",
            "listUsage",
            "List what each key has used this month.",
        )
        .answers(200, usage),
    ]
    .map(|operation| operation.tag("Keys"))
    .into()
}

fn statuses() -> Value {
    enumeration(["active", "paused", "disabled"])
}

fn webhook() -> Value {
    object([
        ("id", count()),
        ("url", url()),
        ("description", string("Orders")),
        ("events", list(string("scan.created"))),
        ("status", statuses()),
        ("consecutive_failures", count()),
        ("last_delivery_at", nullable(timestamp())),
        ("last_response_status", nullable(count())),
        ("created_at", timestamp()),
    ])
}

fn delivery() -> Value {
    object([
        ("id", string("d47f2e1a8c3b")),
        ("event", string("scan.created")),
        ("status", string("delivered")),
        ("attempts", count()),
        ("response_status", nullable(count())),
        ("duration_ms", nullable(count())),
        ("created_at", timestamp()),
        ("delivered_at", nullable(timestamp())),
    ])
}

fn webhooks() -> Vec<Operation> {
    let events = || bounded_list(1, EVENTS.len(), enumeration(EVENTS.iter().copied()));
    let new = body([
        ("url", url()),
        ("description?", nullable(prose(200, "Orders"))),
        ("events", events()),
    ]);
    let change = body([
        ("url?", nullable(url())),
        ("description?", nullable(prose(200, "Orders"))),
        ("events?", nullable(events())),
        ("status?", nullable(statuses())),
    ]);
    let wrong = "EndpointInvalid ListTooLong ListEmpty FeatureLocked PlanLimitReached";
    let one = "ResourceNotFound";
    [
        signed_in("GET", "/api/v1/webhooks/", "listWebhooks", "List webhooks.")
            .answers(200, object([("results", list(reference("Webhook")))])),
        signed_in(
            "POST",
            "/api/v1/webhooks/",
            "createWebhook",
            "Create a webhook. Only this response contains the secret.",
        )
        .once()
        .takes(new)
        .refuses(TEXTS)
        .refuses(wrong)
        .answers(201, reference("NewWebhook")),
        signed_in("GET", "/api/v1/webhooks/{id}/", "getWebhook", "Get a webhook.")
            .refuses(one)
            .answers(200, reference("Webhook")),
        signed_in("PATCH", "/api/v1/webhooks/{id}/", "updateWebhook", "Update a webhook.")
            .takes(change)
            .refuses(one)
            .refuses(TEXTS)
            .refuses(wrong)
            .answers(200, reference("Webhook")),
        signed_in("DELETE", "/api/v1/webhooks/{id}/", "deleteWebhook", "Delete a webhook.")
            .refuses(one)
            .answers_nothing(),
        signed_in(
            "POST",
            "/api/v1/webhooks/{id}/rotate/",
            "rotateWebhookSecret",
            "Replace the secret of a webhook.",
        )
        .refuses(one)
        .refuses("FeatureLocked")
        .answers(200, reference("NewWebhook")),
        signed_in("POST", "/api/v1/webhooks/{id}/test/", "testWebhook", "Send a test event.")
            .refuses(one)
            .refuses("FeatureLocked StateConflict")
            .answers(202, object([("id", string("d47f2e1a8c3b"))])),
        signed_in(
            "GET",
            "/api/v1/webhooks/{id}/deliveries/",
            "listDeliveries",
            "List the last 100 deliveries of a webhook.",
        )
        .refuses(one)
        .answers(200, object([("results", list(reference("Delivery")))])),
    ]
    .map(|operation| operation.tag("Webhooks"))
    .into()
}

fn probes() -> Vec<Operation> {
    let state = || enumeration(["ok", "unavailable"]);
    let status = || {
        object([
            ("status", state()),
            ("components", object([("database", state()), ("cache", constant("ok"))])),
        ])
    };
    [
        operation("GET", "/api/health/", "getHealth", "Check that the process is alive.")
            .answers(200, object([("status", constant("ok"))])),
        operation("GET", "/api/status/", "getStatus", "Get the state of each component.")
            .answers(200, status())
            .answers(503, status()),
    ]
    .map(|operation| operation.tag("Status"))
    .into()
}
