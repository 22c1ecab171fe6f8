//! Why the files of assets cannot be stored.

use std::path::PathBuf;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why the object storage could not be opened, for the operator. `source` is the cause.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// The folder of the files cannot be used.
    #[error("assets.folder: cannot use {}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// The cause.
        source: Cause,
    },
    /// The settings of the bucket make no client.
    #[error("assets")]
    Bucket(#[source] Cause),
}
