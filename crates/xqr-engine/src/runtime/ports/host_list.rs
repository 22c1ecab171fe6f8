//! Lists of blocked hosts, as transactions see them.

use std::path::PathBuf;

use xqr_blocklist::Host;

/// Why a host is blocked; for the operator, never for a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The host itself or a domain above it.
    pub entry: String,
    /// The file, or the reason in the table.
    pub source: String,
}

/// The state of a list's file, for operators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileState {
    /// The file.
    pub path: PathBuf,
    /// How many hosts it lists.
    pub hosts: usize,
    /// The memory that they take, in bytes.
    pub bytes: usize,
    /// Why the present file was refused and an older state holds.
    pub trouble: Option<String>,
}

/// Lists of hosts that no destination may have.
pub trait HostList: Send + Sync {
    /// Loads the lists. Comes before the first destination is stored.
    fn open(&self);

    /// Returns why `host` is blocked, if it is.
    fn find(&self, host: &Host) -> Option<Listing>;

    /// Returns the state of each file.
    fn state(&self) -> Vec<FileState>;

    /// Takes changed files that are good, and returns how many.
    fn refresh(&self) -> usize;
}
