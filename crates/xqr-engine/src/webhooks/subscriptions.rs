//! Webhooks: subscriptions to events, the deliveries that follow, and how they are attempted.
//!
//! A delivery is made in the transaction of what it tells of, one for each active subscription to
//! it; so none is lost, none is early, and none tells of what was rolled back. Who is paused or
//! disabled is told nothing; what was due then waits.

use std::collections::{HashMap, HashSet};

use serde_json::json;
use xqr_auth::{Look, MasterSecret, SigningSecret};
use xqr_errors::{Condition, Error, Result, State};
use xqr_store::scans::{self, NewScan};
use xqr_store::webhooks::{
    self, Delivery, NewDelivery, NewWebhook, Subscription, Webhook, WebhookChanges,
};
use xqr_store::{Conn, Page, usage};

use super::format;
pub(crate) use super::format::Fact;
use crate::runtime::caller;
use crate::runtime::ports::webhook_client::Refusal;
use crate::{App, Caller, Tx};

/// The word that stands for every event of the native look.
pub const EVERYTHING: &str = "*";
/// How long the secret before a rotation signs beside the new one, in the headers of Standard
/// Webhooks; milliseconds.
pub const OVERLAP: i64 = 24 * 60 * 60 * 1000;
/// The purpose of the key that seals the secrets.
const PURPOSE: &str = "webhooks";

/// Whether a webhook gets deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It does.
    Active,
    /// Its owner wants none for now.
    Paused,
    /// Its owner wants none, or its receiver failed too often.
    Disabled,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 3] = [Self::Active, Self::Paused, Self::Disabled];

    /// Returns the status's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => webhooks::ACTIVE,
            Self::Paused => "paused",
            Self::Disabled => "disabled",
        }
    }

    /// Returns the status of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// Returns the state of a webhook that is not active.
fn state_of(webhook: &Webhook) -> State {
    match Status::parse(&webhook.status) {
        Some(Status::Paused) => State::Paused,
        _ => State::Disabled,
    }
}

/// An address that deliveries may go to, as [`endpoint`] has judged it.
#[derive(Clone)]
pub struct Endpoint(String);

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
            Refusal::Text(fault) => Condition::EndpointInvalid { field, fault },
            Refusal::Internal { host, address } => Condition::FetchRefused {
                field,
                host,
                address: address.map_or_else(|| "(withheld)".into(), |it| it.to_string()),
            },
        }
        .into()
    })
}

/// Refuses whoever's plan has no webhooks: those from a better plan may be seen and deleted.
///
/// # Errors
///
/// [`Condition::FeatureLocked`].
pub fn check_plan(caller: &Caller) -> Result<()> {
    caller.terms.check_feature("webhooks", caller.terms.limits.webhooks != Some(0))
}

/// A webhook to make.
pub struct Draft {
    /// The dialect of its events, signatures and retries.
    pub look: Look,
    /// Where deliveries go.
    pub url: Endpoint,
    /// A text of its owner's; may be empty.
    pub description: String,
    /// What it is told: some of [`events`], or [`EVERYTHING`] for the native look. Names that do
    /// not exist are never told.
    pub events: Vec<String>,
}

/// What to change of a webhook; `None` leaves it as it is.
#[derive(Default)]
pub struct Edit {
    /// Where deliveries go.
    pub url: Option<Endpoint>,
    /// A text of its owner's.
    pub description: Option<String>,
    /// Everything it is told.
    pub events: Option<Vec<String>>,
    /// Whether it gets deliveries. Activating it forgets its failures.
    pub status: Option<Status>,
}

/// Makes a webhook. The secret is in the return value, and sealed in the database.
///
/// # Errors
///
/// [`Condition::FeatureLocked`] where the plan has no webhooks, [`Condition::PlanLimitReached`].
pub fn create(tx: &mut Tx<'_>, caller: &Caller, draft: Draft) -> Result<(Webhook, SigningSecret)> {
    let cap = caller.terms.limits.webhooks;
    check_plan(caller)?;
    if !usage::take(
        tx.conn,
        caller.workspace,
        usage::WEBHOOKS,
        usage::TOTAL,
        1,
        cap.map(u64::cast_signed),
    )? {
        return Err(caller.terms.full("webhooks", cap.unwrap_or_default()).into());
    }
    let uid = tx.fresh_uuid();
    let secret = SigningSecret::mint(|bytes| tx.random(bytes));
    let new = NewWebhook {
        secret: seal(tx, &uid, &secret)?,
        uid,
        workspace_id: caller.workspace,
        look: draft.look.name(),
        url: draft.url.0,
        description: draft.description,
        events: json!(draft.events).to_string(),
        status: Status::Active.name(),
        consecutive_failures: 0,
        created_at: tx.now,
        updated_at: tx.now,
    };
    Ok((webhooks::insert(tx.conn, &new)?, secret))
}

/// Returns the caller's webhooks of one look, oldest first.
pub fn list(conn: &mut Conn, caller: &Caller, look: Look) -> Result<Vec<Webhook>> {
    webhooks::list(conn, caller.workspace, look.name())
}

/// Returns the caller's webhook of this look.
///
/// # Errors
///
/// [`Condition::ResourceNotFound`], also for another workspace's or another look's.
pub fn get(conn: &mut Conn, caller: &Caller, look: Look, id: i64) -> Result<Webhook> {
    let found =
        webhooks::find(conn, caller.workspace, id)?.filter(|webhook| webhook.look == look.name());
    found.ok_or_else(|| Condition::ResourceNotFound { what: "Webhook".to_owned() }.into())
}

/// Returns the id of the caller's webhook with this UUID, for dialects that show UUIDs.
///
/// # Errors
///
/// [`Condition::ResourceNotFound`].
pub fn id_of(conn: &mut Conn, caller: &Caller, uid: &str) -> Result<i64> {
    let found = webhooks::find_id(conn, caller.workspace, uid)?;
    found.ok_or_else(|| Condition::ResourceNotFound { what: "Webhook".to_owned() }.into())
}

/// Returns the names of the events that a webhook wants.
pub fn wishes(webhook: &Webhook) -> Vec<String> {
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
    look: Look,
    id: i64,
    edit: Edit,
) -> Result<Webhook> {
    get(tx.conn, caller, look, id)?;
    let mut changes = WebhookChanges {
        url: edit.url.map(|url| url.0),
        description: edit.description,
        events: edit.events.map(|events| json!(events).to_string()),
        status: edit.status.map(Status::name),
        updated_at: Some(tx.now),
        ..WebhookChanges::default()
    };
    match edit.status {
        Some(Status::Active) => {
            (changes.consecutive_failures, changes.not_before, changes.disabled_at) =
                (Some(0), Some(None), Some(None));
            tx.has_event = true;
        }
        Some(Status::Disabled) => changes.disabled_at = Some(Some(tx.now)),
        Some(Status::Paused) | None => {}
    }
    webhooks::update(tx.conn, caller.workspace, id, &changes)?;
    get(tx.conn, caller, look, id)
}

/// Deletes the caller's webhook with its deliveries.
///
/// # Errors
///
/// Those of [`get`].
pub fn delete(tx: &mut Tx<'_>, caller: &Caller, look: Look, id: i64) -> Result<()> {
    get(tx.conn, caller, look, id)?;
    if webhooks::delete(tx.conn, caller.workspace, id)? {
        usage::give_back(tx.conn, caller.workspace, usage::WEBHOOKS, usage::TOTAL, 1)?;
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
    look: Look,
    id: i64,
    overlap: i64,
) -> Result<(Webhook, SigningSecret)> {
    let webhook = get(tx.conn, caller, look, id)?;
    let secret = SigningSecret::mint(|bytes| tx.random(bytes));
    let changes = WebhookChanges {
        secret: Some(seal(tx, &webhook.uid, &secret)?),
        previous_secret: Some(Some(webhook.secret).filter(|_| overlap > 0)),
        previous_until: Some(Some(tx.now + overlap).filter(|_| overlap > 0)),
        updated_at: Some(tx.now),
        ..WebhookChanges::default()
    };
    webhooks::update(tx.conn, caller.workspace, id, &changes)?;
    Ok((get(tx.conn, caller, look, id)?, secret))
}

/// Returns the secret of the caller's webhook, for dialects that show it again.
///
/// # Errors
///
/// Those of [`get`].
pub fn secret(
    conn: &mut Conn,
    caller: &Caller,
    look: Look,
    id: i64,
    master: &MasterSecret,
) -> Result<SigningSecret> {
    let webhook = get(conn, caller, look, id)?;
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
    look: Look,
    id: i64,
    page: Page,
) -> Result<Vec<Delivery>> {
    get(conn, caller, look, id)?;
    webhooks::deliveries(conn, caller.workspace, id, page)
}

/// Returns how many deliveries of the caller's webhook are kept.
pub fn count_deliveries(conn: &mut Conn, caller: &Caller, id: i64) -> Result<i64> {
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
    look: Look,
    id: i64,
    uid: &str,
) -> Result<Delivery> {
    let webhook = get(tx.conn, caller, look, id)?;
    let found = webhooks::find_delivery(tx.conn, caller.workspace, id, uid)?;
    let delivery =
        found.ok_or_else(|| Condition::ResourceNotFound { what: "Delivery".to_owned() })?;
    if delivery.status == webhooks::PENDING {
        return Err(Condition::StateConflict { state: State::Pending }.into());
    }
    if webhook.status != Status::Active.name() {
        return Err(Condition::StateConflict { state: state_of(&webhook) }.into());
    }
    webhooks::requeue(tx.conn, caller.workspace, delivery.id, tx.now)?;
    tx.has_event = true;
    Ok(Delivery {
        status: webhooks::PENDING.to_owned(),
        settled_at: None,
        due_at: tx.now,
        ..delivery
    })
}

/// Sends the caller's webhook a `test.ping`, whether it subscribed to that or not, and returns the
/// delivery's id.
///
/// # Errors
///
/// Those of [`get`], and [`Condition::StateConflict`] when it is not active.
pub fn test(tx: &mut Tx<'_>, caller: &Caller, look: Look, id: i64) -> Result<String> {
    let webhook = get(tx.conn, caller, look, id)?;
    if webhook.status != Status::Active.name() {
        return Err(Condition::StateConflict { state: state_of(&webhook) }.into());
    }
    let (event, data) = format::say(look, &Fact::Ping(id))
        .ok_or_else(|| Error::internal("every look has a word for a test"))?;
    let uid = tx.fresh_uuid();
    let new = delivery(tx.now, &uid, look, webhook.id, caller.workspace, None, event, &data);
    webhooks::push(tx.conn, &[new])?;
    tx.has_event = true;
    Ok(uid)
}

/// Tells a workspace's active subscriptions what happened.
pub(crate) fn tell(tx: &mut Tx<'_>, workspace: i64, fact: &Fact<'_>) -> Result<()> {
    let subscriptions = active(tx, &[workspace])?;
    push(tx, subscriptions.iter().map(|subscription| (subscription, fact)))
}

/// Tells of scans that were counted. Costs one query where nobody subscribed to scans.
pub(crate) fn tell_scans(tx: &mut Tx<'_>, found: &[NewScan]) -> Result<()> {
    let mut workspaces: Vec<i64> = found.iter().map(|scan| scan.workspace_id).collect();
    workspaces.sort_unstable();
    workspaces.dedup();
    let mut listening: HashMap<i64, Vec<Subscription>> = HashMap::new();
    for subscription in active(tx, &workspaces)? {
        let event = look_of(&subscription.look).ok().and_then(format::scan_event);
        if event.is_some_and(|event| wants(&subscription, event)) {
            listening.entry(subscription.workspace_id).or_default().push(subscription);
        }
    }
    if listening.is_empty() {
        return Ok(());
    }
    let heard = || found.iter().filter(|scan| listening.contains_key(&scan.workspace_id));
    let ids: HashSet<i64> = heard().map(|scan| scan.link_id).collect();
    let names = scans::names(tx.conn, &ids.into_iter().collect::<Vec<_>>())?;
    let facts: Vec<_> = heard()
        .filter_map(|scan| {
            Some((&listening[&scan.workspace_id], Fact::Scanned(scan, names.get(&scan.link_id)?)))
        })
        .collect();
    push(
        tx,
        facts.iter().flat_map(|(subscriptions, fact)| {
            subscriptions.iter().map(move |subscription| (subscription, fact))
        }),
    )
}

/// Returns the active subscriptions of workspaces whose plans have webhooks.
fn active(tx: &mut Tx<'_>, workspaces: &[i64]) -> Result<Vec<Subscription>> {
    let mut found = webhooks::active(tx.conn, workspaces)?;
    let mut ids: Vec<i64> = found.iter().map(|subscription| subscription.workspace_id).collect();
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

fn push<'a>(
    tx: &mut Tx<'_>,
    told: impl Iterator<Item = (&'a Subscription, &'a Fact<'a>)>,
) -> Result<()> {
    let mut new = Vec::new();
    for (subscription, fact) in told {
        let look = look_of(&subscription.look)?;
        if let Some((event, data)) =
            format::say(look, fact).filter(|(event, _)| wants(subscription, event))
        {
            let (uid, subject) = (tx.fresh_uuid(), fact.subject());
            new.push(delivery(
                tx.now,
                &uid,
                look,
                subscription.id,
                subscription.workspace_id,
                subject,
                event,
                &data,
            ));
        }
    }
    tx.has_event |= !new.is_empty();
    webhooks::push(tx.conn, &new)
}

fn wants(subscription: &Subscription, event: &str) -> bool {
    let wishes: Vec<String> = serde_json::from_str(&subscription.events).unwrap_or_default();
    wishes.iter().any(|wish| wish == event || wish == EVERYTHING)
}

#[expect(clippy::too_many_arguments, reason = "a row, written in one place")]
fn delivery(
    now: i64,
    uid: &str,
    look: Look,
    webhook_id: i64,
    workspace_id: i64,
    subject: Option<i64>,
    event: &'static str,
    data: &serde_json::Value,
) -> NewDelivery {
    NewDelivery {
        uid: uid.to_owned(),
        webhook_id,
        workspace_id,
        subject,
        event,
        payload: format::envelope(look, uid, event, now, data),
        status: webhooks::PENDING,
        attempts: 0,
        due_at: now,
        created_at: now,
    }
}

pub(super) fn look_of(name: &str) -> Result<Look> {
    Look::parse(name)
        .ok_or_else(|| Error::internal(format!("the database names an unknown look: {name}")))
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
    let secret = text.and_then(|text| SigningSecret::parse(std::str::from_utf8(&text).ok()?));
    secret.ok_or_else(|| {
        Error::internal(
            "a webhook's secret cannot be opened: is the service's own secret another than it was?",
        )
    })
}
