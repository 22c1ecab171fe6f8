//! The thread that syncs the journal to disk.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

#[derive(Debug)]
pub(crate) struct Syncer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    /// Written since the last sync. Setting it wakes the thread.
    dirty: AtomicBool,
    /// A segment was created since the last sync, so the folder must be synced, too.
    created: AtomicBool,
    stop: AtomicBool,
    folder: PathBuf,
    /// Files to sync; the last is being written.
    files: Mutex<Vec<Arc<File>>>,
}

impl Syncer {
    pub(crate) fn start(folder: &Path, file: Arc<File>, period: Duration) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            dirty: AtomicBool::new(false),
            created: AtomicBool::new(true),
            stop: AtomicBool::new(false),
            folder: folder.to_owned(),
            files: Mutex::new(vec![file]),
        });
        let thread = thread::Builder::new().name("xqr-journal".to_owned()).spawn({
            let shared = Arc::clone(&shared);
            move || shared.run(period)
        })?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Reports that the current file was written. Wakes the thread once per sync, not once per
    /// write.
    pub(crate) fn dirty(&self) {
        if !self.shared.dirty.load(Ordering::Relaxed)
            && !self.shared.dirty.swap(true, Ordering::AcqRel)
        {
            self.wake();
        }
    }

    /// Reports that `file` is written from now on; the one before is synced once more.
    pub(crate) fn replace(&self, file: Arc<File>) {
        self.shared.files.lock().unwrap_or_else(PoisonError::into_inner).push(file);
        self.shared.created.store(true, Ordering::Release);
    }

    fn wake(&self) {
        if let Some(thread) = &self.thread {
            thread.thread().unpark();
        }
    }
}

impl Drop for Syncer {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Release);
        self.wake();
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

impl Shared {
    fn run(&self, period: Duration) {
        while !self.stop.load(Ordering::Acquire) {
            thread::park();
            // Let a few milliseconds of writes gather, then pay for one sync.
            thread::sleep(period);
            self.sync();
        }
        self.sync();
    }

    fn sync(&self) {
        if !self.dirty.swap(false, Ordering::AcqRel) {
            return;
        }
        let files: Vec<_> = {
            let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
            let current = files.last().cloned();
            std::mem::replace(&mut *files, current.into_iter().collect())
        };
        let folder = self
            .created
            .swap(false, Ordering::AcqRel)
            .then(|| File::open(&self.folder).and_then(|folder| folder.sync_all()));
        for result in files.iter().map(|file| file.sync_data()).chain(folder) {
            if let Err(error) = result {
                tracing::error!(%error, "the journal cannot be synced");
            }
        }
    }
}
