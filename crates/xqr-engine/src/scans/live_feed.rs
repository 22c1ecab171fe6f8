//! The scans that this node counts, for live streams.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::broadcast::error::RecvError;
use tokio::sync::broadcast::{Receiver, Sender, channel};
use xqr_errors::{Condition, Result};
use xqr_store::scans::{self, NewScan};
use xqr_store::{LinkId, WorkspaceId};

use crate::Tx;
use crate::runtime::fair_semaphore::{FairSemaphore, Share};

/// Scans that a listener may be behind; a listener further behind misses some and learns how many.
const BEHIND: usize = 4096;

/// Listeners at once, of all workspaces and of one.
const LISTENERS: usize = 200;
const LISTENERS_EACH: usize = 10;

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

/// Where counted scans are published.
pub struct LiveFeed {
    sender: RwLock<Option<Sender<Arc<LiveScan>>>>,
    shares: FairSemaphore,
}

impl fmt::Debug for LiveFeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveFeed").finish_non_exhaustive()
    }
}

/// Who listens to the scans of a workspace.
pub struct Listener {
    scans: Receiver<Arc<LiveScan>>,
    workspace: WorkspaceId,
    _share: Share,
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener").field("workspace", &self.workspace).finish_non_exhaustive()
    }
}

impl Listener {
    /// Waits for the next scan of the workspace.
    ///
    /// # Errors
    ///
    /// [`RecvError`]: the service is about to end, or scans were missed, of this workspace or
    /// others.
    pub async fn next(&mut self) -> std::result::Result<Arc<LiveScan>, RecvError> {
        loop {
            let scan = self.scans.recv().await?;
            if scan.scan.workspace_id == self.workspace {
                return Ok(scan);
            }
        }
    }
}

impl Default for LiveFeed {
    fn default() -> Self {
        Self {
            sender: RwLock::new(Some(channel(BEHIND).0)),
            shares: FairSemaphore::new(LISTENERS, LISTENERS_EACH),
        }
    }
}

impl LiveFeed {
    /// Begins to listen to the scans of a workspace.
    ///
    /// # Errors
    ///
    /// [`Condition::Overloaded`] when too many listen, and when the service is about to end.
    pub fn listen(&self, workspace: WorkspaceId) -> Result<Listener> {
        let share = self.shares.take(workspace, 10)?;
        let sender = self.sender.read().unwrap_or_else(PoisonError::into_inner);
        let scans =
            sender.as_ref().map(Sender::subscribe).ok_or(Condition::Overloaded { seconds: 10 })?;
        Ok(Listener { scans, workspace, _share: share })
    }

    /// Ends all listening; for an orderly end.
    pub fn close(&self) {
        self.sender.write().unwrap_or_else(PoisonError::into_inner).take();
    }

    pub(super) fn is_heard(&self) -> bool {
        self.sender
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            .is_some_and(|sender| sender.receiver_count() > 0)
    }

    pub(super) fn send(&self, scans: Vec<LiveScan>) {
        if let Some(sender) = &*self.sender.read().unwrap_or_else(PoisonError::into_inner) {
            scans.into_iter().for_each(|scan| drop(sender.send(Arc::new(scan))));
        }
    }
}

/// Adds to scans what clients call their links.
pub(super) fn live_scans(tx: &mut Tx<'_>, counted: Vec<NewScan>) -> Result<Vec<LiveScan>> {
    let ids: HashSet<LinkId> = counted.iter().map(|scan| scan.link_id).collect();
    let names = scans::names(tx.conn, &ids.into_iter().collect::<Vec<_>>())?;
    let named = |scan: NewScan| {
        let (link_uid, short_code) = names.get(&scan.link_id).cloned()?;
        Some(LiveScan { link_uid, short_code, scan })
    };
    Ok(counted.into_iter().filter_map(named).collect())
}
