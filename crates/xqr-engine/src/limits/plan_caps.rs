//! Caps of a plan on what exists at the same time, counted in the transaction that adds or deletes.

use xqr_errors::Result;
use xqr_plans::{Capped, Terms};
use xqr_store::counters;

use crate::Tx;

/// Counts `n` more of a resource.
///
/// # Errors
///
/// [`PlanLimitReached`](xqr_errors::Condition::PlanLimitReached) if the plan's cap would be passed.
pub(crate) fn take(
    tx: &mut Tx<'_>,
    workspace: i64,
    terms: &Terms,
    resource: Capped,
    n: i64,
) -> Result<()> {
    let cap = terms.limits.cap(resource).map(u64::cast_signed);
    if counters::take(tx.conn, workspace, metric(resource), counters::TOTAL, n, cap)? {
        return Ok(());
    }
    Err(terms.full(resource).into())
}

/// Counts `n` more of a resource without a cap.
pub(crate) fn count(tx: &mut Tx<'_>, workspace: i64, resource: Capped, n: i64) -> Result<()> {
    counters::take(tx.conn, workspace, metric(resource), counters::TOTAL, n, None).map(drop)
}

/// Counts `n` fewer of a resource.
pub(crate) fn give_back(tx: &mut Tx<'_>, workspace: i64, resource: Capped, n: i64) -> Result<()> {
    counters::give_back(tx.conn, workspace, metric(resource), counters::TOTAL, n)
}

/// Starts the counter of a resource, if it was not there.
pub(crate) fn begin(tx: &mut Tx<'_>, workspace: i64, resource: Capped) -> Result<()> {
    counters::begin(tx.conn, workspace, metric(resource), counters::TOTAL).map(drop)
}

fn metric(resource: Capped) -> &'static str {
    match resource {
        Capped::Links => counters::LINKS,
        Capped::ActiveLinks => counters::ACTIVE_LINKS,
        Capped::Keys => counters::KEYS,
        Capped::Templates => counters::TEMPLATES,
        Capped::Projects => counters::PROJECTS,
        Capped::BioPages => counters::BIO_PAGES,
        Capped::Webhooks => counters::WEBHOOKS,
        Capped::StorageBytes => counters::STORAGE,
        // Seats are counted by their rows.
        other => other.plural(),
    }
}
