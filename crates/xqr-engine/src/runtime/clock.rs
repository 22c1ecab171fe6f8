//! The time as a parameter.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Instant;

/// Reads the time.
pub trait Clock: Send + Sync {
    /// Returns Unix milliseconds. A correction of the machine's time moves it forth or back.
    fn now(&self) -> i64;

    /// Returns milliseconds of a clock that never goes back: for limits and time-outs.
    fn monotonic(&self) -> u64;
}

/// What the monotonic time of a fresh process is, in milliseconds: a day, longer than any limit.
const SINCE_START: u64 = 86_400_000;

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> i64 {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place that reads the machine's clock"
        )]
        let now = std::time::SystemTime::now();
        now.duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX))
    }

    fn monotonic(&self) -> u64 {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        // Above zero, because what happened before the start is subtracted.
        (*START).elapsed().as_millis() as u64 + SINCE_START
    }
}

/// A clock for tests: it stands still until it is moved.
#[derive(Debug)]
pub struct ManualClock {
    now: AtomicI64,
    monotonic: AtomicU64,
}

impl ManualClock {
    /// Returns a clock that shows `now`, Unix milliseconds.
    pub fn at(now: i64) -> Self {
        Self { now: AtomicI64::new(now), monotonic: AtomicU64::new(SINCE_START) }
    }

    /// Lets `millis` pass, which must not be negative.
    pub fn advance(&self, millis: i64) {
        debug_assert!(millis >= 0, "time does not go back; its measure is corrected");
        self.correct(millis);
        self.monotonic.fetch_add(millis.unsigned_abs(), Ordering::SeqCst);
    }

    /// Corrects the time by `millis`, forth or back, without time passing.
    pub fn correct(&self, millis: i64) {
        self.now.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> i64 {
        self.now.load(Ordering::SeqCst)
    }

    fn monotonic(&self) -> u64 {
        self.monotonic.load(Ordering::SeqCst)
    }
}
