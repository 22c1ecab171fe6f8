//! Projects: folders of links within a workspace. Each workspace has one default project.

use diesel::prelude::*;
use xqr_errors::Result;

use crate::database::failed;
use crate::database::schema::projects;
use crate::ids::{ProjectId, WorkspaceId};
use crate::{Conn, Page};

text_enum! {
    /// Where a project was created.
    CreatedVia {
        /// By a call of the API.
        Api = "api",
        /// By an operator, or with its workspace.
        Dashboard = "dashboard",
    }
}

/// A project.
#[derive(Debug, Clone, Queryable, Selectable)]
#[non_exhaustive]
pub struct Project {
    /// The id that joins use.
    pub id: ProjectId,
    /// The id that clients see: 20 letters and digits.
    pub uid: String,
    /// The owner.
    pub workspace_id: WorkspaceId,
    /// The display name.
    pub name: String,
    /// A longer text.
    pub description: Option<String>,
    /// Whether links without a named project belong here.
    pub is_default: bool,
    /// Where it was created.
    pub created_via: CreatedVia,
    /// When it was created, Unix milliseconds.
    pub created_at: i64,
    /// When it was last changed, Unix milliseconds.
    pub updated_at: i64,
}

/// A project to insert.
#[derive(Debug, Insertable)]
#[diesel(table_name = projects)]
#[expect(missing_docs, reason = "the fields are those of Project")]
pub struct NewProject {
    pub uid: String,
    pub workspace_id: WorkspaceId,
    pub name: String,
    pub description: Option<String>,
    pub is_default: bool,
    pub created_via: CreatedVia,
    pub created_at: i64,
    pub updated_at: i64,
}

/// Inserts a project.
pub fn insert(conn: &mut Conn, new: &NewProject) -> Result<Project> {
    on_backend!(conn, |c| diesel::insert_into(projects::table)
        .values(new)
        .returning(Project::as_returning())
        .get_result(c))
    .map_err(failed)
}

/// Returns the id of the workspace's default project.
pub fn find_default(conn: &mut Conn, workspace_id: WorkspaceId) -> Result<Option<ProjectId>> {
    let default = projects::table
        .filter(projects::workspace_id.eq(workspace_id))
        .filter(projects::is_default.eq(true));
    on_backend!(conn, |c| default.select(projects::id).first(c).optional()).map_err(failed)
}

/// Returns the workspace's project with this client-visible id.
pub fn find(conn: &mut Conn, workspace_id: WorkspaceId, uid: &str) -> Result<Option<Project>> {
    let own =
        projects::table.filter(projects::uid.eq(uid).and(projects::workspace_id.eq(workspace_id)));
    own.select(Project::as_select()).first(conn).optional().map_err(failed)
}

/// Returns a page of the workspace's projects, newest first.
pub fn list(
    conn: &mut Conn,
    workspace_id: WorkspaceId,
    page: Page<ProjectId>,
) -> Result<Vec<Project>> {
    let own =
        projects::table.filter(projects::workspace_id.eq(workspace_id)).order(projects::id.desc());
    let query = own.select(Project::as_select()).into_boxed();
    match page {
        Page::Offset { limit, offset } => query.limit(limit).offset(offset).load(conn),
        Page::Before { limit, id } => {
            query.filter(projects::id.lt(id.unwrap_or(ProjectId(i64::MAX)))).limit(limit).load(conn)
        }
    }
    .map_err(failed)
}

/// Returns both ids of each of the workspace's projects.
pub fn names(conn: &mut Conn, workspace_id: WorkspaceId) -> Result<Vec<(ProjectId, String)>> {
    let own = projects::table.filter(projects::workspace_id.eq(workspace_id));
    own.select((projects::id, projects::uid)).load(conn).map_err(failed)
}

/// Writes a project's name, description and time of change.
pub fn update(conn: &mut Conn, project: &Project) -> Result<()> {
    let own =
        projects::table.find(project.id).filter(projects::workspace_id.eq(project.workspace_id));
    diesel::update(own)
        .set((
            projects::name.eq(&project.name),
            projects::description.eq(&project.description),
            projects::updated_at.eq(project.updated_at),
        ))
        .execute(conn)
        .map_err(failed)?;
    Ok(())
}
