//! The hub dialect's document.

use serde_json::{Value, json};

use xqr_engine::errors::Dialect;
use xqr_http::openapi::operation::{Operation, operation};
use xqr_http::openapi::schema::{
    body, bounded_list, color, constant, count, enumeration, int, list, nullable, object,
    reference, string, timestamp, url, with_default,
};
use xqr_http::openapi::{Description, Envelope};

const KEY: &str = "KeyInvalid KeyRevoked KeyExpired ApiLocked ScopeMissing RateExceeded";
const DESTINATION: &str = "UrlInvalid DestinationBlocked DestinationLoops PlanLimitReached";
const CODE: &str = "LinkNotFound LinkForeign LinkGone PasscodeWrong PasscodeTriesSpent";
const LOOKUP: &str = "LinkNotFound LinkGone RateExceeded TextControls";

/// The refusal envelope (section 8.1).
const ENVELOPE: Envelope =
    Envelope { schema: |_, _| reference("Refusal"), problem: None, request_id: None };

/// Returns the OpenAPI document.
pub(super) fn document() -> Value {
    let description = Description {
        column: Dialect::Hub,
        envelope: ENVELOPE,
        title: "xqr: the hub dialect",
        about: "Compatible with QuickResponseHub. Errors are `{\"error\"}`.",
        security: json!({ "key": { "type": "apiKey", "in": "header", "name": "X-API-Key" } }),
        schemas: json!({
            "Made": object([
                ("code", string("K7M2PQ9XRT")), ("passcode", string("4821-mango")), ("url", url()), ("short_url", url()),
                ("created_at", timestamp()),
            ]),
            "Code": object([
                ("code", string("K7M2PQ9XRT")), ("url", nullable(url())), ("short_url", url()), ("created_at", timestamp()),
                ("hit_count", count()),
            ]),
            "Refusal": object([("error", string("Code not found")), ("request_id?", string("req_01KM8T3X9G5W2Q7R4N6V8YBC0D"))]),
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
    let code = || ("code", string("K7M2PQ9XRT"));
    let passcode = || ("passcode", string("4821-mango"));
    vec![
        keyed("POST", "/api/shorten", "createCode", "Create a code for a URL.", "links:write")
            .once()
            .takes(body([("url", url())]))
            .refuses(DESTINATION)
            .answers(200, reference("Made")),
        keyed("POST", "/api/bulk-shorten", "createCodes", "Create up to 100 codes, all or none.", "links:write")
            .once()
            .takes(body([("urls", bounded_list(1, 100, either(url(), body([("url", url())]))))]))
            .refuses(DESTINATION)
            .refuses("ListTooLong")
            .answers(200, object([("count", count()), ("results", list(reference("Made")))])),
        keyed("POST", "/api/reserve", "reserveCode", "Reserve a code of your choice. It has no URL yet.", "links:write")
            .once()
            .takes(body([("code", json!({ "type": "string", "pattern": "^[A-Za-z0-9]{6,20}$", "examples": ["BRAND2026"] }))]))
            .refuses("SlugInvalid SlugReserved SlugTaken PlanLimitReached")
            .answers(200, object([code(), passcode(), ("short_url", url()), ("reserved", constant(true))])),
        keyed("POST", "/api/update", "updateCode", "Change the destination of a short code.", "links:write")
            .takes(body([code(), passcode(), ("url", url())]))
            .refuses(DESTINATION)
            .refuses(CODE)
            .refuses("LinkArchived EditsSpent TextControls")
            .answers(200, object([code(), ("url", nullable(url())), ("short_url", url()), ("updated", constant(true))])),
        keyed("POST", "/api/delete", "deleteCode", "Delete a code.", "links:write")
            .takes(body([code(), passcode()]))
            .refuses(CODE)
            .refuses("TextControls")
            .answers(200, object([code(), ("deleted", constant(true))])),
        keyed("GET", "/api/list", "listCodes", "List codes, newest first.", "links:read")
            .query([("limit?", with_default(int(1, 100), 50)), ("cursor?", string("the next_cursor of the page before"))])
            .refuses("NumberTooSmall NumberTooLarge")
            .answers(200, object([("codes", list(reference("Code"))), ("next_cursor", nullable(string("8Jq0…")))])),
        open("GET", "/api/lookup/{code}", "getCode", "Get the destination of a code. The owner's key or a passcode shows the count.")
            .needs(&["", "key"], LOOKUP)
            .answers(200, object([code(), ("url", nullable(url())), ("created_at", timestamp()), ("hit_count?", count())])),
        open("GET", "/api/qr/{code}", "getQrCode", "Get the QR code of a code as JSON.").refuses(LOOKUP).refuses("RenderFailed").answers(
            200,
            object([
                code(),
                ("short_url", url()),
                ("qr_image_url", url()),
                ("qr_data_url", string("data:image/png;base64,iVBORw0…")),
            ]),
        ),
        open("GET", "/api/qr-image/{code}", "getQrImage", "Draw the QR code of a code.")
            .query([
                ("size?", with_default(int(64, 2048), 512)),
                ("format?", with_default(enumeration(["png", "svg"]), "png")),
                ("margin?", with_default(int(0, 16), 4)),
                ("color?", with_default(color(), "000000")),
                ("bg?", with_default(color(), "ffffff")),
                ("ecc?", with_default(enumeration(["L", "M", "Q", "H"]), "M")),
            ])
            .refuses(LOOKUP)
            .refuses("NumberTooSmall NumberTooLarge ChoiceUnknown ColorInvalid ContentTooLong PictureTooLarge RenderFailed")
            .draws(&["image/png", "image/svg+xml"], true),
    ]
}

fn either(one: Value, other: Value) -> Value {
    json!({ "anyOf": [one, other] })
}
