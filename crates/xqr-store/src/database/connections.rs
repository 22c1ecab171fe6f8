//! How a connection is opened, set up and checked. The r2d2 pools are fed from here.

use diesel::connection::SimpleConnection;
use diesel::result::{ConnectionError, ConnectionResult};
use diesel::sql_types::Text;
use diesel::{Connection, PgConnection, RunQueryDsl, SqliteConnection, sql_query};

use super::open_error::OpenError;
use crate::Conn;

/// SQLite below this version can corrupt a WAL database (the "WAL-reset" defect, fixed in 3.51.3).
const SQLITE_FLOOR: [u32; 3] = [3, 51, 3];

/// A database, as its URL names it.
#[derive(Clone)]
pub(crate) enum Target {
    /// The path of a SQLite file.
    Sqlite(String),
    /// A libpq connection URL.
    Postgres(String),
}

impl Target {
    pub(crate) fn parse(url: &str) -> Self {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Self::Postgres(url.to_owned())
        } else {
            let path = url
                .strip_prefix("sqlite://")
                .or_else(|| url.strip_prefix("sqlite:"))
                .unwrap_or(url);
            Self::Sqlite(path.to_owned())
        }
    }

    /// Opens a connection that may write.
    pub(crate) fn open(&self) -> ConnectionResult<Conn> {
        match self {
            Self::Sqlite(path) => open_sqlite(path).map(Conn::Sqlite),
            Self::Postgres(url) => open_postgres(url).map(Conn::Postgres),
        }
    }
}

/// Feeds a pool of connections; those to SQLite refuse writes, which belong to the writer.
pub(crate) struct Readers(pub(crate) Target);

impl r2d2::ManageConnection for Readers {
    type Connection = Conn;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Conn, Self::Error> {
        let mut conn = self.0.open().map_err(diesel::r2d2::Error::ConnectionError)?;
        if let Conn::Sqlite(c) = &mut conn {
            c.batch_execute("PRAGMA query_only = ON").map_err(diesel::r2d2::Error::QueryError)?;
        }
        Ok(conn)
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), Self::Error> {
        conn.batch_execute("SELECT 1").map_err(diesel::r2d2::Error::QueryError)
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        use diesel::r2d2::R2D2Connection;
        conn.is_broken()
    }
}

fn open_sqlite(path: &str) -> ConnectionResult<SqliteConnection> {
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

fn open_postgres(url: &str) -> ConnectionResult<PgConnection> {
    let mut conn = PgConnection::establish(url)?;
    conn.batch_execute(
        "SET statement_timeout = '30s'; SET lock_timeout = '5s'; SET synchronous_commit = on",
    )
    .map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(conn)
}

/// Refuses a SQLite that is known to lose data.
pub(crate) fn check_version(conn: &mut Conn) -> Result<(), OpenError> {
    #[derive(diesel::QueryableByName)]
    struct Version {
        #[diesel(sql_type = Text)]
        version: String,
    }

    let Conn::Sqlite(c) = conn else { return Ok(()) };
    let found: Version = sql_query("SELECT sqlite_version() AS version")
        .get_result(c)
        .map_err(|error| OpenError::Connection(error.into()))?;
    if parse_version(&found.version) < SQLITE_FLOOR {
        return Err(OpenError::SqliteTooOld { found: found.version });
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
        assert!(parse_version("3.50.4") < SQLITE_FLOOR);
        assert!(parse_version("3.51.2") < SQLITE_FLOOR);
        assert!(parse_version("3.51.3") >= SQLITE_FLOOR);
        assert!(parse_version("3.100.0") >= SQLITE_FLOOR);
    }

    #[test]
    fn urls_choose_the_database() {
        let path = |url| match Target::parse(url) {
            Target::Sqlite(path) => Some(path),
            Target::Postgres(_) => None,
        };
        assert_eq!(path("sqlite:///var/x.db").as_deref(), Some("/var/x.db"));
        assert_eq!(path("sqlite:x.db").as_deref(), Some("x.db"));
        assert_eq!(path("data/x.db").as_deref(), Some("data/x.db"));
        assert_eq!(path("postgres://h/x"), None);
        assert_eq!(path("postgresql://h/x"), None);
    }
}
