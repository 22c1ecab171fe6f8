//! How many requests are under way: at all, to one host, to one address. Nobody queues.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{FetchError, Policy};

/// The places of a client.
pub(crate) struct Places {
    all: Arc<Semaphore>,
    per_host: usize,
    taken: Mutex<HashMap<Party, usize>>,
}

/// Who may be slow. The address counts beside the name, for one slow server can have many names.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum Party {
    Name(String),
    Network(IpAddr),
}

impl Party {
    /// The party behind an address; whoever has one IPv6 address has a /64 of them.
    pub(crate) fn of(address: IpAddr) -> Self {
        Self::Network(match address {
            IpAddr::V4(_) => address,
            IpAddr::V6(address) => IpAddr::V6((address.to_bits() >> 64 << 64).into()),
        })
    }
}

/// A place at a party; dropping it gives it back.
pub(crate) struct Place {
    places: Arc<Places>,
    party: Party,
}

impl Places {
    pub(crate) fn new(policy: &Policy) -> Arc<Self> {
        let all = Arc::new(Semaphore::new(policy.places.min(Semaphore::MAX_PERMITS)));
        Arc::new(Self { all, per_host: policy.places_per_host, taken: Mutex::default() })
    }

    /// One of all places.
    pub(crate) fn take(&self) -> Result<OwnedSemaphorePermit, FetchError> {
        Arc::clone(&self.all).try_acquire_owned().map_err(|_| FetchError::Busy)
    }

    /// One of a party's places.
    pub(crate) fn take_at(self: &Arc<Self>, party: Party) -> Result<Place, FetchError> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.get(&party).copied().unwrap_or_default();
        if count >= self.per_host {
            return Err(FetchError::Busy);
        }
        taken.insert(party.clone(), count + 1);
        Ok(Place { places: Arc::clone(self), party })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.party) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.party);
            }
        }
    }
}
