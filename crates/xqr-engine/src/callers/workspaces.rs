//! Workspaces: created by operators, at sign-up, and once at the first start.

use xqr_auth::{KeyFormat, Scopes, SecretKey};
use xqr_errors::{Condition, Resource, Result};
use xqr_plans::Plan;
use xqr_store::counters::{self, Metric, Span};
use xqr_store::workspaces::{self, NewWorkspace, Workspace};
use xqr_store::{Conn, WorkspaceId, service_state};

use crate::callers::api_keys;
use crate::limits::text_limits::check_name;
use crate::links::projects;
use crate::runtime::time_format::month_of;
use crate::{Tx, events};

/// Makes a workspace with its default project and its counters.
///
/// # Errors
///
/// Those of a name.
pub fn create(tx: &mut Tx<'_>, name: &str, plan: Plan) -> Result<Workspace> {
    check_name("name", name)?;
    let uid = fresh_uid(tx);
    insert(tx, &uid, name, plan)
}

fn fresh_uid(tx: &Tx<'_>) -> String {
    format!("ws_{}", tx.fresh_uuid())
}

fn insert(tx: &mut Tx<'_>, uid: &str, name: &str, plan: Plan) -> Result<Workspace> {
    let new = NewWorkspace {
        uid: uid.to_owned(),
        name: name.to_owned(),
        plan: plan.to_string(),
        created_at: tx.now,
    };
    let id = workspaces::insert(tx.conn, &new)?;
    counters::begin(tx.conn, id, Metric::Links, Span::Total)?;
    counters::begin(tx.conn, id, Metric::Keys, Span::Total)?;
    counters::begin(tx.conn, id, Metric::Webhooks, Span::Total)?;
    projects::create_default(tx, id)?;
    get(tx.conn, uid)
}

/// Returns all workspaces, oldest first. For operators.
pub fn list(conn: &mut Conn) -> Result<Vec<Workspace>> {
    workspaces::list(conn)
}

/// Returns the workspace with this id.
///
/// # Errors
///
/// [`Condition::ResourceNotFound`].
pub fn get(conn: &mut Conn, uid: &str) -> Result<Workspace> {
    workspaces::find(conn, uid)?
        .ok_or_else(|| Condition::ResourceNotFound { what: Resource::Workspace }.into())
}

/// What a workspace has used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Links that there are.
    pub links: u64,
    /// Links that were made this month, deleted ones included.
    pub links_created_this_month: u64,
    /// API calls of this month, what nodes have leased included.
    pub calls_this_month: u64,
    /// Bio pages that exist.
    pub bio_pages: u64,
    /// Bytes of its assets, those included that are still to be uploaded.
    pub storage_bytes: u64,
}

/// Returns what a workspace has used until `now`, Unix milliseconds.
pub fn usage(conn: &mut Conn, workspace: WorkspaceId, now: i64) -> Result<Usage> {
    let month = month_of(now);
    let mut get = |metric: Metric, span: Span| {
        counters::get(conn, workspace, metric, span).map(|value| value.max(0).unsigned_abs())
    };
    Ok(Usage {
        links: get(Metric::Links, Span::Total)?,
        links_created_this_month: get(Metric::LinksCreated, month)?,
        calls_this_month: get(Metric::Calls, month)?,
        bio_pages: get(Metric::BioPages, Span::Total)?,
        storage_bytes: get(Metric::Storage, Span::Total)?,
    })
}

/// Moves a workspace to another plan; the next request sees it.
pub fn set_plan(tx: &mut Tx<'_>, uid: &str, plan: Plan) -> Result<Workspace> {
    let mut workspace = get(tx.conn, uid)?;
    workspaces::set_plan(tx.conn, workspace.id, plan.name())?;
    if workspace.plan != plan.name() {
        events::plan_changed(tx, workspace.id, &workspace.plan, plan.name())?;
    }
    workspace.plan = plan.to_string();
    Ok(workspace)
}

/// Gives a workspace limits of its own on top of its plan's: a JSON object, or nothing. The next
/// request sees them.
///
/// # Errors
///
/// [`Condition::ResourceNotFound`], [`Condition::OverridesInvalid`].
pub fn set_overrides(tx: &mut Tx<'_>, uid: &str, overrides: Option<&str>) -> Result<Workspace> {
    let mut workspace = get(tx.conn, uid)?;
    if let Some(text) = overrides {
        let checked = tx.plans.terms_with(Plan::Enterprise, text);
        checked.map_err(|reason| Condition::OverridesInvalid { reason: reason.to_string() })?;
    }
    workspaces::set_overrides(tx.conn, workspace.id, overrides)?;
    workspace.overrides = overrides.map(str::to_owned);
    Ok(workspace)
}

/// Makes the first workspace and its key, on an empty database; `None` on any other. Of nodes that
/// start at once, one makes them: the others wait for its claim.
pub fn bootstrap(tx: &mut Tx<'_>) -> Result<Option<SecretKey>> {
    if workspaces::count(tx.conn)? > 0 {
        return Ok(None);
    }
    let uid = fresh_uid(tx);
    if !service_state::claim(tx.conn, service_state::FIRST_WORKSPACE, &uid)? {
        return Ok(None);
    }
    let workspace = insert(tx, &uid, "My Workspace", Plan::Enterprise)?;
    // The operator need not count their own calls.
    let workspace = set_overrides(
        tx,
        &workspace.uid,
        Some(r#"{"monthly_calls":null,"burst_per_second":null}"#),
    )?;
    let draft = api_keys::NewKey {
        name: "First key".to_owned(),
        look: KeyFormat::default(),
        scopes: Scopes::all(),
        expires_at: None,
        plan: None,
    };
    Ok(Some(api_keys::create(tx, &workspace, &draft)?.1))
}
