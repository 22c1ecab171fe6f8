//! The gate: every API call passes it once, after its key and before its scope.

use std::time::Duration;

use xqr_errors::{Condition, Result};
use xqr_plans::{Cap, Month};

use crate::buckets::{Buckets, Taken};
use crate::quotas::{Quotas, Ticket};
use crate::{Caller, Clock, Data};

/// Burst limits and quotas.
pub(crate) struct Gate {
    bursts: Buckets<i64>,
    quotas: Quotas,
}

/// A call that was let in. Unless it is [kept](Self::keep), it costs nothing of the quota.
pub struct Admission(Ticket);

impl Admission {
    /// Counts the call.
    pub fn keep(self) {
        self.0.keep();
    }
}

/// What a caller may still do, after this call. `None` is unlimited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// The monthly quota of the workspace.
    pub limit: Cap,
    /// What is left of it.
    pub remaining: Cap,
    /// Seconds until it starts anew.
    pub reset: u64,
    /// How many requests of the key may come at once, and how many more each second.
    pub burst_limit: Cap,
    /// How many more may come at once.
    pub burst_remaining: Cap,
}

impl Gate {
    pub(crate) fn new(clock: std::sync::Arc<dyn Clock>) -> Self {
        Self { bursts: Buckets::new(Duration::from_secs(1), clock), quotas: Quotas::default() }
    }

    pub(crate) async fn admit(&self, data: &Data, caller: &Caller) -> (Figures, Result<Admission>) {
        let (limits, now) = (&caller.terms.limits, data.now());
        let reset = (Month::of(now).end() - now).max(0).unsigned_abs().div_ceil(1000);
        let (limit, burst_limit) = (limits.monthly_calls, limits.burst_per_second);
        let mut figures = Figures { limit, remaining: limit, reset, burst_limit, burst_remaining: burst_limit };
        if let Some(size) = burst_limit {
            match self.bursts.take(&caller.key, size) {
                Taken::Yes(left) => figures.burst_remaining = Some(left.into()),
                Taken::No(seconds) => {
                    figures.burst_remaining = Some(0);
                    figures.remaining = self.quotas.peek(data, caller);
                    return (figures, Err(Condition::RateExceeded { seconds }.into()));
                }
            }
        }
        match self.quotas.admit(data, caller).await {
            Ok(ticket) => {
                figures.remaining = ticket.remaining;
                (figures, Ok(Admission(ticket)))
            }
            Err(error) => {
                figures.remaining = limit.map(|_| 0);
                (figures, Err(error))
            }
        }
    }

    pub(crate) fn leased(&self, data: &Data, workspace: i64) -> u64 {
        self.quotas.leased(data, workspace)
    }

    pub(crate) fn settle(&self, data: &Data) {
        self.quotas.settle(data);
    }
}
