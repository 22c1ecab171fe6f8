//! The operator's blocklist files. A changed file is read again and replaces the old hosts at once;
//! a file that is damaged or suspiciously short does not. The last good state of each file is also
//! kept in the data folder, so a restart does not depend on the file.

use std::fs::{self, File};
use std::io::{self, BufReader, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use sha2::{Digest as _, Sha256};
use xqr_blocklist::{Entries, Host, HostSet};

use crate::dialect::Dialects;
use crate::runtime::ports::host_list::{FileState, HostList, Listing};
use crate::{Clock, Data, Random, Settings, StartError};

/// The folder of the last good states.
const FOLDER: &str = "blocklist";
/// Lists below this size may shrink as they like.
const SMALL: u64 = 100;
/// Bytes of an entry at most, on average; so the size alone shows that a file is too long.
const ENTRY_BYTES: u64 = 1_024;

/// The hosts that the files list.
pub(crate) struct BlocklistFiles {
    settings: crate::settings::Blocklist,
    folder: PathBuf,
    except: HostSet,
    /// Held briefly, for a lookup or a swap.
    lists: RwLock<Arc<[Arc<List>]>>,
    /// Held while files are read.
    reading: Mutex<()>,
}

/// A file's last good state, and what is wrong with its present one.
struct List {
    path: PathBuf,
    hosts: Arc<HostSet>,
    seen: Option<Stamp>,
    trouble: Option<String>,
}

/// What changes with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    bytes: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

/// What a look at a file gave.
enum Look {
    Unchanged,
    /// It changed while it was read; the next look will see what it came to.
    Unsettled,
    Taken(List),
    Refused(List),
}

impl HostList for BlocklistFiles {
    fn open(&self) {
        let last_good = |path: &PathBuf| {
            let bytes = fs::read(self.copy_of(path)).ok()?;
            let hosts = HostSet::from_bytes(bytes);
            if hosts.is_none() {
                tracing::warn!(path = %path.display(), "the kept state of a blocklist file is damaged, the file is read anew");
            }
            hosts
        };
        let list = |path: &PathBuf| {
            let known = last_good(path);
            let first = known.is_none();
            let list = List {
                path: path.clone(),
                hosts: Arc::new(known.unwrap_or_default()),
                seen: None,
                trouble: None,
            };
            match if first { self.look(&list) } else { Look::Unchanged } {
                Look::Taken(list) | Look::Refused(list) => Arc::new(list),
                Look::Unchanged | Look::Unsettled => Arc::new(list),
            }
        };
        self.swap(self.settings.files.iter().map(list).collect());
    }

    fn find(&self, host: &Host) -> Option<Listing> {
        let lists = self.lists();
        let listing = lists.iter().find_map(|list| {
            let entry = list.hosts.find(host)?.to_owned();
            Some(Listing { entry, source: list.path.display().to_string() })
        })?;
        self.except.find(host).is_none().then_some(listing)
    }

    fn state(&self) -> Vec<FileState> {
        let state = |list: &Arc<List>| FileState {
            path: list.path.clone(),
            hosts: list.hosts.len(),
            bytes: list.hosts.as_bytes().len(),
            trouble: list.trouble.clone(),
        };
        self.lists().iter().map(state).collect()
    }

    fn refresh(&self) -> usize {
        let _alone = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = 0;
        for (n, list) in self.lists().iter().enumerate() {
            let new = match self.look(list) {
                Look::Unchanged | Look::Unsettled => continue,
                Look::Taken(new) => {
                    taken += 1;
                    new
                }
                Look::Refused(new) => new,
            };
            let mut lists = self.lists().to_vec();
            lists[n] = Arc::new(new);
            self.swap(lists);
        }
        taken
    }
}

impl Data {
    /// Opens the database that the settings name. Does not migrate it, and does not load the files
    /// of the blocklist.
    ///
    /// # Errors
    ///
    /// [`StartError`].
    pub fn open(
        settings: &Settings,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Random>,
        dialects: Dialects,
    ) -> Result<Self, StartError> {
        let files = Arc::new(BlocklistFiles::new(settings));
        Self::with_host_list(settings, clock, entropy, dialects, files)
    }
}

impl BlocklistFiles {
    pub(crate) fn new(settings: &Settings) -> Self {
        let (settings, folder) = (settings.blocklist.clone(), settings.data_dir.join(FOLDER));
        let except = settings.except.iter().collect();
        Self { settings, folder, except, lists: RwLock::new(Arc::new([])), reading: Mutex::new(()) }
    }

    fn lists(&self) -> Arc<[Arc<List>]> {
        Arc::clone(&self.lists.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn swap(&self, lists: Vec<Arc<List>>) {
        *self.lists.write().unwrap_or_else(PoisonError::into_inner) = lists.into();
    }

    fn look(&self, list: &List) -> Look {
        let refused = |seen: Option<Stamp>, trouble: String| {
            if list.trouble.as_ref() != Some(&trouble) {
                let (path, hosts) = (list.path.display(), list.hosts.len());
                tracing::error!(%path, trouble, hosts, "a blocklist file is refused; its last good state holds");
            }
            Look::Refused(List {
                path: list.path.clone(),
                hosts: Arc::clone(&list.hosts),
                seen,
                trouble: Some(trouble),
            })
        };
        let seen = match Stamp::of(&list.path) {
            Ok(seen) if list.seen == Some(seen) => return Look::Unchanged,
            Ok(seen) => seen,
            Err(error) => return refused(None, format!("cannot be read: {error}")),
        };
        let hosts = match self.read(&list.path, seen.bytes) {
            Ok(hosts) => hosts,
            Err(trouble) => return refused(Some(seen), trouble),
        };
        if !Stamp::of(&list.path).is_ok_and(|now| now == seen) {
            return Look::Unsettled;
        }
        let (old, new) = (list.hosts.len() as u64, hosts.len() as u64);
        if old >= SMALL && new * 100 < old * 100u64.saturating_sub(self.settings.max_shrink_percent)
        {
            return refused(
                Some(seen),
                format!("lists {new} hosts, after {old}: more than max_shrink_percent are gone"),
            );
        }
        if let Err(error) = self.keep(&list.path, &hosts) {
            tracing::warn!(path = %list.path.display(), %error, "the state of a blocklist file could not be kept for the next start");
        }
        tracing::info!(path = %list.path.display(), hosts = new, bytes = hosts.as_bytes().len(), "a blocklist file is in force");
        Look::Taken(List {
            path: list.path.clone(),
            hosts: Arc::new(hosts),
            seen: Some(seen),
            trouble: None,
        })
    }

    fn read(&self, path: &Path, bytes: u64) -> Result<HostSet, String> {
        let max = self.settings.max_entries;
        if bytes > max.saturating_mul(ENTRY_BYTES) {
            return Err(format!("has {bytes} bytes, too many for {max} entries"));
        }
        let file = File::open(path).map_err(|error| format!("cannot be read: {error}"))?;
        let mut entries = Entries::new(BufReader::with_capacity(1 << 16, file), None, max);
        let hosts = HostSet::read_from(&mut entries).map_err(|refusal| refusal.to_string())?;
        if let (lines @ 1.., first) = entries.passed_over() {
            tracing::warn!(path = %path.display(), lines, first, "lines of a blocklist file make no sense and are passed over");
        }
        Ok(hosts)
    }

    /// The file name has no meaning; the setting has.
    fn copy_of(&self, path: &Path) -> PathBuf {
        let digest = Sha256::digest(path.as_os_str().as_encoded_bytes());
        let name: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        self.folder.join(format!("{name}.hosts"))
    }

    fn keep(&self, path: &Path, hosts: &HostSet) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let copy = self.copy_of(path);
        let draft = copy.with_extension(format!("{}", std::process::id()));
        let mut file = File::create(&draft)?;
        file.write_all(hosts.as_bytes())?;
        file.sync_all()?;
        fs::rename(draft, copy)
    }
}

impl Stamp {
    fn of(path: &Path) -> io::Result<Self> {
        let metadata = fs::metadata(path)?;
        if !metadata.is_file() {
            // A pipe or a device would be waited for.
            return Err(io::Error::other("it is no file"));
        }
        Ok(Self {
            inode: metadata.ino(),
            bytes: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        })
    }
}

#[cfg(test)]
mod tests;
