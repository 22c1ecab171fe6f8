//! What happened, in the words of each dialect's webhooks: names, data, envelope. The sources are
//! the xQR reference, section 16.2, and the QR Studio reference, section 12.1. A dialect that has
//! no name for something is not told.

use serde_json::{Map, Value, json};
use xqr_auth::Look;
use xqr_store::links::Link;
use xqr_store::scans::NewScan;

use crate::routing::parse_variants;
use crate::runtime::time_format::rfc3339;

/// The native events. `*` stands for all of them.
const XQR: &[&str] = &[
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
/// The studio's events.
const STUDIO: &[&str] = &[
    "scan.created",
    "dynamic_qr.created",
    "dynamic_qr.updated",
    "quota.threshold_75",
    "quota.threshold_100",
];
/// What a test sends, to whoever asks for it.
const PING: &str = "test.ping";
/// Changes of a link that the studio tells of.
const STUDIO_CHANGES: [&str; 6] =
    ["destination", "name", "enabled", "archived", "variants", "sticky"];

/// Returns the names of the events that webhooks of this look may subscribe to; none where the
/// dialect has no webhooks.
pub fn events(look: Look) -> &'static [&'static str] {
    match look {
        Look::Xqr => XQR,
        Look::Studio => STUDIO,
        Look::Forge | Look::Hub => &[],
    }
}

/// Something that happened.
pub(crate) enum Fact<'a> {
    LinkCreated(&'a Link),
    /// With the changed fields and their new values.
    LinkUpdated(&'a Link, &'a Map<String, Value>),
    LinkDeleted(&'a Link),
    /// With the link's id for clients, and its code.
    Scanned(&'a NewScan, &'a (String, String)),
    /// A link's scans have reached a milestone: its id, and the data.
    Threshold(i64, &'a Value),
    /// The plan of a workspace: the data.
    PlanChanged(&'a Value),
    /// With the percentage, and the figures.
    QuotaReached(u8, &'a Value),
    /// With what is told of it.
    AssetUploaded(&'a Value),
    /// With the page's id, and what is told of it.
    BioPublished(i64, &'a Value),
    /// With the page's id, and what is told of it.
    BioUnpublished(i64, &'a Value),
    /// Nothing: somebody tests the webhook with this id.
    Ping(i64),
}

impl Fact<'_> {
    /// The link or page that it is about: what is told of one is told in order.
    pub(crate) fn subject(&self) -> Option<i64> {
        match self {
            Self::LinkCreated(link) | Self::LinkUpdated(link, _) | Self::LinkDeleted(link) => {
                Some(link.id)
            }
            Self::Threshold(link, _) => Some(*link),
            // The order of scans matters to nobody, and a link may have thousands.
            Self::Scanned(..)
            | Self::AssetUploaded(_)
            | Self::PlanChanged(_)
            | Self::QuotaReached(..)
            | Self::Ping(_) => None,
            // Links have positive ids.
            Self::BioPublished(page, _) | Self::BioUnpublished(page, _) => Some(-page),
        }
    }
}

/// Whether webhooks of a look have a word for scans, and which.
pub(crate) fn scan_event(look: Look) -> Option<&'static str> {
    match look {
        Look::Xqr => Some("link.scanned"),
        Look::Studio => Some("scan.created"),
        Look::Forge | Look::Hub => None,
    }
}

/// Puts a fact into a look's words: the event's name and its data.
pub(crate) fn say(look: Look, fact: &Fact<'_>) -> Option<(&'static str, Value)> {
    let native = |link: &Link| json!({ "link_id": link.uid, "short_code": link.code });
    let with = |mut data: Value, name: &str, value: Value| {
        data[name] = value;
        data
    };
    Some(match (look, fact) {
        (Look::Xqr, Fact::LinkCreated(link)) => {
            ("link.created", with(native(link), "destination", json!(link.destination)))
        }
        (Look::Xqr, Fact::LinkUpdated(link, changes)) => {
            ("link.updated", with(native(link), "changes", json!(changes)))
        }
        (Look::Xqr, Fact::LinkDeleted(link)) => ("link.deleted", native(link)),
        (Look::Xqr, Fact::Scanned(scan, (uid, code))) => (
            "link.scanned",
            json!({
                "link_id": uid, "short_code": code, "country": scan.country, "device": scan.device, "browser": scan.agent,
                // Addresses of visitors are not kept, so there is none to tell.
                "ip": null,
            }),
        ),
        (Look::Xqr, Fact::Threshold(_, data)) => ("link.threshold", (*data).clone()),
        (Look::Xqr, Fact::PlanChanged(data)) => ("subscription.updated", (*data).clone()),
        (Look::Xqr, Fact::AssetUploaded(data)) => ("asset.uploaded", (*data).clone()),
        (Look::Xqr, Fact::BioPublished(_, data)) => ("bio.published", (*data).clone()),
        (Look::Xqr, Fact::BioUnpublished(_, data)) => ("bio.unpublished", (*data).clone()),
        (Look::Studio, Fact::LinkCreated(link)) => ("dynamic_qr.created", dynamic_qr(link)),
        (Look::Studio, Fact::LinkUpdated(link, changes))
            if STUDIO_CHANGES.iter().any(|name| changes.contains_key(*name)) =>
        {
            ("dynamic_qr.updated", dynamic_qr(link))
        }
        (Look::Studio, Fact::Scanned(scan, (_, code))) => (
            "scan.created",
            json!({
                "short_id": code, "country": scan.country, "device": scan.device, "browser": scan.agent,
                "referer": scan.referrer, "variant": scan.variant, "scanned_at": rfc3339(scan.at),
            }),
        ),
        (Look::Studio, Fact::QuotaReached(75, figures)) => {
            ("quota.threshold_75", (*figures).clone())
        }
        (Look::Studio, Fact::QuotaReached(100, figures)) => {
            ("quota.threshold_100", (*figures).clone())
        }
        (Look::Xqr | Look::Studio, Fact::Ping(id)) => (PING, json!({ "webhook_id": id })),
        _ => return None,
    })
}

/// The members of the studio's object that a link has.
fn dynamic_qr(link: &Link) -> Value {
    json!({
        "short_id": link.code,
        "name": link.name,
        "destination_url": link.destination,
        "variants": parse_variants(&link.variants),
        "is_active": link.enabled && !link.archived,
        "scan_count": link.scan_count,
        "created_at": rfc3339(link.created_at),
        "updated_at": rfc3339(link.updated_at),
    })
}

/// Returns the bytes to send.
pub(crate) fn envelope(look: Look, id: &str, event: &str, at: i64, data: &Value) -> String {
    match look {
        Look::Studio => json!({ "id": id, "type": event, "created_at": rfc3339(at), "data": data }),
        _ => json!({ "event": event, "timestamp": rfc3339(at), "data": data }),
    }
    .to_string()
}
