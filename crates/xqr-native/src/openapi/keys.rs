//! Keys.

use serde_json::{Value, json};
use xqr_engine::auth::{KeyFormat, Scope};
use xqr_engine::plans::Plan;

use super::{LISTS, TEXTS, all, keyed, one};
use xqr_http::openapi::operation::Operation;
use xqr_http::openapi::schema::{
    body, line, list, maybe, moment, named, object, one_of, some, text, usual, with,
};

pub(super) fn schemas() -> Value {
    json!({ "Key": key(), "NewKey": with(key(), object([("key", text("xqr_pk_a1b2c3d4.…"))])) })
}

fn scopes() -> Value {
    one_of(Scope::ALL.iter().map(|scope| scope.name()))
}

fn looks() -> Value {
    one_of(KeyFormat::ALL.map(|look| look.name()))
}

fn plans() -> Value {
    one_of(Plan::ALL.map(|plan| plan.name()))
}

fn key() -> Value {
    object([
        ("id", text("key_9f2c")),
        ("name", text("Shop")),
        ("prefix", text("a1b2c3d4")),
        ("dialect", looks()),
        ("scopes", list(scopes())),
        ("plan", maybe(plans())),
        ("status", one_of(["active", "expired", "rotated", "revoked"])),
        ("created_at", moment()),
        ("expires_at", maybe(moment())),
        ("revoked_at", maybe(moment())),
        ("last_used_at", maybe(moment())),
    ])
}

pub(super) fn operations() -> Vec<Operation> {
    let new = body([
        ("name", line(100, "Shop")),
        ("scopes", some(1, Scope::ALL.len(), scopes())),
        ("expires_at?", maybe(moment())),
        ("dialect?", maybe(usual(looks(), "xqr"))),
        ("plan?", maybe(plans())),
    ]);
    let beyond = "ScopeBeyond KeyOutlives PlanAboveTier PlanLimitReached";
    let (read, write) = ("keys:read", "keys:write");
    [
        keyed("GET", "/api/v1/keys", "listKeys", "List keys.", read).answers(200, all("Key")),
        keyed(
            "POST",
            "/api/v1/keys",
            "createKey",
            "Make a key; its secret is told this once.",
            write,
        )
        .once()
        .takes(new)
        .refuses(TEXTS)
        .refuses(LISTS)
        .refuses(beyond)
        .refuses("KeyNameMissing ChoiceUnknown MomentInvalid MomentPast")
        .answers(201, one(named("NewKey"))),
        keyed("GET", "/api/v1/keys/{key_id}", "getKey", "Read a key.", read)
            .refuses("ResourceNotFound")
            .answers(200, one(named("Key"))),
        keyed("DELETE", "/api/v1/keys/{key_id}", "deleteKey", "Delete a key.", write)
            .refuses("ResourceNotFound")
            .answers_nothing(),
        keyed(
            "POST",
            "/api/v1/keys/{key_id}/rotate",
            "rotateKey",
            "Replace a key by one with the same name and scopes.",
            write,
        )
        .once()
        .refuses(beyond)
        .refuses("ResourceNotFound StateConflict")
        .answers(201, one(named("NewKey"))),
        keyed("POST", "/api/v1/keys/{key_id}/revoke", "revokeKey", "End a key.", write)
            .refuses("ResourceNotFound")
            .answers(200, one(named("Key"))),
    ]
    .map(|operation| operation.tag("Keys"))
    .into()
}
