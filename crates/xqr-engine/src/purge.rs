//! Deletion of expired rows, in small transactions.

use xqr_errors::Result;
use xqr_store::scans;

use crate::Tx;
use crate::callers::users;
use crate::limits::idempotency;
use crate::scans::daily_stats::DAY;

/// Deletes some scans of deleted links, and some deliveries, stored answers and refresh tokens past
/// their time, and returns how many rows were deleted.
pub fn purge(tx: &mut Tx<'_>, retention_ms: i64) -> Result<usize> {
    /// Rows in one transaction: writers wait no longer than this takes.
    const SOME: i64 = 1000;
    let before = tx.now.saturating_sub(retention_ms);
    // No retry policy takes longer than another day.
    let deliveries = xqr_store::webhooks::purge(tx.conn, before, before.saturating_sub(DAY), SOME)?;
    Ok(scans::purge(tx.conn, SOME)?
        + deliveries
        + idempotency::purge(tx, SOME)?
        + users::purge(tx, SOME)?)
}
