//! The scan journal of this node. A scan is written before its redirect is answered, and counted
//! later. The database stores the position up to which the journal is counted; the transaction that
//! counts moves it.

use std::time::Duration;

use xqr_journal::{Folder, Journal, Options, Position};
use xqr_store::scans;

use super::record::Scan;
use crate::{Data, Settings, StartError};

/// Opens the journal in the data folder, and makes this node known to the database.
///
/// # Errors
///
/// [`StartError::Journal`], also if another process has the journal open; [`StartError::Query`].
pub(crate) fn open(settings: &Settings, data: &Data) -> Result<Journal, StartError> {
    let fresh_name = || {
        let mut random = [0; 16];
        data.random(&mut random);
        format!("{:032x}", u128::from_be_bytes(random))
    };
    let folder = Folder::lock(&settings.data_dir.join("journal"), fresh_name)?;
    let position = position(&folder, data)?;
    let options = Options {
        segment_bytes: settings.journal.segment_bytes,
        limit_bytes: settings.journal.limit_bytes,
        sync: Duration::from_millis(settings.journal.sync_ms),
    };
    Ok(Journal::open(folder, position, options)?)
}

/// Appends a scan.
pub(crate) fn append(journal: &Journal, scan: &Scan) {
    scan.encode(|bytes| journal.append(bytes, scan.at));
}

/// Returns how far the database has counted this node. Segments that it does not know belong to
/// another database, whose link ids mean other links, so they are put aside.
fn position(folder: &Folder, data: &Data) -> Result<Position, StartError> {
    let node = folder.node().to_owned();
    if let Some(position) = data.read_here(|conn| scans::position(conn, &node))? {
        return Ok(from_row(position));
    }
    for path in folder.put_aside()? {
        tracing::warn!(path = %path.display(), "these scans belong to another database and are put aside");
    }
    data.write_here(move |tx| scans::begin_position(tx.conn, &node, tx.now))?;
    Ok(Position::default())
}

pub(super) fn from_row(row: scans::Position) -> Position {
    Position { segment: row.segment, offset: row.offset }
}

pub(super) fn to_row(position: Position) -> scans::Position {
    scans::Position { segment: position.segment, offset: position.offset }
}
