//! Segment files: named by number, read from an offset.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::frame;

/// A place in a journal: segment number and byte offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Position {
    /// The segment's number.
    pub segment: i64,
    /// The byte offset within the segment.
    pub offset: i64,
}

/// A segment on disk.
pub(crate) struct Segment {
    pub(crate) number: i64,
    pub(crate) path: PathBuf,
}

pub(crate) fn path(folder: &Path, number: i64) -> PathBuf {
    folder.join(format!("{number:016}.scans"))
}

/// Returns the segments in a folder, oldest first.
pub(crate) fn list(folder: &Path) -> io::Result<Vec<Segment>> {
    let mut segments = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "scans")
            && let Some(number) = path.file_stem().and_then(|stem| stem.to_str()?.parse().ok())
        {
            segments.push(Segment { number, path });
        }
    }
    segments.sort_by_key(|segment| segment.number);
    Ok(segments)
}

/// Creates an empty segment.
pub(crate) fn create(folder: &Path, number: i64) -> io::Result<Arc<File>> {
    File::options().append(true).create_new(true).open(path(folder, number)).map(Arc::new)
}

/// Payloads, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Records {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Records {
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    fn push(&mut self, payload: &[u8]) {
        self.bytes.extend_from_slice(payload);
        self.ends.push(self.bytes.len());
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let begins = std::iter::once(0).chain(self.ends.iter().copied());
        begins.zip(&self.ends).map(|(begin, end)| &self.bytes[begin..*end])
    }
}

/// What was read of a segment.
pub(crate) struct SegmentRead {
    /// Bytes of whole records.
    pub(crate) bytes: u64,
    /// Bytes behind a damaged record.
    pub(crate) lost: u64,
    /// Whether nothing more can be read of it.
    pub(crate) finished: bool,
}

/// Reads up to `max` records into `batch`. `limit` is where the written part of the active segment
/// ends; a file without a limit is closed, and bytes that do not decode there were torn by a crash.
pub(crate) fn read_segment(
    folder: &Path,
    from: Position,
    limit: Option<u64>,
    max: usize,
    batch: &mut Records,
) -> io::Result<SegmentRead> {
    let path = path(folder, from.segment);
    let mut file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(SegmentRead { bytes: 0, lost: 0, finished: true });
        }
        Err(error) => return Err(error),
    };
    let offset = from.offset.unsigned_abs();
    let end = match limit {
        Some(limit) => limit,
        None => file.metadata()?.len(),
    };
    let wanted = end.saturating_sub(offset).min((max * frame::MAX_FRAME) as u64);
    let mut bytes = vec![0; usize::try_from(wanted).unwrap_or(usize::MAX)];
    file.seek(SeekFrom::Start(offset))?;
    file.read_exact(&mut bytes)?;
    let (mut read, mut count) = (0, 0);
    while count < max
        && let Some((payload, len)) = frame::decode(&bytes[read..])
    {
        batch.push(payload);
        read += len;
        count += 1;
    }
    // Fewer than `max` records and no whole one left: the rest, if any, is torn.
    let finished = count < max;
    let lost = if finished && limit.is_none() { wanted - read as u64 } else { 0 };
    if lost > 0 {
        tracing::error!(path = %path.display(), lost, "the end of a journal segment is damaged and passed over");
    }
    Ok(SegmentRead { bytes: read as u64, lost, finished })
}
