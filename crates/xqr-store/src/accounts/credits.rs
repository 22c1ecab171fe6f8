//! The ledger of credits. The balance is the counter
//! [`Metric::Credits`](crate::counters::Metric::Credits); entries say how it came about.

use diesel::prelude::*;
use xqr_errors::Result;

use crate::Conn;
use crate::database::failed;
use crate::database::schema::credit_entries;
use crate::ids::{CreditEntryId, WorkspaceId};

/// An entry of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = credit_entries)]
#[non_exhaustive]
pub struct Entry {
    /// The entry's number.
    pub id: CreditEntryId,
    /// The owner.
    pub workspace_id: WorkspaceId,
    /// What was granted, or spent if negative.
    pub amount: i64,
    /// The balance after it.
    pub balance: i64,
    /// Why.
    pub reason: String,
    /// When, Unix milliseconds.
    pub created_at: i64,
}

/// Writes an entry.
pub fn push(
    conn: &mut Conn,
    workspace_id: WorkspaceId,
    amount: i64,
    balance: i64,
    reason: &str,
    now: i64,
) -> Result<()> {
    let row = (
        credit_entries::workspace_id.eq(workspace_id),
        credit_entries::amount.eq(amount),
        credit_entries::balance.eq(balance),
        credit_entries::reason.eq(reason),
        credit_entries::created_at.eq(now),
    );
    diesel::insert_into(credit_entries::table).values(row).execute(conn).map_err(failed)?;
    Ok(())
}

/// Returns a workspace's latest entries, latest first.
pub fn list(conn: &mut Conn, workspace_id: WorkspaceId, limit: i64) -> Result<Vec<Entry>> {
    let own = credit_entries::table.filter(credit_entries::workspace_id.eq(workspace_id));
    own.order(credit_entries::id.desc())
        .limit(limit)
        .select(Entry::as_select())
        .load(conn)
        .map_err(failed)
}
