//! Events: written into the outbox by the transaction that causes them. A committed event is never
//! lost, and an event that was rolled back is never sent. `webhooks::fan_out` turns events into
//! deliveries.

use serde_json::{Map, Value};
use xqr_errors::{Error, Result};
use xqr_plans::Purse;
use xqr_store::assets::Asset;
use xqr_store::bio::BioPage;
use xqr_store::counters::{self, Metric, QuotaMetric, Span};
use xqr_store::links::Link;
use xqr_store::outbox::{self, NewEvent};
use xqr_store::scans::NewScan;
use xqr_store::{LinkId, WorkspaceId, scans, webhooks};

use crate::Tx;
use crate::dialect::Event;
use crate::dialect::event::{LinkFacts, PageFacts, ScanFacts};
use crate::runtime::ids;

/// The numbers of scans that are reported.
const MILESTONES: [i64; 5] = [100, 1_000, 10_000, 100_000, 1_000_000];

pub(crate) fn link_created(tx: &mut Tx<'_>, link: &Link) -> Result<()> {
    push(tx, link.workspace_id, || Event::LinkCreated { link: LinkFacts::from(link) })
}

pub(crate) fn link_updated(
    tx: &mut Tx<'_>,
    link: &Link,
    changes: Map<String, Value>,
) -> Result<()> {
    push(tx, link.workspace_id, || Event::LinkUpdated { link: LinkFacts::from(link), changes })
}

pub(crate) fn link_deleted(tx: &mut Tx<'_>, link: &Link) -> Result<()> {
    push(tx, link.workspace_id, || Event::LinkDeleted { link: LinkFacts::from(link) })
}

pub(crate) fn asset_uploaded(tx: &mut Tx<'_>, asset: &Asset) -> Result<()> {
    push(tx, asset.workspace_id, || Event::AssetUploaded {
        asset_uid: asset.uid.clone(),
        filename: asset.filename.clone(),
        media_type: asset.content_type().to_owned(),
        size: asset.size,
    })
}

pub(crate) fn bio_published(tx: &mut Tx<'_>, page: &BioPage, html_url: &str) -> Result<()> {
    push(tx, page.workspace_id, || Event::BioPublished {
        page: page_facts(page),
        html_url: html_url.to_owned(),
    })
}

pub(crate) fn bio_unpublished(tx: &mut Tx<'_>, page: &BioPage) -> Result<()> {
    push(tx, page.workspace_id, || Event::BioUnpublished { page: page_facts(page) })
}

fn page_facts(page: &BioPage) -> PageFacts {
    PageFacts {
        id: page.id,
        page_id: ids::bio_page(page),
        title: page.title.clone(),
        slug: page.slug.clone(),
    }
}

/// A monthly quota crosses 75 or reaches 100 percent: reported once per `metric` and `span`, also
/// if units are given back and taken again.
pub(crate) fn quota_threshold(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    metric: QuotaMetric,
    span: Span,
    percent: u8,
    purse: &Purse,
) -> Result<()> {
    // A quota that grew is crossed anew.
    let once = Metric::Reported { of: metric, percent, quota: purse.quota.unwrap_or_default() };
    if !counters::begin(tx.conn, workspace, once, span)? {
        return Ok(());
    }
    push(tx, workspace, || Event::QuotaReached {
        percent,
        metric,
        quota: purse.quota,
        used: purse.used,
    })
}

/// A link's scans went from `before` to `after`: each milestone on the way is reported.
pub(crate) fn scan_threshold(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    link: LinkId,
    before: i64,
    after: i64,
) -> Result<()> {
    let reached = MILESTONES.into_iter().filter(|it| before < *it && *it <= after);
    for threshold in reached {
        let Some((link_uid, code)) = scans::names(tx.conn, &[link])?.remove(&link) else {
            return Ok(());
        };
        let scan_count = after;
        push(tx, workspace, || Event::ScansReached {
            link,
            link_uid,
            code,
            scan_count,
            threshold,
        })?;
    }
    Ok(())
}

/// A workspace moved to another plan.
pub(crate) fn plan_changed(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    old: &str,
    new: &str,
) -> Result<()> {
    let (old_plan, new_plan) = (old.to_owned(), new.to_owned());
    push(tx, workspace, || Event::PlanChanged { old_plan, new_plan })
}

/// Scans were counted. Costs one query if no webhook subscribes to scans.
pub(crate) fn scans_counted(tx: &mut Tx<'_>, found: &[NewScan]) -> Result<()> {
    let mut workspaces: Vec<WorkspaceId> = found.iter().map(|scan| scan.workspace_id).collect();
    workspaces.sort_unstable();
    workspaces.dedup();
    let mut listening = Vec::new();
    for subscription in webhooks::active(tx.conn, &workspaces)? {
        let format = tx.dialects.webhooks(&subscription.look);
        if format.is_some_and(|format| {
            let event = format.scan_event();
            event.is_some_and(|event| format.is_subscribed(&subscription.events, event))
        }) {
            listening.push(subscription.workspace_id);
        }
    }
    if listening.is_empty() {
        return Ok(());
    }
    let heard: Vec<&NewScan> =
        found.iter().filter(|scan| listening.contains(&scan.workspace_id)).collect();
    let mut links: Vec<LinkId> = heard.iter().map(|scan| scan.link_id).collect();
    links.sort_unstable();
    links.dedup();
    let names = scans::names(tx.conn, &links)?;
    let mut new = Vec::with_capacity(heard.len());
    for scan in heard {
        if let Some(name) = names.get(&scan.link_id) {
            let event = Event::Scanned { scan: ScanFacts::new(scan, name) };
            new.push(row(tx, scan.workspace_id, &event)?);
        }
    }
    tx.has_event |= !new.is_empty();
    outbox::push(tx.conn, &new)
}

/// Writes an event into the outbox if the workspace has an active webhook.
fn push(tx: &mut Tx<'_>, workspace: WorkspaceId, event: impl FnOnce() -> Event) -> Result<()> {
    if !webhooks::any_active(tx.conn, workspace)? {
        return Ok(());
    }
    let new = row(tx, workspace, &event())?;
    tx.has_event = true;
    outbox::push(tx.conn, &[new])
}

fn row(tx: &Tx<'_>, workspace_id: WorkspaceId, event: &Event) -> Result<NewEvent> {
    let payload = serde_json::to_value(event).map_err(Error::internal)?;
    let name = payload["event"].as_str().unwrap_or_default().to_owned();
    Ok(NewEvent {
        uid: tx.fresh_uuid(),
        workspace_id,
        event: name,
        payload: payload.to_string(),
        created_at: tx.now,
    })
}
