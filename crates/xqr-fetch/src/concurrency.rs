//! Concurrency limits: requests in total, per host name and per address. There is no queue.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::FetchError;
use crate::policy::Policy;

/// The concurrency limits of a client.
pub(crate) struct ConcurrencyLimits {
    all: Arc<Semaphore>,
    per_host: usize,
    taken: Mutex<HashMap<LimitKey, usize>>,
}

/// What a limit is counted by. Addresses count beside names, because one slow server can have many
/// names.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum LimitKey {
    Name(String),
    Network(IpAddr),
}

impl LimitKey {
    /// Returns the key of an address. An IPv6 address counts as its /64, because a host with one
    /// such address has the whole /64.
    pub(crate) fn of(address: IpAddr) -> Self {
        Self::Network(match address {
            IpAddr::V4(_) => address,
            IpAddr::V6(address) => IpAddr::V6((address.to_bits() >> 64 << 64).into()),
        })
    }
}

/// A permit for one request to one key. Dropping it releases it.
pub(crate) struct HostPermit {
    limits: Arc<ConcurrencyLimits>,
    key: LimitKey,
}

impl ConcurrencyLimits {
    pub(crate) fn new(policy: &Policy) -> Arc<Self> {
        let all = Arc::new(Semaphore::new(policy.max_requests.min(Semaphore::MAX_PERMITS)));
        Arc::new(Self { all, per_host: policy.max_requests_per_host, taken: Mutex::default() })
    }

    /// Takes one of all permits.
    pub(crate) fn acquire(&self) -> Result<OwnedSemaphorePermit, FetchError> {
        Arc::clone(&self.all).try_acquire_owned().map_err(|_| FetchError::Busy)
    }

    /// Takes one of the permits of `key`.
    pub(crate) fn acquire_for(self: &Arc<Self>, key: LimitKey) -> Result<HostPermit, FetchError> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.get(&key).copied().unwrap_or_default();
        if count >= self.per_host {
            return Err(FetchError::Busy);
        }
        taken.insert(key.clone(), count + 1);
        Ok(HostPermit { limits: Arc::clone(self), key })
    }
}

impl Drop for HostPermit {
    fn drop(&mut self) {
        let mut taken = self.limits.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.key);
            }
        }
    }
}
