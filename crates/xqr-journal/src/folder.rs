//! The folder of a journal: its lock, the name of its node, its segments.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::OpenError;
use crate::segment::{self, Segment};

/// The locked folder of a journal: one process, one journal.
/// [`Journal::open`](crate::Journal::open) takes it.
#[derive(Debug)]
pub struct Folder {
    pub(crate) path: PathBuf,
    /// Held open for its lock.
    pub(crate) lock: File,
    node: String,
}

impl Folder {
    /// Creates the folder if necessary, locks it, and reads the name of its node. At the first time
    /// the name is `fresh_name`.
    ///
    /// # Errors
    ///
    /// [`OpenError::InUse`] if another process holds the lock, [`OpenError::Io`] else.
    pub fn lock(path: &Path, fresh_name: impl FnOnce() -> String) -> Result<Self, OpenError> {
        let failed = |source: io::Error| OpenError::Io { folder: path.to_owned(), source };
        std::fs::create_dir_all(path).map_err(failed)?;
        let lock = File::create(path.join("lock")).map_err(failed)?;
        lock.try_lock().map_err(|_| OpenError::InUse { folder: path.to_owned() })?;
        let node = node_name(&path.join("node"), fresh_name).map_err(failed)?;
        Ok(Self { path: path.to_owned(), lock, node })
    }

    /// Returns the name of the node: made once, kept in the folder.
    pub fn node(&self) -> &str {
        &self.node
    }

    /// Renames every segment to `*.orphan`, so that it is never read, and returns the new paths.
    /// For segments whose records belong to another database.
    ///
    /// # Errors
    ///
    /// [`OpenError::Io`] if a file cannot be renamed.
    pub fn put_aside(&self) -> Result<Vec<PathBuf>, OpenError> {
        let failed = |source: io::Error| OpenError::Io { folder: self.path.clone(), source };
        let mut aside = Vec::new();
        for Segment { path, .. } in segment::list(&self.path).map_err(failed)? {
            let orphan = path.with_extension("orphan");
            std::fs::rename(&path, &orphan).map_err(failed)?;
            aside.push(orphan);
        }
        Ok(aside)
    }
}

fn node_name(path: &Path, fresh: impl FnOnce() -> String) -> io::Result<String> {
    match std::fs::read_to_string(path) {
        Ok(name) if !name.trim().is_empty() => Ok(name.trim().to_owned()),
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => {
            let name = fresh();
            std::fs::write(path, &name)?;
            Ok(name)
        }
    }
}
