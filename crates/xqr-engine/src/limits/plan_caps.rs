//! Caps of a plan on how many things exist at the same time, counted in the transaction that adds
//! or deletes one.

use xqr_errors::{Error, Result};
use xqr_plans::{Capped, Terms};
use xqr_store::WorkspaceId;
use xqr_store::counters::{self, Metric, Span};

use crate::Tx;

/// Counts `n` more of a resource.
///
/// # Errors
///
/// [`PlanLimitReached`](xqr_errors::Condition::PlanLimitReached) if the plan's cap would be passed.
pub(crate) fn take(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    terms: &Terms,
    resource: Capped,
    n: i64,
) -> Result<()> {
    let cap = terms.limits.cap(resource).map(u64::cast_signed);
    if counters::take(tx.conn, workspace, metric(resource)?, Span::Total, n, cap)? {
        return Ok(());
    }
    Err(terms.full(resource).into())
}

/// Counts `n` more of a resource without a cap.
pub(crate) fn count(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    resource: Capped,
    n: i64,
) -> Result<()> {
    counters::take(tx.conn, workspace, metric(resource)?, Span::Total, n, None).map(drop)
}

/// Counts `n` fewer of a resource.
pub(crate) fn give_back(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    resource: Capped,
    n: i64,
) -> Result<()> {
    counters::give_back(tx.conn, workspace, metric(resource)?, Span::Total, n)
}

/// Starts the counter of a resource, if it was not there.
pub(crate) fn begin(tx: &mut Tx<'_>, workspace: WorkspaceId, resource: Capped) -> Result<()> {
    counters::begin(tx.conn, workspace, metric(resource)?, Span::Total).map(drop)
}

fn metric(resource: Capped) -> Result<Metric> {
    Ok(match resource {
        Capped::Links => Metric::Links,
        Capped::ActiveLinks => Metric::ActiveLinks,
        Capped::Keys => Metric::Keys,
        Capped::Templates => Metric::Templates,
        Capped::Projects => Metric::Projects,
        Capped::BioPages => Metric::BioPages,
        Capped::Webhooks => Metric::Webhooks,
        Capped::StorageBytes => Metric::Storage,
        // Seats are counted by their rows.
        other => {
            let cause = format!("{} have no counter", other.plural());
            return Err(Error::internal(cause));
        }
    })
}
