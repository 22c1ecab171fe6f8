//! Scans as they are counted on this node, for who listens.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::broadcast::{Receiver, Sender, channel};
use xqr_errors::{Condition, Result};
use xqr_store::scans::{self, NewScan};

use crate::Tx;

/// Scans that a listener may be behind; who is further behind misses some and learns how many.
const BEHIND: usize = 4096;

/// Listeners at once.
const LISTENERS: usize = 100;

/// A scan that was counted.
#[derive(Debug, Clone)]
pub struct LiveScan {
    /// The link's id for clients.
    pub link_uid: String,
    /// The link's code.
    pub short_code: String,
    /// Everything else.
    pub scan: NewScan,
}

/// Where counted scans are told.
pub struct Live(RwLock<Option<Sender<Arc<LiveScan>>>>);

impl Default for Live {
    fn default() -> Self {
        Self(RwLock::new(Some(channel(BEHIND).0)))
    }
}

impl Live {
    /// Begins to listen to the scans of all workspaces.
    ///
    /// # Errors
    ///
    /// [`Condition::Overloaded`] when too many listen, and when the service is about to end.
    pub fn listen(&self) -> Result<Receiver<Arc<LiveScan>>> {
        let sender = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let sender = sender.as_ref().filter(|sender| sender.receiver_count() < LISTENERS);
        sender.map(Sender::subscribe).ok_or_else(|| Condition::Overloaded { seconds: 10 }.into())
    }

    /// Ends all listening; for an orderly end.
    pub fn close(&self) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).take();
    }

    pub(super) fn is_heard(&self) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).as_ref().is_some_and(|sender| sender.receiver_count() > 0)
    }

    pub(super) fn send(&self, told: Vec<LiveScan>) {
        if let Some(sender) = &*self.0.read().unwrap_or_else(PoisonError::into_inner) {
            told.into_iter().for_each(|scan| drop(sender.send(Arc::new(scan))));
        }
    }
}

/// Adds to scans what clients call their links.
pub(super) fn tell(tx: &mut Tx<'_>, counted: Vec<NewScan>) -> Result<Vec<LiveScan>> {
    let ids: HashSet<i64> = counted.iter().map(|scan| scan.link_id).collect();
    let names = scans::names(tx.conn, &ids.into_iter().collect::<Vec<_>>())?;
    let named = |scan: NewScan| {
        let (link_uid, short_code) = names.get(&scan.link_id).cloned()?;
        Some(LiveScan { link_uid, short_code, scan })
    };
    Ok(counted.into_iter().filter_map(named).collect())
}
