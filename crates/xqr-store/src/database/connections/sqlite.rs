//! How a connection to SQLite is opened, set up and checked.

use std::path::Path;

use diesel::connection::SimpleConnection as _;
use diesel::result::{ConnectionError, ConnectionResult};
use diesel::sql_types::Text;
use diesel::{Connection as _, RunQueryDsl as _, SqliteConnection, sql_query};

use crate::database::open_error::OpenError;

/// SQLite below this version can corrupt a WAL database (the "WAL-reset" defect, fixed in 3.51.3).
const NEEDED_VERSION: &str = "3.51.3";

/// Creates the folder of the file.
pub(super) fn create_folder(path: &str) -> Result<(), OpenError> {
    let folder = Path::new(path).parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.map_or(Ok(()), |folder| {
        std::fs::create_dir_all(folder)
            .map_err(|source| OpenError::Folder { folder: folder.to_owned(), source })
    })
}

pub(super) fn open(path: &str) -> ConnectionResult<SqliteConnection> {
    let mut conn = SqliteConnection::establish(path)?;
    // FULL: a write that a client saw confirmed survives a power cut. No mmap: it has company in
    // public corruption reports.
    conn.batch_execute(
        "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
         PRAGMA mmap_size = 0; PRAGMA journal_size_limit = 16777216; PRAGMA wal_autocheckpoint = 2000;
         PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384; PRAGMA trusted_schema = OFF",
    )
    .map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(conn)
}

/// Refuses a SQLite that is known to lose data.
pub(super) fn check_version(conn: &mut SqliteConnection) -> Result<(), OpenError> {
    #[derive(diesel::QueryableByName)]
    struct Version {
        #[diesel(sql_type = Text)]
        version: String,
    }

    let found: Version = sql_query("SELECT sqlite_version() AS version")
        .get_result(conn)
        .map_err(|error| OpenError::Connection(error.into()))?;
    if parse_version(&found.version) < parse_version(NEEDED_VERSION) {
        return Err(OpenError::SqliteTooOld { found: found.version, needed: NEEDED_VERSION });
    }
    Ok(())
}

fn parse_version(text: &str) -> [u32; 3] {
    let mut parts = text.split('.').map(|part| part.parse().unwrap_or(0));
    std::array::from_fn(|_| parts.next().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        let needed = parse_version(NEEDED_VERSION);
        assert!(parse_version("3.50.4") < needed);
        assert!(parse_version("3.51.2") < needed);
        assert!(parse_version("3.51.3") >= needed);
        assert!(parse_version("3.100.0") >= needed);
    }
}
