//! The operator's own list of hosts that no destination may have. It belongs to no workspace: it
//! protects all.

use diesel::prelude::*;
use xqr_errors::Result;

use crate::Conn;
use crate::database::failed;
use crate::database::schema::blocklist;

/// Rows of one statement on PostgreSQL, which takes at most 65,535 values.
#[cfg(feature = "postgres")]
const POSTGRES_ROWS: usize = 1_000;

/// An entry: a host in normal form, which lists all that is below it, too.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = blocklist)]
pub struct Entry {
    /// The host.
    pub host: String,
    /// Why it is listed, in the operator's words.
    pub reason: String,
    /// When it was listed, Unix milliseconds.
    pub created_at: i64,
}

/// Returns the entry for one of `hosts`, the shortest.
pub fn find(conn: &mut Conn, hosts: &[&str]) -> Result<Option<Entry>> {
    // On SQLite, a look-up by key stays prepared; one by a list, which is written anew for each
    // length, does not.
    let found: QueryResult<Vec<Entry>> = on_backend!(
        conn,
        sqlite = |c| {
            let mut one = |host| blocklist::table.find(host).select(Entry::as_select()).first(c);
            hosts.iter().filter_map(|host| one(*host).optional().transpose()).collect()
        },
        postgres = |c| {
            let any = blocklist::table.filter(blocklist::host.eq_any(hosts));
            any.select(Entry::as_select()).load(c)
        }
    );
    let found = found.map_err(failed)?;
    Ok(found.into_iter().min_by_key(|entry: &Entry| entry.host.len()))
}

/// Inserts entries, passes over those that are there, and returns how many are new.
pub fn insert(conn: &mut Conn, entries: &[Entry]) -> Result<usize> {
    // SQLite takes a row at a time; the statement stays prepared.
    let inserted: QueryResult<usize> = on_backend!(
        conn,
        sqlite = |c| {
            let insert = |row| diesel::insert_into(blocklist::table).values(row);
            entries.iter().map(|row| insert(row).on_conflict_do_nothing().execute(c)).sum()
        },
        postgres = |c| {
            let insert = |rows| diesel::insert_into(blocklist::table).values(rows);
            let chunks = entries.chunks(POSTGRES_ROWS);
            chunks.map(|rows| insert(rows).on_conflict_do_nothing().execute(c)).sum()
        }
    );
    inserted.map_err(failed)
}

/// Deletes the entry for exactly this host, and returns whether there was one.
pub fn delete(conn: &mut Conn, host: &str) -> Result<bool> {
    Ok(diesel::delete(blocklist::table.find(host)).execute(conn).map_err(failed)? == 1)
}

/// Returns the entries after `after` in the order of hosts, at most `limit`.
pub fn list(conn: &mut Conn, after: &str, limit: i64) -> Result<Vec<Entry>> {
    let rest = blocklist::table.filter(blocklist::host.gt(after));
    rest.order(blocklist::host).limit(limit).select(Entry::as_select()).load(conn).map_err(failed)
}

/// Returns how many entries there are; reads all of them.
pub fn count(conn: &mut Conn) -> Result<i64> {
    blocklist::table.count().get_result(conn).map_err(failed)
}
