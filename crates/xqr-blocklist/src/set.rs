//! Sets of hosts: exact, immutable, about fifteen bytes per host.
//!
//! A set is a minimal automaton over keys that begin with the top-level domain (`com.example.www`).
//! So one walk along a host's key passes every domain above it, and costs as much with a million
//! hosts as with ten.

use std::io::BufRead;

use fst::raw::Fst;
use fst::{IntoStreamer as _, Set, SetBuilder, Streamer as _};

use crate::{Entries, Host, Refusal};

/// Bytes of keys that are sorted at once: what building needs besides about twice the finished set.
const CHUNK: usize = 8 << 20;

/// A set of hosts.
#[derive(Default)]
pub struct HostSet(Set<Vec<u8>>);

impl HostSet {
    /// Collects the hosts of a list.
    ///
    /// # Errors
    ///
    /// The first [`Refusal`] of `entries`.
    pub fn read<R: BufRead>(mut entries: Entries<R>) -> Result<Self, Refusal> {
        Self::read_from(&mut entries)
    }

    /// As [`read`](Self::read), for who wants to know afterwards what was [passed
    /// over](Entries::passed_over).
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

    /// Collects hosts.
    pub fn collect<'a>(hosts: impl IntoIterator<Item = &'a Host>) -> Self {
        let mut builder = Builder::default();
        hosts.into_iter().for_each(|host| builder.push(host));
        builder.finish()
    }

    /// Returns the shortest of the host and the domains above it that is in the set.
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

    /// Returns how many hosts it has.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Shows `each` of the hosts, sorted from the top-level domain down.
    ///
    /// # Errors
    ///
    /// The first one of `each`.
    pub fn try_for_each<E>(&self, mut each: impl FnMut(Host) -> Result<(), E>) -> Result<(), E> {
        let mut stream = self.0.stream();
        while let Some(key) = stream.next() {
            each(Host::from_key(std::str::from_utf8(key).expect("keys are made of texts")))?;
        }
        Ok(())
    }

    /// Returns the bytes of the set, for a file; that is all the memory it takes.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_fst().as_bytes()
    }

    /// Reads what [`as_bytes`](Self::as_bytes) gave; `None` where the checksum says that it is
    /// something else.
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
