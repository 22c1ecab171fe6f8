//! QR templates: named designs (xQR reference, section 10). The API that stores a design defines
//! its fields.

use serde_json::{Map, Value};
use xqr_errors::{Condition, Error, Resource, Result};
use xqr_plans::Capped;
use xqr_store::Conn;
use xqr_store::counters::{self, Metric, Span};
use xqr_store::templates::{self, Template};

use crate::limits::plan_caps;
use crate::limits::text_limits::{check_description, check_name};
use crate::{Caller, Tx};

/// The fields of a design, as clients send and see them.
pub type Design = Map<String, Value>;

/// A template to make.
#[derive(Debug, Clone)]
pub struct NewTemplate {
    /// The display name.
    pub name: String,
    /// A longer text.
    pub description: Option<String>,
    /// The design.
    pub design: Design,
}

/// What to change of a template; `None` leaves it as it is.
#[derive(Debug, Clone, Default)]
pub struct Edit {
    /// The display name.
    pub name: Option<String>,
    /// A longer text; `Some(None)` takes it away.
    pub description: Option<Option<String>>,
    /// The design.
    pub design: Option<Design>,
}

/// Returns the design of a template.
pub fn design(template: &Template) -> Design {
    serde_json::from_str(&template.design).unwrap_or_default()
}

/// Makes a template.
///
/// # Errors
///
/// [`Condition::FeatureLocked`] where the plan has no templates, [`Condition::PlanLimitReached`].
pub fn create(tx: &mut Tx<'_>, caller: &Caller, draft: NewTemplate) -> Result<Template> {
    check_name("name", &draft.name)?;
    check_description(draft.description.as_deref().unwrap_or_default())?;
    let cap = caller.terms.limits.templates;
    caller.terms.check_feature("QR templates", cap != Some(0))?;
    plan_caps::begin(tx, caller.workspace, Capped::Templates)?;
    plan_caps::take(tx, caller.workspace, &caller.terms, Capped::Templates, 1)?;
    let new = templates::NewTemplate {
        uid: tx.fresh_uuid(),
        workspace_id: caller.workspace,
        name: draft.name,
        description: draft.description,
        design: text(&draft.design)?,
        created_at: tx.now,
        updated_at: tx.now,
    };
    templates::insert(tx.conn, &new)
}

/// Returns the caller's templates, oldest first.
pub fn list(conn: &mut Conn, caller: &Caller) -> Result<Vec<Template>> {
    templates::list(conn, caller.workspace)
}

/// Returns how many templates the caller has.
pub fn count(conn: &mut Conn, caller: &Caller) -> Result<u64> {
    Ok(counters::get(conn, caller.workspace, Metric::Templates, Span::Total)?.max(0).unsigned_abs())
}

/// Returns the caller's template.
///
/// # Errors
///
/// [`Condition::ResourceNotFound`], also for another workspace's.
pub fn get(conn: &mut Conn, caller: &Caller, uid: &str) -> Result<Template> {
    templates::find(conn, caller.workspace, uid)?.ok_or_else(missing)
}

/// Changes the caller's template.
///
/// # Errors
///
/// [`Condition::ResourceNotFound`].
pub fn edit(tx: &mut Tx<'_>, caller: &Caller, uid: &str, edit: Edit) -> Result<Template> {
    if let Some(name) = &edit.name {
        check_name("name", name)?;
    }
    check_description(edit.description.iter().flatten().next().map_or("", String::as_str))?;
    let mut template = templates::lock(tx.conn, caller.workspace, uid)?.ok_or_else(missing)?;
    template.name = edit.name.unwrap_or(template.name);
    template.description = edit.description.unwrap_or(template.description);
    if let Some(design) = edit.design {
        template.design = text(&design)?;
    }
    template.updated_at = tx.now;
    templates::update(tx.conn, &template)?;
    Ok(template)
}

/// Deletes the caller's template. Pictures that were drawn with it stay as they are.
///
/// # Errors
///
/// [`Condition::ResourceNotFound`].
pub fn delete(tx: &mut Tx<'_>, caller: &Caller, uid: &str) -> Result<()> {
    if !templates::delete(tx.conn, caller.workspace, uid)? {
        return Err(missing());
    }
    plan_caps::give_back(tx, caller.workspace, Capped::Templates, 1)
}

fn missing() -> Error {
    Condition::ResourceNotFound { what: Resource::Template }.into()
}

fn text(design: &Design) -> Result<String> {
    serde_json::to_string(design).map_err(Error::internal)
}
