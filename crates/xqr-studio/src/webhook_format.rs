//! Webhooks: events, payloads, signature, retries (QR Studio reference, section 12).

use serde_json::{Value, json};
use xqr_engine::auth::SigningSecret;
use xqr_engine::dialect::event::LinkFacts;
use xqr_engine::dialect::webhook_format::Outgoing;
use xqr_engine::dialect::{Event, RetryPolicy, WebhookFormat};
use xqr_engine::runtime::time_format::rfc3339;

/// The events of section 12.1.
pub(crate) const EVENTS: &[&str] = &[
    "scan.created",
    "dynamic_qr.created",
    "dynamic_qr.updated",
    "quota.threshold_75",
    "quota.threshold_100",
];
/// Changes of a link that are changes of a dynamic QR.
const CHANGES: [&str; 6] = ["destination", "name", "enabled", "archived", "variants", "sticky"];
const MINUTE: i64 = 60_000;
/// Section 12.3.
const RETRIES: RetryPolicy = RetryPolicy {
    delays: &[MINUTE, 5 * MINUTE, 30 * MINUTE, 120 * MINUTE, 720 * MINUTE],
    jitter: 20,
    disable_after: 20,
};

/// The webhook format of this dialect.
#[derive(Debug)]
pub(crate) struct Format;

impl WebhookFormat for Format {
    fn events(&self) -> &'static [&'static str] {
        EVENTS
    }

    fn scan_event(&self) -> Option<&'static str> {
        Some("scan.created")
    }

    fn payload(&self, event: &Event) -> Option<(&'static str, Value)> {
        Some(match event {
            Event::LinkCreated { link } => ("dynamic_qr.created", dynamic_qr(link)),
            Event::LinkUpdated { link, changes }
                if CHANGES.iter().any(|name| changes.contains_key(*name)) =>
            {
                ("dynamic_qr.updated", dynamic_qr(link))
            }
            Event::Scanned { scan } => (
                "scan.created",
                json!({
                    "short_id": scan.code, "country": scan.country, "device": scan.device,
                    "browser": scan.browser, "referer": scan.referrer, "variant": scan.variant,
                    "scanned_at": rfc3339(scan.at),
                }),
            ),
            Event::QuotaReached { percent: percent @ (75 | 100), metric, quota, used } => {
                let name =
                    if *percent == 75 { "quota.threshold_75" } else { "quota.threshold_100" };
                let data = json!({
                    "metric": metric, "quota": quota, "used": used, "percent": percent,
                });
                (name, data)
            }
            Event::Ping { webhook } => ("test.ping", json!({ "webhook_id": webhook })),
            _ => return None,
        })
    }

    fn envelope(&self, delivery_id: &str, event: &str, at: i64, data: &Value) -> String {
        json!({ "id": delivery_id, "type": event, "created_at": rfc3339(at), "data": data })
            .to_string()
    }

    fn headers(
        &self,
        secret: &SigningSecret,
        delivery: &Outgoing<'_>,
        seconds: i64,
    ) -> Vec<(&'static str, String)> {
        let signature = secret.sign_as_text(&[format!("{seconds}.").as_bytes(), delivery.body]);
        vec![
            ("x-qrstudio-event", delivery.event.to_owned()),
            ("x-qrstudio-delivery", delivery.id.to_owned()),
            ("x-qrstudio-signature", format!("t={seconds},v1={signature}")),
        ]
    }

    fn retries(&self) -> &'static RetryPolicy {
        &RETRIES
    }
}

/// The fields of a dynamic QR that an event has.
fn dynamic_qr(link: &LinkFacts) -> Value {
    json!({
        "short_id": link.code,
        "name": link.name,
        "destination_url": link.destination,
        "variants": link.variants,
        "is_active": link.enabled && !link.archived,
        "scan_count": link.scan_count,
        "created_at": rfc3339(link.created_at),
        "updated_at": rfc3339(link.updated_at),
    })
}
