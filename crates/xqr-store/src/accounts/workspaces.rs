//! Workspaces: the owners of everything else.

use diesel::prelude::*;
use xqr_errors::Result;

use crate::Conn;
use crate::database::failed;
use crate::database::schema::workspaces;
use crate::ids::WorkspaceId;

/// A workspace.
#[derive(Debug, Clone, Queryable, Selectable)]
#[non_exhaustive]
pub struct Workspace {
    /// The id that joins use.
    pub id: WorkspaceId,
    /// The id that clients see: `ws_` and a UUID.
    pub uid: String,
    /// The display name.
    pub name: String,
    /// A longer text.
    pub description: Option<String>,
    /// The plan's name.
    pub plan: String,
    /// When it was created, Unix milliseconds.
    pub created_at: i64,
    /// Limits of its own: a JSON object with some of those of its plan.
    pub overrides: Option<String>,
}

/// A workspace to insert.
#[derive(Debug, Insertable)]
#[diesel(table_name = workspaces)]
pub struct NewWorkspace {
    /// The id that clients see: `ws_` and a UUID.
    pub uid: String,
    /// The display name.
    pub name: String,
    /// The plan's name.
    pub plan: String,
    /// When it is created, Unix milliseconds.
    pub created_at: i64,
}

/// Inserts a workspace and returns its id.
pub fn insert(conn: &mut Conn, new: &NewWorkspace) -> Result<WorkspaceId> {
    on_backend!(conn, |c| diesel::insert_into(workspaces::table)
        .values(new)
        .returning(workspaces::id)
        .get_result(c))
    .map_err(failed)
}

/// Returns how many workspaces there are.
pub fn count(conn: &mut Conn) -> Result<i64> {
    workspaces::table.count().get_result(conn).map_err(failed)
}

/// Returns all workspaces, oldest first. For operators.
pub fn list(conn: &mut Conn) -> Result<Vec<Workspace>> {
    workspaces::table
        .order(workspaces::id)
        .select(Workspace::as_select())
        .load(conn)
        .map_err(failed)
}

/// Returns the workspace with this client-visible id.
pub fn find(conn: &mut Conn, uid: &str) -> Result<Option<Workspace>> {
    workspaces::table
        .filter(workspaces::uid.eq(uid))
        .select(Workspace::as_select())
        .first(conn)
        .optional()
        .map_err(failed)
}

/// Returns the workspace with this id, which stands in one of its own rows.
pub fn find_by_id(conn: &mut Conn, id: WorkspaceId) -> Result<Option<Workspace>> {
    workspaces::table.find(id).select(Workspace::as_select()).first(conn).optional().map_err(failed)
}

/// Returns those workspaces that have one of these ids, which stand in rows of their own.
pub fn find_many(conn: &mut Conn, ids: &[WorkspaceId]) -> Result<Vec<Workspace>> {
    workspaces::table
        .filter(workspaces::id.eq_any(ids))
        .select(Workspace::as_select())
        .load(conn)
        .map_err(failed)
}

/// Gives a workspace limits of its own, or takes them away.
pub fn set_overrides(conn: &mut Conn, id: WorkspaceId, overrides: Option<&str>) -> Result<()> {
    diesel::update(workspaces::table.find(id))
        .set(workspaces::overrides.eq(overrides))
        .execute(conn)
        .map_err(failed)?;
    Ok(())
}

/// Changes a workspace's plan.
pub fn set_plan(conn: &mut Conn, id: WorkspaceId, plan: &str) -> Result<()> {
    diesel::update(workspaces::table.find(id))
        .set(workspaces::plan.eq(plan))
        .execute(conn)
        .map_err(failed)?;
    Ok(())
}
