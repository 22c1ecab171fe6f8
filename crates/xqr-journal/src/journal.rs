//! The scan journal: every scan is on its way to disk before its redirect is answered, and counted
//! later.
//!
//! Append-only segment files in the data folder. A scan is one record and one `write` call before
//! the answer leaves, so a killed process loses none; a thread syncs every few milliseconds, so a
//! power cut loses at most that. The journal is the queue: it bounds memory, rides out an absent
//! database, and is itself bounded in bytes. How far it has been counted stands in the database and
//! moves in the transaction that counts.

mod record;
mod segment;
mod sync;

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;
use xqr_store::scans::{self, Position};

pub use record::{Scan, Text};

use crate::{Data, Settings};
use segment::{Segment, read_segment};
use sync::Syncer;

/// The scan journal of this node.
pub struct Journal {
    folder: PathBuf,
    node: String,
    segment_bytes: u64,
    limit_bytes: u64,
    active: Mutex<Active>,
    /// Bytes appended and not yet counted.
    backlog: AtomicU64,
    dropped: AtomicU64,
    /// When the oldest scan that may still wait was taken, Unix milliseconds; 0 is none.
    oldest: AtomicI64,
    appended: Notify,
    syncer: Syncer,
    /// Held open for its lock: one process, one journal.
    lock: File,
}

/// The segment that is written.
struct Active {
    number: i64,
    file: Arc<File>,
    /// Bytes of whole records.
    len: u64,
    /// Half a record stands behind them.
    torn: bool,
}

/// Scans read from the journal, and where the next read begins.
#[derive(Debug)]
pub struct Batch {
    /// The scans, oldest first.
    pub scans: Vec<Scan>,
    /// Where they begin.
    pub from: Position,
    /// Where the next batch begins.
    pub to: Position,
    /// Bytes between the two.
    pub bytes: u64,
}

impl Journal {
    /// Opens the journal in the data folder and makes sure that the database knows this node.
    ///
    /// # Errors
    ///
    /// A text for the operator, also when another process has the journal open.
    pub(crate) fn open(settings: &Settings, data: &Data) -> Result<Self, String> {
        let folder = settings.data_dir.join("journal");
        let failed =
            |e: io::Error| format!("cannot open the scan journal in {}: {e}", folder.display());
        std::fs::create_dir_all(&folder).map_err(failed)?;
        let lock = File::create(folder.join("lock")).map_err(failed)?;
        lock.try_lock().map_err(|_| format!("another xqr-server uses {}", folder.display()))?;
        let node = node_name(&folder, data).map_err(failed)?;
        let position = position_of(&folder, &node, data)?;
        let segments = segment::list(&folder).map_err(failed)?;
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
        let file = segment::create(&folder, number).map_err(failed)?;
        Ok(Self {
            segment_bytes: settings.journal.segment_bytes,
            limit_bytes: settings.journal.limit_bytes,
            active: Mutex::new(Active { number, file: Arc::clone(&file), len: 0, torn: false }),
            backlog: AtomicU64::new(backlog),
            dropped: AtomicU64::new(0),
            oldest: AtomicI64::new(0),
            appended: Notify::new(),
            syncer: Syncer::start(&folder, file, settings.journal.sync_ms),
            folder,
            node,
            lock,
        })
    }

    /// Lets another process have the journal; for an orderly end, after which nothing is appended.
    /// Threads that have not ended yet, and programs that are just being started, may hold the file
    /// open for a moment longer than its last user.
    pub fn release(&self) {
        if let Err(error) = self.lock.unlock() {
            tracing::warn!(%error, "the lock of the scan journal was not released");
        }
    }

    /// Appends a scan. When this returns, killing the process loses it no more. A scan that finds
    /// the journal full, or the disk in trouble, is counted as dropped: a redirect never waits and
    /// never fails for it.
    pub fn append(&self, scan: &Scan) {
        let mut buffer = [0; record::MAX_BYTES];
        let bytes = record::encode(scan, &mut buffer);
        let len = bytes.len() as u64;
        if self.backlog.load(Ordering::Relaxed) + len > self.limit_bytes
            || self.write(bytes).is_err()
        {
            if self.dropped.fetch_add(1, Ordering::Relaxed) == 0 {
                tracing::error!("the scan journal is full or its disk fails: scans are dropped");
            }
            return;
        }
        if self.backlog.fetch_add(len, Ordering::Relaxed) == 0 {
            self.oldest.store(scan.at, Ordering::Relaxed);
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
            // Half a record must not stand before a whole one: cut it off, or else go on in a fresh
            // segment.
            result => {
                active.torn = active.file.set_len(active.len).is_err();
                Err(result.err().unwrap_or_else(|| io::ErrorKind::WriteZero.into()))
            }
        }
    }

    fn rotate(&self, active: &mut Active) -> io::Result<()> {
        let file = segment::create(&self.folder, active.number + 1)?;
        self.syncer.replace(Arc::clone(&file));
        *active = Active { number: active.number + 1, file, len: 0, torn: false };
        Ok(())
    }

    /// Reads up to `max` scans that stand at `from` and after. Blocks the thread.
    ///
    /// # Errors
    ///
    /// When a file cannot be read. A damaged record ends its segment: what follows it there is
    /// reported and passed over.
    pub fn read(&self, from: Position, max: usize) -> io::Result<Batch> {
        let mut batch = Batch { scans: Vec::new(), from, to: from, bytes: 0 };
        let (active, published) = {
            let active = self.active.lock().unwrap_or_else(PoisonError::into_inner);
            (active.number, active.len)
        };
        while batch.scans.len() < max {
            let limit = if batch.to.segment == active { Some(published) } else { None };
            let read = read_segment(
                &self.folder,
                batch.to,
                limit,
                max - batch.scans.len(),
                &mut batch.scans,
            )?;
            batch.to.offset += read.bytes.cast_signed();
            batch.bytes += read.bytes;
            if batch.to.segment >= active || !read.finished {
                break;
            }
            batch.bytes += read.lost;
            batch.to = Position { segment: batch.to.segment + 1, offset: 0 };
        }
        if let Some(first) = batch.scans.first() {
            self.oldest.store(first.at, Ordering::Relaxed);
        }
        Ok(batch)
    }

    /// Forgets a batch that the database has counted, and deletes segments that are wholly counted.
    pub fn settle(&self, batch: &Batch) {
        self.backlog.fetch_sub(batch.bytes.min(self.backlog_bytes()), Ordering::Relaxed);
        for number in batch.from.segment..batch.to.segment {
            std::fs::remove_file(segment::path(&self.folder, number)).ok();
        }
    }

    /// Returns how long the oldest scan has waited to be counted, in milliseconds.
    pub fn lag_ms(&self, now: i64) -> i64 {
        if self.backlog_bytes() == 0 {
            0
        } else {
            (now - self.oldest.load(Ordering::Relaxed)).max(0)
        }
    }

    /// Waits until a scan is appended.
    pub async fn appended(&self) {
        self.appended.notified().await;
    }

    /// Returns the name under which the database keeps this journal's position.
    pub fn node(&self) -> &str {
        &self.node
    }

    /// Returns the bytes that wait to be counted.
    pub fn backlog_bytes(&self) -> u64 {
        self.backlog.load(Ordering::Relaxed)
    }

    /// Returns how many scans were dropped since the start.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

/// The name of this node: drawn once, kept beside the journal.
fn node_name(folder: &Path, data: &Data) -> io::Result<String> {
    let path = folder.join("node");
    match std::fs::read_to_string(&path) {
        Ok(name) if !name.trim().is_empty() => Ok(name.trim().to_owned()),
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => {
            let mut random = [0; 16];
            data.entropy().fill(&mut random);
            let name = format!("{:032x}", u128::from_be_bytes(random));
            std::fs::write(&path, &name)?;
            Ok(name)
        }
    }
}

/// How far the database has counted this node. Segments that it has never heard of belong to
/// another database, whose link ids mean other links: they are put aside.
fn position_of(folder: &Path, node: &str, data: &Data) -> Result<Position, String> {
    let name = node.to_owned();
    if let Some(position) =
        data.read_here(|conn| scans::position(conn, &name)).map_err(|e| e.to_string())?
    {
        return Ok(position);
    }
    for Segment { path, .. } in segment::list(folder).map_err(|e| e.to_string())? {
        let aside = path.with_extension("orphan");
        tracing::warn!(path = %aside.display(), "these scans belong to another database and are put aside");
        std::fs::rename(&path, aside).map_err(|e| e.to_string())?;
    }
    data.write_here(move |tx| scans::begin_position(tx.conn, &name, tx.now))
        .map_err(|e| e.to_string())?;
    Ok(Position::default())
}

#[cfg(test)]
mod tests;
