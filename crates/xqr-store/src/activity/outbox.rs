//! The outbox: events written in the transaction that caused them, until they are turned into
//! deliveries.

use diesel::prelude::*;
use xqr_errors::Result;

use crate::Conn;
use crate::database::failed;
use crate::database::schema::outbox;
use crate::ids::{EventId, WorkspaceId};

/// Rows in one statement: 5 bound values each, and SQLite takes 32,766.
const CHUNK: usize = 1000;

/// An event to push.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = outbox)]
pub struct NewEvent {
    /// The id of the event.
    pub uid: String,
    /// The owner.
    pub workspace_id: WorkspaceId,
    /// The neutral name of the event, such as `link_created`.
    pub event: String,
    /// The facts, JSON.
    pub payload: String,
    /// When it happened, Unix milliseconds.
    pub created_at: i64,
}

/// An event in the outbox.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = outbox)]
#[non_exhaustive]
pub struct StoredEvent {
    /// The row: events are taken in this order.
    pub id: EventId,
    /// The owner.
    pub workspace_id: WorkspaceId,
    /// The neutral name of the event.
    pub event: String,
    /// The facts, JSON.
    pub payload: String,
    /// When it happened, Unix milliseconds.
    pub created_at: i64,
}

/// Pushes events.
pub fn push(conn: &mut Conn, events: &[NewEvent]) -> Result<()> {
    for some in events.chunks(CHUNK) {
        on_backend!(conn, |c| diesel::insert_into(outbox::table).values(some).execute(c))
            .map_err(failed)?;
    }
    Ok(())
}

/// Returns whether an event waits, of any workspace.
pub fn has_events(conn: &mut Conn) -> Result<bool> {
    let first: Option<EventId> =
        outbox::table.select(outbox::id).first(conn).optional().map_err(failed)?;
    Ok(first.is_some())
}

/// Takes the oldest events, at most `limit`, of all workspaces. On PostgreSQL a second transaction
/// waits for the first, so events stay in order.
pub fn take(conn: &mut Conn, limit: i64) -> Result<Vec<StoredEvent>> {
    let oldest = outbox::table.order(outbox::id).limit(limit);
    let found: Vec<StoredEvent> =
        locked!(conn, oldest.select(StoredEvent::as_select()), load).map_err(failed)?;
    let ids: Vec<EventId> = found.iter().map(|event| event.id).collect();
    diesel::delete(outbox::table.filter(outbox::id.eq_any(ids))).execute(conn).map_err(failed)?;
    Ok(found)
}
