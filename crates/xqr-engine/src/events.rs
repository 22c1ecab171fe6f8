//! Events for the outbox, in the words of the native webhooks (xQR reference, section 16.2), and
//! for whoever subscribed to them.

use serde_json::{Map, Value, json};
use xqr_errors::Result;
use xqr_plans::Purse;
use xqr_store::assets::Asset;
use xqr_store::bio::BioPage;
use xqr_store::links::Link;
use xqr_store::outbox::{self, NewEvent};
use xqr_store::{scans, usage};

use crate::Tx;
use crate::runtime::ids;
use crate::webhooks::subscriptions::{self, Fact};

pub(crate) fn link_created(tx: &mut Tx<'_>, link: &Link) -> Result<()> {
    push(tx, link, "link.created", [("destination", json!(link.destination))])?;
    subscriptions::tell(tx, link.workspace_id, &Fact::LinkCreated(link))
}

pub(crate) fn link_updated(
    tx: &mut Tx<'_>,
    link: &Link,
    changes: Map<String, Value>,
) -> Result<()> {
    subscriptions::tell(tx, link.workspace_id, &Fact::LinkUpdated(link, &changes))?;
    push(tx, link, "link.updated", [("changes", Value::Object(changes))])
}

pub(crate) fn link_deleted(tx: &mut Tx<'_>, link: &Link) -> Result<()> {
    push(tx, link, "link.deleted", [])?;
    subscriptions::tell(tx, link.workspace_id, &Fact::LinkDeleted(link))
}

pub(crate) fn asset_uploaded(tx: &mut Tx<'_>, asset: &Asset) -> Result<()> {
    let data = json!({
        "asset_id": asset.uid, "filename": asset.filename, "mime_type": asset.content_type(), "file_size": asset.size,
    });
    record(tx, asset.workspace_id, "asset.uploaded", &data)?;
    subscriptions::tell(tx, asset.workspace_id, &Fact::AssetUploaded(&data))
}

pub(crate) fn bio_published(tx: &mut Tx<'_>, page: &BioPage, html_url: &str) -> Result<()> {
    let mut data = bio_page(page);
    data["html_url"] = json!(html_url);
    record(tx, page.workspace_id, "bio.published", &data)?;
    subscriptions::tell(tx, page.workspace_id, &Fact::BioPublished(page.id, &data))
}

pub(crate) fn bio_unpublished(tx: &mut Tx<'_>, page: &BioPage) -> Result<()> {
    let data = bio_page(page);
    record(tx, page.workspace_id, "bio.unpublished", &data)?;
    subscriptions::tell(tx, page.workspace_id, &Fact::BioUnpublished(page.id, &data))
}

fn bio_page(page: &BioPage) -> Value {
    json!({ "page_id": ids::bio_page(page), "title": page.title, "slug": page.slug })
}

/// A monthly quota crosses 75 or reaches 100 percent (QR Studio reference, section 12.1): told once
/// per `metric` and `period`, also when units are given back and taken again.
pub(crate) fn quota_threshold(
    tx: &mut Tx<'_>,
    workspace: i64,
    metric: &str,
    period: &str,
    percent: u8,
    purse: &Purse,
) -> Result<()> {
    // A quota that grew is crossed anew.
    let once = format!("{metric}_{percent}_of_{}", purse.quota.unwrap_or_default());
    if !usage::begin(tx.conn, workspace, &once, period)? {
        return Ok(());
    }
    let figures =
        json!({ "metric": metric, "quota": purse.quota, "used": purse.used, "percent": percent });
    record(tx, workspace, &format!("quota.threshold_{percent}"), &figures)?;
    subscriptions::tell(tx, workspace, &Fact::QuotaReached(percent, &figures))
}

/// The numbers of scans that are told of.
const MILESTONES: [i64; 5] = [100, 1_000, 10_000, 100_000, 1_000_000];

/// A link's scans have come from `before` to `after`: told for each milestone on the way (xQR
/// reference, U-18).
pub(crate) fn scan_threshold(
    tx: &mut Tx<'_>,
    workspace: i64,
    link_id: i64,
    before: i64,
    after: i64,
) -> Result<()> {
    for threshold in
        MILESTONES.into_iter().filter(|milestone| before < *milestone && *milestone <= after)
    {
        let Some((link_uid, code)) = scans::names(tx.conn, &[link_id])?.remove(&link_id) else {
            return Ok(());
        };
        let data = json!({ "link_id": link_uid, "short_code": code, "scan_count": after, "threshold": threshold });
        record(tx, workspace, "link.threshold", &data)?;
        subscriptions::tell(tx, workspace, &Fact::Threshold(link_id, &data))?;
    }
    Ok(())
}

/// A workspace has moved to another plan.
pub(crate) fn plan_changed(tx: &mut Tx<'_>, workspace: i64, old: &str, new: &str) -> Result<()> {
    let data = json!({ "old_plan": old, "new_plan": new });
    record(tx, workspace, "subscription.updated", &data)?;
    subscriptions::tell(tx, workspace, &Fact::PlanChanged(&data))
}

/// Writes an event into the outbox.
fn record(tx: &mut Tx<'_>, workspace_id: i64, event: &str, data: &Value) -> Result<()> {
    let (uid, payload, created_at) = (tx.fresh_uuid(), data.to_string(), tx.now);
    outbox::push(
        tx.conn,
        &NewEvent { uid: &uid, workspace_id, event, payload: &payload, created_at },
    )
}

fn push<const N: usize>(
    tx: &mut Tx<'_>,
    link: &Link,
    event: &str,
    more: [(&str, Value); N],
) -> Result<()> {
    let mut payload = json!({ "link_id": link.uid, "short_code": link.code });
    for (name, value) in more {
        payload[name] = value;
    }
    record(tx, link.workspace_id, event, &payload)
}
