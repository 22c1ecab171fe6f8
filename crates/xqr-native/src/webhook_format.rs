//! Native webhooks: events, payloads, signature, retries (xQR reference, section 16).

use serde_json::{Value, json};
use xqr_engine::auth::SigningSecret;
use xqr_engine::dialect::event::{LinkFacts, PageFacts};
use xqr_engine::dialect::webhook_format::Outgoing;
use xqr_engine::dialect::{Event, RetryPolicy, WebhookFormat};
use xqr_engine::runtime::time_format::rfc3339;

/// The name that stands for every event.
pub(crate) const EVERY_EVENT: &str = "*";
/// The name of a test.
const PING: &str = "test.ping";
/// The events of section 16.2.
pub(crate) const EVENTS: &[&str] = &[
    "link.created",
    "link.updated",
    "link.deleted",
    "link.scanned",
    "link.threshold",
    "bio.published",
    "bio.unpublished",
    "asset.uploaded",
    "subscription.updated",
    PING,
];
/// Section 16.4.
const RETRIES: RetryPolicy = RetryPolicy {
    delays: &[5_000, 30_000, 300_000, 1_800_000, 7_200_000],
    jitter: 0,
    disable_after: 100,
};

/// The native webhook format.
#[derive(Debug)]
pub(crate) struct Format;

impl WebhookFormat for Format {
    fn events(&self) -> &'static [&'static str] {
        EVENTS
    }

    fn every_event(&self) -> Option<&'static str> {
        Some(EVERY_EVENT)
    }

    fn scan_event(&self) -> Option<&'static str> {
        Some("link.scanned")
    }

    fn payload(&self, event: &Event) -> Option<(&'static str, Value)> {
        Some(match event {
            Event::LinkCreated { link } => {
                ("link.created", link_with(link, "destination", json!(link.destination)))
            }
            Event::LinkUpdated { link, changes } => {
                ("link.updated", link_with(link, "changes", json!(changes)))
            }
            Event::LinkDeleted { link } => ("link.deleted", link_data(link)),
            Event::Scanned { scan } => (
                "link.scanned",
                json!({
                    "link_id": scan.link_uid, "short_code": scan.code, "country": scan.country,
                    "device": scan.device, "browser": scan.browser,
                    // Addresses of visitors are not kept.
                    "ip": null,
                }),
            ),
            Event::ScansReached { link_uid, code, scan_count, threshold, .. } => (
                "link.threshold",
                json!({
                    "link_id": link_uid, "short_code": code, "scan_count": scan_count,
                    "threshold": threshold,
                }),
            ),
            Event::PlanChanged { old_plan, new_plan } => {
                ("subscription.updated", json!({ "old_plan": old_plan, "new_plan": new_plan }))
            }
            Event::AssetUploaded { asset_uid, filename, media_type, size } => (
                "asset.uploaded",
                json!({
                    "asset_id": asset_uid, "filename": filename, "mime_type": media_type,
                    "file_size": size,
                }),
            ),
            Event::BioPublished { page, html_url } => {
                let mut data = page_data(page);
                data["html_url"] = json!(html_url);
                ("bio.published", data)
            }
            Event::BioUnpublished { page } => ("bio.unpublished", page_data(page)),
            Event::Ping { webhook } => (PING, json!({ "webhook_id": webhook })),
            _ => return None,
        })
    }

    fn envelope(&self, _: &str, event: &str, at: i64, data: &Value) -> String {
        json!({ "event": event, "timestamp": rfc3339(at), "data": data }).to_string()
    }

    fn headers(
        &self,
        secret: &SigningSecret,
        delivery: &Outgoing<'_>,
        _: i64,
    ) -> Vec<(&'static str, String)> {
        vec![
            ("user-agent", "xQR-Webhooks/1.0".to_owned()),
            ("x-xqr-event", delivery.event.to_owned()),
            ("x-xqr-delivery", delivery.id.to_owned()),
            ("x-xqr-signature", format!("sha256={}", secret.sign_as_text(&[delivery.body]))),
        ]
    }

    fn retries(&self) -> &'static RetryPolicy {
        &RETRIES
    }
}

fn link_data(link: &LinkFacts) -> Value {
    json!({ "link_id": link.uid, "short_code": link.code })
}

fn link_with(link: &LinkFacts, name: &str, value: Value) -> Value {
    let mut data = link_data(link);
    data[name] = value;
    data
}

fn page_data(page: &PageFacts) -> Value {
    json!({ "page_id": page.page_id, "title": page.title, "slug": page.slug })
}
