//! The journal: append, read from a position, forget what was processed.

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::frame::{self, MAX_FRAME};
use crate::segment::{self, Position, Records, Segment, read_segment};
use crate::sync::Syncer;
use crate::{Folder, OpenError};

/// How a journal works.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Bytes after which a new segment begins.
    pub segment_bytes: u64,
    /// The most bytes that may wait to be processed.
    pub limit_bytes: u64,
    /// How long writes gather before one sync.
    pub sync: Duration,
}

/// A journal of one process.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    node: String,
    segment_bytes: u64,
    limit_bytes: u64,
    active: Mutex<Active>,
    /// Bytes appended and not yet processed.
    backlog: AtomicU64,
    dropped: AtomicU64,
    /// The time of the oldest record that may still wait; 0 is none.
    oldest: AtomicI64,
    appended: Notify,
    syncer: Syncer,
    lock: File,
}

/// The segment that is written.
#[derive(Debug)]
struct Active {
    number: i64,
    file: Arc<File>,
    /// Bytes of whole records.
    len: u64,
    /// Whether half a record follows them.
    torn: bool,
}

/// Records read from the journal, and where the next read begins.
#[derive(Debug)]
pub struct Batch {
    records: Records,
    /// Where they begin.
    pub from: Position,
    /// Where the next batch begins.
    pub to: Position,
    /// Bytes between the two.
    pub bytes: u64,
}

impl Batch {
    /// Returns how many records there are.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Returns whether there is no record.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the records, oldest first.
    pub fn records(&self) -> impl Iterator<Item = &[u8]> {
        self.records.iter()
    }
}

impl Journal {
    /// Opens the journal in a folder; records before `position` were processed.
    ///
    /// # Errors
    ///
    /// [`OpenError::Io`] if a file cannot be used.
    pub fn open(folder: Folder, position: Position, options: Options) -> Result<Self, OpenError> {
        let Options { segment_bytes, limit_bytes, sync } = options;
        let failed = |source: io::Error| OpenError::Io { folder: folder.path.clone(), source };
        let segments = segment::list(&folder.path).map_err(failed)?;
        let mut backlog = 0;
        for Segment { number, path } in &segments {
            let len = std::fs::metadata(path).map_err(failed)?.len();
            match number.cmp(&position.segment) {
                std::cmp::Ordering::Less => std::fs::remove_file(path).map_err(failed)?,
                std::cmp::Ordering::Equal => {
                    backlog += len.saturating_sub(position.offset.unsigned_abs())
                }
                std::cmp::Ordering::Greater => backlog += len,
            }
        }
        // Never append to an old segment: its last record may be torn.
        let number = segments.last().map_or(0, |last| last.number).max(position.segment) + 1;
        let file = segment::create(&folder.path, number).map_err(failed)?;
        let syncer = Syncer::start(&folder.path, Arc::clone(&file), sync).map_err(failed)?;
        Ok(Self {
            segment_bytes,
            limit_bytes,
            active: Mutex::new(Active { number, file, len: 0, torn: false }),
            backlog: AtomicU64::new(backlog),
            dropped: AtomicU64::new(0),
            oldest: AtomicI64::new(0),
            appended: Notify::new(),
            syncer,
            node: folder.node().to_owned(),
            path: folder.path,
            lock: folder.lock,
        })
    }

    /// Releases the lock for another process; for an orderly end, after which nothing is appended.
    /// A thread that has not ended yet, or a program that is just being started, may hold the file
    /// open for a little longer.
    pub fn release(&self) {
        if let Err(error) = self.lock.unlock() {
            tracing::warn!(%error, "the lock of the journal was not released");
        }
    }

    /// Appends a record of at most [`MAX_PAYLOAD`](crate::MAX_PAYLOAD) bytes with a timestamp, of
    /// which [`lag`](Self::lag) is made. When this returns, killing the process does not lose it. A
    /// record that finds the journal full, or the disk failing, is dropped and counted.
    pub fn append(&self, payload: &[u8], at: i64) {
        let mut buffer = [0; MAX_FRAME];
        let frame = frame::encode(payload, &mut buffer);
        let len = frame.len() as u64;
        if self.backlog.load(Ordering::Relaxed) + len > self.limit_bytes
            || self.write(frame).is_err()
        {
            if self.dropped.fetch_add(1, Ordering::Relaxed) == 0 {
                tracing::error!("the journal is full or its disk fails: records are dropped");
            }
            return;
        }
        if self.backlog.fetch_add(len, Ordering::Relaxed) == 0 {
            self.oldest.store(at, Ordering::Relaxed);
        }
        self.syncer.dirty();
        self.appended.notify_one();
    }

    fn write(&self, bytes: &[u8]) -> io::Result<()> {
        let mut active = self.active.lock().unwrap_or_else(PoisonError::into_inner);
        if active.torn || active.len >= self.segment_bytes {
            self.rotate(&mut active)?;
        }
        match (&*active.file).write(bytes) {
            Ok(written) if written == bytes.len() => {
                active.len += written as u64;
                Ok(())
            }
            // Half a record must not precede a whole one: cut it off, or else continue in a fresh
            // segment.
            result => {
                active.torn = active.file.set_len(active.len).is_err();
                Err(result.err().unwrap_or_else(|| io::ErrorKind::WriteZero.into()))
            }
        }
    }

    fn rotate(&self, active: &mut Active) -> io::Result<()> {
        let file = segment::create(&self.path, active.number + 1)?;
        self.syncer.replace(Arc::clone(&file));
        *active = Active { number: active.number + 1, file, len: 0, torn: false };
        Ok(())
    }

    /// Reads up to `max` records at and after `from`. Blocks the thread.
    ///
    /// # Errors
    ///
    /// If a file cannot be read. A damaged record ends its segment: the rest of it is reported in
    /// the log and skipped.
    pub fn read(&self, from: Position, max: usize) -> io::Result<Batch> {
        let mut batch = Batch { records: Records::default(), from, to: from, bytes: 0 };
        let (active, published) = {
            let active = self.active.lock().unwrap_or_else(PoisonError::into_inner);
            (active.number, active.len)
        };
        while batch.records.len() < max {
            let limit = if batch.to.segment == active { Some(published) } else { None };
            let read = read_segment(
                &self.path,
                batch.to,
                limit,
                max - batch.records.len(),
                &mut batch.records,
            )?;
            batch.to.offset += read.bytes.cast_signed();
            batch.bytes += read.bytes;
            if batch.to.segment >= active || !read.finished {
                break;
            }
            batch.bytes += read.lost;
            batch.to = Position { segment: batch.to.segment + 1, offset: 0 };
        }
        Ok(batch)
    }

    /// Forgets a batch that was processed, and deletes segments that were wholly processed.
    pub fn acknowledge(&self, batch: &Batch) {
        self.backlog.fetch_sub(batch.bytes.min(self.backlog_bytes()), Ordering::Relaxed);
        for number in batch.from.segment..batch.to.segment {
            std::fs::remove_file(segment::path(&self.path, number)).ok();
        }
    }

    /// Sets the time of the oldest record that waits, as a reader of a batch knows it.
    pub fn set_oldest(&self, at: i64) {
        self.oldest.store(at, Ordering::Relaxed);
    }

    /// Returns how long the oldest record has waited at `now`, in the unit of the timestamps.
    pub fn lag(&self, now: i64) -> i64 {
        if self.backlog_bytes() == 0 {
            0
        } else {
            (now - self.oldest.load(Ordering::Relaxed)).max(0)
        }
    }

    /// Waits until a record is appended.
    pub async fn appended(&self) {
        self.appended.notified().await;
    }

    /// Returns the name of the node.
    pub fn node(&self) -> &str {
        &self.node
    }

    /// Returns the bytes that wait to be processed.
    pub fn backlog_bytes(&self) -> u64 {
        self.backlog.load(Ordering::Relaxed)
    }

    /// Returns how many records were dropped since the journal was opened.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}
