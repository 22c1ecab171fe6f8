//! Events for the outbox, in the words of the native webhooks (xQR reference, section 16.2).

use serde_json::{Map, Value, json};
use xqr_errors::Result;
use xqr_store::links::Link;
use xqr_store::outbox::{self, NewEvent};

use crate::Tx;

pub(crate) fn link_created(tx: &mut Tx<'_>, link: &Link) -> Result<()> {
    push(tx, link, "link.created", [("destination", json!(link.destination))])
}

pub(crate) fn link_updated(tx: &mut Tx<'_>, link: &Link, changes: Map<String, Value>) -> Result<()> {
    push(tx, link, "link.updated", [("changes", Value::Object(changes))])
}

pub(crate) fn link_deleted(tx: &mut Tx<'_>, link: &Link) -> Result<()> {
    push(tx, link, "link.deleted", [])
}

/// A monthly quota crossed 75 or reached 100 percent (QR Studio reference, section 13).
pub(crate) fn quota_threshold(tx: &mut Tx<'_>, workspace: i64, percent: u8, used: u64, quota: u64) -> Result<()> {
    let (uid, event) = (tx.fresh_uuid(), format!("quota.threshold_{percent}"));
    let payload = json!({ "quota": quota, "used": used, "percent": percent }).to_string();
    let event = NewEvent { uid: &uid, workspace_id: workspace, event: &event, payload: &payload, created_at: tx.now };
    outbox::push(tx.conn, &event)
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
