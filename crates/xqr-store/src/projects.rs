//! Projects: folders of links within a workspace. Each workspace has one default project.

use diesel::prelude::*;
use xqr_errors::Result;

use crate::Conn;
use crate::backend::failed;
use crate::schema::projects;

/// A project to insert.
#[derive(Debug, Insertable)]
#[diesel(table_name = projects)]
pub struct NewProject {
    /// The id that clients see: 20 letters and digits.
    pub uid: String,
    /// The owner.
    pub workspace_id: i64,
    /// The display name.
    pub name: String,
    /// Whether links without a named project belong here.
    pub is_default: bool,
    /// `api` or `dashboard`.
    pub created_via: String,
    /// When it is created, Unix milliseconds.
    pub created_at: i64,
    /// When it was last changed, Unix milliseconds.
    pub updated_at: i64,
}

/// Inserts a project and returns its id.
pub fn insert(conn: &mut Conn, new: &NewProject) -> Result<i64> {
    on_backend!(conn, |c| diesel::insert_into(projects::table).values(new).returning(projects::id).get_result(c)).map_err(failed)
}

/// Returns the id of the workspace's default project.
pub fn find_default(conn: &mut Conn, workspace_id: i64) -> Result<Option<i64>> {
    projects::table
        .filter(projects::workspace_id.eq(workspace_id))
        .filter(projects::is_default.eq(true))
        .select(projects::id)
        .first(conn)
        .optional()
        .map_err(failed)
}
