//! The fan-out from the outbox to deliveries: each event in the format of each subscriber's
//! dialect.

use std::collections::HashSet;

use xqr_errors::{Error, Result};
use xqr_store::outbox::{self, StoredEvent};
use xqr_store::webhooks::{self, DeliveryStatus, NewDelivery, SubjectId, Subscription};
use xqr_store::{WebhookId, WorkspaceId};

use crate::dialect::{Dialects, Event, WebhookFormat};
use crate::runtime::caller;
use crate::{App, Tx};

/// Events of one transaction.
const EVENTS: i64 = 200;

impl App {
    /// Turns some events into deliveries, and returns how many events there were. A transaction
    /// takes the events from the outbox and inserts the deliveries, so each event is delivered
    /// once.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn fan_out(&self) -> Result<usize> {
        if !self.data.read_brief(outbox::has_events).await? {
            return Ok(0);
        }
        self.write(fan_out).await
    }
}

fn fan_out(tx: &mut Tx<'_>) -> Result<usize> {
    let events = outbox::take(tx.conn, EVENTS)?;
    let mut workspaces: Vec<WorkspaceId> = events.iter().map(|event| event.workspace_id).collect();
    workspaces.sort_unstable();
    workspaces.dedup();
    let subscriptions = active(tx, &workspaces)?;
    let mut new = Vec::new();
    for stored in &events {
        let Ok(event) = serde_json::from_str::<Event>(&stored.payload) else {
            tracing::error!(event = stored.event, "an event of the outbox cannot be read");
            continue;
        };
        for subscription in &subscriptions {
            if subscription.workspace_id == stored.workspace_id {
                new.extend(delivery(tx, stored, &event, subscription));
            }
        }
    }
    tx.has_event |= !new.is_empty();
    webhooks::push(tx.conn, &new)?;
    Ok(events.len())
}

/// Returns the active subscriptions of workspaces whose plans have webhooks, oldest first.
fn active(tx: &mut Tx<'_>, workspaces: &[WorkspaceId]) -> Result<Vec<Subscription>> {
    let mut found = webhooks::active(tx.conn, workspaces)?;
    let mut ids: Vec<WorkspaceId> =
        found.iter().map(|subscription| subscription.workspace_id).collect();
    ids.dedup();
    if !ids.is_empty() {
        let mut without = HashSet::new();
        for workspace in xqr_store::workspaces::find_many(tx.conn, &ids)? {
            if caller::terms(tx.plans, &workspace, None)?.limits.webhooks == Some(0) {
                without.insert(workspace.id);
            }
        }
        found.retain(|subscription| !without.contains(&subscription.workspace_id));
    }
    Ok(found)
}

fn delivery(
    tx: &Tx<'_>,
    stored: &StoredEvent,
    event: &Event,
    subscription: &Subscription,
) -> Option<NewDelivery> {
    let format = tx.dialects.webhooks(&subscription.look)?;
    let (name, data) = format.payload(event)?;
    if !format.is_subscribed(&subscription.events, name) {
        return None;
    }
    let subject = event.subject().map(|subject| subject.id());
    let at = stored.created_at;
    Some(new_delivery(tx, format, subscription.id, stored.workspace_id, subject, name, &data, at))
}

/// Returns a delivery that is due.
#[expect(clippy::too_many_arguments, reason = "a row, written in one place")]
pub(super) fn new_delivery(
    tx: &Tx<'_>,
    format: &dyn WebhookFormat,
    webhook_id: WebhookId,
    workspace_id: WorkspaceId,
    subject: Option<SubjectId>,
    event: &'static str,
    data: &serde_json::Value,
    at: i64,
) -> NewDelivery {
    let uid = tx.fresh_uuid();
    NewDelivery {
        payload: format.envelope(&uid, event, at, data),
        uid,
        webhook_id,
        workspace_id,
        subject,
        event,
        status: DeliveryStatus::Pending,
        attempts: 0,
        due_at: tx.now,
        created_at: at,
    }
}

/// Returns the webhooks of the dialect that a row names.
pub(super) fn format_of(dialects: &Dialects, name: &str) -> Result<&'static dyn WebhookFormat> {
    dialects
        .webhooks(name)
        .ok_or_else(|| Error::internal(format!("no dialect with webhooks is named {name}")))
}
