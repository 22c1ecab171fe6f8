//! Token buckets: the rate at which a caller may send requests. In memory, per node, without a
//! database.

use std::collections::HashMap;
use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::clock::{self, Reference};
use governor::middleware::StateInformationMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::Clock;

type Limiter<K> = RateLimiter<K, DashMapStateStore<K>, Time, StateInformationMiddleware>;

/// Buckets of several sizes, each with its buckets by key. A bucket of `n` tokens is filled evenly
/// with `n` per period.
pub(crate) struct Buckets<K: Hash + Eq + Clone> {
    period: Duration,
    time: Time,
    sizes: Mutex<HashMap<NonZeroU32, Arc<Limiter<K>>>>,
}

/// The result of taking a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    /// There was one; so many are left.
    Yes(u32),
    /// There was none; after so many seconds, at least 1, there is.
    No(u64),
}

/// More full buckets than this are forgotten: an untouched bucket is as good as a new one.
const KEPT: usize = 100_000;

impl<K: Hash + Eq + Clone> Buckets<K> {
    pub(crate) fn new(period: Duration, clock: Arc<dyn Clock>) -> Self {
        Self { period, time: Time(clock), sizes: Mutex::default() }
    }

    /// Takes a token from the bucket of `key`, which holds `size`.
    pub(crate) fn take(&self, key: &K, size: u64) -> Taken {
        let Some(size) = u32::try_from(size).ok().and_then(NonZeroU32::new) else {
            return if size == 0 {
                Taken::No(self.period.as_secs().max(1))
            } else {
                Taken::Yes(u32::MAX)
            };
        };
        let limiter = self.limiter(size);
        match limiter.check_key(key) {
            Ok(state) => Taken::Yes(state.remaining_burst_capacity()),
            Err(not_until) => {
                let wait = not_until.wait_time_from(clock::Clock::now(&self.time));
                Taken::No((wait.as_nanos().div_ceil(1_000_000_000) as u64).max(1))
            }
        }
    }

    fn limiter(&self, size: NonZeroU32) -> Arc<Limiter<K>> {
        let mut sizes = self.sizes.lock().unwrap_or_else(PoisonError::into_inner);
        let limiter = sizes.entry(size).or_insert_with(|| {
            let quota = Quota::with_period(self.period / size.get())
                .unwrap_or(Quota::per_second(size))
                .allow_burst(size);
            Arc::new(RateLimiter::new(quota, DashMapStateStore::default(), self.time.clone()))
        });
        if limiter.len() > KEPT {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
        Arc::clone(limiter)
    }
}

/// The service's clock in governor's form.
#[derive(Clone)]
struct Time(Arc<dyn Clock>);

/// A time in governor's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Moment(Nanos);

impl clock::Clock for Time {
    type Instant = Moment;

    fn now(&self) -> Moment {
        Moment(Nanos::new(self.0.monotonic() * 1_000_000))
    }
}

impl std::ops::Add<Nanos> for Moment {
    type Output = Self;

    fn add(self, more: Nanos) -> Self {
        Self(self.0 + more)
    }
}

impl Reference for Moment {
    fn duration_since(&self, earlier: Self) -> Nanos {
        self.0.as_u64().saturating_sub(earlier.0.as_u64()).into()
    }

    fn saturating_sub(&self, duration: Nanos) -> Self {
        Self(self.0.as_u64().saturating_sub(duration.as_u64()).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ManualClock;

    fn buckets(period: u64) -> (Buckets<i64>, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::at(1_774_103_400_000));
        (Buckets::new(Duration::from_secs(period), Arc::clone(&clock) as _), clock)
    }

    #[test]
    fn a_bucket_empties_and_fills_evenly() {
        let (buckets, clock) = buckets(1);
        for left in (0..10).rev() {
            assert_eq!(buckets.take(&1, 10), Taken::Yes(left));
        }
        assert_eq!(buckets.take(&1, 10), Taken::No(1));
        assert_eq!(buckets.take(&2, 10), Taken::Yes(9), "another key has a bucket of its own");
        clock.advance(100);
        assert_eq!(buckets.take(&1, 10), Taken::Yes(0));
        assert_eq!(buckets.take(&1, 10), Taken::No(1));
        clock.advance(60_000);
        assert_eq!(buckets.take(&1, 10), Taken::Yes(9), "no more than the bucket holds");
    }

    #[test]
    fn the_wait_is_true() {
        let (buckets, clock) = buckets(60);
        for _ in 0..2 {
            assert!(matches!(buckets.take(&1, 2), Taken::Yes(_)));
        }
        assert_eq!(buckets.take(&1, 2), Taken::No(30));
        clock.advance(29_999);
        assert_eq!(buckets.take(&1, 2), Taken::No(1));
        clock.advance(1);
        assert_eq!(buckets.take(&1, 2), Taken::Yes(0));
    }

    #[test]
    fn a_correction_of_the_time_neither_mints_nor_refuses() {
        for correction in [-3_600_000, -90_000, -1_000, 1_000, 3_600_000] {
            let (buckets, clock) = buckets(1);
            (0..10).for_each(|_| assert!(matches!(buckets.take(&1, 10), Taken::Yes(_))));
            clock.correct(correction);
            assert_eq!(buckets.take(&1, 10), Taken::No(1), "{correction}");
            clock.advance(1_000);
            for left in (0..10).rev() {
                assert_eq!(buckets.take(&1, 10), Taken::Yes(left), "{correction}");
            }
        }
    }

    #[test]
    fn a_flood_of_keys_is_forgotten() {
        let (buckets, clock) = buckets(1);
        for key in 0..2 * KEPT as i64 {
            clock.advance(i64::from(key % 100 == 0));
            buckets.take(&key, 10);
        }
        let kept: usize = buckets.sizes.lock().unwrap().values().map(|limiter| limiter.len()).sum();
        assert!(kept <= KEPT + 1, "{kept}");
    }
}
