//! The outbox: events written in the transaction that caused them, so that none is lost and none is
//! early.

use diesel::prelude::*;
use xqr_errors::Result;

use crate::Conn;
use crate::backend::failed;
use crate::schema::outbox;

/// An event to push.
#[derive(Debug, Insertable)]
#[diesel(table_name = outbox)]
pub struct NewEvent<'a> {
    /// The id that receivers see, stable over repetitions.
    pub uid: &'a str,
    /// The owner.
    pub workspace_id: i64,
    /// The event's native name, such as `link.created`.
    pub event: &'a str,
    /// The event's data, JSON.
    pub payload: &'a str,
    /// When it happened, Unix milliseconds.
    pub created_at: i64,
}

/// Pushes an event.
pub fn push(conn: &mut Conn, event: &NewEvent<'_>) -> Result<()> {
    on_backend!(conn, |c| diesel::insert_into(outbox::table).values(event).execute(c))
        .map_err(failed)?;
    Ok(())
}

/// Returns the names of a workspace's events, oldest first.
pub fn names(conn: &mut Conn, workspace_id: i64) -> Result<Vec<String>> {
    outbox::table
        .filter(outbox::workspace_id.eq(workspace_id))
        .order(outbox::id)
        .select(outbox::event)
        .load(conn)
        .map_err(failed)
}

/// Deletes up to `limit` events that are older than `before`, of all workspaces, and returns how
/// many.
pub fn purge(conn: &mut Conn, before: i64, limit: i64) -> Result<usize> {
    let old: Vec<i64> = outbox::table
        .filter(outbox::created_at.lt(before))
        .order(outbox::id)
        .limit(limit)
        .select(outbox::id)
        .load(conn)
        .map_err(failed)?;
    diesel::delete(outbox::table.filter(outbox::id.eq_any(old))).execute(conn).map_err(failed)
}
