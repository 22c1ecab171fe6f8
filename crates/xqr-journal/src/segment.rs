//! Segment files: named by number, read from an offset.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use xqr_store::scans::Position;

use super::record::{self, Scan};

/// A segment on disk.
pub(super) struct Segment {
    pub(super) number: i64,
    pub(super) path: PathBuf,
}

pub(super) fn path(folder: &Path, number: i64) -> PathBuf {
    folder.join(format!("{number:016}.scans"))
}

/// Returns the segments in a folder, oldest first.
pub(super) fn list(folder: &Path) -> io::Result<Vec<Segment>> {
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
pub(super) fn create(folder: &Path, number: i64) -> io::Result<Arc<File>> {
    File::options().append(true).create_new(true).open(path(folder, number)).map(Arc::new)
}

/// What was read of a segment.
pub(super) struct SegmentRead {
    /// Bytes of whole records.
    pub(super) bytes: u64,
    /// Bytes behind a damaged record.
    pub(super) lost: u64,
    /// Whether nothing more can be read of it.
    pub(super) finished: bool,
}

/// Reads up to `max` scans into `scans`. `limit` is where the written part of the active segment
/// ends; a file without a limit is closed, and whatever does not decode there was torn by a crash.
pub(super) fn read_segment(
    folder: &Path,
    from: Position,
    limit: Option<u64>,
    max: usize,
    scans: &mut Vec<Scan>,
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
    let wanted = end.saturating_sub(offset).min((max * record::MAX_BYTES) as u64);
    let mut bytes = vec![0; usize::try_from(wanted).unwrap_or(usize::MAX)];
    file.seek(SeekFrom::Start(offset))?;
    file.read_exact(&mut bytes)?;
    let (mut read, mut count) = (0, 0);
    while count < max
        && let Some((scan, len)) = record::decode(&bytes[read..])
    {
        scans.push(scan);
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
