//! What the scans of each day add up to: of a link, and of a whole workspace.

use diesel::dsl::{count, sql};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel::upsert::excluded;
use diesel_derive_newtype::DieselNewType;
use xqr_errors::Result;

use crate::Conn;
use crate::database::failed;
use crate::database::schema::{links, scan_days};
use crate::ids::{LinkId, WorkspaceId};

/// Ids in one statement.
const CHUNK: usize = 1000;

/// What a row adds up: the scans of a link, or those of all links of its workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, DieselNewType)]
pub struct Scope(i64);

impl Scope {
    /// All links of the workspace. Numbers of links begin at 1.
    pub const ALL_LINKS: Self = Self(0);

    /// Returns the link; `None` if the scope is all links.
    pub fn link(self) -> Option<LinkId> {
        (self != Self::ALL_LINKS).then_some(LinkId(self.0))
    }
}

impl From<LinkId> for Scope {
    fn from(link: LinkId) -> Self {
        Self(link.0)
    }
}

/// The key of a row: workspace, scope, and days since 1970-01-01, UTC.
pub type Key = (WorkspaceId, Scope, i64);

/// The scans of a link on one day.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = scan_days)]
pub struct ScanDay {
    /// The owner.
    pub workspace_id: WorkspaceId,
    /// The link, or all links.
    #[diesel(column_name = link_id)]
    pub scope: Scope,
    /// Days since 1970-01-01, UTC.
    pub day: i64,
    /// Scans of people and machines.
    pub scans: i64,
    /// Scans of machines.
    pub bots: i64,
    /// Distinct visitors, by the hash of the day.
    pub visitors: i64,
    /// All other facets, in the engine's form.
    pub tally: String,
}

/// The days between two, both included; days since 1970-01-01, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// The first.
    pub first: i64,
    /// The last.
    pub last: i64,
}

/// Returns the rows of these workspaces, links and days, locked until the transaction ends. `keys`
/// must be in order, and all of them are there afterwards on PostgreSQL; on SQLite, which has one
/// writer, those that were not there are left out.
pub fn lock(conn: &mut Conn, keys: &[Key]) -> Result<Vec<ScanDay>> {
    let mut found = Vec::with_capacity(keys.len());
    for keys in keys.chunks(CHUNK) {
        let workspaces: Vec<WorkspaceId> = keys.iter().map(|key| key.0).collect();
        let scopes: Vec<Scope> = keys.iter().map(|key| key.1).collect();
        let days: Vec<i64> = keys.iter().map(|key| key.2).collect();
        let rows = scan_days::table
            .filter(scan_days::workspace_id.eq_any(unique(workspaces)))
            .filter(scan_days::link_id.eq_any(unique(scopes)))
            .filter(scan_days::day.eq_any(unique(days)))
            .order((scan_days::workspace_id, scan_days::link_id, scan_days::day));
        on_backend!(
            conn,
            sqlite = |_c| QueryResult::Ok(0),
            postgres = |c| {
                let empty = |(workspace_id, scope, day): &Key| ScanDay {
                    workspace_id: *workspace_id,
                    scope: *scope,
                    day: *day,
                    scans: 0,
                    bots: 0,
                    visitors: 0,
                    tally: String::new(),
                };
                diesel::insert_into(scan_days::table)
                    .values(keys.iter().map(empty).collect::<Vec<_>>())
                    .on_conflict_do_nothing()
                    .execute(c)
            }
        )
        .map_err(failed)?;
        found.extend(locked!(conn, rows.select(ScanDay::as_select()), load).map_err(failed)?);
    }
    Ok(found)
}

fn unique<T: Ord>(mut ids: Vec<T>) -> Vec<T> {
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Writes rows, over those that are there.
pub fn save(conn: &mut Conn, rows: &[ScanDay]) -> Result<()> {
    for row in rows {
        on_backend!(conn, |c| diesel::insert_into(scan_days::table)
            .values(row)
            .on_conflict((scan_days::workspace_id, scan_days::link_id, scan_days::day))
            .do_update()
            .set((
                scan_days::scans.eq(excluded(scan_days::scans)),
                scan_days::bots.eq(excluded(scan_days::bots)),
                scan_days::visitors.eq(excluded(scan_days::visitors)),
                scan_days::tally.eq(excluded(scan_days::tally)),
            ))
            .execute(c))
        .map_err(failed)?;
    }
    Ok(())
}

/// Returns the days of a scope, oldest first; days without scans have no row.
pub fn list(
    conn: &mut Conn,
    workspace_id: WorkspaceId,
    scope: Scope,
    days: Days,
) -> Result<Vec<ScanDay>> {
    scan_days::table
        .filter(scan_days::workspace_id.eq(workspace_id).and(scan_days::link_id.eq(scope)))
        .filter(scan_days::day.between(days.first, days.last))
        .order(scan_days::day)
        .select(ScanDay::as_select())
        .load(conn)
        .map_err(failed)
}

/// Returns the scans, the scans of machines and the visitors of each day, oldest first, without the
/// other facets.
pub fn totals(
    conn: &mut Conn,
    workspace_id: WorkspaceId,
    scope: Scope,
    days: Days,
) -> Result<Vec<(i64, i64, i64, i64)>> {
    scan_days::table
        .filter(scan_days::workspace_id.eq(workspace_id).and(scan_days::link_id.eq(scope)))
        .filter(scan_days::day.between(days.first, days.last))
        .order(scan_days::day)
        .select((scan_days::day, scan_days::scans, scan_days::bots, scan_days::visitors))
        .load(conn)
        .map_err(failed)
}

/// Returns the first day of a scope, that has scans.
pub fn first(conn: &mut Conn, workspace_id: WorkspaceId, scope: Scope) -> Result<Option<i64>> {
    let rows = scan_days::table
        .filter(scan_days::workspace_id.eq(workspace_id).and(scan_days::link_id.eq(scope)));
    rows.select(diesel::dsl::min(scan_days::day)).first(conn).map_err(failed)
}

/// Returns how many links that there still are were scanned.
pub fn count_links(conn: &mut Conn, workspace_id: WorkspaceId, days: Days) -> Result<i64> {
    let own = links::table.filter(links::workspace_id.eq(workspace_id)).select(links::id);
    scan_days::table
        .filter(scan_days::workspace_id.eq(workspace_id).and(scan_days::link_id.eq_any(own)))
        .filter(scan_days::day.between(days.first, days.last))
        .select(count(scan_days::link_id).aggregate_distinct())
        .first(conn)
        .map_err(failed)
}

/// A link among those of its workspace that were scanned most.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TopLink {
    /// The link.
    pub link_id: LinkId,
    /// Scans of people and machines.
    pub scans: i64,
    /// Scans of machines.
    pub bots: i64,
}

/// Returns the `limit` links with the most scans, most scans first, of those that there still are.
/// Where `people` is set, only scans of people are compared, and links that only machines have
/// scanned are left out.
pub fn top_links(
    conn: &mut Conn,
    workspace_id: WorkspaceId,
    days: Days,
    people: bool,
    limit: i64,
) -> Result<Vec<TopLink>> {
    let total = |text: &str| sql::<BigInt>(&format!("CAST(SUM({text}) AS BIGINT)"));
    let of = if people { "scans - bots" } else { "scans" };
    let own = links::table.filter(links::workspace_id.eq(workspace_id)).select(links::id);
    let rows: Vec<(LinkId, i64, i64)> = scan_days::table
        .filter(scan_days::workspace_id.eq(workspace_id).and(scan_days::link_id.eq_any(own)))
        .filter(scan_days::day.between(days.first, days.last))
        .group_by(scan_days::link_id)
        .having(total(of).gt(0))
        .select((scan_days::link_id, total("scans"), total("bots")))
        .order((total(of).desc(), scan_days::link_id))
        .limit(limit)
        .load(conn)
        .map_err(failed)?;
    Ok(rows.into_iter().map(|(link_id, scans, bots)| TopLink { link_id, scans, bots }).collect())
}
