//! API keys: digests, never secrets.

use std::fmt;

use diesel::prelude::*;
use xqr_errors::Result;

use crate::Conn;
use crate::database::failed;
use crate::database::schema::{api_keys, workspaces};
use crate::ids::{KeyId, WorkspaceId};
use crate::workspaces::Workspace;

/// An API key. `Debug` leaves the digest out.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = api_keys)]
#[non_exhaustive]
pub struct Key {
    /// The id that joins use.
    pub id: KeyId,
    /// The id that clients see: `key_` and a UUID.
    pub uid: String,
    /// The owner.
    pub workspace_id: WorkspaceId,
    /// The display name.
    pub name: String,
    /// The name of its format, one of `KeyFormat` of xqr-auth.
    pub look: String,
    /// The public part, for display and look-up.
    pub prefix: String,
    /// SHA-256 of the whole key, 32 bytes.
    pub digest: Vec<u8>,
    /// The scopes, separated by blanks.
    pub scopes: String,
    /// The plan of the key, where it has one of its own.
    pub plan: Option<String>,
    /// When it was created, Unix milliseconds.
    pub created_at: i64,
    /// When it expires, Unix milliseconds.
    pub expires_at: Option<i64>,
    /// When it was revoked, Unix milliseconds.
    pub revoked_at: Option<i64>,
    /// Until when it still works though it was rotated out, Unix milliseconds.
    pub overlap_until: Option<i64>,
    /// When it was last used, Unix milliseconds.
    pub last_used_at: Option<i64>,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({}, {})", self.uid, self.prefix)
    }
}

/// An API key to insert.
#[derive(Insertable)]
#[diesel(table_name = api_keys)]
#[expect(missing_docs, reason = "the fields are those of Key")]
pub struct NewKey {
    pub uid: String,
    pub workspace_id: WorkspaceId,
    pub name: String,
    pub look: String,
    pub prefix: String,
    pub digest: Vec<u8>,
    pub scopes: String,
    pub plan: Option<String>,
    pub created_at: i64,
    pub expires_at: Option<i64>,
}

impl fmt::Debug for NewKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewKey({}, {})", self.uid, self.prefix)
    }
}

/// Inserts a key.
pub fn insert(conn: &mut Conn, new: &NewKey) -> Result<Key> {
    on_backend!(conn, |c| diesel::insert_into(api_keys::table)
        .values(new)
        .returning(Key::as_returning())
        .get_result(c))
    .map_err(failed)
}

/// Returns the key with this digest, and its workspace. The look-up of a caller: no caller is known
/// yet.
pub fn find_by_digest(conn: &mut Conn, digest: &[u8]) -> Result<Option<(Key, Workspace)>> {
    let found = api_keys::table
        .inner_join(workspaces::table.on(workspaces::id.eq(api_keys::workspace_id)))
        .filter(api_keys::digest.eq(digest));
    // Every call begins here, and a statement stays prepared only when the connection itself is
    // asked.
    on_backend!(conn, |c| found.select((Key::as_select(), Workspace::as_select())).first(c))
        .optional()
        .map_err(failed)
}

/// Returns the workspace's keys, oldest first.
pub fn list(conn: &mut Conn, workspace_id: WorkspaceId) -> Result<Vec<Key>> {
    api_keys::table
        .filter(api_keys::workspace_id.eq(workspace_id))
        .order(api_keys::id)
        .select(Key::as_select())
        .load(conn)
        .map_err(failed)
}

/// Returns the key with this client-visible id, or two of those with this public prefix. For
/// operators, who own every workspace.
pub fn find(conn: &mut Conn, name: &str) -> Result<Vec<Key>> {
    let named = api_keys::table.filter(api_keys::uid.eq(name).or(api_keys::prefix.eq(name)));
    named.order(api_keys::id).limit(2).select(Key::as_select()).load(conn).map_err(failed)
}

/// Returns the workspace's key with this client-visible id.
pub fn find_own(conn: &mut Conn, workspace_id: WorkspaceId, uid: &str) -> Result<Option<Key>> {
    let own =
        api_keys::table.filter(api_keys::workspace_id.eq(workspace_id).and(api_keys::uid.eq(uid)));
    own.select(Key::as_select()).first(conn).optional().map_err(failed)
}

/// Returns the workspace's key with this id, locked until the transaction ends.
pub fn lock(conn: &mut Conn, workspace_id: WorkspaceId, id: KeyId) -> Result<Option<Key>> {
    let own = api_keys::table.find(id).filter(api_keys::workspace_id.eq(workspace_id));
    locked!(conn, own.select(Key::as_select()), first).optional().map_err(failed)
}

/// Notes that a key was used, unless that was noted after `before`.
pub fn touch(
    conn: &mut Conn,
    workspace_id: WorkspaceId,
    id: KeyId,
    now: i64,
    before: i64,
) -> Result<()> {
    let stale = api_keys::last_used_at.is_null().or(api_keys::last_used_at.le(before));
    let own = api_keys::table.find(id).filter(api_keys::workspace_id.eq(workspace_id));
    diesel::update(own.filter(stale))
        .set(api_keys::last_used_at.eq(now))
        .execute(conn)
        .map_err(failed)?;
    Ok(())
}

/// Marks a key revoked; it works on until `overlap_until` when that is given.
pub fn revoke(
    conn: &mut Conn,
    workspace_id: WorkspaceId,
    id: KeyId,
    now: i64,
    overlap_until: Option<i64>,
) -> Result<()> {
    diesel::update(api_keys::table.find(id).filter(api_keys::workspace_id.eq(workspace_id)))
        .set((api_keys::revoked_at.eq(now), api_keys::overlap_until.eq(overlap_until)))
        .execute(conn)
        .map_err(failed)?;
    Ok(())
}

/// Gives a key another secret.
pub fn rekey(
    conn: &mut Conn,
    workspace_id: WorkspaceId,
    id: KeyId,
    prefix: &str,
    digest: &[u8],
) -> Result<()> {
    diesel::update(api_keys::table.find(id).filter(api_keys::workspace_id.eq(workspace_id)))
        .set((api_keys::prefix.eq(prefix), api_keys::digest.eq(digest)))
        .execute(conn)
        .map_err(failed)?;
    Ok(())
}

/// Deletes a key; it is as if it had never been.
pub fn delete(conn: &mut Conn, workspace_id: WorkspaceId, id: KeyId) -> Result<()> {
    diesel::delete(api_keys::table.find(id).filter(api_keys::workspace_id.eq(workspace_id)))
        .execute(conn)
        .map_err(failed)?;
    Ok(())
}
