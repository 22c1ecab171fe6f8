//! Keys.

use serde_json::{Value, json};
use xqr_engine::auth::{KeyFormat, Scope};
use xqr_engine::plans::Plan;

use super::{LISTS, TEXTS, all, keyed, one};
use xqr_http::openapi::operation::Operation;
use xqr_http::openapi::schema::{
    body, bounded_list, enumeration, line, list, nullable, object, reference, string, timestamp,
    with, with_default,
};

pub(super) fn schemas() -> Value {
    json!({ "Key": key(), "NewKey": with(key(), object([("key", string("xqr_pk_a1b2c3d4.…"))])) })
}

fn scopes() -> Value {
    enumeration(Scope::ALL.iter().map(|scope| scope.name()))
}

fn looks() -> Value {
    enumeration(KeyFormat::ALL.map(|look| look.name()))
}

fn plans() -> Value {
    enumeration(Plan::ALL.map(|plan| plan.name()))
}

fn key() -> Value {
    object([
        ("id", string("key_9f2c")),
        ("name", string("Shop")),
        ("prefix", string("a1b2c3d4")),
        ("dialect", looks()),
        ("scopes", list(scopes())),
        ("plan", nullable(plans())),
        ("status", enumeration(["active", "expired", "rotated", "revoked"])),
        ("created_at", timestamp()),
        ("expires_at", nullable(timestamp())),
        ("revoked_at", nullable(timestamp())),
        ("last_used_at", nullable(timestamp())),
    ])
}

pub(super) fn operations() -> Vec<Operation> {
    let new = body([
        ("name", line(100, "Shop")),
        ("scopes", bounded_list(1, Scope::ALL.len(), scopes())),
        ("expires_at?", nullable(timestamp())),
        ("dialect?", nullable(with_default(looks(), "xqr"))),
        ("plan?", nullable(plans())),
    ]);
    let beyond = "ScopeBeyond KeyOutlives PlanAboveTier PlanLimitReached";
    let (read, write) = ("keys:read", "keys:write");
    [
        keyed("GET", "/api/v1/keys", "listKeys", "List API keys.", read).answers(200, all("Key")),
        keyed(
            "POST",
            "/api/v1/keys",
            "createKey",
            "Create an API key. Only this response contains the secret.",
            write,
        )
        .once()
        .takes(new)
        .refuses(TEXTS)
        .refuses(LISTS)
        .refuses(beyond)
        .refuses("KeyNameMissing ChoiceUnknown MomentInvalid MomentPast")
        .answers(201, one(reference("NewKey"))),
        keyed("GET", "/api/v1/keys/{key_id}", "getKey", "Get an API key.", read)
            .refuses("ResourceNotFound")
            .answers(200, one(reference("Key"))),
        keyed("DELETE", "/api/v1/keys/{key_id}", "deleteKey", "Delete an API key.", write)
            .refuses("ResourceNotFound")
            .answers_nothing(),
        keyed(
            "POST",
            "/api/v1/keys/{key_id}/rotate",
            "rotateKey",
            "Replace an API key by one with the same name and scopes.",
            write,
        )
        .once()
        .refuses(beyond)
        .refuses("ResourceNotFound StateConflict")
        .answers(201, one(reference("NewKey"))),
        keyed("POST", "/api/v1/keys/{key_id}/revoke", "revokeKey", "Revoke an API key.", write)
            .refuses("ResourceNotFound")
            .answers(200, one(reference("Key"))),
    ]
    .map(|operation| operation.tag("Keys"))
    .into()
}
