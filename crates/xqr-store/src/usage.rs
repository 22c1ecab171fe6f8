//! Counters per workspace: how many there are of what a plan limits, without counting rows.

use diesel::prelude::*;
use xqr_errors::Result;

use crate::Conn;
use crate::backend::failed;
use crate::schema::usage;

/// The metric that counts a workspace's links.
pub const LINKS: &str = "links";
/// The metric that counts a workspace's links that are enabled.
pub const ACTIVE_LINKS: &str = "links_active";
/// The metric that counts a workspace's keys that are not revoked.
pub const KEYS: &str = "keys";
/// The metric that counts a workspace's webhooks.
pub const WEBHOOKS: &str = "webhooks";
/// The metric that counts a workspace's QR templates.
pub const TEMPLATES: &str = "templates";
/// The metric that counts the bytes of a workspace's assets, those included that are still to be
/// uploaded.
pub const STORAGE: &str = "storage";
/// The metric that counts a workspace's bio pages.
pub const BIO_PAGES: &str = "bio_pages";
/// The metric that counts a workspace's projects.
pub const PROJECTS: &str = "projects";
/// The metric that counts the links that a workspace made in a month.
pub const LINKS_CREATED: &str = "links_created";
/// The metric that counts a workspace's API calls in a month; leases included.
pub const CALLS: &str = "calls";
/// The metric that counts the pictures of a month that credits did not pay for; overage included.
pub const RENDERS: &str = "renders";
/// The metric that counts the pictures of a month beyond the quota.
pub const OVERAGE: &str = "renders_overage";
/// The metric that holds a workspace's balance of credits.
pub const CREDITS: &str = "credits";
/// The metric that counts the scans of a month, where a plan caps them.
pub const SCANS: &str = "scans";
/// The period of a metric that never starts anew.
pub const TOTAL: &str = "";

/// Begins a counter at zero, and returns whether it was not there before. It must be there before
/// the first [`take`].
pub fn begin(conn: &mut Conn, workspace_id: i64, metric: &str, period: &str) -> Result<bool> {
    let row = (
        usage::workspace_id.eq(workspace_id),
        usage::metric.eq(metric),
        usage::period.eq(period),
        usage::value.eq(0),
    );
    let begun = on_backend!(conn, |c| diesel::insert_into(usage::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c));
    Ok(begun.map_err(failed)? == 1)
}

/// Adds `n` to a counter that nothing limits and that may not be there yet.
pub fn add(conn: &mut Conn, workspace_id: i64, metric: &str, period: &str, n: i64) -> Result<()> {
    let row = (
        usage::workspace_id.eq(workspace_id),
        usage::metric.eq(metric),
        usage::period.eq(period),
        usage::value.eq(n),
    );
    on_backend!(conn, |c| {
        diesel::insert_into(usage::table)
            .values(row)
            .on_conflict((usage::workspace_id, usage::metric, usage::period))
            .do_update()
            .set(usage::value.eq(usage::value + n))
            .execute(c)
    })
    .map_err(failed)?;
    Ok(())
}

/// Adds `n` unless that would pass `cap`, and returns whether it did. Concurrent callers learn
/// apart by the row's lock.
pub fn take(
    conn: &mut Conn,
    workspace_id: i64,
    metric: &str,
    period: &str,
    n: i64,
    cap: Option<i64>,
) -> Result<bool> {
    let row = usage::table.find((workspace_id, metric, period));
    let more = usage::value.eq(usage::value + n);
    let taken = on_backend!(conn, |c| match cap {
        Some(cap) => diesel::update(row.filter(usage::value.le(cap - n))).set(more).execute(c),
        None => diesel::update(row).set(more).execute(c),
    });
    Ok(taken.map_err(failed)? == 1)
}

/// Adds `n`, or as much of it as `cap` leaves room for, and returns how much that was.
pub fn take_up_to(
    conn: &mut Conn,
    workspace_id: i64,
    metric: &str,
    period: &str,
    n: i64,
    cap: i64,
) -> Result<i64> {
    begin(conn, workspace_id, metric, period)?;
    // Locks the row: what is read next stays true until the commit.
    take(conn, workspace_id, metric, period, 0, None)?;
    let taken = n.min(cap - get(conn, workspace_id, metric, period)?).max(0);
    take(conn, workspace_id, metric, period, taken, None)?;
    Ok(taken)
}

/// Takes `n` away again.
pub fn give_back(
    conn: &mut Conn,
    workspace_id: i64,
    metric: &str,
    period: &str,
    n: i64,
) -> Result<()> {
    take(conn, workspace_id, metric, period, -n, None)?;
    Ok(())
}

/// Returns a counter's value.
pub fn get(conn: &mut Conn, workspace_id: i64, metric: &str, period: &str) -> Result<i64> {
    let value = usage::table
        .find((workspace_id, metric, period))
        .select(usage::value)
        .first(conn)
        .optional()
        .map_err(failed)?;
    Ok(value.unwrap_or(0))
}
