//! The workspace, and the catalogue of errors.

use serde_json::{Value, json};
use xqr_engine::errors::Dialect;
use xqr_engine::plans::Plan;

use super::{all, keyed, one};
use xqr_http::openapi::operation::{Operation, operation};
use xqr_http::openapi::schema::{
    boolean, count, enumeration, list, nullable, object, reference, string, timestamp,
};

pub(super) fn schemas() -> Value {
    let number = || json!({ "type": "number", "minimum": 0, "examples": [1.5] });
    json!({
        "Workspace": object([
            ("id", string("ws_9f2c")), ("name", string("Menus")), ("description", nullable(string("Ours"))), ("plan", plans()), ("created_at", timestamp()),
        ]),
        "Member": object([("id", string("usr_9f2c")), ("email", string("ada@example.com")), ("name", nullable(string("Ada")))]),
        "Usage": object([
            ("plan", plans()),
            ("usage", object([
                ("links_created_this_month", count()), ("api_calls_this_month", count()), ("total_links", count()),
                ("total_qr_templates", count()), ("total_bio_pages", count()), ("storage_bytes", count()), ("storage_mb", number()),
            ])),
            ("limits", object([
                ("links_per_month", nullable(count())), ("dynamic_qr", nullable(count())), ("bio_pages", nullable(count())),
                ("storage_mb", nullable(count())), ("api_calls_per_month", nullable(count())), ("qr_templates", nullable(count())),
            ])),
            ("features", object([("routing_rules", boolean()), ("csv_export", boolean()), ("bulk_ops", boolean()), ("ad_free", boolean())])),
        ]),
        "ErrorCode": object([("code", string("SLUG_TAKEN")), ("help", string("/docs/errors/SLUG_TAKEN")), ("conditions", list(condition()))]),
    })
}

fn plans() -> Value {
    enumeration(Plan::ALL.map(|plan| plan.name()))
}

fn condition() -> Value {
    let reply = || {
        object([
            ("status", count()),
            ("code", nullable(string("SLUG_TAKEN"))),
            ("message", string("The slug '{slug}' is taken.")),
            ("extension", boolean()),
        ])
    };
    object([
        ("name", string("SlugTaken")),
        ("meaning", string("The slug is taken.")),
        ("causes", string("Another account has it.")),
        ("fix", string("Choose another.")),
        ("retry", enumeration(["never", "after_wait", "next_period", "backoff"])),
        ("replies", object(Dialect::ALL.map(|dialect| (dialect.name(), reply())))),
    ])
}

pub(super) fn operations() -> Vec<Operation> {
    let scope = "workspace:read";
    [
        keyed("GET", "/api/v1/workspace", "getWorkspace", "Get the caller's workspace.", scope)
            .answers(200, one(reference("Workspace"))),
        keyed(
            "GET",
            "/api/v1/workspace/usage",
            "getUsage",
            "Get what is used and what the plan allows.",
            scope,
        )
        .answers(200, one(reference("Usage"))),
        keyed(
            "GET",
            "/api/v1/workspace/members",
            "listMembers",
            "List the users of the workspace.",
            scope,
        )
        .answers(200, all("Member")),
        operation("GET", "/api/v1/errors", "listErrors", "List every error in all dialects.")
            .answers(200, object([("data", list(reference("ErrorCode")))])),
    ]
    .map(|operation| operation.tag("Workspace"))
    .into()
}
