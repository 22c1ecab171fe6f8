//! QR templates: designs that are kept under a name.

use diesel::prelude::*;
use xqr_errors::Result;

use crate::Conn;
use crate::database::failed;
use crate::database::schema::qr_templates;
use crate::ids::{TemplateId, WorkspaceId};

/// A template.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = qr_templates)]
#[non_exhaustive]
pub struct Template {
    /// The id that joins use.
    pub id: TemplateId,
    /// The id that clients see: a UUID, without its prefix.
    pub uid: String,
    /// The owner.
    pub workspace_id: WorkspaceId,
    /// The display name.
    pub name: String,
    /// A longer text.
    pub description: Option<String>,
    /// The design, a JSON object.
    pub design: String,
    /// When it was created, Unix milliseconds.
    pub created_at: i64,
    /// When it was last changed, Unix milliseconds.
    pub updated_at: i64,
}

/// A template to insert.
#[derive(Debug, Insertable)]
#[diesel(table_name = qr_templates)]
#[expect(missing_docs, reason = "the fields are those of Template")]
pub struct NewTemplate {
    pub uid: String,
    pub workspace_id: WorkspaceId,
    pub name: String,
    pub description: Option<String>,
    pub design: String,
    pub created_at: i64,
    pub updated_at: i64,
}

/// Inserts a template.
pub fn insert(conn: &mut Conn, new: &NewTemplate) -> Result<Template> {
    on_backend!(conn, |c| diesel::insert_into(qr_templates::table)
        .values(new)
        .returning(Template::as_returning())
        .get_result(c))
    .map_err(failed)
}

/// Returns the workspace's templates, oldest first.
pub fn list(conn: &mut Conn, workspace_id: WorkspaceId) -> Result<Vec<Template>> {
    let own = qr_templates::table.filter(qr_templates::workspace_id.eq(workspace_id));
    own.order(qr_templates::id).select(Template::as_select()).load(conn).map_err(failed)
}

/// Returns the workspace's template with this client-visible id.
pub fn find(conn: &mut Conn, workspace_id: WorkspaceId, uid: &str) -> Result<Option<Template>> {
    let own = qr_templates::table
        .filter(qr_templates::uid.eq(uid).and(qr_templates::workspace_id.eq(workspace_id)));
    own.select(Template::as_select()).first(conn).optional().map_err(failed)
}

/// Returns the workspace's template with this client-visible id, locked until the transaction ends.
pub fn lock(conn: &mut Conn, workspace_id: WorkspaceId, uid: &str) -> Result<Option<Template>> {
    let own = qr_templates::table
        .filter(qr_templates::uid.eq(uid).and(qr_templates::workspace_id.eq(workspace_id)));
    locked!(conn, own.select(Template::as_select()), first).optional().map_err(failed)
}

/// Writes a template's name, description, design and time of change.
pub fn update(conn: &mut Conn, template: &Template) -> Result<()> {
    let own = qr_templates::table
        .find(template.id)
        .filter(qr_templates::workspace_id.eq(template.workspace_id));
    diesel::update(own)
        .set((
            qr_templates::name.eq(&template.name),
            qr_templates::description.eq(&template.description),
            qr_templates::design.eq(&template.design),
            qr_templates::updated_at.eq(template.updated_at),
        ))
        .execute(conn)
        .map_err(failed)?;
    Ok(())
}

/// Deletes the workspace's template, and returns whether it was there.
pub fn delete(conn: &mut Conn, workspace_id: WorkspaceId, uid: &str) -> Result<bool> {
    let own = qr_templates::table
        .filter(qr_templates::uid.eq(uid).and(qr_templates::workspace_id.eq(workspace_id)));
    Ok(diesel::delete(own).execute(conn).map_err(failed)? == 1)
}
