//! Projects: folders of links. Each workspace has a default project, which is created with it.

use xqr_errors::{Condition, Result};
use xqr_plans::Capped;
use xqr_store::counters::{self, Metric, Span};
use xqr_store::projects::{self, CreatedVia, NewProject, Project};
use xqr_store::{Conn, Page, ProjectId, WorkspaceId};

use crate::limits::plan_caps;
use crate::limits::text_limits::{check_description, check_name};
use crate::{Caller, Tx};

/// Characters of a project's id: 64 of them, so that none is favoured.
const ALPHABET: &[u8; 64] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyzxq";
/// Characters of a project's id (QRForge reference, section 1).
const ID: usize = 20;

/// Makes the default project of a workspace.
pub(crate) fn create_default(tx: &mut Tx<'_>, workspace: WorkspaceId) -> Result<()> {
    counters::add(tx.conn, workspace, Metric::Projects, Span::Total, 1)?;
    let description =
        Some("The project that a workspace begins with. You may rename it.".to_owned());
    insert(tx, workspace, "Default Project".to_owned(), description, true).map(|_| ())
}

/// Makes a project.
///
/// # Errors
///
/// [`Condition::PlanLimitReached`].
pub fn create(
    tx: &mut Tx<'_>,
    caller: &Caller,
    name: String,
    description: Option<String>,
) -> Result<Project> {
    check_name("name", &name)?;
    check_description(description.as_deref().unwrap_or_default())?;
    plan_caps::take(tx, caller.workspace, &caller.terms, Capped::Projects, 1)?;
    insert(tx, caller.workspace, name, description, false)
}

fn insert(
    tx: &mut Tx<'_>,
    workspace_id: WorkspaceId,
    name: String,
    description: Option<String>,
    is_default: bool,
) -> Result<Project> {
    let uid = tx.fresh_code(ALPHABET, ID);
    let (created_via, created_at) = (CreatedVia::Api, tx.now);
    let new = NewProject {
        uid,
        workspace_id,
        name,
        description,
        is_default,
        created_via,
        created_at,
        updated_at: created_at,
    };
    projects::insert(tx.conn, &new)
}

/// Returns the caller's project.
///
/// # Errors
///
/// [`Condition::ProjectNotFound`], also for another workspace's.
pub fn get(conn: &mut Conn, caller: &Caller, uid: &str) -> Result<Project> {
    projects::find(conn, caller.workspace, uid)?.ok_or_else(|| Condition::ProjectNotFound.into())
}

/// Returns a page of the caller's projects, newest first.
pub fn list(conn: &mut Conn, caller: &Caller, page: Page<ProjectId>) -> Result<Vec<Project>> {
    projects::list(conn, caller.workspace, page)
}

/// Returns how many projects the caller has.
pub fn count(conn: &mut Conn, caller: &Caller) -> Result<i64> {
    counters::get(conn, caller.workspace, Metric::Projects, Span::Total)
}

/// Returns the ids of all the caller's projects, as rows name them and as clients do.
pub fn names(
    conn: &mut Conn,
    caller: &Caller,
) -> Result<std::collections::HashMap<ProjectId, String>> {
    Ok(projects::names(conn, caller.workspace)?.into_iter().collect())
}

/// Renames the caller's project, or describes it anew; `None` leaves either as it is, `Some(None)`
/// takes the description away.
///
/// # Errors
///
/// [`Condition::ProjectNotFound`].
pub fn edit(
    tx: &mut Tx<'_>,
    caller: &Caller,
    uid: &str,
    name: Option<String>,
    description: Option<Option<String>>,
) -> Result<Project> {
    if let Some(name) = &name {
        check_name("name", name)?;
    }
    check_description(description.iter().flatten().next().map_or("", String::as_str))?;
    let mut project = get(tx.conn, caller, uid)?;
    project.name = name.unwrap_or(project.name);
    project.description = description.unwrap_or(project.description);
    project.updated_at = tx.now;
    projects::update(tx.conn, &project)?;
    Ok(project)
}
