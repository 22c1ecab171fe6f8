//! Links: codes that lead to destinations.

use std::fmt;

use diesel::prelude::*;
use diesel::sql_types::Text;
use xqr_errors::Result;

use crate::database::failed;
use crate::database::schema::{link_labels, links, scan_purges};
use crate::ids::{LinkId, ProjectId, WorkspaceId};
use crate::{Conn, Page};

diesel::define_sql_function! {
    /// The text in lower case; SQLite lowers ASCII only.
    fn lower(text: Text) -> Text;
}

/// A link. `Debug` leaves the digest of the passcode out: passcodes are short.
#[derive(Clone, Queryable, Selectable)]
pub struct Link {
    /// The id that joins and the scan journal use.
    pub id: LinkId,
    /// The id that clients see: a UUID.
    pub uid: String,
    /// The owner.
    pub workspace_id: WorkspaceId,
    /// The project it belongs to.
    pub project_id: Option<ProjectId>,
    /// The host it lives on; empty is the service's own.
    pub host: String,
    /// The code as its owner wrote it.
    pub code: String,
    /// The destination, ASCII; `None` while the code is only reserved.
    pub destination: Option<String>,
    /// A display name.
    pub name: Option<String>,
    /// Whether it answers scans.
    pub enabled: bool,
    /// Whether it is put away.
    pub archived: bool,
    /// The labels, a JSON list of texts.
    pub labels: String,
    /// The routing rules, a JSON list of objects.
    pub routing_rules: String,
    /// Destinations that its scans are split among, a JSON list of objects; empty for none.
    pub variants: String,
    /// Whether a visitor is led to the same variant each time.
    pub sticky: bool,
    /// SHA-256 of the passcode that changes it besides its owner's key, where it has one.
    pub passcode_digest: Option<Vec<u8>>,
    /// How often its destination was changed.
    pub edit_count: i64,
    /// How often it was scanned.
    pub scan_count: i64,
    /// When it was last scanned, Unix milliseconds.
    pub last_scan_at: Option<i64>,
    /// When it stops answering scans, Unix milliseconds.
    pub expires_at: Option<i64>,
    /// When it was created, Unix milliseconds.
    pub created_at: i64,
    /// When it was last changed, Unix milliseconds.
    pub updated_at: i64,
}

/// A link to insert.
#[derive(Clone, Insertable)]
#[diesel(table_name = links, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the fields are those of Link")]
pub struct NewLink {
    pub uid: String,
    pub workspace_id: WorkspaceId,
    pub project_id: Option<ProjectId>,
    pub host: String,
    pub code: String,
    /// The code in lower case: unique per host, and what a redirect looks up.
    pub code_key: String,
    pub destination: Option<String>,
    pub name: Option<String>,
    pub enabled: bool,
    pub archived: bool,
    pub labels: String,
    pub routing_rules: String,
    pub variants: String,
    pub sticky: bool,
    pub passcode_digest: Option<Vec<u8>>,
    pub edit_count: i64,
    pub scan_count: i64,
    pub expires_at: Option<i64>,
    pub created_at: i64,
    pub updated_at: i64,
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Link({}, {})", self.uid, self.code)
    }
}

impl fmt::Debug for NewLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewLink({}, {})", self.uid, self.code)
    }
}

impl NewLink {
    fn stored(self, id: LinkId) -> Link {
        Link {
            id,
            uid: self.uid,
            workspace_id: self.workspace_id,
            project_id: self.project_id,
            host: self.host,
            code: self.code,
            destination: self.destination,
            name: self.name,
            enabled: self.enabled,
            archived: self.archived,
            labels: self.labels,
            routing_rules: self.routing_rules,
            variants: self.variants,
            sticky: self.sticky,
            passcode_digest: self.passcode_digest,
            edit_count: self.edit_count,
            scan_count: self.scan_count,
            last_scan_at: None,
            expires_at: self.expires_at,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

/// What an edit changes; `None` leaves a column as it is.
#[derive(Debug, Default, AsChangeset)]
#[diesel(table_name = links)]
#[expect(missing_docs, reason = "the fields are those of Link")]
pub struct LinkChanges {
    pub destination: Option<String>,
    pub name: Option<String>,
    pub enabled: Option<bool>,
    pub archived: Option<bool>,
    pub project_id: Option<ProjectId>,
    pub labels: Option<String>,
    pub routing_rules: Option<String>,
    pub variants: Option<String>,
    pub sticky: Option<bool>,
    pub edit_count: Option<i64>,
    pub expires_at: Option<Option<i64>>,
    pub updated_at: Option<i64>,
}

/// Which links of a workspace a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Those that carry this label.
    pub label: Option<String>,
    /// Those whose flag is this.
    pub enabled: Option<bool>,
    /// Those whose code or destination contains this, upper and lower case alike.
    pub search: Option<String>,
    /// Those of the project with this id, as rows name it.
    pub project: Option<ProjectId>,
    /// Those that are archived, or not.
    pub archived: Option<bool>,
}

impl Filter {
    /// Returns whether every link passes.
    pub fn is_empty(&self) -> bool {
        let Self { label, enabled, search, project, archived } = self;
        label.is_none()
            && enabled.is_none()
            && search.is_none()
            && project.is_none()
            && archived.is_none()
    }
}

/// What a redirect needs of a link.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = links)]
#[non_exhaustive]
pub struct RedirectRow {
    /// The link's id, for the scan journal.
    pub id: LinkId,
    /// The destination, ASCII; `None` while the code is only reserved.
    pub destination: Option<String>,
    /// The routing rules, a JSON list of objects.
    pub routing_rules: String,
    /// Destinations that its scans are split among, a JSON list of objects.
    pub variants: String,
    /// Whether a visitor is led to the same variant each time.
    pub sticky: bool,
    /// Whether it answers scans.
    pub enabled: bool,
    /// Whether it is put away.
    pub archived: bool,
    /// When it stops answering scans, Unix milliseconds.
    pub expires_at: Option<i64>,
}

/// Inserts a link with its labels; `None` when the code is taken on that host.
pub fn insert(conn: &mut Conn, new: NewLink, labels: &[String]) -> Result<Option<Link>> {
    let id: Option<LinkId> = on_backend!(conn, |c| diesel::insert_into(links::table)
        .values(&new)
        .on_conflict((links::host, links::code_key))
        .do_nothing()
        .returning(links::id)
        .get_result(c)
        .optional())
    .map_err(failed)?;
    let Some(id) = id else { return Ok(None) };
    insert_labels(conn, new.workspace_id, id, labels)?;
    Ok(Some(new.stored(id)))
}

fn insert_labels(
    conn: &mut Conn,
    workspace_id: WorkspaceId,
    link_id: LinkId,
    labels: &[String],
) -> Result<()> {
    for label in labels {
        let row = (
            link_labels::workspace_id.eq(workspace_id),
            link_labels::label.eq(label),
            link_labels::link_id.eq(link_id),
        );
        on_backend!(conn, |c| diesel::insert_into(link_labels::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(c))
        .map_err(failed)?;
    }
    Ok(())
}

/// Returns the workspace's link with this id. Another workspace's link is as absent as no link.
pub fn find(conn: &mut Conn, workspace_id: WorkspaceId, uid: &str) -> Result<Option<Link>> {
    links::table
        .filter(links::uid.eq(uid))
        .filter(links::workspace_id.eq(workspace_id))
        .select(Link::as_select())
        .first(conn)
        .optional()
        .map_err(failed)
}

/// Returns the workspace's link with this code.
pub fn find_own_by_code(
    conn: &mut Conn,
    workspace_id: WorkspaceId,
    host: &str,
    code_key: &str,
) -> Result<Option<Link>> {
    let own = links::table.filter(
        links::host
            .eq(host)
            .and(links::code_key.eq(code_key))
            .and(links::workspace_id.eq(workspace_id)),
    );
    own.select(Link::as_select()).first(conn).optional().map_err(failed)
}

/// Returns what a redirect needs of the link with this code. The one look-up of links that knows no
/// owner.
pub fn find_by_code(conn: &mut Conn, host: &str, code_key: &str) -> Result<Option<RedirectRow>> {
    let found = links::table.filter(links::host.eq(host)).filter(links::code_key.eq(code_key));
    on_backend!(conn, |c| found.select(RedirectRow::as_select()).first(c))
        .optional()
        .map_err(failed)
}

/// Returns those of the workspace's links that have one of these ids, locked until the transaction
/// ends. In the order of their rows, so that two transactions do not wait for each other.
pub fn lock(conn: &mut Conn, workspace_id: WorkspaceId, uids: &[String]) -> Result<Vec<Link>> {
    let own = links::table
        .filter(links::workspace_id.eq(workspace_id))
        .filter(links::uid.eq_any(uids))
        .order(links::id);
    locked!(conn, own.select(Link::as_select()), load).map_err(failed)
}

/// Returns the link with this code, of any workspace: for what a code alone, or a passcode, is
/// enough for.
pub fn find_any_by_code(conn: &mut Conn, host: &str, code_key: &str) -> Result<Option<Link>> {
    let found = links::table.filter(links::host.eq(host).and(links::code_key.eq(code_key)));
    found.select(Link::as_select()).first(conn).optional().map_err(failed)
}

/// Returns the link, of any workspace, whose id for clients lies between two texts of the same
/// length: for callers that must distinguish a foreign link from none.
pub fn find_any_between(conn: &mut Conn, first: &str, last: &str) -> Result<Option<Link>> {
    let found = links::table.filter(links::uid.between(first, last));
    found.select(Link::as_select()).first(conn).optional().map_err(failed)
}

/// Applies a [`Filter`] to a query; the same text for rows and for their number.
macro_rules! filtered {
    ($query:expr, $workspace_id:expr, $filter:expr) => {{
        let mut query = $query.filter(links::workspace_id.eq($workspace_id)).into_boxed();
        if let Some(label) = &$filter.label {
            let labelled = link_labels::table
                .filter(link_labels::workspace_id.eq($workspace_id))
                .filter(link_labels::label.eq(label))
                .select(link_labels::link_id);
            query = query.filter(links::id.eq_any(labelled));
        }
        if let Some(enabled) = $filter.enabled {
            query = query.filter(links::enabled.eq(enabled));
        }
        if let Some(project) = $filter.project {
            query = query.filter(links::project_id.eq(project));
        }
        if let Some(archived) = $filter.archived {
            query = query.filter(links::archived.eq(archived));
        }
        if let Some(search) = &$filter.search {
            let pattern = contains(search);
            query = query.filter(
                links::code_key.like(pattern.clone()).escape('!').or(lower(
                    links::destination.assume_not_null(),
                )
                .like(pattern)
                .escape('!')),
            );
        }
        query
    }};
}

/// Returns a page of the workspace's links, newest first.
pub fn list(
    conn: &mut Conn,
    workspace_id: WorkspaceId,
    filter: &Filter,
    page: Page<LinkId>,
) -> Result<Vec<Link>> {
    let query = filtered!(links::table.select(Link::as_select()), workspace_id, filter)
        .order(links::id.desc());
    match page {
        Page::Offset { limit, offset } => query.limit(limit).offset(offset).load(conn),
        Page::Before { limit, id } => {
            query.filter(links::id.lt(id.unwrap_or(LinkId(i64::MAX)))).limit(limit).load(conn)
        }
    }
    .map_err(failed)
}

/// Returns how many of the workspace's links pass the filter.
pub fn count(conn: &mut Conn, workspace_id: WorkspaceId, filter: &Filter) -> Result<i64> {
    filtered!(links::table.count(), workspace_id, filter).get_result(conn).map_err(failed)
}

/// A `LIKE` pattern, escaped with `!`, for a lower-case text that contains `text`.
fn contains(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c.to_ascii_lowercase());
    }
    pattern.push('%');
    pattern
}

/// Changes the workspace's link `id`, and its labels where `labels` is given.
pub fn update(
    conn: &mut Conn,
    workspace_id: WorkspaceId,
    id: LinkId,
    changes: &LinkChanges,
    labels: Option<&[String]>,
) -> Result<()> {
    diesel::update(links::table.find(id).filter(links::workspace_id.eq(workspace_id)))
        .set(changes)
        .execute(conn)
        .map_err(failed)?;
    if let Some(labels) = labels {
        diesel::delete(link_labels::table.filter(link_labels::link_id.eq(id)))
            .execute(conn)
            .map_err(failed)?;
        insert_labels(conn, workspace_id, id, labels)?;
    }
    Ok(())
}

/// Deletes the workspace's link `id`. Its code is free again at once; its scans go in the
/// background.
pub fn delete(conn: &mut Conn, workspace_id: WorkspaceId, id: LinkId) -> Result<bool> {
    let gone = diesel::delete(links::table.find(id).filter(links::workspace_id.eq(workspace_id)))
        .execute(conn)
        .map_err(failed)?;
    if gone == 1 {
        let purge = (scan_purges::link_id.eq(id), scan_purges::workspace_id.eq(workspace_id));
        diesel::insert_into(scan_purges::table).values(purge).execute(conn).map_err(failed)?;
    }
    Ok(gone == 1)
}
