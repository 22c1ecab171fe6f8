//! The forge dialect's document.

use serde_json::{Value, json};

use xqr_engine::errors::{Dialect, FORGE_VERSION};
use xqr_http::openapi::operation::{Operation, operation};
use xqr_http::openapi::schema::{
    body, constant, count, flag, line, list, maybe, moment, named, object, one_of, prose, says,
    text, url, usual, uuid, with,
};
use xqr_http::openapi::{Description, Envelope};

const KEY: &str =
    "KeyInvalid KeyRevoked KeyExpired ApiLocked ScopeMissing RateExceeded DailyQuotaSpent";
const EDIT: &str = "QrIdMissing UrlInvalid DestinationBlocked DestinationLoops LinkNotFound LinkForeign ProjectNotFound LinkArchived \
                    ChoiceUnknown TextEmpty TextTooLong TextControls QueryMalformed EditsSpent PlanLimitReached";

/// The refusal envelope (section 4.4).
const ENVELOPE: Envelope = Envelope {
    schema: |codes, _| {
        json!({
            "allOf": [named("Refusal"), { "properties": { "code": { "enum": codes } } }],
        })
    },
    problem: None,
};

/// Returns the OpenAPI document.
pub(super) fn document() -> Value {
    let description = Description {
        column: Dialect::Forge,
        envelope: ENVELOPE,
        title: "xqr: the forge dialect",
        about: "What clients of QRForge speak. Every body has `ok`, `version` and `request_id`; errors have `code` and `message`.",
        security: json!({
            "key": { "type": "apiKey", "in": "header", "name": "x-api-key" },
            "bearer": { "type": "http", "scheme": "bearer" },
        }),
        schemas: json!({
            "Project": answer(project()),
            "QrCode": answer(qr_code()),
            "ProjectPage": answer(page(project())),
            "QrCodePage": answer(page(qr_code())),
            "Refusal": object([
                ("ok", constant(false)), ("version", text(FORGE_VERSION)), ("request_id", uuid()), ("code", text("not_found")),
                ("message", text("QR code not found.")),
            ]),
        }),
        operations: projects().into_iter().chain(qr_codes()).collect(),
    };
    description.document()
}

/// Puts a resource into the envelope.
fn answer(resource: Value) -> Value {
    with(
        object([("ok", constant(true)), ("version", text(FORGE_VERSION)), ("request_id", uuid())]),
        resource,
    )
}

fn page(item: Value) -> Value {
    object([("items", list(item)), ("next_page_token", maybe(text("8Jq0…")))])
}

fn project() -> Value {
    object([
        ("id", text("prj_9f2c")),
        ("project_id", text("prj_9f2c")),
        ("name", text("Menus")),
        ("description", maybe(text("What is printed on tables"))),
        ("is_default", flag()),
        ("has_custom_domain", constant(false)),
        ("created_via", text("api")),
        ("created_at", moment()),
        ("updated_at", moment()),
    ])
}

fn qr_code() -> Value {
    object([
        (
            "id",
            json!({ "type": "string", "minLength": 20, "maxLength": 20, "examples": ["0nCicGb1mZfPukKp2FxA"] }),
        ),
        (
            "qr_id",
            json!({ "type": "string", "minLength": 20, "maxLength": 20, "examples": ["0nCicGb1mZfPukKp2FxA"] }),
        ),
        ("project_id", maybe(text("prj_9f2c"))),
        ("slug", text("qr-k7m2pq9")),
        ("name", text("Table 7")),
        ("status", one_of(["active", "archived"])),
        ("type", constant("url")),
        ("redirect_url", maybe(url())),
        ("created_at", moment()),
        ("updated_at", moment()),
        ("last_rendered_at", moment()),
        ("render_status", constant("rendered")),
        ("scan_url", url()),
        ("png_url", url()),
        ("svg_url", url()),
        ("scan_count", count()),
        ("last_scanned_at", maybe(moment())),
    ])
}

fn keyed(
    method: &'static str,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    scope: &'static str,
) -> Operation {
    operation(method, path, id, summary).needs(&["key", "bearer"], KEY).scope(scope)
}

fn paged(operation: Operation) -> Operation {
    let size =
        says(usual(json!({ "examples": [20] }), 50), "1 to 100; what is no such number is 50.");
    operation.query([("page_size?", size), ("next_page_token?", text("8Jq0…"))])
}

fn projects() -> [Operation; 3] {
    let new = body([
        ("name", line(200, "Menus")),
        ("description?", maybe(prose(1000, "What is printed on tables"))),
    ]);
    [
        paged(keyed(
            "GET",
            "/v1/projects",
            "listProjects",
            "List projects, the latest first.",
            "links:read",
        ))
        .answers(200, named("ProjectPage")),
        keyed("POST", "/v1/projects", "createProject", "Make a project.", "links:write")
            .once()
            .takes(new)
            .refuses("TextEmpty TextTooLong TextControls PlanLimitReached")
            .answers(201, named("Project")),
        keyed("GET", "/v1/projects/{project_id}", "getProject", "Read a project.", "links:read")
            .refuses("ProjectNotFound")
            .answers(200, named("Project")),
    ]
    .map(|operation| operation.tag("Projects"))
}

fn qr_codes() -> Vec<Operation> {
    let name = || maybe(line(200, "Table 7"));
    let change = || {
        body([
            ("redirect_url?", maybe(url())),
            ("name?", name()),
            ("label?", name()),
            ("status?", maybe(one_of(["active", "archived"]))),
            ("project_id?", maybe(text("prj_9f2c"))),
        ])
    };
    let by_body = || {
        with(
            change(),
            body([
                ("id?", maybe(text("0nCicGb1mZfPukKp2FxA"))),
                ("qr_id?", maybe(text("0nCicGb1mZfPukKp2FxA"))),
            ]),
        )
    };
    let new = with(by_body(), body([("redirect_url?", url()), ("type?", maybe(constant("url")))]));
    let ids = || [("id?", text("0nCicGb1mZfPukKp2FxA")), ("qr_id?", text("0nCicGb1mZfPukKp2FxA"))];
    let edit = |method, path, id, takes: Value| {
        keyed(method, path, id, "Change a QR code.", "links:write")
            .query(ids())
            .takes(takes)
            .refuses(EDIT)
            .answers(200, named("QrCode"))
    };
    let get = |path, id, summary| {
        keyed("GET", path, id, summary, "links:read")
            .refuses("LinkNotFound LinkForeign")
            .answers(200, named("QrCode"))
    };
    [
        paged(keyed(
            "GET",
            "/v1/qr-codes",
            "listQrCodes",
            "List QR codes, or find one by `id`, `qr_id` or `slug`.",
            "links:read",
        ))
        .query(ids())
        .query([
            ("slug?", text("qr-k7m2pq9")),
            ("status?", one_of(["active", "archived"])),
            ("project_id?", text("prj_9f2c")),
        ])
        .refuses("QrIdMissing ChoiceUnknown LinkNotFound LinkForeign ProjectNotFound")
        .answers(200, json!({ "anyOf": [named("QrCodePage"), named("QrCode")] })),
        keyed(
            "POST",
            "/v1/qr-codes",
            "createQrCode",
            "Make a QR code, or change the one that `id` or `qr_id` names.",
            "links:write",
        )
        .once()
        .query(ids())
        .takes(new)
        .refuses(EDIT)
        .answers(200, named("QrCode"))
        .answers(201, named("QrCode")),
        edit("PATCH", "/v1/qr-codes", "updateQrCodeByBody", by_body()),
        edit("PUT", "/v1/qr-codes", "replaceQrCodeByBody", by_body()),
        get("/v1/qr-codes/slug/{slug}", "getQrCodeBySlug", "Find a QR code by its slug."),
        get("/v1/qr-codes/{id}", "getQrCode", "Read a QR code."),
        edit("POST", "/v1/qr-codes/{id}", "changeQrCode", change()),
        edit("PATCH", "/v1/qr-codes/{id}", "updateQrCode", change()),
        edit("PUT", "/v1/qr-codes/{id}", "replaceQrCode", change()),
    ]
    .map(|operation| operation.tag("QR codes"))
    .into()
}
