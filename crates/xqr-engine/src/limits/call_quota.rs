//! Quotas: how many calls a caller may make in a month or a day. The total is never exceeded, on
//! any number of nodes, and a request needs no database write of its own.
//!
//! A node leases up to 64 calls of a quota at once, in one transaction, and hands them out from
//! memory. Near the end of a quota the leases shrink, at last to one call, so that no calls lie
//! idle on another node. A killed node loses its lease: the workspace then has up to 64 calls less
//! in that period, and never one more. A node that stops in order returns its lease.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;
use xqr_errors::{Condition, Error, Result};
use xqr_plans::{Cap, Cycle, Period, Purse};
use xqr_store::WorkspaceId;
use xqr_store::counters::{self, Metric, QuotaMetric};

use crate::runtime::time_format::span_of;
use crate::{Caller, Data, Tx, events};

/// The most units of a lease.
const LEASE: u64 = 64;
/// How long an exhausted quota is not asked for again, in milliseconds.
const PAUSE: i64 = 1_000;

/// The meters of this node, one per workspace and cycle.
#[derive(Default)]
pub(crate) struct Quotas(Mutex<HashMap<(WorkspaceId, Cycle), Arc<Meter>>>);

/// What this node knows of a workspace's quota.
struct Meter {
    lease: Mutex<Lease>,
    /// Held while a lease is asked for, so that a crowd asks once.
    asking: tokio::sync::Mutex<()>,
}

#[derive(Clone, Copy)]
struct Lease {
    period: Period,
    /// Units that may be handed out.
    left: u64,
    /// What the database says is used or leased, by all nodes.
    used: u64,
    /// When the quota was found exhausted, and at which size.
    refused: Option<(i64, Cap)>,
}

/// A call that has been admitted. It costs nothing unless it is [kept](Self::keep).
pub(crate) struct AdmittedCall {
    meter: Arc<Meter>,
    period: Period,
    /// What is left of the quota after this call; `None` is unlimited.
    pub(crate) remaining: Cap,
    kept: bool,
}

impl AdmittedCall {
    /// Counts the call.
    pub(crate) fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for AdmittedCall {
    fn drop(&mut self) {
        if !self.kept {
            self.meter.put_back(self.period, 1);
        }
    }
}

impl Quotas {
    /// Admits one call of the caller's workspace.
    ///
    /// # Errors
    ///
    /// [`Condition::QuotaSpent`] until the month turns, [`Condition::DailyQuotaSpent`] until the
    /// day does.
    pub(crate) async fn admit(
        &self,
        data: &Data,
        caller: &Caller,
        cycle: Cycle,
    ) -> Result<AdmittedCall> {
        let cap = cap(caller, cycle);
        let meter = self.meter(caller.workspace, cycle, data.now());
        loop {
            let now = data.now();
            let period = cycle.at(now);
            if let Some(remaining) = meter.take(period, cap) {
                return Ok(AdmittedCall { meter, period, remaining, kept: false });
            }
            let _asking = meter.asking.lock().await;
            let Some(lease) = meter.to_ask(period, cap) else { continue };
            if lease
                .refused
                .is_some_and(|(at, size)| size == cap && (0..PAUSE).contains(&(now - at)))
            {
                return Err(spent(caller, cycle, now));
            }
            // What lies here was leased under a larger cap: the database, which knows of all nodes,
            // decides anew.
            let surplus = meter.surrender(period);
            let granted = match ask(data, caller.workspace, cap, period, surplus).await {
                Ok(granted) => granted,
                Err(error) => {
                    meter.put_back(period, surplus);
                    return Err(error);
                }
            };
            if !meter.grant(period, granted, now, cap) {
                return Err(spent(caller, cycle, now));
            }
        }
    }

    /// Returns what is left of a quota, as far as this node knows, without taking any.
    pub(crate) fn peek(&self, data: &Data, caller: &Caller, cycle: Cycle) -> Cap {
        let now = data.now();
        let lease = *self.meter(caller.workspace, cycle, now).lock();
        let cap = cap(caller, cycle);
        if lease.period == cycle.at(now) { lease.remaining(cap) } else { cap }
    }

    /// Returns the units that lie here.
    pub(crate) fn leased(&self, data: &Data, workspace: WorkspaceId, cycle: Cycle) -> u64 {
        let now = data.now();
        let lease = *self.meter(workspace, cycle, now).lock();
        if lease.period == cycle.at(now) { lease.left } else { 0 }
    }

    fn meter(&self, workspace: WorkspaceId, cycle: Cycle, now: i64) -> Arc<Meter> {
        let mut meters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(meters.entry((workspace, cycle)).or_insert_with(|| {
            let lease = Lease { period: cycle.at(now), left: 0, used: 0, refused: None };
            Arc::new(Meter { lease: Mutex::new(lease), asking: tokio::sync::Mutex::default() })
        }))
    }

    /// Gives all leases back; for an orderly end.
    pub(crate) fn return_leases(&self, data: &Data) {
        let meters = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        for ((workspace, _), meter) in meters {
            let Lease { period, left, .. } = *meter.lock();
            if left > 0 {
                let span = span_of(period);
                let give = move |tx: &mut Tx<'_>| {
                    counters::give_back(tx.conn, workspace, Metric::Calls, span, left.cast_signed())
                };
                if let Err(error) = data.write_here(give) {
                    tracing::warn!(error = %error.report(), workspace = workspace.0, left, "a lease of calls was not given back");
                }
            }
        }
    }
}

impl Lease {
    /// Returns what is left of a quota of this size; `used` counts what lies here as used.
    fn remaining(&self, cap: Cap) -> Cap {
        cap.map(|cap| cap.saturating_sub(self.used - self.left.min(self.used)))
    }
}

impl Meter {
    fn lock(&self) -> std::sync::MutexGuard<'_, Lease> {
        self.lease.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a unit and returns what is left of the quota; `None` without a unit.
    fn take(&self, period: Period, cap: Cap) -> Option<Cap> {
        let mut lease = self.lock();
        if lease.period != period || lease.left == 0 || lease.remaining(cap) == Some(0) {
            return None;
        }
        lease.left -= 1;
        Some(lease.remaining(cap))
    }

    /// Returns the lease if nothing of it may be handed out under this cap; a lease of another
    /// period has run out.
    fn to_ask(&self, period: Period, cap: Cap) -> Option<Lease> {
        let mut lease = self.lock();
        if lease.period != period {
            *lease = Lease { period, left: 0, used: 0, refused: None };
        }
        (lease.left == 0 || lease.remaining(cap) == Some(0)).then_some(*lease)
    }

    /// Takes back all that lies here.
    fn surrender(&self, period: Period) -> u64 {
        let mut lease = self.lock();
        if lease.period == period { std::mem::take(&mut lease.left) } else { 0 }
    }

    /// Takes over what the database granted, and returns whether that was anything.
    fn grant(&self, period: Period, granted: Granted, now: i64, cap: Cap) -> bool {
        let mut lease = self.lock();
        if lease.period == period {
            lease.left += granted.units;
            lease.used = granted.used;
            lease.refused = (granted.units == 0).then_some((now, cap));
        }
        granted.units > 0
    }

    fn put_back(&self, period: Period, units: u64) {
        let mut lease = self.lock();
        if lease.period == period {
            lease.left += units;
        }
    }
}

/// What the database granted.
struct Granted {
    units: u64,
    /// What is used or leased now, by all nodes.
    used: u64,
}

async fn ask(
    data: &Data,
    workspace: WorkspaceId,
    cap: Cap,
    period: Period,
    surplus: u64,
) -> Result<Granted> {
    let (sender, receiver) = oneshot::channel();
    data.submit(
        false,
        move |tx| lease(tx, workspace, cap, period, surplus),
        |result| drop(sender.send(result)),
    );
    let result =
        receiver.await.unwrap_or_else(|_| Err(Error::from(Condition::Overloaded { seconds: 1 })));
    result.map(|(granted, _)| granted)
}

/// Gives `surplus` back and leases a part of what is left: the less there is, the smaller.
fn lease(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    cap: Cap,
    period: Period,
    surplus: u64,
) -> Result<Granted> {
    let span = span_of(period);
    counters::begin(tx.conn, workspace, Metric::Calls, span)?;
    if surplus > 0 {
        counters::give_back(tx.conn, workspace, Metric::Calls, span, surplus.cast_signed())?;
    }
    let used = counters::get(tx.conn, workspace, Metric::Calls, span)?.max(0).unsigned_abs();
    let purse = Purse { credits: 0, quota: cap, used, overage: false };
    let room = purse.remaining().unwrap_or(u64::MAX);
    let mut units = (room / 64).clamp(1, LEASE).min(room);
    let limit = cap.map(u64::cast_signed);
    let mut take = |units: u64| {
        counters::take(tx.conn, workspace, Metric::Calls, span, units.cast_signed(), limit)
    };
    // Another node may have leased since the look.
    if units == 0 || !take(units)? {
        units = u64::from(units > 1 && take(1)?);
    }
    for percent in purse.crossed(units) {
        let after = Purse { used: used + units, ..purse };
        events::quota_threshold(tx, workspace, QuotaMetric::Calls, span, percent, &after)?;
    }
    Ok(Granted { units, used: used + units })
}

/// Returns the size of a caller's quota.
pub(crate) fn cap(caller: &Caller, cycle: Cycle) -> Cap {
    match cycle {
        Cycle::Month => caller.terms.limits.monthly_calls,
        // QRForge reference, section 3.1: 0 is no limit.
        Cycle::Day => caller.terms.limits.calls_per_day.filter(|cap| *cap > 0),
    }
}

fn spent(caller: &Caller, cycle: Cycle, now: i64) -> Error {
    let seconds = ((cycle.at(now).end() - now).max(1).unsigned_abs()).div_ceil(1000);
    let quota = cap(caller, cycle).unwrap_or_default();
    match cycle {
        Cycle::Month => {
            Condition::QuotaSpent { quota, plan: caller.terms.plan.to_string(), seconds }.into()
        }
        Cycle::Day => Condition::DailyQuotaSpent { seconds }.into(),
    }
}
