//! Why a database is not open.

use std::io;
use std::path::PathBuf;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a database could not be opened or brought up to date, for the operator. `source` is the
/// cause.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The folder of a SQLite file could not be created.
    #[error("cannot create {}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The URL names no database system that the store knows. The text does not show it, because it
    /// may hold a password.
    #[error("must begin with postgres:// or sqlite://, or be the path of a file, without blanks")]
    UrlInvalid,
    /// The URL names a database system whose feature this build lacks.
    #[error("this build has no support for {backend}")]
    Unsupported {
        /// The name of the feature: `sqlite` or `postgres`.
        backend: &'static str,
    },
    /// The database refused the connection, or is not there.
    #[error("cannot open the database")]
    Connection(#[source] Cause),
    /// The SQLite library has a known defect that loses data.
    #[error("SQLite {found} can corrupt a WAL database; at least {needed} is needed")]
    SqliteTooOld {
        /// The version of the library.
        found: String,
        /// The oldest version without the defect.
        needed: &'static str,
    },
    /// The database has a migration that this program does not know.
    #[error(
        "the database has migration {migration}, which this program does not know: it belongs to \
         a newer version"
    )]
    Newer {
        /// The version of the migration.
        migration: String,
    },
    /// A migration failed; none of this run is kept.
    #[error("cannot bring the database up to date")]
    Migration(#[source] Cause),
}
