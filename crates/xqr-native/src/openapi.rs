//! The OpenAPI document of the native dialect: its shared components, and the list of its parts.

mod analytics;
mod assets;
mod bio;
mod design;
mod keys;
mod links;
mod webhooks;
mod workspace;

use serde_json::{Value, json};

use xqr_engine::errors::Dialect;
use xqr_http::openapi::operation::{Operation, operation};
use xqr_http::openapi::schema::{
    count, int, list, nullable, object, reference, string, url, with, with_default,
};
use xqr_http::openapi::{Description, Envelope};

/// Errors that any call with a key may get.
const KEY: &str = "KeyInvalid KeyRevoked KeyExpired ApiLocked ScopeMissing RateExceeded QuotaSpent";
/// The same for people.
const PERSON: &str = "TokenInvalid ApiLocked RateExceeded QuotaSpent";
const TEXTS: &str = "TextEmpty TextTooLong TextControls";
const NUMBERS: &str = "NumberTooSmall NumberTooLarge";
const LISTS: &str = "ListTooLong ListEmpty";

/// The refusal envelope (section 5.2).
const ENVELOPE: Envelope = Envelope {
    schema: |codes, status| {
        json!({
            "allOf": [reference("Refusal"), { "properties": { "error": { "properties": {
                "code": { "enum": codes }, "status": { "const": status },
            } } } }],
        })
    },
    problem: Some("Problem"),
    request_id: Some("req_01KM8T3X9G5W2Q7R4N6V8YBC0D"),
};

/// Returns the OpenAPI document.
pub(super) fn document() -> Value {
    let mut schemas = json!({
        "RateLimit": object(["limit", "remaining", "burst_limit", "burst_remaining"].map(|name| (name, nullable(count())))),
        "Meta": meta(),
        "PageMeta": with(meta(), object([("total", count()), ("limit", count()), ("offset", count())])),
        "Refusal": object([
            ("error", object([("code", string("RESOURCE_NOT_FOUND")), ("message", string("Link not found.")), ("status", int(400, 599))])),
            ("meta", object([("request_id", string("req_01KM8T3X9G5W2Q7R4N6V8YBC0D"))])),
        ]),
        "Problem": object([
            ("type", string("/docs/errors/RESOURCE_NOT_FOUND")),
            ("title", string("The link does not exist.")),
            ("status", int(400, 599)),
            ("detail", string("Link not found.")),
            ("code", string("RESOURCE_NOT_FOUND")),
            ("request_id", string("req_01KM8T3X9G5W2Q7R4N6V8YBC0D")),
        ]),
    });
    for more in [
        links::schemas(),
        design::schemas(),
        keys::schemas(),
        analytics::schemas(),
        assets::schemas(),
        bio::schemas(),
        webhooks::schemas(),
        workspace::schemas(),
    ] {
        if let (Some(schemas), Value::Object(more)) = (schemas.as_object_mut(), more) {
            schemas.extend(more);
        }
    }
    let description = Description {
        column: Dialect::Xqr,
        envelope: ENVELOPE,
        title: "xqr: the native dialect",
        about: "Successes are `{\"data\", \"meta\"}`. Errors are `{\"error\", \"meta\"}`, or RFC 9457 with \
                `Accept: application/problem+json`. If a JSON object repeats a key, the last value is used.",
        security: json!({
            "key": { "type": "http", "scheme": "bearer", "description": "An API key." },
            "person": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "The access token of a user." },
        }),
        schemas,
        operations: [
            links::operations(),
            design::operations(),
            keys::operations(),
            analytics::operations(),
            assets::operations(),
            bio::operations(),
            webhooks::operations(),
            workspace::operations(),
        ]
        .into_iter()
        .flatten()
        .collect(),
    };
    description.document()
}

fn meta() -> Value {
    object([
        ("request_id", string("req_01KM8T3X9G5W2Q7R4N6V8YBC0D")),
        ("rate_limit", reference("RateLimit")),
    ])
}

/// One resource in its envelope.
fn one(resource: Value) -> Value {
    object([("data", resource), ("meta", reference("Meta"))])
}

/// All of a list.
fn all(item: &str) -> Value {
    one(list(reference(item)))
}

/// A page of a list.
fn page(item: &str) -> Value {
    object([("data", list(reference(item))), ("meta", reference("PageMeta"))])
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

/// Adds the parameters of a page.
fn paged(operation: Operation) -> Operation {
    let offset = with_default(int(0, i64::from(u32::MAX)), 0);
    operation
        .query([("limit?", with_default(int(1, 200), 50)), ("offset?", offset)])
        .refuses(NUMBERS)
}

/// A destination that is shown.
fn address() -> Value {
    nullable(url())
}
