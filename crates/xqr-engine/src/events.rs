//! Events for the outbox, in the words of the native webhooks (xQR reference, section 16.2), and for whoever subscribed to them.

use serde_json::{Map, Value, json};
use xqr_errors::Result;
use xqr_plans::Purse;
use xqr_store::links::Link;
use xqr_store::outbox::{self, NewEvent};
use xqr_store::usage;

use crate::Tx;
use crate::hooks::{self, Fact};

pub(crate) fn link_created(tx: &mut Tx<'_>, link: &Link) -> Result<()> {
    push(tx, link, "link.created", [("destination", json!(link.destination))])?;
    hooks::tell(tx, link.workspace_id, &Fact::LinkCreated(link))
}

pub(crate) fn link_updated(tx: &mut Tx<'_>, link: &Link, changes: Map<String, Value>) -> Result<()> {
    hooks::tell(tx, link.workspace_id, &Fact::LinkUpdated(link, &changes))?;
    push(tx, link, "link.updated", [("changes", Value::Object(changes))])
}

pub(crate) fn link_deleted(tx: &mut Tx<'_>, link: &Link) -> Result<()> {
    push(tx, link, "link.deleted", [])?;
    hooks::tell(tx, link.workspace_id, &Fact::LinkDeleted(link))
}

/// A monthly quota crosses 75 or reaches 100 percent (QR Studio reference, section 12.1): told once per `metric` and `period`, also
/// when units are given back and taken again.
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
    let (uid, event) = (tx.fresh_uuid(), format!("quota.threshold_{percent}"));
    let figures = json!({ "metric": metric, "quota": purse.quota, "used": purse.used, "percent": percent });
    let payload = figures.to_string();
    let event = NewEvent { uid: &uid, workspace_id: workspace, event: &event, payload: &payload, created_at: tx.now };
    outbox::push(tx.conn, &event)?;
    hooks::tell(tx, workspace, &Fact::QuotaReached(percent, &figures))
}

fn push<const N: usize>(tx: &mut Tx<'_>, link: &Link, event: &str, more: [(&str, Value); N]) -> Result<()> {
    let mut payload = json!({ "link_id": link.uid, "short_code": link.code });
    for (name, value) in more {
        payload[name] = value;
    }
    let uid = tx.fresh_uuid();
    let (payload, created_at) = (payload.to_string(), tx.now);
    outbox::push(tx.conn, &NewEvent { uid: &uid, workspace_id: link.workspace_id, event, payload: &payload, created_at })
}
