//! Why a journal cannot be opened.

use std::path::PathBuf;
use std::{error, fmt, io};

/// Why a journal cannot be opened.
#[derive(Debug)]
#[non_exhaustive]
pub enum OpenError {
    /// Another process has the journal open.
    InUse {
        /// The folder of the journal.
        folder: PathBuf,
    },
    /// A file or the folder cannot be used.
    Io {
        /// The folder of the journal.
        folder: PathBuf,
        /// The cause.
        source: io::Error,
    },
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InUse { folder } => {
                write!(f, "another process uses the journal in {}", folder.display())
            }
            Self::Io { folder, .. } => {
                write!(f, "cannot open the journal in {}", folder.display())
            }
        }
    }
}

impl error::Error for OpenError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::InUse { .. } => None,
            Self::Io { source, .. } => Some(source),
        }
    }
}
