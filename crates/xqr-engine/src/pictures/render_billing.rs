//! Metered pictures: credits first, then the month's quota, then overage where the plan has it (QR
//! Studio reference, section 4).
//!
//! A picture is charged before it is drawn and refunded if it fails, so that concurrent calls never
//! overshoot and failures are free. A batch is charged as a whole or not at all.

use xqr_errors::{Condition, Result};
use xqr_plans::{Cycle, Period, PlanTable, Purse, Spend, Terms};
use xqr_store::counters::{self, Metric, QuotaMetric, Span};
use xqr_store::credits::{self, Entry};
use xqr_store::{Conn, WorkspaceId};

use crate::limits::text_limits::check_reason;
use crate::runtime::caller;
use crate::runtime::time_format::{month_of, span_of};
use crate::{Caller, Principal, Tx, events};

/// What a charge was paid with; needed to refund it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charge {
    month: Period,
    /// Where the units came from.
    pub spend: Spend,
    /// What is left of the month's quota; `None` is unlimited.
    pub remaining: Option<u64>,
}

/// Charges a workspace for `units` pictures.
///
/// # Errors
///
/// [`Condition::QuotaSpent`] where neither credits, quota nor overage pay for all of them.
pub fn charge(tx: &mut Tx<'_>, caller: &Caller, units: u64) -> Result<Charge> {
    let (workspace, month) = (caller.workspace, Cycle::Month.at(tx.now));
    let own_terms = caller::terms(tx.plans, &caller.owner, None)?;
    let limits = &own_terms.limits;
    let span = span_of(month);
    counters::begin(tx.conn, workspace, Metric::Renders, span)?;
    // The transaction that holds this row decides alone; an update that adds nothing locks it.
    counters::take(tx.conn, workspace, Metric::Renders, span, 0, None)?;
    let mut get = |metric: Metric, span: Span| {
        counters::get(tx.conn, workspace, metric, span).map(|n| n.max(0).unsigned_abs())
    };
    let (used, credits) = (get(Metric::Renders, span)?, get(Metric::Credits, Span::Total)?);
    let by_key = get(metric_of(caller.principal), span)?;
    let purse = Purse { credits, quota: limits.monthly_renders, used, overage: limits.overage };
    let spent = |terms: &Terms| {
        let seconds = (month.end() - tx.now).max(1).unsigned_abs().div_ceil(1000);
        let quota = terms.limits.monthly_renders.unwrap_or_default();
        Condition::QuotaSpent { quota, plan: terms.plan.to_string(), seconds }
    };
    let spend = purse.spend(units).ok_or_else(|| spent(&own_terms))?;
    // A key with a plan of its own has that plan's quota of the workspace's.
    let of_key = Purse { credits: spend.credits, used: by_key, ..key_purse(caller) };
    if of_key.spend(units).is_none() {
        return Err(spent(&caller.terms).into());
    }
    if spend.credits > 0 {
        book(tx, workspace, -spend.credits.cast_signed(), "pictures")?;
    }
    let metered = spend.quota + spend.overage;
    counters::take(tx.conn, workspace, Metric::Renders, span, metered.cast_signed(), None)?;
    if spend.overage > 0 {
        counters::add(tx.conn, workspace, Metric::Overage, span, spend.overage.cast_signed())?;
    }
    counters::add(tx.conn, workspace, metric_of(caller.principal), span, metered.cast_signed())?;
    let after = Purse { used: used + metered, ..purse };
    for percent in purse.crossed(metered) {
        events::quota_threshold(tx, workspace, QuotaMetric::Renders, span, percent, &after)?;
    }
    let of_key = Purse { used: by_key + metered, ..of_key };
    Ok(Charge {
        month,
        spend,
        remaining: after.remaining().into_iter().chain(of_key.remaining()).min(),
    })
}

/// Gives a charge back.
pub fn refund(tx: &mut Tx<'_>, caller: &Caller, charge: &Charge) -> Result<()> {
    let Charge { month, spend, .. } = charge;
    let span = span_of(*month);
    if spend.credits > 0 {
        book(tx, caller.workspace, spend.credits.cast_signed(), "refund")?;
    }
    let metered = spend.quota + spend.overage;
    counters::give_back(tx.conn, caller.workspace, Metric::Renders, span, metered.cast_signed())?;
    counters::give_back(
        tx.conn,
        caller.workspace,
        metric_of(caller.principal),
        span,
        metered.cast_signed(),
    )?;
    if spend.overage > 0 {
        counters::give_back(
            tx.conn,
            caller.workspace,
            Metric::Overage,
            span,
            spend.overage.cast_signed(),
        )?;
    }
    Ok(())
}

/// What a workspace has used of rendered codes, active codes and credits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Used {
    /// Pictures of the month that credits did not pay for.
    pub renders: u64,
    /// Links that are active.
    pub active_codes: u64,
    /// Credits that are left.
    pub credits: u64,
}

/// Returns what a workspace has used until `now`, Unix milliseconds.
pub fn usage(conn: &mut Conn, workspace: WorkspaceId, now: i64) -> Result<Used> {
    let month = month_of(now);
    let mut get = |metric: Metric, span: Span| {
        counters::get(conn, workspace, metric, span).map(|value| value.max(0).unsigned_abs())
    };
    Ok(Used {
        renders: get(Metric::Renders, month)?,
        active_codes: get(Metric::ActiveLinks, Span::Total)?,
        credits: get(Metric::Credits, Span::Total)?,
    })
}

/// Returns how many pictures one principal drew this month that credits did not pay for.
pub fn usage_of(
    conn: &mut Conn,
    workspace: WorkspaceId,
    principal: Principal,
    now: i64,
) -> Result<u64> {
    let month = month_of(now);
    Ok(counters::get(conn, workspace, metric_of(principal), month)?.max(0).unsigned_abs())
}

/// Returns what is left of the month's quota for a caller, credits aside: of the workspace's, and
/// of the key's own plan. `None` is unlimited.
pub fn remaining(
    conn: &mut Conn,
    plans: &PlanTable,
    caller: &Caller,
    now: i64,
) -> Result<Option<u64>> {
    let used = usage(conn, caller.workspace, now)?.renders;
    let by_key = usage_of(conn, caller.workspace, caller.principal, now)?;
    let whole = caller::terms(plans, &caller.owner, None)?
        .limits
        .monthly_renders
        .map(|quota| quota.saturating_sub(used));
    let own = Purse { used: by_key, ..key_purse(caller) }.remaining();
    Ok(whole.into_iter().chain(own).min())
}

/// The quota of a key's own plan; without one, there is none but the workspace's.
fn key_purse(caller: &Caller) -> Purse {
    let limits = &caller.terms.limits;
    let quota = limits.monthly_renders.filter(|_| caller.has_own_plan());
    Purse { credits: 0, quota, used: 0, overage: limits.overage }
}

fn metric_of(principal: Principal) -> Metric {
    match principal {
        Principal::Key(key) => Metric::RendersOfKey(key),
        Principal::User(user) => Metric::RendersOfUser(user),
    }
}

/// Grants credits to a workspace and returns its balance.
///
/// # Errors
///
/// Those of a reason.
pub fn grant(tx: &mut Tx<'_>, workspace: WorkspaceId, amount: u64, reason: &str) -> Result<i64> {
    check_reason(reason)?;
    book(tx, workspace, amount.cast_signed(), reason)
}

/// Returns a workspace's balance of credits.
pub fn balance(conn: &mut Conn, workspace: WorkspaceId) -> Result<i64> {
    counters::get(conn, workspace, Metric::Credits, Span::Total)
}

/// Returns a workspace's latest entries of the ledger, latest first.
pub fn ledger(conn: &mut Conn, workspace: WorkspaceId, limit: i64) -> Result<Vec<Entry>> {
    credits::list(conn, workspace, limit)
}

fn book(tx: &mut Tx<'_>, workspace: WorkspaceId, amount: i64, reason: &str) -> Result<i64> {
    counters::add(tx.conn, workspace, Metric::Credits, Span::Total, amount)?;
    let balance = counters::get(tx.conn, workspace, Metric::Credits, Span::Total)?;
    credits::push(tx.conn, workspace, amount, balance, reason, tx.now)?;
    Ok(balance)
}

#[cfg(test)]
mod tests {
    use xqr_plans::Plan;
    use xqr_store::outbox::{self, StoredEvent};

    use super::*;
    use crate::Data;
    use crate::dialect::Event;
    use crate::testing::{self, NOW, caller, open};

    fn charge_of(data: &Data, caller: &Caller, units: u64) -> Result<Charge> {
        let caller = caller.clone();
        data.write_here(move |tx| charge(tx, &caller, units))
    }

    #[test]
    fn credits_are_spent_first_and_recorded_in_the_ledger() {
        let (data, _, _folder) = open();
        let caller = caller(&data, Plan::Free, "{}");
        let workspace = caller.workspace;
        assert_eq!(data.write_here(move |tx| grant(tx, workspace, 3, "pack")).unwrap(), 3);
        let first = charge_of(&data, &caller, 4).unwrap();
        assert_eq!(
            (first.spend, first.remaining),
            (Spend { credits: 3, quota: 1, overage: 0 }, Some(4))
        );
        assert_eq!(
            charge_of(&data, &caller, 5).unwrap_err().condition(),
            &Condition::QuotaSpent { quota: 5, plan: "free".into(), seconds: 898_200 }
        );
        let again = caller.clone();
        data.write_here(move |tx| refund(tx, &again, &first)).unwrap();
        assert_eq!(
            charge_of(&data, &caller, 8).unwrap().spend,
            Spend { credits: 3, quota: 5, overage: 0 }
        );
        let entries = data.read_here(|conn| ledger(conn, workspace, 10)).unwrap();
        let counted: Vec<_> = entries
            .iter()
            .rev()
            .map(|entry| (entry.amount, entry.balance, entry.reason.as_str()))
            .collect();
        assert_eq!(
            counted,
            [(3, 3, "pack"), (-3, 0, "pictures"), (3, 3, "refund"), (-3, 0, "pictures")]
        );
    }

    #[test]
    fn a_quota_is_never_passed_and_starts_anew() {
        let (data, clock, _folder) = open();
        let caller = caller(&data, Plan::Free, r#"{"monthly_renders":100}"#);
        testing::webhook(&data, caller.workspace);
        let admitted: usize = std::thread::scope(|scope| {
            let work = || (0..8).filter(|_| charge_of(&data, &caller, 1).is_ok()).count();
            let threads: Vec<_> = (0..64).map(|_| scope.spawn(work)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(admitted, 100);
        let events = data.write_here(|tx| outbox::take(tx.conn, 10)).unwrap();
        let reached = |event: &StoredEvent| match serde_json::from_str(&event.payload).unwrap() {
            Event::QuotaReached { percent, .. } => percent,
            other => panic!("{other:?}"),
        };
        assert_eq!(events.iter().map(reached).collect::<Vec<_>>(), [75, 100]);
        clock.advance(898_200_000);
        assert_eq!(charge_of(&data, &caller, 100).unwrap().remaining, Some(0));
        assert!(charge_of(&data, &caller, 1).is_err());
    }

    #[test]
    fn overage_is_counted_where_the_plan_has_it() {
        let (data, _, _folder) = open();
        let caller = caller(&data, Plan::Starter, r#"{"monthly_renders":2}"#);
        assert_eq!(
            charge_of(&data, &caller, 5).unwrap().spend,
            Spend { credits: 0, quota: 2, overage: 3 }
        );
        let month = month_of(NOW);
        assert_eq!(
            data.read_here(|conn| counters::get(conn, caller.workspace, Metric::Overage, month))
                .unwrap(),
            3
        );
    }
}
