//! A semaphore with a limit per workspace, so that one workspace cannot occupy all places.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use xqr_errors::{Condition, Result};
use xqr_store::WorkspaceId;

/// Places that are taken, by workspace.
#[derive(Clone)]
pub(crate) struct FairSemaphore {
    taken: Arc<Mutex<HashMap<WorkspaceId, usize>>>,
    all: usize,
    each: usize,
}

/// A place, free again when it is dropped.
pub(crate) struct Share {
    shares: FairSemaphore,
    workspace: WorkspaceId,
}

impl FairSemaphore {
    /// Returns `all` places, of which each workspace may have `each`.
    pub(crate) fn new(all: usize, each: usize) -> Self {
        Self { taken: Arc::default(), all, each }
    }

    /// Takes a place; `seconds` is when to come again.
    ///
    /// # Errors
    ///
    /// [`Condition::Overloaded`] where there is none.
    pub(crate) fn take(&self, workspace: WorkspaceId, seconds: u64) -> Result<Share> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = taken.values().sum();
        if all >= self.all || taken.get(&workspace).is_some_and(|own| *own >= self.each) {
            return Err(Condition::Overloaded { seconds }.into());
        }
        *taken.entry(workspace).or_default() += 1;
        Ok(Share { shares: self.clone(), workspace })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut taken = self.shares.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = taken.get_mut(&self.workspace) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.workspace);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_takes_all() {
        let shares = FairSemaphore::new(3, 2);
        let (first, _second) =
            (shares.take(WorkspaceId(1), 1).unwrap(), shares.take(WorkspaceId(1), 1).unwrap());
        assert!(shares.take(WorkspaceId(1), 1).is_err(), "its part is taken");
        let _other = shares.take(WorkspaceId(2), 1).unwrap();
        assert!(shares.take(WorkspaceId(3), 1).is_err(), "all are taken");
        drop(first);
        let _again = shares.take(WorkspaceId(1), 1).unwrap();
        assert!(shares.take(WorkspaceId(1), 1).is_err());
    }
}
