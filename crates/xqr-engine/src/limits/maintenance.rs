//! Maintenance mode: the APIs pause, redirects go on. The flag is in the database, so every node
//! follows within a second and a restart changes nothing.

use std::sync::atomic::{AtomicI64, Ordering};

use xqr_errors::{Condition, Result};
use xqr_store::{Conn, service_state};

use crate::{App, Tx};

/// How long a node caches the flag, in milliseconds.
const CACHED_MILLIS: i64 = 1_000;

/// The cached flag of this node.
#[derive(Default)]
pub(crate) struct Maintenance {
    until: AtomicI64,
    read_at: AtomicI64,
}

/// Returns when maintenance ends, Unix milliseconds; `None` when there is none.
pub fn get(conn: &mut Conn) -> Result<Option<i64>> {
    Ok(service_state::get(conn, service_state::MAINTENANCE_UNTIL)?
        .and_then(|value| value.parse().ok()))
}

/// Begins maintenance that ends at `until`, Unix milliseconds, or ends it.
pub fn set(tx: &mut Tx<'_>, until: Option<i64>) -> Result<()> {
    service_state::set(
        tx.conn,
        service_state::MAINTENANCE_UNTIL,
        until.map(|until| until.to_string()).as_deref(),
    )
}

impl App {
    /// Refuses API calls during maintenance.
    ///
    /// # Errors
    ///
    /// [`Condition::Maintenance`].
    pub async fn check_maintenance(&self) -> Result<()> {
        let now = self.now();
        let Maintenance { until, read_at } = &self.maintenance;
        let last = read_at.load(Ordering::Relaxed);
        let stale = !(0..CACHED_MILLIS).contains(&(now - last));
        if stale
            && read_at.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
        {
            match self.read(get).await {
                Ok(found) => until.store(found.unwrap_or_default(), Ordering::Relaxed),
                Err(error) => {
                    tracing::warn!(error = %error.report(), "whether there is maintenance could not be read")
                }
            }
        }
        let until = until
            .load(Ordering::Relaxed)
            .max(self.settings.maintenance_until().unwrap_or_default());
        if now >= until {
            return Ok(());
        }
        let seconds = (until - now).unsigned_abs().div_ceil(1000);
        Err(Condition::Maintenance { until: crate::runtime::time_format::rfc3339(until), seconds }
            .into())
    }
}
