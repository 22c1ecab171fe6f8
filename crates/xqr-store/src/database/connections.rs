//! How a database is named, and how connections to it are opened. The r2d2 pools are fed from here.

use std::path::PathBuf;

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
    /// Reads the URL: `postgres://…`, `sqlite://PATH`, or a path. What looks like another scheme is
    /// not a path.
    pub(crate) fn parse(url: &str) -> Result<Self, OpenError> {
        if url.trim() != url || url.chars().any(char::is_control) {
            return Err(OpenError::UrlInvalid);
        }
        // A letter and a colon begin a path of Windows.
        let scheme = url.split_once(':').filter(|(scheme, _)| is_scheme(scheme));
        match scheme.map(|(scheme, rest)| (scheme.to_ascii_lowercase(), rest)) {
            None => Self::sqlite(url),
            Some((scheme, path)) if scheme == "sqlite" => {
                Self::sqlite(path.strip_prefix("//").unwrap_or(path))
            }
            Some((scheme, rest))
                if ["postgres", "postgresql"].contains(&&*scheme) && rest.starts_with("//") =>
            {
                Self::postgres(format!("{scheme}:{rest}"))
            }
            Some(_) => Err(OpenError::UrlInvalid),
        }
    }

    fn sqlite(path: &str) -> Result<Self, OpenError> {
        // SQLite would take an empty name for a temporary file, and this one for memory; neither is
        // one database for several connections.
        if ["", ":memory:"].contains(&path) {
            return Err(OpenError::UrlInvalid);
        }
        #[cfg(feature = "sqlite")]
        return Ok(Self::Sqlite(path.to_owned()));
        #[cfg(not(feature = "sqlite"))]
        Err(OpenError::Unsupported { backend: "sqlite" })
    }

    #[cfg_attr(not(feature = "postgres"), expect(unused_variables, reason = "it is refused"))]
    fn postgres(url: String) -> Result<Self, OpenError> {
        #[cfg(feature = "postgres")]
        return Ok(Self::Postgres(url));
        #[cfg(not(feature = "postgres"))]
        Err(OpenError::Unsupported { backend: "postgres" })
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

    /// Returns the files of a SQLite database, which may not exist.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(path) => {
                ["", "-wal", "-shm"].map(|end| PathBuf::from(format!("{path}{end}"))).to_vec()
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => Vec::new(),
        }
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        self.backend() == "sqlite"
    }

    /// Opens the first connection: creates the folder of a SQLite file, and refuses a SQLite with a
    /// known defect.
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

/// Returns whether it is the scheme of a URL (RFC 3986, section 3.1) of two letters or more.
fn is_scheme(text: &str) -> bool {
    text.len() > 1
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
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
        assert_eq!(path("Postgres://h/x"), None);
        assert_eq!(path("SQLite:x.db").as_deref(), Some("x.db"));
        assert_eq!(path("./a:b.db").as_deref(), Some("./a:b.db"));
        assert_eq!(path(r"C:\xqr\x.db").as_deref(), Some(r"C:\xqr\x.db"));
    }

    #[test]
    fn other_schemes_are_not_paths() {
        for url in [
            "postgress://u:secretpw@db/x",
            "mysql://x",
            "postgre://u@db/x",
            "pgsql://db/x",
            "jdbc:postgresql://db/x",
            "postgresql+psycopg2://u@db/x",
            "postgres:/u:secretpw@db/x",
            "postgresql:db",
            "mariadb://db",
            "mongodb+srv://u:secretpw@db",
            "file:x.db",
            "file:///var/x.db",
            "http://db/x",
            "sqlite3:///x.db",
            " postgres://u:secretpw@db/x",
            "postgres://u:secretpw@db/x\r",
            "x.db\n",
            "sqlite:",
            "sqlite://",
            ":memory:",
            "",
        ] {
            let Err(error) = Target::parse(url) else { panic!("{url} is read") };
            assert!(!error.to_string().contains("secretpw"), "{error}");
        }
    }
}
