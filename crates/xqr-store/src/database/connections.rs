//! How a database is named, and how connections to it are opened. The r2d2 pools are fed from
//! here.

use diesel::connection::SimpleConnection as _;
use diesel::result::ConnectionResult;

use super::open_error::OpenError;
use crate::Conn;

#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;

/// A database, as its URL names it.
#[derive(Clone)]
pub(crate) enum Target {
    /// The path of a SQLite file.
    #[cfg(feature = "sqlite")]
    Sqlite(String),
    /// A libpq connection URL.
    #[cfg(feature = "postgres")]
    Postgres(String),
}

impl Target {
    /// Reads the URL: `postgres://…`, `sqlite://PATH`, or a path.
    pub(crate) fn parse(url: &str) -> Result<Self, OpenError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            #[cfg(feature = "postgres")]
            return Ok(Self::Postgres(url.to_owned()));
            #[cfg(not(feature = "postgres"))]
            return Err(OpenError::Unsupported { backend: "postgres" });
        }
        #[cfg(feature = "sqlite")]
        {
            let path = url.strip_prefix("sqlite:").unwrap_or(url);
            Ok(Self::Sqlite(path.strip_prefix("//").unwrap_or(path).to_owned()))
        }
        #[cfg(not(feature = "sqlite"))]
        Err(OpenError::Unsupported { backend: "sqlite" })
    }

    /// Returns the name of the database system: `sqlite` or `postgres`.
    pub(crate) fn backend(&self) -> &'static str {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => "sqlite",
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => "postgres",
        }
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        self.backend() == "sqlite"
    }

    /// Opens the first connection: creates the folder of a SQLite file, and refuses a SQLite with
    /// a known defect.
    pub(crate) fn prepare(&self) -> Result<(), OpenError> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(path) => {
                sqlite::create_folder(path)?;
                let mut conn =
                    sqlite::open(path).map_err(|error| OpenError::Connection(error.into()))?;
                sqlite::check_version(&mut conn)
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(url) => {
                postgres::open(url).map_err(|error| OpenError::Connection(error.into())).map(drop)
            }
        }
    }

    /// Opens a connection that may write.
    pub(crate) fn open(&self) -> ConnectionResult<Conn> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(path) => sqlite::open(path).map(Conn::Sqlite),
            #[cfg(feature = "postgres")]
            Self::Postgres(url) => postgres::open(url).map(Conn::Postgres),
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
        if self.0.is_sqlite() {
            conn.batch_execute("PRAGMA query_only = ON")
                .map_err(diesel::r2d2::Error::QueryError)?;
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

#[cfg(test)]
#[cfg(all(feature = "sqlite", feature = "postgres"))]
mod tests {
    use super::*;

    #[test]
    fn urls_choose_the_database() {
        let path = |url| match Target::parse(url).unwrap() {
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
