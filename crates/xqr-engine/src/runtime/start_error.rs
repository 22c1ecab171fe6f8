//! Errors of the start.

use std::io;
use std::path::PathBuf;

use xqr_errors::Error;
use xqr_store::OpenError;

use crate::settings::SettingsError;

/// Why the service, or its data, could not be opened, for the operator. `source` is the cause.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The settings or the plans.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The database could not be opened or brought up to date.
    #[error(transparent)]
    Database(#[from] OpenError),
    /// The journal of scans could not be opened; another process may have it.
    #[error(transparent)]
    Journal(#[from] xqr_journal::OpenError),
    /// One of the first queries failed.
    #[error(transparent)]
    Query(#[from] Error),
    /// The data folder could not be made.
    #[error("cannot make {}", folder.display())]
    DataFolder {
        /// The folder.
        folder: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The secret of the installation is malformed.
    #[error("{place}: must be 64 hexadecimal digits")]
    SecretMalformed {
        /// The setting or the file that has it.
        place: String,
    },
    /// The secret is not the one that the database knows.
    #[error(
        "the secret is not that of the other nodes of this database: set XQR_SECRET, or copy their \
         secret.key into the data folder; if theirs is lost, run `secret accept`"
    )]
    SecretDiffers,
    /// The file of the secret could not be read or written.
    #[error("cannot {} {}", if *write { "write" } else { "read" }, path.display())]
    SecretFile {
        /// The file.
        path: PathBuf,
        /// Whether it was to be written.
        write: bool,
        /// The cause.
        source: io::Error,
    },
    /// The database of countries could not be opened.
    #[error("scans.geoip_file")]
    Countries(#[source] xqr_routing::OpenError),
}
