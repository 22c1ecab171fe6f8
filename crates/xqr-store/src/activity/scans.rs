//! Scans, one row each, and how far each node's journal has been counted. What they add up to is in
//! [`scan_days`](crate::scan_days).

use std::collections::HashMap;

use diesel::dsl::case_when;
use diesel::prelude::*;
use xqr_errors::Result;

use crate::Conn;
use crate::database::failed;
use crate::database::schema::{journal_positions, links, scan_days, scan_purges, scans};
use crate::ids::{LinkId, ScanId, WorkspaceId};

/// Rows or ids in one statement.
const CHUNK: usize = 1000;

/// A scan to insert.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = scans, treat_none_as_default_value = false)]
pub struct NewScan {
    /// The link.
    pub link_id: LinkId,
    /// The link's owner.
    pub workspace_id: WorkspaceId,
    /// When it happened, Unix milliseconds.
    pub at: i64,
    /// ISO 3166-1 alpha-2, when known.
    pub country: Option<String>,
    /// `mobile`, `tablet`, `desktop` or `other`.
    pub device: &'static str,
    /// The browser's family.
    pub agent: &'static str,
    /// The host that referred, when known.
    pub referrer: Option<String>,
    /// Whether a machine asked.
    pub bot: bool,
    /// The name of the variant that it was led to.
    pub variant: Option<String>,
    /// The operating system's family.
    pub system: &'static str,
}

/// Returns the owners of those links that still exist. Ids come from the journal, which knows no
/// owner.
pub fn owners(conn: &mut Conn, link_ids: &[LinkId]) -> Result<HashMap<LinkId, WorkspaceId>> {
    let mut owners = HashMap::with_capacity(link_ids.len());
    for ids in link_ids.chunks(CHUNK) {
        let rows: Vec<(LinkId, WorkspaceId)> = links::table
            .filter(links::id.eq_any(ids))
            .select((links::id, links::workspace_id))
            .load(conn)
            .map_err(failed)?;
        owners.extend(rows);
    }
    Ok(owners)
}

/// Returns the ids for clients and the codes of those links that still exist. Ids come from the
/// journal, which knows no owner.
pub fn names(conn: &mut Conn, link_ids: &[LinkId]) -> Result<HashMap<LinkId, (String, String)>> {
    let mut names = HashMap::with_capacity(link_ids.len());
    for ids in link_ids.chunks(CHUNK) {
        let rows: Vec<(LinkId, String, String)> = links::table
            .filter(links::id.eq_any(ids))
            .select((links::id, links::uid, links::code))
            .load(conn)
            .map_err(failed)?;
        names.extend(rows.into_iter().map(|(id, uid, code)| (id, (uid, code))));
    }
    Ok(names)
}

/// Inserts scans.
pub fn insert(conn: &mut Conn, new: &[NewScan]) -> Result<()> {
    // On SQLite, one statement that is prepared once is quicker than one of thousands of values
    // that is parsed each time.
    on_backend!(
        conn,
        sqlite = |c| new.iter().try_for_each(|row| {
            diesel::insert_into(scans::table).values(row).execute(c).map(drop)
        }),
        postgres = |c| new.chunks(CHUNK).try_for_each(|rows| {
            diesel::insert_into(scans::table).values(rows).execute(c).map(drop)
        })
    )
    .map_err(failed)
}

/// Adds `n` scans to a link's counter, moves its last scan to `at` if that is later, and returns
/// the counter; `None` when the link is gone.
pub fn count(conn: &mut Conn, link_id: LinkId, n: i64, at: i64) -> Result<Option<i64>> {
    let later = links::last_scan_at.is_null().or(links::last_scan_at.lt(at));
    on_backend!(conn, |c| diesel::update(links::table.find(link_id))
        .set((
            links::scan_count.eq(links::scan_count + n),
            links::last_scan_at
                .eq(case_when(later.assume_not_null(), Some(at)).otherwise(links::last_scan_at)),
        ))
        .returning(links::scan_count)
        .get_result(c)
        .optional())
    .map_err(failed)
}

/// Deletes up to `limit` scans of links that are gone, and returns how many rows went.
pub fn purge(conn: &mut Conn, limit: i64) -> Result<usize> {
    let Some((link_id, workspace_id)) =
        scan_purges::table.first::<(LinkId, WorkspaceId)>(conn).optional().map_err(failed)?
    else {
        return Ok(0);
    };
    let old: Vec<ScanId> = scans::table
        .filter(scans::link_id.eq(link_id))
        .limit(limit)
        .select(scans::id)
        .load(conn)
        .map_err(failed)?;
    if old.is_empty() {
        let days = scan_days::table
            .filter(scan_days::workspace_id.eq(workspace_id).and(scan_days::link_id.eq(link_id)));
        diesel::delete(days).execute(conn).map_err(failed)?;
        return diesel::delete(scan_purges::table.find(link_id)).execute(conn).map_err(failed);
    }
    diesel::delete(scans::table.filter(scans::id.eq_any(old))).execute(conn).map_err(failed)
}

/// A place in a node's journal: segment number and byte offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Position {
    /// The segment's number.
    pub segment: i64,
    /// The byte offset within the segment.
    pub offset: i64,
}

/// Returns how far a node's journal has been counted; `None` when this database has never seen the
/// node.
pub fn position(conn: &mut Conn, node: &str) -> Result<Option<Position>> {
    let row: Option<(i64, i64)> = journal_positions::table
        .find(node)
        .select((journal_positions::segment, journal_positions::position))
        .first(conn)
        .optional()
        .map_err(failed)?;
    Ok(row.map(|(segment, offset)| Position { segment, offset }))
}

/// Begins the position of a node that this database has not seen.
pub fn begin_position(conn: &mut Conn, node: &str, now: i64) -> Result<()> {
    let row = (
        journal_positions::node.eq(node),
        journal_positions::segment.eq(0),
        journal_positions::position.eq(0),
        journal_positions::updated_at.eq(now),
    );
    diesel::insert_into(journal_positions::table).values(row).execute(conn).map_err(failed)?;
    Ok(())
}

/// Moves a node's position from `from` to `to`, and returns whether it stood at `from`.
pub fn advance(
    conn: &mut Conn,
    node: &str,
    from: Position,
    to: Position,
    now: i64,
) -> Result<bool> {
    let row = journal_positions::table
        .find(node)
        .filter(journal_positions::segment.eq(from.segment))
        .filter(journal_positions::position.eq(from.offset));
    let moved = diesel::update(row)
        .set((
            journal_positions::segment.eq(to.segment),
            journal_positions::position.eq(to.offset),
            journal_positions::updated_at.eq(now),
        ))
        .execute(conn)
        .map_err(failed)?;
    Ok(moved == 1)
}

/// A recorded scan.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = scans)]
#[non_exhaustive]
pub struct Recorded {
    /// When it happened, Unix milliseconds.
    pub at: i64,
    /// ISO 3166-1 alpha-2, when known.
    pub country: Option<String>,
    /// `mobile`, `tablet`, `desktop` or `other`.
    pub device: String,
    /// The browser's family.
    pub agent: String,
    /// The host that referred, when known.
    pub referrer: Option<String>,
    /// Whether a machine asked.
    pub bot: bool,
    /// The name of the variant that it was led to.
    pub variant: Option<String>,
    /// The operating system's family.
    pub system: String,
}

/// Returns a workspace's first scans, oldest first.
pub fn list(conn: &mut Conn, workspace_id: WorkspaceId, limit: i64) -> Result<Vec<Recorded>> {
    scans::table
        .filter(scans::workspace_id.eq(workspace_id))
        .order(scans::id)
        .limit(limit)
        .select(Recorded::as_select())
        .load(conn)
        .map_err(failed)
}

/// Returns when a link was first scanned, as far as its scans are kept; Unix milliseconds.
pub fn first_at(
    conn: &mut Conn,
    workspace_id: WorkspaceId,
    link_id: LinkId,
) -> Result<Option<i64>> {
    let own =
        scans::table.filter(scans::link_id.eq(link_id).and(scans::workspace_id.eq(workspace_id)));
    own.select(diesel::dsl::min(scans::at)).first(conn).map_err(failed)
}
