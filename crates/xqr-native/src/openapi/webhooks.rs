//! Webhooks.

use serde_json::{Value, json};

use super::{LISTS, TEXTS, all, keyed, one, page, paged, signed_in};
use crate::webhook_format::{EVENTS, EVERY_EVENT};
use xqr_http::openapi::operation::Operation;
use xqr_http::openapi::schema::{
    body, boolean, bounded_list, count, enumeration, list, nullable, object, prose, reference,
    string, timestamp, url,
};

pub(super) fn schemas() -> Value {
    json!({
        "Webhook": object([
            ("id", string("wh_9f2c")), ("url", url()), ("events", list(string("link.created"))), ("description", string("Orders")),
            ("enabled", boolean()), ("failure_count", count()), ("disabled_at", nullable(timestamp())), ("created_at", timestamp()),
            ("updated_at", timestamp()),
        ]),
        "Delivery": object([
            ("id", string("del_9f2c")), ("status", string("delivered")), ("event_type", string("link.created")), ("created_at", timestamp()),
            ("delivered_at", nullable(timestamp())), ("failed_at", nullable(timestamp())), ("attempts", count()), ("response_status", nullable(count())),
        ]),
        "Secret": object([("secret", string("whsec_…"))]),
        "Sent": object([("delivery_id", string("del_9f2c")), ("event_type", string("test.ping"))]),
    })
}

pub(super) fn operations() -> Vec<Operation> {
    let known = EVENTS;
    let events = || {
        bounded_list(
            1,
            known.len(),
            enumeration([EVERY_EVENT].into_iter().chain(known.iter().copied())),
        )
    };
    let new = body([
        ("url", url()),
        ("events", events()),
        ("description?", nullable(prose(200, "Orders"))),
    ]);
    let changes = body([
        ("url?", nullable(url())),
        ("events?", nullable(events())),
        ("description?", nullable(prose(200, "Orders"))),
        ("enabled?", nullable(boolean())),
    ]);
    let wrong = "EndpointInvalid ChoiceUnknown FeatureLocked PlanLimitReached";
    let absent = "ResourceNotFound";
    let (read, write) = ("webhooks:read", "webhooks:write");
    [
        keyed("GET", "/api/v1/webhooks", "listWebhooks", "List webhooks.", read)
            .answers(200, all("Webhook")),
        keyed("POST", "/api/v1/webhooks", "createWebhook", "Create a webhook.", write)
            .once()
            .takes(new)
            .refuses(TEXTS)
            .refuses(LISTS)
            .refuses(wrong)
            .answers(201, one(reference("Webhook"))),
        keyed("GET", "/api/v1/webhooks/{webhook_id}", "getWebhook", "Get a webhook.", read)
            .refuses(absent)
            .answers(200, one(reference("Webhook"))),
        keyed(
            "PATCH",
            "/api/v1/webhooks/{webhook_id}",
            "updateWebhook",
            "Update a webhook.",
            write,
        )
        .takes(changes)
        .refuses(TEXTS)
        .refuses(LISTS)
        .refuses(wrong)
        .refuses(absent)
        .answers(200, one(reference("Webhook"))),
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
            "List deliveries, newest first.",
            read,
        ))
        .refuses(absent)
        .answers(200, page("Delivery")),
        keyed(
            "POST",
            "/api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver",
            "redeliver",
            "Send a delivery again.",
            write,
        )
        .refuses(absent)
        .refuses("FeatureLocked StateConflict")
        .answers(202, one(reference("Delivery"))),
        keyed(
            "GET",
            "/api/v1/webhooks/{webhook_id}/secret",
            "getWebhookSecret",
            "Get the secret of a webhook.",
            write,
        )
        .refuses(absent)
        .answers(200, one(reference("Secret"))),
        keyed(
            "POST",
            "/api/v1/webhooks/{webhook_id}/rotate",
            "rotateWebhookSecret",
            "Replace the secret of a webhook.",
            write,
        )
        .refuses(absent)
        .refuses("FeatureLocked")
        .answers(200, one(reference("Secret"))),
        keyed(
            "POST",
            "/api/v1/webhooks/{webhook_id}/test",
            "testWebhook",
            "Send a test event.",
            write,
        )
        .refuses(absent)
        .refuses("FeatureLocked StateConflict")
        .answers(202, one(reference("Sent"))),
        signed_in(
            "GET",
            "/api/developer/webhooks/{webhook_id}/secret",
            "getWebhookSecretAsUser",
            "Get the secret of a webhook as a signed-in user.",
        )
        .refuses(absent)
        .answers(200, one(reference("Secret"))),
        signed_in(
            "POST",
            "/api/developer/webhooks/{webhook_id}/test",
            "testWebhookAsUser",
            "Send a test event as a signed-in user.",
        )
        .refuses(absent)
        .refuses("FeatureLocked StateConflict")
        .answers(202, one(reference("Sent"))),
    ]
    .map(|operation| operation.tag("Webhooks"))
    .into()
}
