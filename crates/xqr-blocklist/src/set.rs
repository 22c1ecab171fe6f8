//! Sets of hosts: exact, immutable, about fifteen bytes per host.
//!
//! A set is a minimal automaton over keys that begin with the top-level domain (`com.example.www`).
//! So one walk along a host's key passes every parent domain, and costs the same with a million
//! hosts as with ten.

use std::fmt;
use std::io::BufRead;

use fst::raw::Fst;
use fst::{IntoStreamer as _, Set, SetBuilder, Streamer as _};

use crate::entries::{Entries, Refusal};
use crate::host::Host;

/// Bytes of keys that are sorted at once. Building needs as much, and about twice the finished set.
const CHUNK: usize = 8 << 20;

/// A set of hosts.
///
/// ```
/// use xqr_blocklist::{Host, HostSet, NotAHost};
///
/// let hosts: [Host; 2] = ["evil.example".parse()?, "198.51.100.7".parse()?];
/// let set: HostSet = hosts.iter().collect();
/// // A parent domain is enough.
/// assert_eq!(set.find(&"shop.evil.example".parse()?), Some("evil.example"));
/// assert_eq!(set.find(&"good.example".parse()?), None);
/// let mut hosts = Vec::new();
/// set.try_for_each(|host| Ok::<(), NotAHost>(hosts.push(host.to_string())))?;
/// assert_eq!(hosts.len(), 2);
/// # Ok::<(), NotAHost>(())
/// ```
#[derive(Clone, Default)]
pub struct HostSet(Set<Vec<u8>>);

/// Shows the sizes only: a set may have millions of hosts.
impl fmt::Debug for HostSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostSet")
            .field("hosts", &self.len())
            .field("bytes", &self.as_bytes().len())
            .finish()
    }
}

impl<'a> FromIterator<&'a Host> for HostSet {
    fn from_iter<I: IntoIterator<Item = &'a Host>>(hosts: I) -> Self {
        let mut builder = Builder::default();
        hosts.into_iter().for_each(|host| builder.push(host));
        builder.finish()
    }
}

impl FromIterator<Host> for HostSet {
    fn from_iter<I: IntoIterator<Item = Host>>(hosts: I) -> Self {
        let mut builder = Builder::default();
        hosts.into_iter().for_each(|host| builder.push(&host));
        builder.finish()
    }
}

impl HostSet {
    /// Collects the hosts of a list.
    ///
    /// # Errors
    ///
    /// The first [`Refusal`] of `entries`.
    pub fn read<R: BufRead>(mut entries: Entries<R>) -> Result<Self, Refusal> {
        Self::read_from(&mut entries)
    }

    /// Collects the hosts of a list, as [`read`](Self::read) does, and leaves `entries` to the
    /// caller, for the number of [invalid lines](Entries::passed_over).
    ///
    /// # Errors
    ///
    /// The first [`Refusal`] of `entries`.
    pub fn read_from<R: BufRead>(entries: &mut Entries<R>) -> Result<Self, Refusal> {
        let mut builder = Builder::default();
        for host in entries {
            builder.push(&host?);
        }
        Ok(builder.finish())
    }

    /// Returns the shortest of the host and its parent domains that is in the set.
    pub fn find<'h>(&self, host: &'h Host) -> Option<&'h str> {
        let mut key = Vec::with_capacity(host.as_str().len() + 1);
        host.key(&mut key);
        let fst = self.0.as_fst();
        let mut node = fst.root();
        for (n, byte) in key.iter().enumerate() {
            if *byte == b'.' && !host.is_address() && node.is_final() {
                return Some(&host.as_str()[key.len() - n..]);
            }
            node = fst.node(node.transition_addr(node.find_input(*byte)?));
        }
        node.is_final().then(|| host.as_str())
    }

    /// Returns the number of hosts.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether the set is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Calls `each` with every host, sorted from the top-level domain down.
    ///
    /// # Errors
    ///
    /// The first error of `each`.
    pub fn try_for_each<E>(&self, mut each: impl FnMut(Host) -> Result<(), E>) -> Result<(), E> {
        let mut stream = self.0.stream();
        while let Some(key) = stream.next() {
            each(Host::from_key(std::str::from_utf8(key).expect("keys are made of texts")))?;
        }
        Ok(())
    }

    /// Returns the bytes of the set, for a file. They are all the memory that it takes.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_fst().as_bytes()
    }

    /// Reads the bytes of [`as_bytes`](Self::as_bytes), or returns `None` if their checksum is
    /// wrong.
    pub fn from_bytes(bytes: Vec<u8>) -> Option<Self> {
        let fst = Fst::new(bytes).ok()?;
        fst.verify().ok()?;
        Some(Self(Set::from(fst)))
    }
}

/// Sorts keys in chunks, and merges the chunks: building needs little more memory than what is
/// built.
#[derive(Default)]
struct Builder {
    keys: Vec<u8>,
    ends: Vec<u32>,
    chunks: Vec<Set<Vec<u8>>>,
}

impl Builder {
    fn push(&mut self, host: &Host) {
        host.key(&mut self.keys);
        self.ends.push(
            u32::try_from(self.keys.len())
                .expect("a chunk is far below 4 GiB, and a host below 1 KiB"),
        );
        if self.keys.len() >= CHUNK {
            self.close();
        }
    }

    fn close(&mut self) {
        let starts = std::iter::once(&0).chain(&self.ends);
        let mut keys: Vec<&[u8]> = starts
            .zip(&self.ends)
            .map(|(start, end)| &self.keys[*start as usize..*end as usize])
            .collect();
        keys.sort_unstable();
        keys.dedup();
        let mut set = SetBuilder::memory();
        keys.iter().for_each(|key| set.insert(key).expect(SORTED));
        self.chunks.push(finished(set));
        self.keys.clear();
        self.ends.clear();
    }

    fn finish(mut self) -> HostSet {
        self.close();
        if self.chunks.len() == 1 {
            return HostSet(self.chunks.remove(0));
        }
        self.keys = Vec::new();
        let merged = self.chunks.iter().collect::<fst::set::OpBuilder<'_>>();
        let mut set = SetBuilder::memory();
        set.extend_stream(merged.union().into_stream()).expect(SORTED);
        HostSet(finished(set))
    }
}

const SORTED: &str = "keys come sorted, and memory does not fail";

fn finished(set: SetBuilder<Vec<u8>>) -> Set<Vec<u8>> {
    let mut bytes = set.into_inner().expect(SORTED);
    bytes.shrink_to_fit();
    Set::new(bytes).expect("the builder writes what the reader reads")
}

#[cfg(test)]
mod tests;
