//! Links: create, change, list, delete, draw.

use serde::Serialize;
use xqr_auth::Passcode;
use xqr_errors::{Condition, Error, Result};
use xqr_plans::Capped;
use xqr_routing::{Conditions, Rule, Variant};
use xqr_store::counters::{self, Metric, Span};
use xqr_store::links::{self, Filter, Link};
use xqr_store::projects::find_default;
use xqr_store::{Conn, LinkId, Page, ProjectId};

use crate::destinations::slug::{CodeKey, Shape, Slug};
use crate::destinations::{Destination, blocklist};
use crate::events;
use crate::limits::plan_caps;
use crate::runtime::ids::is_uuid;
use crate::runtime::time_format::month_of;
use crate::{App, Caller, Tx};

mod edit;
mod input_checks;
pub mod passcodes;
pub mod projects;
mod stored_lists;

pub use edit::edit;
pub use input_checks::{
    LABEL_CHARS, MAX_LABELS, MAX_RULES, MAX_VARIANTS, MAX_WEIGHT, NAME_CHARS, VARIANT_NAME_CHARS,
};
pub use stored_lists::{labels, routing_rules, variants};

/// A routing rule to store.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are those of Rule")]
pub struct NewRule {
    pub destination: Destination,
    pub priority: i64,
    pub conditions: Conditions,
}

/// A variant to store.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are those of Variant")]
pub struct NewVariant {
    pub name: String,
    pub destination: Destination,
    pub weight: u32,
}

/// Codes drawn before giving up; with 35 bits even the second is rare.
const ATTEMPTS: usize = 8;

/// A link to make.
#[derive(Debug, Clone, Default)]
pub struct NewLink {
    /// What it leads to; `None` only reserves the code.
    pub destination: Option<Destination>,
    /// The code that its owner wants; else one is drawn.
    pub slug: Option<Slug>,
    /// What a drawn code looks like.
    pub shape: Shape,
    /// The id of the project it belongs to; else it is the default one.
    pub project: Option<String>,
    /// What changes it besides its owner's key.
    pub passcode: Option<Passcode>,
    /// At most 10.
    pub labels: Vec<String>,
    /// When it stops answering scans, Unix milliseconds.
    pub expires_at: Option<i64>,
    /// What its owner calls it.
    pub name: Option<String>,
    /// Where some visitors are led to instead.
    pub rules: Vec<NewRule>,
    /// What its scans are split among instead; empty for nothing.
    pub variants: Vec<NewVariant>,
    /// Whether a visitor is led to the same variant each time.
    pub sticky: bool,
    /// Whether the plan's cap on active links holds.
    pub capped: bool,
}

impl NewLink {
    /// A link and nothing more.
    pub fn new(destination: Destination) -> Self {
        Self { destination: Some(destination), ..Self::default() }
    }
}

/// What to change of a link; `None` leaves it as it is.
#[derive(Debug, Clone, Default)]
pub struct Edit {
    /// What it leads to.
    pub destination: Option<Destination>,
    /// Whether it answers scans.
    pub enabled: Option<bool>,
    /// Whether it is put away: an archived link answers no scans, and takes no other change than to
    /// be brought back.
    pub archived: Option<bool>,
    /// The id of the project it belongs to.
    pub project: Option<String>,
    /// All its labels.
    pub labels: Option<Vec<String>>,
    /// When it stops answering scans, Unix milliseconds; `Some(None)` is never.
    pub expires_at: Option<Option<i64>>,
    /// What its owner calls it.
    pub name: Option<String>,
    /// All its routing rules.
    pub rules: Option<Vec<NewRule>>,
    /// Everything that its scans are split among.
    pub variants: Option<Vec<NewVariant>>,
    /// Whether a visitor is led to the same variant each time.
    pub sticky: Option<bool>,
    /// Whether the plan's caps on active links and on changes of a destination hold.
    pub capped: bool,
}

/// Makes a link.
///
/// # Errors
///
/// [`Condition::DestinationBlocked`], [`Condition::ProjectNotFound`],
/// [`Condition::PlanLimitReached`], [`Condition::SlugTaken`].
pub fn create(tx: &mut Tx<'_>, caller: &Caller, draft: NewLink) -> Result<Link> {
    let default = find_default(tx.conn, caller.workspace)?;
    create_in(tx, caller, default, draft)
}

fn create_in(
    tx: &mut Tx<'_>,
    caller: &Caller,
    default: Option<ProjectId>,
    draft: NewLink,
) -> Result<Link> {
    input_checks::check_draft(&draft)?;
    // First, because an item of a batch that is refused must leave nothing behind.
    let project_id = match &draft.project {
        Some(uid) => Some(projects::get(tx.conn, caller, uid)?.id),
        None => default,
    };
    let rules = admit_rules(tx, caller, draft.rules)?;
    let variants = admit_variants(tx, caller, draft.variants)?;
    let destination = draft.destination.map(|destination| tx.admit(destination)).transpose()?;
    plan_caps::take(tx, caller.workspace, &caller.terms, Capped::Links, 1)?;
    if let Err(full) = activate(tx, caller, draft.capped) {
        plan_caps::give_back(tx, caller.workspace, Capped::Links, 1)?;
        return Err(full);
    }
    let labels = draft.labels;
    let mut new = links::NewLink {
        uid: tx.fresh_uuid(),
        workspace_id: caller.workspace,
        project_id,
        host: String::new(),
        code: String::new(),
        code_key: String::new(),
        destination,
        name: draft.name,
        enabled: true,
        archived: false,
        labels: json_of(&labels)?,
        routing_rules: json_of(&rules)?,
        variants: json_of(&variants)?,
        sticky: draft.sticky,
        passcode_digest: draft.passcode.as_ref().map(Passcode::digest),
        edit_count: 0,
        scan_count: 0,
        expires_at: draft.expires_at,
        created_at: tx.now,
        updated_at: tx.now,
    };
    let attempts = if draft.slug.is_some() { 1 } else { ATTEMPTS };
    for _ in 0..attempts {
        let slug = draft.slug.clone().unwrap_or_else(|| Slug::generate(tx, draft.shape));
        (new.code, new.code_key) = (slug.as_str().to_owned(), slug.key());
        if let Some(link) = links::insert(tx.conn, new.clone(), &labels)? {
            tx.stale.push(new.code_key);
            counters::add(tx.conn, caller.workspace, Metric::LinksCreated, month_of(tx.now), 1)?;
            events::link_created(tx, &link)?;
            return Ok(link);
        }
    }
    plan_caps::give_back(tx, caller.workspace, Capped::Links, 1)?;
    deactivate(tx, caller)?;
    match draft.slug {
        Some(slug) => Err(Condition::SlugTaken { slug: slug.as_str().to_owned() }.into()),
        None => Err(Error::internal("every drawn code was taken")),
    }
}

/// Makes several links; each succeeds or fails alone. An error of the service fails all.
pub fn create_each(
    tx: &mut Tx<'_>,
    caller: &Caller,
    drafts: Vec<NewLink>,
) -> Result<Vec<Result<Link>>> {
    let default = find_default(tx.conn, caller.workspace)?;
    let mut results = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let result = create_in(tx, caller, default, draft);
        match result {
            Err(error) if error.cause().is_some() => return Err(error),
            result => results.push(result),
        }
    }
    Ok(results)
}

/// Returns the caller's link.
///
/// # Errors
///
/// [`Condition::LinkNotFound`], also for another workspace's link and for what is no id.
pub fn get(conn: &mut Conn, caller: &Caller, uid: &str) -> Result<Link> {
    let link = if is_uuid(uid) { links::find(conn, caller.workspace, uid)? } else { None };
    link.ok_or_else(|| Condition::LinkNotFound { code: uid.to_owned() }.into())
}

/// Returns the caller's link with this code.
///
/// # Errors
///
/// [`Condition::LinkNotFound`], also for another workspace's link and for what is no code.
pub fn get_by_code(conn: &mut Conn, caller: &Caller, code: &str) -> Result<Link> {
    let found = match CodeKey::new(code) {
        Some(key) => links::find_own_by_code(conn, caller.workspace, "", key.as_str())?,
        None => None,
    };
    found.ok_or_else(|| Condition::LinkNotFound { code: code.to_owned() }.into())
}

/// Returns the caller's link whose id for clients lies between two texts of the same length.
///
/// # Errors
///
/// [`Condition::LinkNotFound`], and [`Condition::LinkForeign`] for another workspace's.
pub fn get_between(conn: &mut Conn, caller: &Caller, first: &str, last: &str) -> Result<Link> {
    match links::find_any_between(conn, first, last)? {
        Some(link) if link.workspace_id == caller.workspace => Ok(link),
        Some(link) => Err(Condition::LinkForeign { code: link.code }.into()),
        None => Err(Condition::LinkNotFound { code: first.to_owned() }.into()),
    }
}

/// Returns a page of the caller's links, newest first, and how many there are.
pub fn list(
    conn: &mut Conn,
    caller: &Caller,
    filter: &Filter,
    page: Page<LinkId>,
) -> Result<(Vec<Link>, i64)> {
    let total = if filter.is_empty() {
        counters::get(conn, caller.workspace, Metric::Links, Span::Total)?
    } else {
        links::count(conn, caller.workspace, filter)?
    };
    Ok((links::list(conn, caller.workspace, filter, page)?, total))
}

/// Returns a page of the caller's links, newest first, without counting them.
pub fn page(
    conn: &mut Conn,
    caller: &Caller,
    filter: &Filter,
    page: Page<LinkId>,
) -> Result<Vec<Link>> {
    links::list(conn, caller.workspace, filter, page)
}

/// Deletes the caller's link with its analytics; its code is free again.
///
/// # Errors
///
/// [`Condition::LinkNotFound`].
pub fn delete(tx: &mut Tx<'_>, caller: &Caller, uid: &str) -> Result<()> {
    let link = lock_row(tx, caller, uid)?;
    if !links::delete(tx.conn, caller.workspace, link.id)? {
        return Err(Condition::LinkNotFound { code: uid.to_owned() }.into());
    }
    plan_caps::give_back(tx, caller.workspace, Capped::Links, 1)?;
    if is_active(&link) {
        deactivate(tx, caller)?;
    }
    forget_redirect(tx, &link);
    events::link_deleted(tx, &link)
}

/// Deletes those of the caller's links that `uids` names; those that are gone are passed over.
pub fn delete_all(tx: &mut Tx<'_>, caller: &Caller, uids: &[String]) -> Result<()> {
    let found = links::lock(tx.conn, caller.workspace, uids)?;
    found.iter().try_for_each(|link| delete(tx, caller, &link.uid))
}

/// Enables or disables those of the caller's links that `uids` names, and returns how many there
/// are. Unknown ids are passed over, and archived links.
pub fn set_enabled(
    tx: &mut Tx<'_>,
    caller: &Caller,
    uids: &[String],
    enabled: bool,
) -> Result<usize> {
    let mut found = links::lock(tx.conn, caller.workspace, uids)?;
    found.retain(|link| !link.archived);
    for link in &found {
        edit(tx, caller, &link.uid, Edit { enabled: Some(enabled), ..Edit::default() })?;
    }
    Ok(found.len())
}

/// Returns the caller's link, locked until the transaction ends: counters move by what it was.
fn lock_row(tx: &mut Tx<'_>, caller: &Caller, uid: &str) -> Result<Link> {
    let found = if is_uuid(uid) {
        links::lock(tx.conn, caller.workspace, &[uid.to_owned()])?.pop()
    } else {
        None
    };
    found.ok_or_else(|| Condition::LinkNotFound { code: uid.to_owned() }.into())
}

/// Refuses variants where the caller's plan has none.
///
/// # Errors
///
/// [`Condition::FeatureLocked`].
pub fn check_variants(caller: &Caller, variants: &[NewVariant]) -> Result<()> {
    caller.terms.check_feature("variants", variants.is_empty() || caller.terms.limits.variants)
}

/// Returns rules as they are stored.
fn admit_rules(tx: &mut Tx<'_>, caller: &Caller, rules: Vec<NewRule>) -> Result<Vec<Rule>> {
    let limits = &caller.terms.limits;
    caller.terms.check_feature("Smart routing", rules.is_empty() || limits.routing_basic)?;
    let advanced = rules.iter().any(|rule| rule.conditions.is_advanced());
    caller.terms.check_feature("Advanced smart routing", !advanced || limits.routing_advanced)?;
    let admit = |NewRule { destination, priority, conditions }| {
        Ok(Rule { destination: tx.admit(destination)?, priority, conditions })
    };
    rules.into_iter().map(admit).collect()
}

/// Returns variants as they are stored.
fn admit_variants(
    tx: &mut Tx<'_>,
    caller: &Caller,
    variants: Vec<NewVariant>,
) -> Result<Vec<Variant>> {
    check_variants(caller, &variants)?;
    let admit = |NewVariant { name, destination, weight }| {
        Ok(Variant { name, destination_url: tx.admit(destination)?, weight })
    };
    variants.into_iter().map(admit).collect()
}

/// Returns the JSON form of a column.
fn json_of(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(Error::internal)
}

/// Whether a link takes a place among those that a plan lets be active.
fn is_active(link: &Link) -> bool {
    link.enabled && !link.archived
}

/// Counts one more active link, within the plan's cap if `capped`.
fn activate(tx: &mut Tx<'_>, caller: &Caller, capped: bool) -> Result<()> {
    plan_caps::begin(tx, caller.workspace, Capped::ActiveLinks)?;
    if capped {
        plan_caps::take(tx, caller.workspace, &caller.terms, Capped::ActiveLinks, 1)
    } else {
        plan_caps::count(tx, caller.workspace, Capped::ActiveLinks, 1)
    }
}

fn deactivate(tx: &mut Tx<'_>, caller: &Caller) -> Result<()> {
    plan_caps::give_back(tx, caller.workspace, Capped::ActiveLinks, 1)
}

fn forget_redirect(tx: &mut Tx<'_>, link: &Link) {
    tx.stale.extend(CodeKey::new(&link.code).map(|key| key.as_str().to_owned()));
}

impl App {
    /// Checks the destinations of a link before anything is stored. Storing checks again.
    ///
    /// # Errors
    ///
    /// [`Condition::DestinationBlocked`] and [`Condition::DestinationLoops`].
    pub async fn check_destinations(&self, draft: &NewLink) -> Result<()> {
        let variants = draft.variants.iter().map(|variant| &variant.destination);
        let rules = draft.rules.iter().map(|rule| &rule.destination);
        let all: Vec<_> = draft.destination.iter().chain(variants).chain(rules).cloned().collect();
        let (files, home) = (self.data.files(), self.data.home().cloned());
        let check = move |conn: &mut Conn| {
            all.iter().try_for_each(|it| blocklist::check(conn, &*files, home.as_ref(), it))
        };
        self.data.read_brief(check).await
    }
}
