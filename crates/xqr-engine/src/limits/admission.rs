//! Admission: every API call passes it once, after its key and before its scope.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use xqr_errors::{Condition, Result};
use xqr_plans::{Cap, Cycle};
use xqr_store::WorkspaceId;

use crate::limits::call_quota::{self, AdmittedCall, Quotas};
use crate::limits::token_buckets::{Buckets, Taken};
use crate::{Caller, Clock, Data, Principal};

/// Which limits a call meets: one of speed, and perhaps one of number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// How fast.
    pub pace: Pace,
    /// How many; `None` where calls are not counted.
    pub quota: Option<Cycle>,
}

/// What a limit of speed is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// A key, each second.
    KeySecond,
    /// A key, each minute.
    KeyMinute,
    /// A workspace, each minute.
    WorkspaceMinute,
}

/// Who owns a bucket of a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Owner {
    Key(Principal),
    Workspace(WorkspaceId),
}

/// Limits of speed, and quotas.
pub(crate) struct AdmissionGate {
    seconds: Buckets<Principal>,
    minutes: Buckets<Owner>,
    quotas: Quotas,
}

/// A call that was let in. Unless it is [kept](Self::keep), it costs nothing of the quota.
pub struct QuotaReservation(Option<AdmittedCall>);

impl fmt::Debug for QuotaReservation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QuotaReservation").finish_non_exhaustive()
    }
}

impl QuotaReservation {
    /// Counts the call.
    pub fn keep(self) {
        if let Some(call) = self.0 {
            call.keep();
        }
    }
}

/// What a caller may still do, after this call. `None` is unlimited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitStatus {
    /// The quota of the workspace.
    pub limit: Cap,
    /// What is left of it.
    pub remaining: Cap,
    /// Seconds until it starts anew.
    pub reset: u64,
    /// How many requests may come at once, and how many more each second or minute.
    pub burst_limit: Cap,
    /// How many more may come at once.
    pub burst_remaining: Cap,
}

impl LimitStatus {
    /// Counts a unit of the quota that was given back.
    pub fn give_back(&mut self) {
        self.remaining =
            self.remaining.zip(self.limit).map(|(remaining, limit)| (remaining + 1).min(limit));
    }
}

impl AdmissionGate {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            seconds: Buckets::new(Duration::from_secs(1), Arc::clone(&clock)),
            minutes: Buckets::new(Duration::from_secs(60), clock),
            quotas: Quotas::default(),
        }
    }

    pub(crate) async fn admit(
        &self,
        data: &Data,
        caller: &Caller,
        rates: Rates,
    ) -> (LimitStatus, Result<QuotaReservation>) {
        let (limits, now) = (&caller.terms.limits, data.now());
        let (limit, reset) = match rates.quota {
            Some(cycle) => (
                call_quota::cap(caller, cycle),
                (cycle.at(now).end() - now).max(0).unsigned_abs().div_ceil(1000),
            ),
            None => (None, 0),
        };
        let burst_limit = match rates.pace {
            Pace::KeySecond => limits.burst_per_second,
            Pace::KeyMinute => limits.calls_per_minute,
            // QRForge reference, section 3.1: 0 is no limit.
            Pace::WorkspaceMinute => limits.calls_per_minute.filter(|cap| *cap > 0),
        };
        let mut figures = LimitStatus {
            limit,
            remaining: limit,
            reset,
            burst_limit,
            burst_remaining: burst_limit,
        };
        if let Some(size) = burst_limit {
            match self.take(caller, rates.pace, size) {
                Taken::Yes(left) => figures.burst_remaining = Some(left.into()),
                Taken::No(seconds) => {
                    figures.burst_remaining = Some(0);
                    figures.remaining =
                        rates.quota.and_then(|cycle| self.quotas.peek(data, caller, cycle));
                    return (figures, Err(Condition::RateExceeded { seconds }.into()));
                }
            }
        }
        let Some(cycle) = rates.quota else { return (figures, Ok(QuotaReservation(None))) };
        match self.quotas.admit(data, caller, cycle).await {
            Ok(call) => {
                figures.remaining = call.remaining;
                (figures, Ok(QuotaReservation(Some(call))))
            }
            Err(error) => {
                figures.remaining = limit.map(|_| 0);
                (figures, Err(error))
            }
        }
    }

    fn take(&self, caller: &Caller, pace: Pace, size: u64) -> Taken {
        match pace {
            Pace::KeySecond => self.seconds.take(&caller.principal, size),
            Pace::KeyMinute => self.minutes.take(&Owner::Key(caller.principal), size),
            Pace::WorkspaceMinute => self.minutes.take(&Owner::Workspace(caller.workspace), size),
        }
    }

    pub(crate) fn leased(&self, data: &Data, workspace: WorkspaceId) -> u64 {
        self.quotas.leased(data, workspace, Cycle::Month)
    }

    pub(crate) fn return_leases(&self, data: &Data) {
        self.quotas.return_leases(data);
    }
}

#[cfg(test)]
mod tests;
