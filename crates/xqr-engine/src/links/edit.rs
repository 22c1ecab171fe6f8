//! Changes of a link. An edit is applied to a copy; the changed columns and the event follow from
//! the difference.

use serde_json::{Map, Value, json};
use xqr_errors::{Condition, Result};
use xqr_store::links::{self, Link, LinkChanges};

use super::input_checks::check_edit;
use super::stored_lists::variants;
use super::{
    Edit, activate, admit_rules, admit_variants, deactivate, forget_redirect, is_active, json_of,
    lock_row, projects,
};
use crate::pictures::render_billing;
use crate::runtime::time_format::rfc3339;
use crate::{Caller, Tx, events};

/// Changes the caller's link. An edit that changes nothing leaves no trace.
///
/// # Errors
///
/// [`Condition::LinkNotFound`], [`Condition::LinkArchived`], [`Condition::ProjectNotFound`],
/// [`Condition::DestinationBlocked`], [`Condition::EditsSpent`], [`Condition::PlanLimitReached`].
pub fn edit(tx: &mut Tx<'_>, caller: &Caller, uid: &str, edit: Edit) -> Result<Link> {
    check_edit(&edit)?;
    let before = lock_row(tx, caller, uid)?;
    if before.archived && edit.archived != Some(false) {
        return Err(Condition::LinkArchived.into());
    }
    let (capped, project, labels) = (edit.capped, edit.project.clone(), edit.labels.clone());
    let mut after = apply(tx, caller, &before, edit)?;
    if leads_elsewhere(&before, &after) {
        if capped && render_billing::balance(tx.conn, caller.workspace)? <= 0 {
            // A balance of credits unlocks further changes.
            caller.terms.check_edit(before.edit_count.max(0).unsigned_abs())?;
        }
        after.edit_count += 1;
    }
    match (is_active(&before), is_active(&after)) {
        (false, true) => activate(tx, caller, capped)?,
        (true, false) => deactivate(tx, caller)?,
        _ => {}
    }
    let (changes, shown) = difference(&before, &after, project);
    if shown.is_empty() {
        return Ok(before);
    }
    after.updated_at = tx.now;
    let changes = LinkChanges { updated_at: Some(tx.now), ..changes };
    links::update(tx.conn, caller.workspace, after.id, &changes, labels.as_deref())?;
    forget_redirect(tx, &after);
    events::link_updated(tx, &after, shown)?;
    Ok(after)
}

/// Returns the link as the edit leaves it. Destinations are admitted.
fn apply(tx: &mut Tx<'_>, caller: &Caller, link: &Link, edit: Edit) -> Result<Link> {
    let mut after = link.clone();
    if let Some(uid) = &edit.project {
        after.project_id = Some(projects::get(tx.conn, caller, uid)?.id);
    }
    if let Some(destination) = edit.destination {
        after.destination = Some(tx.admit(destination)?);
    }
    if let Some(variants) = edit.variants {
        after.variants = json_of(&admit_variants(tx, caller, variants)?)?;
    }
    if let Some(rules) = edit.rules {
        after.routing_rules = json_of(&admit_rules(tx, caller, rules)?)?;
    }
    if let Some(labels) = &edit.labels {
        after.labels = json_of(labels)?;
    }
    after.archived = edit.archived.unwrap_or(after.archived);
    after.sticky = edit.sticky.unwrap_or(after.sticky);
    after.enabled = edit.enabled.unwrap_or(after.enabled);
    after.name = edit.name.or(after.name);
    after.expires_at = edit.expires_at.unwrap_or(after.expires_at);
    Ok(after)
}

/// Returns whether a visitor may be redirected to an address that the link did not have.
fn leads_elsewhere(before: &Link, after: &Link) -> bool {
    let known = variants(before);
    let is_new = |url: &String| known.iter().all(|variant| variant.destination_url != *url);
    before.destination != after.destination
        || variants(after).iter().any(|variant| is_new(&variant.destination_url))
}

/// Returns the changed columns, and the changed fields with their new values as subscribers see
/// them; `project` is the id of the new project.
fn difference(
    before: &Link,
    after: &Link,
    project: Option<String>,
) -> (LinkChanges, Map<String, Value>) {
    // Every column is named, so a new one does not compile until it is handled.
    let Link {
        id: _,
        uid: _,
        workspace_id: _,
        project_id,
        host: _,
        code: _,
        destination,
        name,
        enabled,
        archived,
        labels,
        routing_rules,
        variants,
        sticky,
        passcode_digest: _,
        edit_count,
        scan_count: _,
        last_scan_at: _,
        expires_at,
        created_at: _,
        updated_at: _,
    } = after;
    let mut shown = Map::new();
    let mut changes = LinkChanges::default();
    let parsed = |json: &str| serde_json::from_str::<Value>(json).unwrap_or_default();
    if *archived != before.archived {
        shown.insert("archived".to_owned(), json!(archived));
        changes.archived = Some(*archived);
    }
    if *project_id != before.project_id {
        shown.insert("project".to_owned(), json!(project));
        changes.project_id = *project_id;
    }
    if *destination != before.destination {
        shown.insert("destination".to_owned(), json!(destination));
        changes.destination.clone_from(destination);
    }
    if *variants != before.variants {
        shown.insert("variants".to_owned(), parsed(variants));
        changes.variants = Some(variants.clone());
    }
    if *routing_rules != before.routing_rules {
        shown.insert("routing_rules".to_owned(), parsed(routing_rules));
        changes.routing_rules = Some(routing_rules.clone());
    }
    if *sticky != before.sticky {
        shown.insert("sticky".to_owned(), json!(sticky));
        changes.sticky = Some(*sticky);
    }
    if *enabled != before.enabled {
        shown.insert("enabled".to_owned(), json!(enabled));
        changes.enabled = Some(*enabled);
    }
    if *name != before.name {
        shown.insert("name".to_owned(), json!(name));
        changes.name.clone_from(name);
    }
    if *labels != before.labels {
        shown.insert("labels".to_owned(), parsed(labels));
        changes.labels = Some(labels.clone());
    }
    if *expires_at != before.expires_at {
        shown.insert("expires_at".to_owned(), json!(expires_at.map(rfc3339)));
        changes.expires_at = Some(*expires_at);
    }
    if *edit_count != before.edit_count {
        changes.edit_count = Some(*edit_count);
    }
    (changes, shown)
}
