//! Caps of a plan on what exists at the same time, counted in the transaction that adds or deletes.

use xqr_errors::Result;
use xqr_plans::{Capped, Terms};
use xqr_store::usage;

use crate::Tx;

/// BioCounts `n` more of a resource.
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
    if usage::take(tx.conn, workspace, metric(resource), usage::TOTAL, n, cap)? {
        return Ok(());
    }
    Err(terms.full(resource).into())
}

/// BioCounts `n` more of a resource without a cap.
pub(crate) fn count(tx: &mut Tx<'_>, workspace: i64, resource: Capped, n: i64) -> Result<()> {
    usage::take(tx.conn, workspace, metric(resource), usage::TOTAL, n, None).map(drop)
}

/// BioCounts `n` fewer of a resource.
pub(crate) fn give_back(tx: &mut Tx<'_>, workspace: i64, resource: Capped, n: i64) -> Result<()> {
    usage::give_back(tx.conn, workspace, metric(resource), usage::TOTAL, n)
}

/// Starts the counter of a resource, if it was not there.
pub(crate) fn begin(tx: &mut Tx<'_>, workspace: i64, resource: Capped) -> Result<()> {
    usage::begin(tx.conn, workspace, metric(resource), usage::TOTAL).map(drop)
}

fn metric(resource: Capped) -> &'static str {
    match resource {
        Capped::Links => usage::LINKS,
        Capped::ActiveLinks => usage::ACTIVE_LINKS,
        Capped::Keys => usage::KEYS,
        Capped::Templates => usage::TEMPLATES,
        Capped::Projects => usage::PROJECTS,
        Capped::BioPages => usage::BIO_PAGES,
        Capped::Webhooks => usage::WEBHOOKS,
        Capped::StorageBytes => usage::STORAGE,
        // Seats are counted by their rows.
        other => other.plural(),
    }
}
