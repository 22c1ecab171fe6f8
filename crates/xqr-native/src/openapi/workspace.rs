//! The workspace, and the catalogue of errors.

use serde_json::{Value, json};
use xqr_engine::plans::Plan;

use super::{all, keyed, one};
use xqr_http::openapi::operation::{Operation, operation};
use xqr_http::openapi::schema::{count, flag, list, maybe, moment, named, object, one_of, text};

pub(super) fn schemas() -> Value {
    let number = || json!({ "type": "number", "minimum": 0, "examples": [1.5] });
    json!({
        "Workspace": object([
            ("id", text("ws_9f2c")), ("name", text("Menus")), ("description", maybe(text("Ours"))), ("plan", plans()), ("created_at", moment()),
        ]),
        "Member": object([("id", text("usr_9f2c")), ("email", text("ada@example.com")), ("name", maybe(text("Ada")))]),
        "Usage": object([
            ("plan", plans()),
            ("usage", object([
                ("links_created_this_month", count()), ("api_calls_this_month", count()), ("total_links", count()),
                ("total_qr_templates", count()), ("total_bio_pages", count()), ("storage_bytes", count()), ("storage_mb", number()),
            ])),
            ("limits", object([
                ("links_per_month", maybe(count())), ("dynamic_qr", maybe(count())), ("bio_pages", maybe(count())),
                ("storage_mb", maybe(count())), ("api_calls_per_month", maybe(count())), ("qr_templates", maybe(count())),
            ])),
            ("features", object([("routing_rules", flag()), ("csv_export", flag()), ("bulk_ops", flag()), ("ad_free", flag())])),
        ]),
        "ErrorCode": object([("code", text("SLUG_TAKEN")), ("help", text("/docs/errors/SLUG_TAKEN")), ("conditions", list(condition()))]),
    })
}

fn plans() -> Value {
    one_of(Plan::ALL.map(|plan| plan.name()))
}

fn condition() -> Value {
    let reply = || {
        object([
            ("status", count()),
            ("code", maybe(text("SLUG_TAKEN"))),
            ("message", text("The slug '{slug}' is taken.")),
            ("extension", flag()),
        ])
    };
    object([
        ("name", text("SlugTaken")),
        ("meaning", text("The slug is taken.")),
        ("causes", text("Somebody has it.")),
        ("fix", text("Choose another.")),
        ("retry", one_of(["never", "after_wait", "next_period", "backoff"])),
        (
            "replies",
            object([("xqr", reply()), ("studio", reply()), ("forge", reply()), ("hub", reply())]),
        ),
    ])
}

pub(super) fn operations() -> Vec<Operation> {
    let scope = "workspace:read";
    [
        keyed("GET", "/api/v1/workspace", "getWorkspace", "Tell who the caller is.", scope)
            .answers(200, one(named("Workspace"))),
        keyed(
            "GET",
            "/api/v1/workspace/usage",
            "getUsage",
            "Tell what is used and what the plan allows.",
            scope,
        )
        .answers(200, one(named("Usage"))),
        keyed("GET", "/api/v1/workspace/members", "listMembers", "List who else is there.", scope)
            .answers(200, all("Member")),
        operation(
            "GET",
            "/api/v1/errors",
            "listErrors",
            "List every refusal there is, in all dialects.",
        )
        .answers(200, object([("data", list(named("ErrorCode")))])),
    ]
    .map(|operation| operation.tag("Workspace"))
    .into()
}
