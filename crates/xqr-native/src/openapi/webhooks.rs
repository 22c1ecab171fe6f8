//! Webhooks.

use serde_json::{Value, json};
use xqr_engine::auth::Look;
use xqr_engine::webhooks::{format, subscriptions};

use super::{LISTS, TEXTS, all, keyed, one, page, paged, signed_in};
use xqr_http::openapi::operation::Operation;
use xqr_http::openapi::schema::{
    body, count, flag, list, maybe, moment, named, object, one_of, prose, some, text, url,
};

pub(super) fn schemas() -> Value {
    json!({
        "Webhook": object([
            ("id", text("wh_9f2c")), ("url", url()), ("events", list(text("link.created"))), ("description", text("Orders")),
            ("enabled", flag()), ("failure_count", count()), ("disabled_at", maybe(moment())), ("created_at", moment()),
            ("updated_at", moment()),
        ]),
        "Delivery": object([
            ("id", text("del_9f2c")), ("status", text("delivered")), ("event_type", text("link.created")), ("created_at", moment()),
            ("delivered_at", maybe(moment())), ("failed_at", maybe(moment())), ("attempts", count()), ("response_status", maybe(count())),
        ]),
        "Secret": object([("secret", text("whsec_…"))]),
        "Sent": object([("delivery_id", text("del_9f2c")), ("event_type", text("test.ping"))]),
    })
}

pub(super) fn operations() -> Vec<Operation> {
    let known = format::events(Look::Xqr);
    let events = || {
        some(
            1,
            known.len(),
            one_of([subscriptions::EVERYTHING].into_iter().chain(known.iter().copied())),
        )
    };
    let new =
        body([("url", url()), ("events", events()), ("description?", maybe(prose(200, "Orders")))]);
    let changes = body([
        ("url?", maybe(url())),
        ("events?", maybe(events())),
        ("description?", maybe(prose(200, "Orders"))),
        ("enabled?", maybe(flag())),
    ]);
    let wrong = "EndpointInvalid ChoiceUnknown FeatureLocked PlanLimitReached";
    let absent = "ResourceNotFound";
    let (read, write) = ("webhooks:read", "webhooks:write");
    [
        keyed("GET", "/api/v1/webhooks", "listWebhooks", "List webhooks.", read)
            .answers(200, all("Webhook")),
        keyed("POST", "/api/v1/webhooks", "createWebhook", "Make a webhook.", write)
            .once()
            .takes(new)
            .refuses(TEXTS)
            .refuses(LISTS)
            .refuses(wrong)
            .answers(201, one(named("Webhook"))),
        keyed("GET", "/api/v1/webhooks/{webhook_id}", "getWebhook", "Read a webhook.", read)
            .refuses(absent)
            .answers(200, one(named("Webhook"))),
        keyed(
            "PATCH",
            "/api/v1/webhooks/{webhook_id}",
            "updateWebhook",
            "Change a webhook.",
            write,
        )
        .takes(changes)
        .refuses(TEXTS)
        .refuses(LISTS)
        .refuses(wrong)
        .refuses(absent)
        .answers(200, one(named("Webhook"))),
        keyed(
            "DELETE",
            "/api/v1/webhooks/{webhook_id}",
            "deleteWebhook",
            "Delete a webhook.",
            write,
        )
        .refuses(absent)
        .answers_nothing(),
        paged(keyed(
            "GET",
            "/api/v1/webhooks/{webhook_id}/deliveries",
            "listDeliveries",
            "List deliveries, the latest first.",
            read,
        ))
        .refuses(absent)
        .answers(200, page("Delivery")),
        keyed(
            "POST",
            "/api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver",
            "redeliver",
            "Send a delivery once more.",
            write,
        )
        .refuses(absent)
        .refuses("FeatureLocked StateConflict")
        .answers(202, one(named("Delivery"))),
        keyed(
            "GET",
            "/api/v1/webhooks/{webhook_id}/secret",
            "getWebhookSecret",
            "Tell a webhook's secret.",
            write,
        )
        .refuses(absent)
        .answers(200, one(named("Secret"))),
        keyed(
            "POST",
            "/api/v1/webhooks/{webhook_id}/rotate",
            "rotateWebhook",
            "Give a webhook another secret.",
            write,
        )
        .refuses(absent)
        .refuses("FeatureLocked")
        .answers(200, one(named("Secret"))),
        keyed(
            "POST",
            "/api/v1/webhooks/{webhook_id}/test",
            "testWebhook",
            "Send a made-up event.",
            write,
        )
        .refuses(absent)
        .refuses("FeatureLocked StateConflict")
        .answers(202, one(named("Sent"))),
        signed_in(
            "GET",
            "/api/developer/webhooks/{webhook_id}/secret",
            "showWebhookSecret",
            "Tell a webhook's secret to a person.",
        )
        .refuses(absent)
        .answers(200, one(named("Secret"))),
        signed_in(
            "POST",
            "/api/developer/webhooks/{webhook_id}/test",
            "sendWebhookTest",
            "Send a made-up event for a person.",
        )
        .refuses(absent)
        .refuses("FeatureLocked StateConflict")
        .answers(202, one(named("Sent"))),
    ]
    .map(|operation| operation.tag("Webhooks"))
    .into()
}
