//! The forge dialect's document.

use serde_json::{Value, json};

use xqr_engine::errors::{Dialect, FORGE_VERSION};
use xqr_http::openapi::operation::{Operation, operation};
use xqr_http::openapi::schema::{
    body, boolean, constant, count, described, enumeration, line, list, nullable, object, prose,
    reference, string, timestamp, url, uuid, with, with_default,
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
            "allOf": [reference("Refusal"), { "properties": { "code": { "enum": codes } } }],
        })
    },
    problem: None,
    request_id: Some("d47f2e1a-8c3b-4a5d-9e6f-1234567890ab"),
};

/// Returns the OpenAPI document.
pub(super) fn document() -> Value {
    let description = Description {
        column: Dialect::Forge,
        envelope: ENVELOPE,
        title: "xqr: the forge dialect",
        about: "Compatible with QRForge. Every body has `ok`, `version` and `request_id`; errors have `code` and `message`.",
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
                ("ok", constant(false)), ("version", string(FORGE_VERSION)), ("request_id", uuid()), ("code", string("not_found")),
                ("message", string("QR code not found.")),
            ]),
        }),
        operations: projects().into_iter().chain(qr_codes()).collect(),
    };
    description.document()
}

/// Puts a resource into the envelope.
fn answer(resource: Value) -> Value {
    with(
        object([
            ("ok", constant(true)),
            ("version", string(FORGE_VERSION)),
            ("request_id", uuid()),
        ]),
        resource,
    )
}

fn page(item: Value) -> Value {
    object([("items", list(item)), ("next_page_token", nullable(string("8Jq0…")))])
}

fn project() -> Value {
    object([
        ("id", string("prj_9f2c")),
        ("project_id", string("prj_9f2c")),
        ("name", string("Menus")),
        ("description", nullable(string("What is printed on tables"))),
        ("is_default", boolean()),
        ("has_custom_domain", constant(false)),
        ("created_via", string("api")),
        ("created_at", timestamp()),
        ("updated_at", timestamp()),
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
        ("project_id", nullable(string("prj_9f2c"))),
        ("slug", string("qr-k7m2pq9")),
        ("name", string("Table 7")),
        ("status", enumeration(["active", "archived"])),
        ("type", constant("url")),
        ("redirect_url", nullable(url())),
        ("created_at", timestamp()),
        ("updated_at", timestamp()),
        ("last_rendered_at", timestamp()),
        ("render_status", constant("rendered")),
        ("scan_url", url()),
        ("png_url", url()),
        ("svg_url", url()),
        ("scan_count", count()),
        ("last_scanned_at", nullable(timestamp())),
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
    let size = described(
        with_default(json!({ "examples": [20] }), 50),
        "1 to 100. An invalid number means 50.",
    );
    operation.query([("page_size?", size), ("next_page_token?", string("8Jq0…"))])
}

fn projects() -> [Operation; 3] {
    let new = body([
        ("name", line(200, "Menus")),
        ("description?", nullable(prose(1000, "What is printed on tables"))),
    ]);
    [
        paged(keyed(
            "GET",
            "/v1/projects",
            "listProjects",
            "List projects, newest first.",
            "links:read",
        ))
        .answers(200, reference("ProjectPage")),
        keyed("POST", "/v1/projects", "createProject", "Create a project.", "links:write")
            .once()
            .takes(new)
            .refuses("TextEmpty TextTooLong TextControls PlanLimitReached")
            .answers(201, reference("Project")),
        keyed("GET", "/v1/projects/{project_id}", "getProject", "Get a project.", "links:read")
            .refuses("ProjectNotFound")
            .answers(200, reference("Project")),
    ]
    .map(|operation| operation.tag("Projects"))
}

fn qr_codes() -> Vec<Operation> {
    let name = || nullable(line(200, "Table 7"));
    let change = || {
        body([
            ("redirect_url?", nullable(url())),
            ("name?", name()),
            ("label?", name()),
            ("status?", nullable(enumeration(["active", "archived"]))),
            ("project_id?", nullable(string("prj_9f2c"))),
        ])
    };
    let by_body = || {
        with(
            change(),
            body([
                ("id?", nullable(string("0nCicGb1mZfPukKp2FxA"))),
                ("qr_id?", nullable(string("0nCicGb1mZfPukKp2FxA"))),
            ]),
        )
    };
    let new =
        with(by_body(), body([("redirect_url?", url()), ("type?", nullable(constant("url")))]));
    let ids =
        || [("id?", string("0nCicGb1mZfPukKp2FxA")), ("qr_id?", string("0nCicGb1mZfPukKp2FxA"))];
    let edit = |method, path, id, takes: Value| {
        keyed(method, path, id, "Update a QR code.", "links:write")
            .query(ids())
            .takes(takes)
            .refuses(EDIT)
            .answers(200, reference("QrCode"))
    };
    let get = |path, id, summary| {
        keyed("GET", path, id, summary, "links:read")
            .refuses("LinkNotFound LinkForeign")
            .answers(200, reference("QrCode"))
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
            ("slug?", string("qr-k7m2pq9")),
            ("status?", enumeration(["active", "archived"])),
            ("project_id?", string("prj_9f2c")),
        ])
        .refuses("QrIdMissing ChoiceUnknown LinkNotFound LinkForeign ProjectNotFound")
        .answers(200, json!({ "anyOf": [reference("QrCodePage"), reference("QrCode")] })),
        keyed(
            "POST",
            "/v1/qr-codes",
            "createQrCode",
            "Create a QR code, or update the one that `id` or `qr_id` names.",
            "links:write",
        )
        .once()
        .query(ids())
        .takes(new)
        .refuses(EDIT)
        .answers(200, reference("QrCode"))
        .answers(201, reference("QrCode")),
        edit("PATCH", "/v1/qr-codes", "updateQrCodeByBody", by_body()),
        edit("PUT", "/v1/qr-codes", "replaceQrCodeByBody", by_body()),
        get("/v1/qr-codes/slug/{slug}", "getQrCodeBySlug", "Get a QR code by its slug."),
        get("/v1/qr-codes/{id}", "getQrCode", "Get a QR code."),
        edit("POST", "/v1/qr-codes/{id}", "changeQrCode", change()),
        edit("PATCH", "/v1/qr-codes/{id}", "updateQrCode", change()),
        edit("PUT", "/v1/qr-codes/{id}", "replaceQrCode", change()),
    ]
    .map(|operation| operation.tag("QR codes"))
    .into()
}
