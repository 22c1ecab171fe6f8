//! Failures per minute. A client that fails too often is locked out for a while. Successes do not
//! count. Per node, in bounded memory.

use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;

use crate::Clock;
use crate::limits::token_buckets::{Buckets, Taken};

/// The most lock-outs that are kept.
const REMEMBERED: u64 = 100_000;

/// Failures per client, and the lock-outs that follow.
pub(crate) struct Failures<K: Hash + Eq + Clone> {
    per_minute: u64,
    buckets: Buckets<K>,
    /// End of the lock-out, milliseconds of the monotonic clock.
    locked_out: Cache<K, u64>,
    clock: Arc<dyn Clock>,
}

impl<K: Hash + Eq + Clone + Send + Sync + 'static> Failures<K> {
    /// Allows `per_minute` failures a minute. 0: no limit.
    pub(crate) fn new(per_minute: u64, clock: Arc<dyn Clock>) -> Self {
        let locked_out = Cache::builder()
            .max_capacity(REMEMBERED)
            .time_to_live(Duration::from_secs(120))
            .build();
        Self {
            per_minute,
            buckets: Buckets::new(Duration::from_secs(60), Arc::clone(&clock)),
            locked_out,
            clock,
        }
    }

    /// Returns how many seconds the lock-out lasts; `None` without one.
    pub(crate) fn wait(&self, who: &K) -> Option<u64> {
        let until = self.locked_out.get(who)?;
        let wait = until.saturating_sub(self.clock.monotonic());
        (wait > 0).then(|| wait.div_ceil(1000))
    }

    /// Notes a failure.
    pub(crate) fn note(&self, who: K) {
        if self.per_minute > 0
            && let Taken::No(seconds) = self.buckets.take(&who, self.per_minute)
        {
            self.locked_out.insert(who, self.clock.monotonic() + seconds * 1000);
        }
    }
}
