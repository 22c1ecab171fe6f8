//! Answers to requests that carried an Idempotency-Key, sealed.

use diesel::prelude::*;
use xqr_errors::Result;

use crate::Conn;
use crate::database::failed;
use crate::database::schema::idempotency;

/// A request that was answered, or is being answered by the transaction that wrote it.
#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = idempotency)]
pub struct Record {
    /// SHA-256 of who asked, for what, with which Idempotency-Key.
    pub id: Vec<u8>,
    /// SHA-256 of the body.
    pub fingerprint: Vec<u8>,
    /// The HTTP status.
    pub status: i32,
    /// The sealed body.
    pub answer: Vec<u8>,
    /// When it was written, Unix milliseconds.
    pub created_at: i64,
}

/// Writes a record unless there is one with this id; returns whether it did. On PostgreSQL this
/// waits for a transaction that writes the same id.
pub fn begin(conn: &mut Conn, record: &Record) -> Result<bool> {
    let written = on_backend!(conn, |c| {
        diesel::insert_into(idempotency::table).values(record).on_conflict_do_nothing().execute(c)
    });
    Ok(written.map_err(failed)? == 1)
}

/// Returns the record with this id.
pub fn find(conn: &mut Conn, id: &[u8]) -> Result<Option<Record>> {
    idempotency::table.find(id).select(Record::as_select()).first(conn).optional().map_err(failed)
}

/// Adds the answer to a record.
pub fn finish(conn: &mut Conn, id: &[u8], status: i32, answer: &[u8]) -> Result<()> {
    let answer = (idempotency::status.eq(status), idempotency::answer.eq(answer));
    diesel::update(idempotency::table.find(id)).set(answer).execute(conn).map_err(failed)?;
    Ok(())
}

/// Changes the status of a record.
pub fn set_status(conn: &mut Conn, id: &[u8], status: i32) -> Result<()> {
    diesel::update(idempotency::table.find(id))
        .set(idempotency::status.eq(status))
        .execute(conn)
        .map_err(failed)?;
    Ok(())
}

/// Deletes the record with this id.
pub fn delete(conn: &mut Conn, id: &[u8]) -> Result<()> {
    diesel::delete(idempotency::table.find(id)).execute(conn).map_err(failed)?;
    Ok(())
}

/// Deletes up to `limit` records that are older than `before`, and returns how many.
pub fn purge(conn: &mut Conn, before: i64, limit: i64) -> Result<usize> {
    let old = idempotency::table
        .filter(idempotency::created_at.lt(before))
        .order(idempotency::created_at)
        .limit(limit);
    let old: Vec<Vec<u8>> = old.select(idempotency::id).load(conn).map_err(failed)?;
    diesel::delete(idempotency::table.filter(idempotency::id.eq_any(old)))
        .execute(conn)
        .map_err(failed)
}
