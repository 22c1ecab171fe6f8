//! Users and their sign-ins: hashes and digests, never passwords or tokens.

use std::fmt;

use diesel::prelude::*;
use xqr_errors::Result;

use crate::Conn;
use crate::database::failed;
use crate::database::schema::{refresh_tokens, users, workspaces};
use crate::ids::{RefreshId, UserId, WorkspaceId};
use crate::workspaces::Workspace;

text_enum! {
    /// What a user may do. Every role may do everything within its workspace so far.
    Role {
        /// The user owns the workspace.
        Owner = "owner",
        /// The user works in the workspace.
        Member = "member",
    }
}

/// A user. `Debug` leaves the password's hash out.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = users)]
#[non_exhaustive]
pub struct User {
    /// The id that joins use.
    pub id: UserId,
    /// The id that clients see: `user_` and a UUID.
    pub uid: String,
    /// The workspace that the user belongs to.
    pub workspace_id: WorkspaceId,
    /// The e-mail address as it was written.
    pub email: String,
    /// The e-mail address as it is compared.
    pub email_key: String,
    /// The display name.
    pub name: String,
    /// The password's hash, a PHC string.
    pub password: String,
    /// What the user may do.
    pub role: Role,
    /// When the account was made, Unix milliseconds.
    pub created_at: i64,
    /// When it was last changed, Unix milliseconds.
    pub updated_at: i64,
    /// When the password was set, Unix milliseconds; it only ever grows.
    pub password_changed_at: i64,
    /// Whether an operator has disabled the user.
    pub disabled: bool,
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "User({}, {})", self.uid, self.role)
    }
}

/// A user to insert.
#[derive(Insertable)]
#[diesel(table_name = users)]
#[expect(missing_docs, reason = "the fields are those of User")]
pub struct NewUser {
    pub uid: String,
    pub workspace_id: WorkspaceId,
    pub email: String,
    pub email_key: String,
    pub name: String,
    pub password: String,
    pub role: Role,
    pub created_at: i64,
    pub updated_at: i64,
    pub password_changed_at: i64,
    pub disabled: bool,
}

impl fmt::Debug for NewUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewUser({}, {})", self.uid, self.role)
    }
}

/// Inserts a user. Returns `None` if another user has the e-mail address.
pub fn insert(conn: &mut Conn, new: &NewUser) -> Result<Option<User>> {
    on_backend!(conn, |c| diesel::insert_into(users::table)
        .values(new)
        .on_conflict(users::email_key)
        .do_nothing()
        .returning(User::as_returning())
        .get_result(c)
        .optional())
    .map_err(failed)
}

/// Returns the user with this e-mail address, in the form in which addresses are compared. Used at
/// sign-in.
pub fn find_by_email(conn: &mut Conn, email_key: &str) -> Result<Option<User>> {
    users::table
        .filter(users::email_key.eq(email_key))
        .select(User::as_select())
        .first(conn)
        .optional()
        .map_err(failed)
}

/// Returns the user with this client-visible id. For operators.
pub fn find(conn: &mut Conn, uid: &str) -> Result<Option<User>> {
    users::table
        .filter(users::uid.eq(uid))
        .select(User::as_select())
        .first(conn)
        .optional()
        .map_err(failed)
}

/// Returns the user and the workspace if the session `family` is active. The look-up of a caller,
/// who is not known yet.
pub fn find_signed_in(
    conn: &mut Conn,
    uid: &str,
    family: &str,
) -> Result<Option<(User, Workspace)>> {
    let alive = refresh_tokens::used_at.is_null().and(refresh_tokens::revoked_at.is_null());
    let found = users::table
        .inner_join(refresh_tokens::table.on(refresh_tokens::user_id.eq(users::id)))
        .inner_join(workspaces::table.on(workspaces::id.eq(users::workspace_id)))
        .filter(refresh_tokens::family.eq(family).and(alive))
        .filter(users::uid.eq(uid));
    on_backend!(conn, |c| found.select((User::as_select(), Workspace::as_select())).first(c))
        .optional()
        .map_err(failed)
}

/// Returns the user with this id, with sign-ins and password locked until the transaction ends.
/// What follows in the transaction sees everything that was committed before.
pub fn lock(conn: &mut Conn, id: UserId) -> Result<Option<User>> {
    let found = users::table.find(id);
    locked!(conn, found.select(User::as_select()), first).optional().map_err(failed)
}

/// Returns the workspace's users, oldest first.
pub fn list(conn: &mut Conn, workspace_id: WorkspaceId) -> Result<Vec<User>> {
    let own = users::table.filter(users::workspace_id.eq(workspace_id));
    own.order(users::id).select(User::as_select()).load(conn).map_err(failed)
}

/// Returns all users with their workspaces, oldest first. For operators.
pub fn list_all(conn: &mut Conn) -> Result<Vec<(User, Workspace)>> {
    let all = users::table.inner_join(workspaces::table.on(workspaces::id.eq(users::workspace_id)));
    all.order(users::id)
        .select((User::as_select(), Workspace::as_select()))
        .load(conn)
        .map_err(failed)
}

/// Returns how many users a workspace has.
pub fn count(conn: &mut Conn, workspace_id: WorkspaceId) -> Result<i64> {
    users::table
        .filter(users::workspace_id.eq(workspace_id))
        .count()
        .get_result(conn)
        .map_err(failed)
}

/// Sets the password of a user. `changed_at` must be later than before.
pub fn set_password(
    conn: &mut Conn,
    id: UserId,
    password: &str,
    changed_at: i64,
    now: i64,
) -> Result<()> {
    let change = (
        users::password.eq(password),
        users::password_changed_at.eq(changed_at),
        users::updated_at.eq(now),
    );
    diesel::update(users::table.find(id)).set(change).execute(conn).map_err(failed)?;
    Ok(())
}

/// Disables or enables a user.
pub fn set_disabled(conn: &mut Conn, id: UserId, disabled: bool, now: i64) -> Result<()> {
    let change = (users::disabled.eq(disabled), users::updated_at.eq(now));
    diesel::update(users::table.find(id)).set(change).execute(conn).map_err(failed)?;
    Ok(())
}

/// A refresh token, by its digest.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = refresh_tokens)]
#[non_exhaustive]
pub struct Refresh {
    /// The id that joins use.
    pub id: RefreshId,
    /// The user it belongs to.
    pub user_id: UserId,
    /// The sign-in that it belongs to: `ses_` and a UUID.
    pub family: String,
    /// When it was issued, Unix milliseconds.
    pub created_at: i64,
    /// When it expires, Unix milliseconds.
    pub expires_at: i64,
    /// When it was exchanged for the next one, Unix milliseconds.
    pub used_at: Option<i64>,
    /// When its sign-in was ended, Unix milliseconds.
    pub revoked_at: Option<i64>,
}

/// A refresh token to insert.
#[derive(Insertable)]
#[diesel(table_name = refresh_tokens)]
#[expect(missing_docs, reason = "the fields are those of Refresh, and the digest of the token")]
pub struct NewRefresh {
    pub user_id: UserId,
    pub family: String,
    pub digest: Vec<u8>,
    pub created_at: i64,
    pub expires_at: i64,
}

impl fmt::Debug for NewRefresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewRefresh({}, {})", self.user_id, self.family)
    }
}

/// Inserts a refresh token.
pub fn insert_refresh(conn: &mut Conn, new: &NewRefresh) -> Result<()> {
    diesel::insert_into(refresh_tokens::table).values(new).execute(conn).map_err(failed)?;
    Ok(())
}

/// Returns the refresh token with this digest. Used when a client refreshes its session.
pub fn find_refresh(conn: &mut Conn, digest: &[u8]) -> Result<Option<Refresh>> {
    let found = refresh_tokens::table.filter(refresh_tokens::digest.eq(digest));
    found.select(Refresh::as_select()).first(conn).optional().map_err(failed)
}

/// Uses a refresh token up, and returns whether that was still to be done.
pub fn use_refresh(conn: &mut Conn, user_id: UserId, id: RefreshId, now: i64) -> Result<bool> {
    let alive = refresh_tokens::used_at.is_null().and(refresh_tokens::revoked_at.is_null());
    let own = refresh_tokens::table.find(id).filter(refresh_tokens::user_id.eq(user_id).and(alive));
    let used =
        diesel::update(own).set(refresh_tokens::used_at.eq(now)).execute(conn).map_err(failed)?;
    Ok(used == 1)
}

/// Revokes one session of a user, or all of them.
pub fn revoke_refresh(
    conn: &mut Conn,
    user_id: UserId,
    family: Option<&str>,
    now: i64,
) -> Result<()> {
    let own = refresh_tokens::table
        .filter(refresh_tokens::user_id.eq(user_id).and(refresh_tokens::revoked_at.is_null()));
    let revoked = refresh_tokens::revoked_at.eq(now);
    match family {
        Some(family) => {
            diesel::update(own.filter(refresh_tokens::family.eq(family))).set(revoked).execute(conn)
        }
        None => diesel::update(own).set(revoked).execute(conn),
    }
    .map_err(failed)?;
    Ok(())
}

/// Deletes up to `limit` refresh tokens that expired before `before`, of any user, and returns how
/// many. A background step.
pub fn purge_refresh(conn: &mut Conn, before: i64, limit: i64) -> Result<usize> {
    let old = refresh_tokens::table
        .filter(refresh_tokens::expires_at.lt(before))
        .select(refresh_tokens::id);
    let ids: Vec<RefreshId> = old.limit(limit).load(conn).map_err(failed)?;
    diesel::delete(refresh_tokens::table.filter(refresh_tokens::id.eq_any(ids)))
        .execute(conn)
        .map_err(failed)
}
