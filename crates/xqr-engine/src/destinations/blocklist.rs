//! Hosts that no destination may have: the operator's files, held in memory, and the table of the
//! database.
//!
//! A destination is checked in the transaction that stores it (`Tx::admit`), so an entry of the
//! table applies from the next call on, on every node. `blocklist_files` answers for the files.

use url::Url;
use xqr_errors::{Condition, Result};
use xqr_store::{Conn, blocklist as table};

use super::Destination;
use crate::limits::text_limits::check_reason;
use crate::runtime::ports::host_list::{HostList, Listing};
use crate::runtime::threads::lower_priority;
use crate::{App, Data, Tx};

pub use xqr_blocklist::{Entries, Format, Host, HostSet, Refusal};
pub use xqr_store::blocklist::Entry;

/// Entries of one transaction of an import: few enough that other writers hardly wait.
const BATCH: usize = 2_000;

impl Tx<'_> {
    /// Returns a destination as it is stored. The only way from the one to the other, so that none
    /// is stored unchecked.
    ///
    /// # Errors
    ///
    /// [`Condition::DestinationBlocked`] and [`Condition::DestinationLoops`].
    pub(crate) fn admit(&mut self, destination: Destination) -> Result<String> {
        check(self.conn, self.files, self.home, &destination)?;
        Ok(destination.into_text())
    }
}

pub(crate) fn check(
    conn: &mut Conn,
    files: &dyn HostList,
    home: Option<&Url>,
    destination: &Destination,
) -> Result<()> {
    if home.is_some_and(|home| destination.is_code_of(home)) {
        return Err(Condition::DestinationLoops { field: destination.field().to_owned() }.into());
    }
    let Some(Listing { entry, source }) = find(conn, files, destination.host())? else {
        return Ok(());
    };
    tracing::info!(host = destination.host().as_str(), entry, source, "a destination was refused");
    Err(Condition::DestinationBlocked { field: destination.field().to_owned() }.into())
}

/// Returns why `host` is blocked, if it is.
pub fn find(conn: &mut Conn, files: &dyn HostList, host: &Host) -> Result<Option<Listing>> {
    if let Some(listing) = files.find(host) {
        return Ok(Some(listing));
    }
    let candidates: Vec<&str> = host.candidates().collect();
    Ok(table::find(conn, &candidates)?
        .map(|entry| Listing { entry: entry.host, source: entry.reason }))
}

/// Returns whether a stored destination is blocked by now.
pub(crate) fn is_blocked(
    conn: &mut Conn,
    files: &dyn HostList,
    destination: &[u8],
) -> Result<bool> {
    match std::str::from_utf8(destination)
        .ok()
        .and_then(|text| Url::parse(text).ok())
        .as_ref()
        .and_then(Host::of)
    {
        Some(host) => Ok(find(conn, files, &host)?.is_some()),
        None => Ok(false),
    }
}

/// Reads a host as an operator writes it: a name, an address, or a URL.
pub fn host(text: &str) -> Option<Host> {
    match Url::parse(text) {
        Ok(url) if text.contains("://") => Host::of(&url),
        _ => text.parse().ok(),
    }
}

/// Adds a host to the table, and returns whether it is new there.
///
/// # Errors
///
/// Those of a reason.
pub fn add(tx: &mut Tx<'_>, host: &Host, reason: &str) -> Result<bool> {
    check_reason(reason)?;
    Ok(table::insert(
        tx.conn,
        &[Entry { host: host.as_str().to_owned(), reason: reason.to_owned(), created_at: tx.now }],
    )? == 1)
}

/// Takes a host from the table, and returns whether it was there.
pub fn remove(tx: &mut Tx<'_>, host: &Host) -> Result<bool> {
    table::delete(tx.conn, host.as_str())
}

/// Returns the entries of the table after the host `after`, at most `limit`.
pub fn list(conn: &mut Conn, after: &str, limit: i64) -> Result<Vec<Entry>> {
    table::list(conn, after, limit)
}

/// Returns how many entries the table has.
pub fn count(conn: &mut Conn) -> Result<i64> {
    table::count(conn)
}

/// Adds a set to the table in several transactions, and returns how many of its hosts are new
/// there. Done again, it goes on where it broke off.
pub fn import(data: &Data, set: &HostSet, reason: &str) -> Result<usize> {
    check_reason(reason)?;
    let (mut batch, mut new) = (Vec::with_capacity(BATCH), 0);
    let mut flush = |batch: &mut Vec<Entry>| {
        let entries = std::mem::take(batch);
        new += data.write_here(move |tx| table::insert(tx.conn, &entries))?;
        Ok::<_, xqr_errors::Error>(())
    };
    let now = data.now();
    set.try_for_each(|host| {
        batch.push(Entry {
            host: host.as_str().to_owned(),
            reason: reason.to_owned(),
            created_at: now,
        });
        if batch.len() == BATCH { flush(&mut batch) } else { Ok(()) }
    })?;
    flush(&mut batch)?;
    Ok(new)
}

impl App {
    /// Looks whether a file of the blocklist has changed, and takes the new one, off the event
    /// loop. Returns how many were taken.
    pub async fn refresh_blocklist(&self) -> usize {
        let files = self.data.files();
        let (send, received) = tokio::sync::oneshot::channel();
        let work = move || {
            lower_priority();
            send.send(files.refresh()).ok();
        };
        // A thread of its own, because its priority stays low, which a lent one would keep.
        match std::thread::Builder::new().name("blocklist".to_owned()).spawn(work) {
            Ok(_) => received.await.unwrap_or_default(),
            Err(error) => {
                tracing::warn!(%error, "the blocklist was not looked at");
                0
            }
        }
    }
}
