//! Delivery attempts: claimed by lease, made outside of any transaction, settled. Background steps,
//! which serve all workspaces.

use std::time::Duration;

use xqr_auth::{MasterSecret, SigningSecret};
use xqr_errors::{Error, Result};
use xqr_store::webhooks::{
    self, Delivery, DeliveryOutcome, DeliveryStatus, Webhook, WebhookChanges, WebhookStatus,
};
use xqr_store::{Conn, WebhookId};

use super::fan_out::format_of;
use super::subscriptions::open_secret;
use crate::dialect::webhook_format::Outgoing;
use crate::dialect::{RetryPolicy, WebhookFormat};
use crate::runtime::ports::webhook_client::Outcome;
use crate::{App, Tx};

/// How long a claim holds. An attempt takes 5 s; what a killed node had claimed is attempted again
/// after this.
pub const LEASE: Duration = Duration::from_secs(30);
/// Attempts under way at one time for a webhook whose last attempt did not fail; else one.
const PER_WEBHOOK: usize = 2;
/// Deliveries looked at to find some of different links.
const LOOKED_AT: i64 = 16;
/// How long a delivery waits that found no place, milliseconds.
const BUSY: i64 = 1_000;
/// The longest that a receiver may ask for, milliseconds.
const MAX_RETRY_AFTER: i64 = 60 * 60 * 1000;
/// How long a webhook rests whose receiver is overloaded and does not say for how long,
/// milliseconds; never longer than until the delivery's own next attempt.
const REST: i64 = 60 * 1000;

/// A delivery that is claimed.
#[derive(Debug)]
pub struct Attempt {
    delivery: Delivery,
    webhook: Webhook,
}

impl Attempt {
    /// Returns the webhook's id.
    pub fn webhook(&self) -> WebhookId {
        self.webhook.id
    }

    /// Returns whether the webhook's last attempt failed: it may be slow, and is given less room.
    pub fn is_suspect(&self) -> bool {
        self.webhook.consecutive_failures > 0
    }
}

/// Places for attempts that are free.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// All places.
    pub all: usize,
    /// Those that suspects may take: a crowd of dead receivers leaves room for the others.
    pub suspects: usize,
}

/// Returns the webhooks that something is due for, in the order in which they should be served:
/// healthy ones first, and among equals the one that waits longest.
pub fn due(conn: &mut Conn, now: i64) -> Result<Vec<WebhookId>> {
    let mut due = webhooks::due(conn, now)?;
    due.sort_by_key(|(id, failures, last)| (*failures > 0, *last, *id));
    Ok(due.into_iter().map(|(id, ..)| id).collect())
}

/// Returns whether any attempt is under way, on any node.
pub fn any_under_way(conn: &mut Conn, now: i64) -> Result<bool> {
    webhooks::any_under_way(conn, now)
}

/// Ends the leases that a former life of this node left. To be called before its first claim.
pub fn release(tx: &mut Tx<'_>, node: &str) -> Result<usize> {
    webhooks::release(tx.conn, node, tx.now)
}

/// Claims deliveries of these webhooks for a node: of each at most two at a time, one when it
/// failed last, and one per link, the oldest first.
pub fn claim(
    tx: &mut Tx<'_>,
    node: &str,
    ids: &[WebhookId],
    mut room: Room,
) -> Result<Vec<Attempt>> {
    let until = tx.now + i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX);
    let mut claimed = Vec::new();
    for id in ids {
        if room.all == 0 {
            break;
        }
        let Some(webhook) = webhooks::lock_row(tx.conn, *id, tx.now)? else { continue };
        let suspect = webhook.consecutive_failures > 0;
        let mut busy = webhooks::under_way(tx.conn, *id, tx.now)?;
        let mut free = if suspect { 1_usize.min(room.suspects) } else { PER_WEBHOOK }
            .min(room.all)
            .saturating_sub(busy.len());
        for mut delivery in webhooks::first_due(tx.conn, *id, tx.now, LOOKED_AT)? {
            if free == 0 {
                break;
            }
            if delivery.subject.is_some() && busy.contains(&delivery.subject)
                || !webhooks::lease(tx.conn, delivery.id, node, tx.now, until)?
            {
                continue;
            }
            busy.push(delivery.subject);
            delivery.leased_until = Some(until);
            claimed.push(Attempt { delivery, webhook: webhook.clone() });
            free -= 1;
            room.all -= 1;
            room.suspects = room.suspects.saturating_sub(usize::from(suspect));
        }
    }
    Ok(claimed)
}

impl App {
    /// Makes an attempt and settles it.
    ///
    /// # Errors
    ///
    /// Those of the database; then the lease ends by itself. An attempt that fails is none.
    pub async fn attempt(&self, attempt: Attempt) -> Result<()> {
        let outbound = self.outbound()?;
        let format = format_of(self.data.dialects(), &attempt.webhook.look)?;
        let headers = headers(format, &attempt, self.data.secret(), self.now())?;
        let outcome =
            outbound.post(&attempt.webhook.url, headers, attempt.delivery.payload.clone()).await;
        if let Outcome::Unanswered { reason } = &outcome {
            tracing::debug!(
                webhook = attempt.webhook.id.0,
                delivery = attempt.delivery.uid,
                reason,
                "an attempt had no answer"
            );
        }
        self.write(move |tx| finish_delivery(tx, &attempt, &outcome)).await
    }
}

/// Returns the headers of an attempt: those of the dialect, and those of Standard Webhooks, which
/// every valid secret signs.
fn headers(
    format: &dyn WebhookFormat,
    attempt: &Attempt,
    master: &MasterSecret,
    now: i64,
) -> Result<Vec<(&'static str, String)>> {
    let Attempt { delivery, webhook } = attempt;
    let mut secrets: Vec<SigningSecret> = vec![open_secret(master, webhook, &webhook.secret)?];
    if let Some(previous) = webhook
        .previous_secret
        .as_ref()
        .filter(|_| webhook.previous_until.is_some_and(|until| now < until))
    {
        secrets.push(open_secret(master, webhook, previous)?);
    }
    let (seconds, body) = (now.div_euclid(1000), delivery.payload.as_bytes());
    let outgoing = Outgoing { id: &delivery.uid, event: &delivery.event, body };
    let mut headers = format.headers(&secrets[0], &outgoing, seconds);
    let signed = |secret: &SigningSecret| {
        format!("v1,{}", secret.sign_standard(&delivery.uid, seconds, body))
    };
    headers.extend([
        ("content-type", "application/json".to_owned()),
        ("webhook-id", delivery.uid.clone()),
        ("webhook-timestamp", seconds.to_string()),
        ("webhook-signature", secrets.iter().map(signed).collect::<Vec<_>>().join(" ")),
    ]);
    Ok(headers)
}

/// Records the outcome of an attempt on the delivery and on its webhook.
fn finish_delivery(tx: &mut Tx<'_>, attempt: &Attempt, outcome: &Outcome) -> Result<()> {
    let Attempt { delivery, .. } = attempt;
    let lease =
        delivery.leased_until.ok_or_else(|| Error::internal("an attempt without a lease"))?;
    // Deleted meanwhile, with its deliveries.
    let Some(webhook) = webhooks::get(tx.conn, delivery.webhook_id)? else { return Ok(()) };
    let (status, retry_after, took) = match outcome {
        Outcome::Busy => {
            let again = DeliveryOutcome {
                status: DeliveryStatus::Pending,
                attempts: delivery.attempts,
                due_at: tx.now + BUSY,
                leased_until: None,
                response_status: delivery.response_status,
                duration_ms: delivery.duration_ms,
                settled_at: None,
            };
            return webhooks::finish_delivery(tx.conn, delivery.id, lease, &again).map(drop);
        }
        Outcome::Answered { status, retry_after, took } => {
            (Some(i32::from(*status)), *retry_after, Some(*took))
        }
        Outcome::Unanswered { .. } => (None, None, None),
    };
    let attempts = delivery.attempts + 1;
    let mut outcome_row = DeliveryOutcome {
        status: DeliveryStatus::Delivered,
        attempts,
        due_at: tx.now,
        leased_until: None,
        response_status: status,
        duration_ms: took.map(millis),
        settled_at: Some(tx.now),
    };
    let mut changes = WebhookChanges::default();
    if matches!(status, Some(200..=299)) {
        changes.consecutive_failures = Some(0).filter(|_| webhook.consecutive_failures > 0);
        changes.not_before = Some(None).filter(|_| webhook.not_before.is_some());
    } else {
        let retries = format_of(tx.dialects, &webhook.look)?.retries();
        let next = next_attempt(tx, retries, attempts, status, retry_after);
        (outcome_row.status, outcome_row.due_at, outcome_row.settled_at) = match next {
            Some(at) => (DeliveryStatus::Pending, at, None),
            None => (DeliveryStatus::Failed, tx.now, Some(tx.now)),
        };
        let failures = webhook.consecutive_failures + 1;
        changes.consecutive_failures = Some(failures);
        changes.not_before = rest(tx.now, status, retry_after, next).map(Some);
        if webhook.status != WebhookStatus::Disabled
            && (status == Some(410) || failures >= retries.disable_after)
        {
            (changes.status, changes.disabled_at) =
                (Some(WebhookStatus::Disabled), Some(Some(tx.now)));
            tracing::warn!(webhook = webhook.id.0, failures, status, "a webhook was disabled");
        }
    }
    if webhooks::finish_delivery(tx.conn, delivery.id, lease, &outcome_row)? {
        webhooks::note(tx.conn, webhook.id, tx.now, status, &changes)?;
        // There may be room for the webhook's next delivery.
        tx.has_event = true;
    }
    Ok(())
}

/// When a delivery is attempted again; `None` when it has failed for good.
fn next_attempt(
    tx: &Tx<'_>,
    retries: &RetryPolicy,
    attempts: i32,
    status: Option<i32>,
    retry_after: Option<Duration>,
) -> Option<i64> {
    let mut random = [0; 4];
    tx.random(&mut random);
    let delay = retries.delay(usize::try_from(attempts).ok()?, u32::from_be_bytes(random))?;
    let retry_after = retry_after.map_or(0, |retry_after| millis(retry_after).min(MAX_RETRY_AFTER));
    // A receiver that answers 410 Gone will answer it again.
    (status != Some(410)).then(|| tx.now + delay.max(retry_after))
}

/// Until when the whole webhook is left alone: as long as an overloaded receiver asks for, within
/// bounds.
fn rest(
    now: i64,
    status: Option<i32>,
    retry_after: Option<Duration>,
    next: Option<i64>,
) -> Option<i64> {
    match (retry_after, status) {
        (Some(retry_after), _) => Some(now + millis(retry_after).min(MAX_RETRY_AFTER)),
        (None, Some(429 | 502 | 504)) => Some(next.map_or(now + REST, |next| next.min(now + REST))),
        _ => None,
    }
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
