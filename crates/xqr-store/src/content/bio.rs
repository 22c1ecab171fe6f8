//! Bio pages: pages of links.

use diesel::prelude::*;
use xqr_errors::Result;

use crate::Conn;
use crate::database::failed;
use crate::database::schema::bio_pages;
use crate::ids::{BioPageId, WorkspaceId};

/// A bio page.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = bio_pages)]
#[non_exhaustive]
pub struct BioPage {
    /// The id that joins use.
    pub id: BioPageId,
    /// The id that clients see: a UUID, without its prefix.
    pub uid: String,
    /// The owner.
    pub workspace_id: WorkspaceId,
    /// The last part of its address.
    pub slug: String,
    /// Its heading.
    pub title: String,
    /// A longer text.
    pub description: Option<String>,
    /// Links, theme and the like, a JSON object.
    pub page_data: String,
    /// Whether it is public.
    pub is_published: bool,
    /// When it was last published, Unix milliseconds.
    pub published_at: Option<i64>,
    /// How often it was shown.
    pub view_count: i64,
    /// Clicks on links of the page.
    pub click_count: i64,
    /// When it was created, Unix milliseconds.
    pub created_at: i64,
    /// When it was last changed, Unix milliseconds.
    pub updated_at: i64,
}

/// A bio page to insert.
#[derive(Debug, Insertable)]
#[diesel(table_name = bio_pages)]
#[expect(missing_docs, reason = "the fields are those of BioPage")]
pub struct NewBioPage {
    pub uid: String,
    pub workspace_id: WorkspaceId,
    pub slug: String,
    pub title: String,
    pub description: Option<String>,
    pub page_data: String,
    pub is_published: bool,
    pub view_count: i64,
    pub click_count: i64,
    pub created_at: i64,
    pub updated_at: i64,
}

/// Inserts a page; `None` when its slug is taken.
pub fn insert(conn: &mut Conn, new: &NewBioPage) -> Result<Option<BioPage>> {
    on_backend!(conn, |c| diesel::insert_into(bio_pages::table)
        .values(new)
        .on_conflict(bio_pages::slug)
        .do_nothing()
        .returning(BioPage::as_returning())
        .get_result(c)
        .optional())
    .map_err(failed)
}

/// Returns the workspace's pages, oldest first.
pub fn list(conn: &mut Conn, workspace_id: WorkspaceId) -> Result<Vec<BioPage>> {
    let own = bio_pages::table.filter(bio_pages::workspace_id.eq(workspace_id));
    own.order(bio_pages::id).select(BioPage::as_select()).load(conn).map_err(failed)
}

/// Returns the workspace's page with this client-visible id.
pub fn find(conn: &mut Conn, workspace_id: WorkspaceId, uid: &str) -> Result<Option<BioPage>> {
    let own = bio_pages::table
        .filter(bio_pages::uid.eq(uid).and(bio_pages::workspace_id.eq(workspace_id)));
    own.select(BioPage::as_select()).first(conn).optional().map_err(failed)
}

/// Returns the workspace's page with this client-visible id, locked until the transaction ends.
pub fn lock(conn: &mut Conn, workspace_id: WorkspaceId, uid: &str) -> Result<Option<BioPage>> {
    let own = bio_pages::table
        .filter(bio_pages::uid.eq(uid).and(bio_pages::workspace_id.eq(workspace_id)));
    locked!(conn, own.select(BioPage::as_select()), first).optional().map_err(failed)
}

/// Returns the published page with this slug, of any workspace: for visitors.
pub fn find_published(conn: &mut Conn, slug: &str) -> Result<Option<BioPage>> {
    let found =
        bio_pages::table.filter(bio_pages::slug.eq(slug).and(bio_pages::is_published.eq(true)));
    on_backend!(conn, |c| found.select(BioPage::as_select()).first(c)).optional().map_err(failed)
}

/// Writes what may change of a page, but for its counts.
pub fn update(conn: &mut Conn, page: &BioPage) -> Result<()> {
    let own = bio_pages::table.find(page.id).filter(bio_pages::workspace_id.eq(page.workspace_id));
    diesel::update(own)
        .set((
            bio_pages::title.eq(&page.title),
            bio_pages::description.eq(&page.description),
            bio_pages::page_data.eq(&page.page_data),
            bio_pages::is_published.eq(page.is_published),
            bio_pages::published_at.eq(page.published_at),
            bio_pages::updated_at.eq(page.updated_at),
        ))
        .execute(conn)
        .map_err(failed)?;
    Ok(())
}

/// Deletes the workspace's page, and returns whether it was there.
pub fn delete(conn: &mut Conn, workspace_id: WorkspaceId, uid: &str) -> Result<bool> {
    let own = bio_pages::table
        .filter(bio_pages::uid.eq(uid).and(bio_pages::workspace_id.eq(workspace_id)));
    Ok(diesel::delete(own).execute(conn).map_err(failed)? == 1)
}

/// Adds to the counts of a page; nothing happens where it is gone.
pub fn add(conn: &mut Conn, id: BioPageId, views: i64, clicks: i64) -> Result<()> {
    diesel::update(bio_pages::table.find(id))
        .set((
            bio_pages::view_count.eq(bio_pages::view_count + views),
            bio_pages::click_count.eq(bio_pages::click_count + clicks),
        ))
        .execute(conn)
        .map_err(failed)?;
    Ok(())
}
