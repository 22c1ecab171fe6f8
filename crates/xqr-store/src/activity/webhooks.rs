//! Webhooks: subscriptions to events, and what is to be delivered to them.
//!
//! A delivery is claimed by a lease: its time moves to the lease's end, so a claim that no worker
//! settles falls due again by itself.

use std::fmt;

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel_derive_newtype::DieselNewType;
use xqr_errors::Result;

use crate::database::failed;
use crate::database::schema::{webhook_deliveries, webhooks};
use crate::ids::{BioPageId, DeliveryId, LinkId, WebhookId, WorkspaceId};
use crate::{Conn, Page};

/// Rows in one statement: 13 bound values each, and SQLite takes 32,766.
const CHUNK: usize = 1000;

text_enum! {
    /// Whether a webhook gets deliveries.
    WebhookStatus {
        /// The webhook gets its deliveries.
        Active = "active",
        /// The owner paused the webhook.
        Paused = "paused",
        /// The owner disabled the webhook, or its receiver failed too often.
        Disabled = "disabled",
    }
}

text_enum! {
    /// How far a delivery is.
    DeliveryStatus {
        /// The delivery has attempts left.
        Pending = "pending",
        /// The receiver has it.
        Delivered = "delivered",
        /// The last attempt failed.
        Failed = "failed",
    }
}

/// The link or bio page that a delivery is about. Deliveries of a subject are in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, DieselNewType)]
pub struct SubjectId(i64);

impl From<LinkId> for SubjectId {
    fn from(link: LinkId) -> Self {
        Self(link.0)
    }
}

impl From<BioPageId> for SubjectId {
    /// Numbers of rows begin at 1, so those of bio pages are negative.
    fn from(page: BioPageId) -> Self {
        Self(-page.0)
    }
}

/// A webhook. `Debug` leaves the secrets and the address out: its path is often a secret, too.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = webhooks)]
#[non_exhaustive]
pub struct Webhook {
    /// The id that joins use; clients of one dialect see it, too.
    pub id: WebhookId,
    /// The id that clients of the native dialect see behind `wh_`: a UUID.
    pub uid: String,
    /// The owner.
    pub workspace_id: WorkspaceId,
    /// The name of the dialect that writes its events.
    pub look: String,
    /// Where deliveries go.
    pub url: String,
    /// Text of its owner's.
    pub description: String,
    /// The names of the events it wants, a JSON list.
    pub events: String,
    /// Whether it gets deliveries.
    pub status: WebhookStatus,
    /// The signing secret, sealed.
    pub secret: Vec<u8>,
    /// The signing secret before the last rotation, sealed.
    pub previous_secret: Option<Vec<u8>>,
    /// Until when that one signs, too, Unix milliseconds.
    pub previous_until: Option<i64>,
    /// Attempts that failed since the last success.
    pub consecutive_failures: i64,
    /// Until when its receiver wants to be left alone, Unix milliseconds.
    pub not_before: Option<i64>,
    /// When it was disabled, Unix milliseconds.
    pub disabled_at: Option<i64>,
    /// When the last attempt ended, Unix milliseconds.
    pub last_delivery_at: Option<i64>,
    /// The status that the last attempt got; `None` when there was no answer.
    pub last_response_status: Option<i32>,
    /// When it was created, Unix milliseconds.
    pub created_at: i64,
    /// When it was last changed, Unix milliseconds.
    pub updated_at: i64,
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Webhook({}, {})", self.id, self.status)
    }
}

/// A webhook to insert.
#[derive(Insertable)]
#[diesel(table_name = webhooks)]
#[expect(missing_docs, reason = "the fields are those of Webhook")]
pub struct NewWebhook {
    pub uid: String,
    pub workspace_id: WorkspaceId,
    pub look: &'static str,
    pub url: String,
    pub description: String,
    pub events: String,
    pub status: WebhookStatus,
    pub secret: Vec<u8>,
    pub consecutive_failures: i64,
    pub created_at: i64,
    pub updated_at: i64,
}

/// What changes of a webhook; `None` leaves a column as it is.
#[derive(Default, AsChangeset)]
#[diesel(table_name = webhooks)]
#[expect(missing_docs, reason = "the fields are those of Webhook")]
pub struct WebhookChanges {
    pub url: Option<String>,
    pub description: Option<String>,
    pub events: Option<String>,
    pub status: Option<WebhookStatus>,
    pub secret: Option<Vec<u8>>,
    pub previous_secret: Option<Option<Vec<u8>>>,
    pub previous_until: Option<Option<i64>>,
    pub consecutive_failures: Option<i64>,
    pub not_before: Option<Option<i64>>,
    pub disabled_at: Option<Option<i64>>,
    pub updated_at: Option<i64>,
}

impl fmt::Debug for NewWebhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewWebhook({}, {})", self.uid, self.status)
    }
}

impl fmt::Debug for WebhookChanges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookChanges").field("status", &self.status).finish_non_exhaustive()
    }
}

/// A delivery.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = webhook_deliveries)]
#[non_exhaustive]
pub struct Delivery {
    /// The id that joins use.
    pub id: DeliveryId,
    /// The id that receivers see, the same with every attempt: a UUID.
    pub uid: String,
    /// The webhook.
    pub webhook_id: WebhookId,
    /// The owner.
    pub workspace_id: WorkspaceId,
    /// The link or bio page that it is about.
    pub subject: Option<SubjectId>,
    /// The event's name, as the receiver sees it.
    pub event: String,
    /// The bytes to send.
    pub payload: String,
    /// How far it is.
    pub status: DeliveryStatus,
    /// Attempts that have ended.
    pub attempts: i32,
    /// When it is to be attempted next, Unix milliseconds.
    pub due_at: i64,
    /// End of the lease of the current attempt, Unix milliseconds.
    pub leased_until: Option<i64>,
    /// The status that the last attempt got.
    pub response_status: Option<i32>,
    /// How long the last attempt took.
    pub duration_ms: Option<i64>,
    /// When its event happened, Unix milliseconds.
    pub created_at: i64,
    /// When it was delivered, or failed for good, Unix milliseconds.
    pub settled_at: Option<i64>,
}

impl Delivery {
    /// Returns when it was delivered, Unix milliseconds.
    pub fn delivered_at(&self) -> Option<i64> {
        self.settled_at.filter(|_| self.status == DeliveryStatus::Delivered)
    }

    /// Returns when it failed for good, Unix milliseconds.
    pub fn failed_at(&self) -> Option<i64> {
        self.settled_at.filter(|_| self.status == DeliveryStatus::Failed)
    }
}

/// A delivery to insert.
#[derive(Debug, Insertable)]
#[diesel(table_name = webhook_deliveries, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the fields are those of Delivery")]
pub struct NewDelivery {
    pub uid: String,
    pub webhook_id: WebhookId,
    pub workspace_id: WorkspaceId,
    pub subject: Option<SubjectId>,
    pub event: &'static str,
    pub payload: String,
    pub status: DeliveryStatus,
    pub attempts: i32,
    pub due_at: i64,
    pub created_at: i64,
}

/// How an attempt ended: what is written of it.
#[derive(Debug, AsChangeset)]
#[diesel(table_name = webhook_deliveries)]
#[diesel(treat_none_as_null = true)]
#[expect(missing_docs, reason = "the fields are those of Delivery")]
pub struct DeliveryOutcome {
    pub status: DeliveryStatus,
    pub attempts: i32,
    pub due_at: i64,
    pub leased_until: Option<i64>,
    pub response_status: Option<i32>,
    pub duration_ms: Option<i64>,
    pub settled_at: Option<i64>,
}

/// Inserts a webhook.
pub fn insert(conn: &mut Conn, new: &NewWebhook) -> Result<Webhook> {
    on_backend!(conn, |c| diesel::insert_into(webhooks::table)
        .values(new)
        .returning(Webhook::as_returning())
        .get_result(c))
    .map_err(failed)
}

/// Returns the workspace's webhooks of one look, oldest first.
pub fn list(conn: &mut Conn, workspace_id: WorkspaceId, look: &str) -> Result<Vec<Webhook>> {
    webhooks::table
        .filter(webhooks::workspace_id.eq(workspace_id).and(webhooks::look.eq(look)))
        .order(webhooks::id)
        .select(Webhook::as_select())
        .load(conn)
        .map_err(failed)
}

/// Returns the workspace's webhook with this id.
pub fn find(conn: &mut Conn, workspace_id: WorkspaceId, id: WebhookId) -> Result<Option<Webhook>> {
    let own = webhooks::table.find(id).filter(webhooks::workspace_id.eq(workspace_id));
    own.select(Webhook::as_select()).first(conn).optional().map_err(failed)
}

/// Returns the id of the workspace's webhook with this UUID.
pub fn find_id(conn: &mut Conn, workspace_id: WorkspaceId, uid: &str) -> Result<Option<WebhookId>> {
    let own =
        webhooks::table.filter(webhooks::uid.eq(uid).and(webhooks::workspace_id.eq(workspace_id)));
    own.select(webhooks::id).first(conn).optional().map_err(failed)
}

/// Changes the workspace's webhook.
pub fn update(
    conn: &mut Conn,
    workspace_id: WorkspaceId,
    id: WebhookId,
    changes: &WebhookChanges,
) -> Result<()> {
    let own = webhooks::table.find(id).filter(webhooks::workspace_id.eq(workspace_id));
    diesel::update(own).set(changes).execute(conn).map_err(failed)?;
    Ok(())
}

/// Deletes the workspace's webhook with its deliveries, and returns whether it was there.
pub fn delete(conn: &mut Conn, workspace_id: WorkspaceId, id: WebhookId) -> Result<bool> {
    let own = webhooks::table.find(id).filter(webhooks::workspace_id.eq(workspace_id));
    let deleted = diesel::delete(own).execute(conn).map_err(failed)? == 1;
    if deleted {
        diesel::delete(webhook_deliveries::table.filter(webhook_deliveries::webhook_id.eq(id)))
            .execute(conn)
            .map_err(failed)?;
    }
    Ok(deleted)
}

/// A subscription, as far as the fan-out of events needs it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = webhooks)]
#[expect(missing_docs, reason = "the fields are those of Webhook")]
#[non_exhaustive]
pub struct Subscription {
    pub id: WebhookId,
    pub workspace_id: WorkspaceId,
    pub look: String,
    pub events: String,
}

/// Returns whether a workspace has an active webhook. Asked with every change of a link.
pub fn any_active(conn: &mut Conn, workspace: WorkspaceId) -> Result<bool> {
    let active = webhooks::table
        .filter(webhooks::workspace_id.eq(workspace))
        .filter(webhooks::status.eq(WebhookStatus::Active));
    on_backend!(conn, |c| diesel::select(exists(active)).get_result(c)).map_err(failed)
}

/// Returns the active subscriptions of these workspaces, oldest first.
pub fn active(conn: &mut Conn, workspaces: &[WorkspaceId]) -> Result<Vec<Subscription>> {
    let mut all = Vec::new();
    for some in workspaces.chunks(CHUNK) {
        let active = webhooks::table
            .filter(webhooks::workspace_id.eq_any(some))
            .filter(webhooks::status.eq(WebhookStatus::Active));
        all.extend(
            active
                .order(webhooks::id)
                .select(Subscription::as_select())
                .load(conn)
                .map_err(failed)?,
        );
    }
    Ok(all)
}

/// Inserts deliveries.
pub fn push(conn: &mut Conn, new: &[NewDelivery]) -> Result<()> {
    for rows in new.chunks(CHUNK) {
        on_backend!(conn, |c| diesel::insert_into(webhook_deliveries::table)
            .values(rows)
            .execute(c))
        .map_err(failed)?;
    }
    Ok(())
}

/// Returns a page of the deliveries of the workspace's webhook, newest first.
pub fn deliveries(
    conn: &mut Conn,
    workspace_id: WorkspaceId,
    webhook_id: WebhookId,
    page: Page<DeliveryId>,
) -> Result<Vec<Delivery>> {
    let own = webhook_deliveries::table
        .filter(
            webhook_deliveries::webhook_id
                .eq(webhook_id)
                .and(webhook_deliveries::workspace_id.eq(workspace_id)),
        )
        .order(webhook_deliveries::id.desc())
        .select(Delivery::as_select());
    match page {
        Page::Offset { limit, offset } => {
            own.limit(limit).offset(offset).load(conn).map_err(failed)
        }
        Page::Before { limit, id } => own
            .filter(webhook_deliveries::id.lt(id.unwrap_or(DeliveryId(i64::MAX))))
            .limit(limit)
            .load(conn)
            .map_err(failed),
    }
}

/// Returns how many deliveries of the workspace's webhook there are.
pub fn count_deliveries(
    conn: &mut Conn,
    workspace_id: WorkspaceId,
    webhook_id: WebhookId,
) -> Result<i64> {
    let own = webhook_deliveries::webhook_id
        .eq(webhook_id)
        .and(webhook_deliveries::workspace_id.eq(workspace_id));
    webhook_deliveries::table.filter(own).count().get_result(conn).map_err(failed)
}

/// Returns the delivery of the workspace's webhook with this UUID.
pub fn find_delivery(
    conn: &mut Conn,
    workspace_id: WorkspaceId,
    webhook_id: WebhookId,
    uid: &str,
) -> Result<Option<Delivery>> {
    let own = webhook_deliveries::webhook_id
        .eq(webhook_id)
        .and(webhook_deliveries::workspace_id.eq(workspace_id));
    let found = webhook_deliveries::table
        .filter(own.and(webhook_deliveries::uid.eq(uid)))
        .select(Delivery::as_select());
    found.first(conn).optional().map_err(failed)
}

/// Makes a delivery of the workspace's that has ended due again.
pub fn requeue(conn: &mut Conn, workspace_id: WorkspaceId, id: DeliveryId, now: i64) -> Result<()> {
    diesel::update(
        webhook_deliveries::table
            .find(id)
            .filter(webhook_deliveries::workspace_id.eq(workspace_id)),
    )
    .set((
        webhook_deliveries::status.eq(DeliveryStatus::Pending),
        webhook_deliveries::due_at.eq(now),
        webhook_deliveries::settled_at.eq(None::<i64>),
    ))
    .execute(conn)
    .map_err(failed)?;
    Ok(())
}

/// Returns the active webhooks of all workspaces that something is due for: id, failures, and when
/// the last attempt ended.
pub fn due(conn: &mut Conn, now: i64) -> Result<Vec<(WebhookId, i64, Option<i64>)>> {
    let due = webhook_deliveries::table
        .filter(webhook_deliveries::webhook_id.eq(webhooks::id))
        .filter(webhook_deliveries::status.eq(DeliveryStatus::Pending))
        .filter(webhook_deliveries::due_at.le(now));
    webhooks::table
        .filter(webhooks::status.eq(WebhookStatus::Active))
        .filter(webhooks::not_before.is_null().or(webhooks::not_before.le(now)))
        .filter(exists(due))
        .select((webhooks::id, webhooks::consecutive_failures, webhooks::last_delivery_at))
        .load(conn)
        .map_err(failed)
}

/// Takes hold of an active webhook, of whatever workspace, until the transaction ends; `None` also
/// while another node has it.
pub fn lock_row(conn: &mut Conn, id: WebhookId, now: i64) -> Result<Option<Webhook>> {
    let ready = webhooks::table
        .find(id)
        .filter(webhooks::status.eq(WebhookStatus::Active))
        .filter(webhooks::not_before.is_null().or(webhooks::not_before.le(now)));
    // SQLite has one writer, which holds everything.
    locked!(conn, ready.select(Webhook::as_select()), skip_locked, first).optional().map_err(failed)
}

/// Returns the webhook with this id, of whatever workspace, and takes hold of it until the
/// transaction ends.
pub fn get(conn: &mut Conn, id: WebhookId) -> Result<Option<Webhook>> {
    let found = webhooks::table.find(id);
    locked!(conn, found.select(Webhook::as_select()), first).optional().map_err(failed)
}

/// Returns the subjects that the attempts under way for a webhook are about.
pub fn under_way(
    conn: &mut Conn,
    webhook_id: WebhookId,
    now: i64,
) -> Result<Vec<Option<SubjectId>>> {
    webhook_deliveries::table
        .filter(webhook_deliveries::webhook_id.eq(webhook_id))
        .filter(webhook_deliveries::status.eq(DeliveryStatus::Pending))
        .filter(webhook_deliveries::due_at.gt(now))
        .filter(webhook_deliveries::leased_until.gt(now))
        .select(webhook_deliveries::subject)
        .load(conn)
        .map_err(failed)
}

/// Returns whether an attempt is under way for any webhook.
pub fn any_under_way(conn: &mut Conn, now: i64) -> Result<bool> {
    let leased = webhook_deliveries::table
        .filter(webhook_deliveries::status.eq(DeliveryStatus::Pending))
        .filter(webhook_deliveries::leased_until.gt(now));
    diesel::select(exists(leased)).get_result(conn).map_err(failed)
}

/// Returns the first deliveries that are due for a webhook.
pub fn first_due(
    conn: &mut Conn,
    webhook_id: WebhookId,
    now: i64,
    limit: i64,
) -> Result<Vec<Delivery>> {
    webhook_deliveries::table
        .filter(webhook_deliveries::webhook_id.eq(webhook_id))
        .filter(webhook_deliveries::status.eq(DeliveryStatus::Pending))
        .filter(webhook_deliveries::due_at.le(now))
        .order((webhook_deliveries::due_at, webhook_deliveries::id))
        .limit(limit)
        .select(Delivery::as_select())
        .load(conn)
        .map_err(failed)
}

/// Leases a delivery that is due to a node, and returns whether it still was.
pub fn lease(conn: &mut Conn, id: DeliveryId, node: &str, now: i64, until: i64) -> Result<bool> {
    let due = webhook_deliveries::table
        .find(id)
        .filter(webhook_deliveries::status.eq(DeliveryStatus::Pending))
        .filter(webhook_deliveries::due_at.le(now));
    let leased = diesel::update(due)
        .set((
            webhook_deliveries::leased_until.eq(until),
            webhook_deliveries::leased_by.eq(node),
            webhook_deliveries::due_at.eq(until),
        ))
        .execute(conn)
        .map_err(failed)?;
    Ok(leased == 1)
}

/// Ends the leases of a node, and returns how many there were.
pub fn release(conn: &mut Conn, node: &str, now: i64) -> Result<usize> {
    let leased = webhook_deliveries::table
        .filter(webhook_deliveries::status.eq(DeliveryStatus::Pending))
        .filter(webhook_deliveries::leased_until.is_not_null())
        .filter(webhook_deliveries::leased_by.eq(node));
    diesel::update(leased)
        .set((webhook_deliveries::leased_until.eq(None::<i64>), webhook_deliveries::due_at.eq(now)))
        .execute(conn)
        .map_err(failed)
}

/// Writes how an attempt ended, and returns whether the lease `until` was still the delivery's.
pub fn finish_delivery(
    conn: &mut Conn,
    id: DeliveryId,
    until: i64,
    outcome: &DeliveryOutcome,
) -> Result<bool> {
    let leased = webhook_deliveries::table
        .find(id)
        .filter(webhook_deliveries::status.eq(DeliveryStatus::Pending))
        .filter(webhook_deliveries::leased_until.eq(until));
    Ok(diesel::update(leased).set(outcome).execute(conn).map_err(failed)? == 1)
}

/// Writes on a webhook how an attempt ended, and what follows from it.
pub fn note(
    conn: &mut Conn,
    id: WebhookId,
    now: i64,
    response_status: Option<i32>,
    changes: &WebhookChanges,
) -> Result<()> {
    let last =
        (webhooks::last_delivery_at.eq(now), webhooks::last_response_status.eq(response_status));
    diesel::update(webhooks::table.find(id)).set(last).execute(conn).map_err(failed)?;
    if changes.consecutive_failures.is_some()
        || changes.not_before.is_some()
        || changes.status.is_some()
    {
        diesel::update(webhooks::table.find(id)).set(changes).execute(conn).map_err(failed)?;
    }
    Ok(())
}

/// Deletes up to `limit` deliveries that were settled before `settled`, or made before `made`
/// whatever became of them, and returns how many. Ids ascend with the times, so the oldest come
/// first.
pub fn purge(conn: &mut Conn, settled: i64, made: i64, limit: i64) -> Result<usize> {
    let mut old: Vec<DeliveryId> = webhook_deliveries::table
        .filter(webhook_deliveries::settled_at.lt(settled))
        .limit(limit)
        .select(webhook_deliveries::id)
        .load(conn)
        .map_err(failed)?;
    let first: Vec<(DeliveryId, i64)> = webhook_deliveries::table
        .order(webhook_deliveries::id)
        .limit(limit)
        .select((webhook_deliveries::id, webhook_deliveries::created_at))
        .load(conn)
        .map_err(failed)?;
    old.extend(first.into_iter().filter(|(_, at)| *at < made).map(|(id, _)| id));
    diesel::delete(webhook_deliveries::table.filter(webhook_deliveries::id.eq_any(old)))
        .execute(conn)
        .map_err(failed)
}
