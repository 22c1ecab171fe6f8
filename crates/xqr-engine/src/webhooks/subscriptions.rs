//! Webhooks: subscriptions to events, the deliveries that follow, and how they are attempted.
//!
//! An event is written to the outbox in the transaction that caused it. `fan_out` turns it into one
//! delivery for each active subscription, in its own transaction. A paused or disabled subscription
//! gets no new deliveries; deliveries that are already due wait.

use std::fmt;

use serde_json::json;
use xqr_auth::{MasterSecret, SigningSecret};
use xqr_errors::{Condition, Dialect, Error, Resource, Result, State};
use xqr_plans::Capped;
use xqr_store::webhooks::{self, Delivery, DeliveryStatus, Webhook, WebhookChanges, WebhookStatus};
use xqr_store::{Conn, DeliveryId, Page, WebhookId};

use super::fan_out::{format_of, new_delivery};
use crate::dialect::Event;
use crate::limits::plan_caps;
use crate::runtime::ports::webhook_client::Refusal;
use crate::{App, Caller, Tx};

/// How long the secret before a rotation signs beside the new one, in the headers of Standard
/// Webhooks; milliseconds.
pub const OVERLAP: i64 = 24 * 60 * 60 * 1000;
/// The purpose of the key that seals the secrets.
const PURPOSE: &str = "webhooks";

/// Returns the state of a webhook that is not active.
fn state_of(webhook: &Webhook) -> State {
    match webhook.status {
        WebhookStatus::Paused => State::Paused,
        _ => State::Disabled,
    }
}

/// An address that deliveries may go to, as [`endpoint`] has judged it. `Debug` leaves the address
/// out: its path is often a secret.
#[derive(Clone)]
pub struct Endpoint(String);

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").finish_non_exhaustive()
    }
}

/// Judges an address: its text, and where its name leads now. Attempts judge it again. `field` is
/// what complaints name.
///
/// # Errors
///
/// [`Condition::EndpointInvalid`] and [`Condition::FetchRefused`].
pub async fn endpoint(app: &App, field: &str, text: &str) -> Result<Endpoint> {
    app.outbound()?.judge(text).await.map(Endpoint).map_err(|refusal| {
        let field = field.to_owned();
        match refusal {
            Refusal::Text(reason) => Condition::EndpointInvalid { field, reason },
            Refusal::Internal { host, address } => Condition::FetchRefused {
                field,
                host,
                address: address.map_or_else(|| "(withheld)".into(), |it| it.to_string()),
            },
        }
        .into()
    })
}

/// Refuses a workspace whose plan has no webhooks: those from a better plan may be seen and
/// deleted.
///
/// # Errors
///
/// [`Condition::FeatureLocked`].
pub fn check_plan(caller: &Caller) -> Result<()> {
    caller.terms.check_feature("webhooks", caller.terms.limits.webhooks != Some(0))
}

/// A webhook to make.
#[derive(Debug)]
pub struct NewWebhook {
    /// The dialect of its events, signatures and retries.
    pub dialect: Dialect,
    /// Where deliveries go.
    pub url: Endpoint,
    /// Text of its owner's; may be empty.
    pub description: String,
    /// The names of the events that it subscribes to, as its dialect has them. An unknown name has
    /// no effect.
    pub events: Vec<String>,
}

/// What to change of a webhook; `None` leaves it as it is.
#[derive(Debug, Default)]
pub struct Edit {
    /// Where deliveries go.
    pub url: Option<Endpoint>,
    /// Text of its owner's.
    pub description: Option<String>,
    /// The events it gets.
    pub events: Option<Vec<String>>,
    /// Whether it gets deliveries. Activating it forgets its failures.
    pub status: Option<WebhookStatus>,
}

/// Makes a webhook. The secret is in the return value, and sealed in the database.
///
/// # Errors
///
/// [`Condition::FeatureLocked`] where the plan has no webhooks, [`Condition::PlanLimitReached`].
pub fn create(
    tx: &mut Tx<'_>,
    caller: &Caller,
    draft: NewWebhook,
) -> Result<(Webhook, SigningSecret)> {
    check_plan(caller)?;
    plan_caps::take(tx, caller.workspace, &caller.terms, Capped::Webhooks, 1)?;
    let uid = tx.fresh_uuid();
    let secret = SigningSecret::mint(|bytes| tx.random(bytes));
    let new = webhooks::NewWebhook {
        secret: seal(tx, &uid, &secret)?,
        uid,
        workspace_id: caller.workspace,
        look: draft.dialect.name(),
        url: draft.url.0,
        description: draft.description,
        events: json!(draft.events).to_string(),
        status: WebhookStatus::Active,
        consecutive_failures: 0,
        created_at: tx.now,
        updated_at: tx.now,
    };
    Ok((webhooks::insert(tx.conn, &new)?, secret))
}

/// Returns the caller's webhooks of one look, oldest first.
pub fn list(conn: &mut Conn, caller: &Caller, dialect: Dialect) -> Result<Vec<Webhook>> {
    webhooks::list(conn, caller.workspace, dialect.name())
}

/// Returns the caller's webhook of this look.
///
/// # Errors
///
/// [`Condition::ResourceNotFound`], also for another workspace's or another look's.
pub fn get(conn: &mut Conn, caller: &Caller, dialect: Dialect, id: WebhookId) -> Result<Webhook> {
    let found = webhooks::find(conn, caller.workspace, id)?
        .filter(|webhook| webhook.look == dialect.name());
    found.ok_or_else(|| Condition::ResourceNotFound { what: Resource::Webhook }.into())
}

/// Returns the id of the caller's webhook with this UUID, for dialects that show UUIDs.
///
/// # Errors
///
/// [`Condition::ResourceNotFound`].
pub fn id_of(conn: &mut Conn, caller: &Caller, uid: &str) -> Result<WebhookId> {
    let found = webhooks::find_id(conn, caller.workspace, uid)?;
    found.ok_or_else(|| Condition::ResourceNotFound { what: Resource::Webhook }.into())
}

/// Returns the names of the events that a webhook subscribes to.
pub fn subscribed_events(webhook: &Webhook) -> Vec<String> {
    serde_json::from_str(&webhook.events).unwrap_or_default()
}

/// Changes the caller's webhook.
///
/// # Errors
///
/// Those of [`get`].
pub fn update(
    tx: &mut Tx<'_>,
    caller: &Caller,
    dialect: Dialect,
    id: WebhookId,
    edit: Edit,
) -> Result<Webhook> {
    get(tx.conn, caller, dialect, id)?;
    let mut changes = WebhookChanges {
        url: edit.url.map(|url| url.0),
        description: edit.description,
        events: edit.events.map(|events| json!(events).to_string()),
        status: edit.status,
        updated_at: Some(tx.now),
        ..WebhookChanges::default()
    };
    match edit.status {
        Some(WebhookStatus::Active) => {
            (changes.consecutive_failures, changes.not_before, changes.disabled_at) =
                (Some(0), Some(None), Some(None));
            tx.has_event = true;
        }
        Some(WebhookStatus::Disabled) => changes.disabled_at = Some(Some(tx.now)),
        Some(_) | None => {}
    }
    webhooks::update(tx.conn, caller.workspace, id, &changes)?;
    get(tx.conn, caller, dialect, id)
}

/// Deletes the caller's webhook with its deliveries.
///
/// # Errors
///
/// Those of [`get`].
pub fn delete(tx: &mut Tx<'_>, caller: &Caller, dialect: Dialect, id: WebhookId) -> Result<()> {
    get(tx.conn, caller, dialect, id)?;
    if webhooks::delete(tx.conn, caller.workspace, id)? {
        plan_caps::give_back(tx, caller.workspace, Capped::Webhooks, 1)?;
    }
    Ok(())
}

/// Gives the caller's webhook a new secret and returns it. The one before signs on beside it for
/// `overlap` milliseconds, in the headers of Standard Webhooks: the dialects' own headers have room
/// for one signature.
///
/// # Errors
///
/// Those of [`get`].
pub fn rotate(
    tx: &mut Tx<'_>,
    caller: &Caller,
    dialect: Dialect,
    id: WebhookId,
    overlap: i64,
) -> Result<(Webhook, SigningSecret)> {
    let webhook = get(tx.conn, caller, dialect, id)?;
    let secret = SigningSecret::mint(|bytes| tx.random(bytes));
    let changes = WebhookChanges {
        secret: Some(seal(tx, &webhook.uid, &secret)?),
        previous_secret: Some(Some(webhook.secret).filter(|_| overlap > 0)),
        previous_until: Some(Some(tx.now + overlap).filter(|_| overlap > 0)),
        updated_at: Some(tx.now),
        ..WebhookChanges::default()
    };
    webhooks::update(tx.conn, caller.workspace, id, &changes)?;
    Ok((get(tx.conn, caller, dialect, id)?, secret))
}

/// Returns the secret of the caller's webhook, for dialects that show it again.
///
/// # Errors
///
/// Those of [`get`].
pub fn secret(
    conn: &mut Conn,
    caller: &Caller,
    dialect: Dialect,
    id: WebhookId,
    master: &MasterSecret,
) -> Result<SigningSecret> {
    let webhook = get(conn, caller, dialect, id)?;
    open_secret(master, &webhook, &webhook.secret)
}

/// Returns a page of the deliveries of the caller's webhook, newest first.
///
/// # Errors
///
/// Those of [`get`].
pub fn deliveries(
    conn: &mut Conn,
    caller: &Caller,
    dialect: Dialect,
    id: WebhookId,
    page: Page<DeliveryId>,
) -> Result<Vec<Delivery>> {
    get(conn, caller, dialect, id)?;
    webhooks::deliveries(conn, caller.workspace, id, page)
}

/// Returns how many deliveries of the caller's webhook are kept.
pub fn count_deliveries(conn: &mut Conn, caller: &Caller, id: WebhookId) -> Result<i64> {
    webhooks::count_deliveries(conn, caller.workspace, id)
}

/// Attempts a delivery of the caller's webhook once more, with the id and the bytes that it had.
///
/// # Errors
///
/// Those of [`get`], [`Condition::ResourceNotFound`] for a delivery that is not kept,
/// [`Condition::StateConflict`] for one that is still pending, and where the webhook is not active.
pub fn redeliver(
    tx: &mut Tx<'_>,
    caller: &Caller,
    dialect: Dialect,
    id: WebhookId,
    uid: &str,
) -> Result<Delivery> {
    let webhook = get(tx.conn, caller, dialect, id)?;
    let found = webhooks::find_delivery(tx.conn, caller.workspace, id, uid)?;
    let mut delivery = found.ok_or(Condition::ResourceNotFound { what: Resource::Delivery })?;
    if delivery.status == DeliveryStatus::Pending {
        return Err(Condition::StateConflict { state: State::Pending }.into());
    }
    if webhook.status != WebhookStatus::Active {
        return Err(Condition::StateConflict { state: state_of(&webhook) }.into());
    }
    webhooks::requeue(tx.conn, caller.workspace, delivery.id, tx.now)?;
    tx.has_event = true;
    delivery.status = DeliveryStatus::Pending;
    (delivery.settled_at, delivery.due_at) = (None, tx.now);
    Ok(delivery)
}

/// Sends the caller's webhook a `test.ping`, whether it subscribed to that or not, and returns the
/// delivery's id.
///
/// # Errors
///
/// Those of [`get`], and [`Condition::StateConflict`] when it is not active.
pub fn test(tx: &mut Tx<'_>, caller: &Caller, dialect: Dialect, id: WebhookId) -> Result<String> {
    let webhook = get(tx.conn, caller, dialect, id)?;
    if webhook.status != WebhookStatus::Active {
        return Err(Condition::StateConflict { state: state_of(&webhook) }.into());
    }
    let format = format_of(tx.dialects, &webhook.look)?;
    let (event, data) = format
        .payload(&Event::Ping { webhook: id })
        .ok_or_else(|| Error::internal("every dialect reports a test"))?;
    let at = tx.now;
    let new = new_delivery(tx, format, webhook.id, caller.workspace, None, event, &data, at);
    let uid = new.uid.clone();
    webhooks::push(tx.conn, &[new])?;
    tx.has_event = true;
    Ok(uid)
}

fn seal(tx: &Tx<'_>, uid: &str, secret: &SigningSecret) -> Result<Vec<u8>> {
    let key = tx.secret.sealing_key(PURPOSE);
    key.seal(uid.as_bytes(), secret.expose().as_bytes(), |nonce| tx.random(nonce))
}

pub(super) fn open_secret(
    master: &MasterSecret,
    webhook: &Webhook,
    sealed: &[u8],
) -> Result<SigningSecret> {
    let text = master.sealing_key(PURPOSE).open(webhook.uid.as_bytes(), sealed);
    let secret =
        text.and_then(|text| std::str::from_utf8(&text).ok()?.parse::<SigningSecret>().ok());
    secret.ok_or_else(|| {
        Error::internal(
            "a webhook's secret cannot be opened: is the service's own secret another than it was?",
        )
    })
}
