//! The hub dialect's document.

use serde_json::{Value, json};

use xqr_engine::errors::Dialect;
use xqr_http::openapi::operation::{Operation, operation};
use xqr_http::openapi::schema::{
    body, color, constant, count, int, list, maybe, moment, named, object, one_of, some, text, url,
    usual,
};
use xqr_http::openapi::{Description, Envelope};

const KEY: &str = "KeyInvalid KeyRevoked KeyExpired ApiLocked ScopeMissing RateExceeded";
const DESTINATION: &str = "UrlInvalid DestinationBlocked DestinationLoops PlanLimitReached";
const CODE: &str = "LinkNotFound LinkForeign LinkGone PasscodeWrong PasscodeTriesSpent";
const LOOKUP: &str = "LinkNotFound LinkGone RateExceeded TextControls";

/// The refusal envelope (section 8.1).
const ENVELOPE: Envelope = Envelope { schema: |_, _| named("Refusal"), problem: None };

/// Returns the OpenAPI document.
pub(super) fn document() -> Value {
    let description = Description {
        column: Dialect::Hub,
        envelope: ENVELOPE,
        title: "xqr: the hub dialect",
        about: "What clients of QuickResponseHub speak. Errors are `{\"error\"}`.",
        security: json!({ "key": { "type": "apiKey", "in": "header", "name": "X-API-Key" } }),
        schemas: json!({
            "Made": object([
                ("code", text("K7M2PQ9XRT")), ("passcode", text("4821-mango")), ("url", url()), ("short_url", url()),
                ("created_at", moment()),
            ]),
            "Code": object([
                ("code", text("K7M2PQ9XRT")), ("url", maybe(url())), ("short_url", url()), ("created_at", moment()),
                ("hit_count", count()),
            ]),
            "Refusal": object([("error", text("Code not found")), ("request_id?", text("req_01KM8T3X9G5W2Q7R4N6V8YBC0D"))]),
        }),
        operations: operations(),
    };
    description.document()
}

fn operations() -> Vec<Operation> {
    let open = |method, path, id, summary| operation(method, path, id, summary).tag("Codes");
    let keyed = |method, path, id, summary, scope| {
        open(method, path, id, summary).needs(&["key"], KEY).scope(scope)
    };
    let code = || ("code", text("K7M2PQ9XRT"));
    let passcode = || ("passcode", text("4821-mango"));
    vec![
        keyed("POST", "/api/shorten", "shorten", "Make a code that leads to an address.", "links:write")
            .once()
            .takes(body([("url", url())]))
            .refuses(DESTINATION)
            .answers(200, named("Made")),
        keyed("POST", "/api/bulk-shorten", "bulkShorten", "Make up to 100 codes, all or none.", "links:write")
            .once()
            .takes(body([("urls", some(1, 100, either(url(), body([("url", url())]))))]))
            .refuses(DESTINATION)
            .refuses("ListTooLong")
            .answers(200, object([("count", count()), ("results", list(named("Made")))])),
        keyed("POST", "/api/reserve", "reserve", "Make a code of one's own choice, which leads nowhere yet.", "links:write")
            .once()
            .takes(body([("code", json!({ "type": "string", "pattern": "^[A-Za-z0-9]{6,20}$", "examples": ["BRAND2026"] }))]))
            .refuses("SlugInvalid SlugReserved SlugTaken PlanLimitReached")
            .answers(200, object([code(), passcode(), ("short_url", url()), ("reserved", constant(true))])),
        keyed("POST", "/api/update", "update", "Lead a code elsewhere.", "links:write")
            .takes(body([code(), passcode(), ("url", url())]))
            .refuses(DESTINATION)
            .refuses(CODE)
            .refuses("LinkArchived EditsSpent TextControls")
            .answers(200, object([code(), ("url", maybe(url())), ("short_url", url()), ("updated", constant(true))])),
        keyed("POST", "/api/delete", "delete", "Delete a code.", "links:write")
            .takes(body([code(), passcode()]))
            .refuses(CODE)
            .refuses("TextControls")
            .answers(200, object([code(), ("deleted", constant(true))])),
        keyed("GET", "/api/list", "list", "List codes, the latest first.", "links:read")
            .query([("limit?", usual(int(1, 100), 50)), ("cursor?", text("the next_cursor of the page before"))])
            .refuses("NumberTooSmall NumberTooLarge")
            .answers(200, object([("codes", list(named("Code"))), ("next_cursor", maybe(text("8Jq0…")))])),
        open("GET", "/api/lookup/{code}", "lookup", "Tell where a code leads. The owner's key, or a passcode, shows the count.")
            .needs(&["", "key"], LOOKUP)
            .answers(200, object([code(), ("url", maybe(url())), ("created_at", moment()), ("hit_count?", count())])),
        open("GET", "/api/qr/{code}", "qr", "Draw a code, in JSON.").refuses(LOOKUP).refuses("RenderFailed").answers(
            200,
            object([
                code(),
                ("short_url", url()),
                ("qr_image_url", url()),
                ("qr_data_url", text("data:image/png;base64,iVBORw0…")),
            ]),
        ),
        open("GET", "/api/qr-image/{code}", "qrImage", "Draw a code.")
            .query([
                ("size?", usual(int(64, 2048), 512)),
                ("format?", usual(one_of(["png", "svg"]), "png")),
                ("margin?", usual(int(0, 16), 4)),
                ("color?", usual(color(), "000000")),
                ("bg?", usual(color(), "ffffff")),
                ("ecc?", usual(one_of(["L", "M", "Q", "H"]), "M")),
            ])
            .refuses(LOOKUP)
            .refuses("NumberTooSmall NumberTooLarge ChoiceUnknown ColorInvalid ContentTooLong PictureTooLarge RenderFailed")
            .draws(&["image/png", "image/svg+xml"], true),
    ]
}

fn either(one: Value, other: Value) -> Value {
    json!({ "anyOf": [one, other] })
}
