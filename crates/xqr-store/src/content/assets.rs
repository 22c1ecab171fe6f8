//! Assets: uploaded files. The files themselves lie in a store of objects; here is what is known of
//! them.

use diesel::prelude::*;
use xqr_errors::Result;

use crate::Conn;
use crate::database::failed;
use crate::database::schema::{asset_trash, assets};
use crate::ids::{AssetId, WorkspaceId};

text_enum! {
    /// How far the upload of an asset is.
    AssetStatus {
        /// The file is still to be uploaded or confirmed.
        Pending = "pending",
        /// The file stays as it is.
        Confirmed = "confirmed",
    }
}

/// An asset.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = assets)]
#[non_exhaustive]
pub struct Asset {
    /// The id that joins use.
    pub id: AssetId,
    /// The id that clients see: a UUID.
    pub uid: String,
    /// The owner.
    pub workspace_id: WorkspaceId,
    /// The name that its owner gave it. No file has it.
    pub filename: String,
    /// The declared media type.
    pub media_type: String,
    /// Bytes of the file.
    pub size: i64,
    /// How far its upload is.
    pub status: AssetStatus,
    /// Whether it is public.
    pub is_public: bool,
    /// A JSON list of texts.
    pub tags: String,
    /// The file in the store, once it is there.
    pub object: Option<String>,
    /// SHA-256 of the file in hex.
    pub digest: Option<String>,
    /// The media type of the file's content, once it is there.
    pub found_type: Option<String>,
    /// The file that is being written.
    pub upload: Option<String>,
    /// End of the lease of the upload that writes the file, Unix milliseconds.
    pub upload_until: Option<i64>,
    /// When it was created, Unix milliseconds.
    pub created_at: i64,
    /// When it was last changed, Unix milliseconds.
    pub updated_at: i64,
}

impl Asset {
    /// Returns the media type to send: that of the content, and until it is there the declared one.
    pub fn content_type(&self) -> &str {
        self.found_type.as_deref().unwrap_or(&self.media_type)
    }

    /// Returns the files in the store that belong to it.
    pub fn objects(&self) -> impl Iterator<Item = &String> {
        self.object.iter().chain(&self.upload)
    }
}

/// An asset to insert.
#[derive(Debug, Insertable)]
#[diesel(table_name = assets)]
#[expect(missing_docs, reason = "the fields are those of Asset")]
pub struct NewAsset {
    pub uid: String,
    pub workspace_id: WorkspaceId,
    pub filename: String,
    pub media_type: String,
    pub size: i64,
    pub status: AssetStatus,
    pub is_public: bool,
    pub tags: String,
    pub created_at: i64,
    pub updated_at: i64,
}

/// Inserts an asset.
pub fn insert(conn: &mut Conn, new: &NewAsset) -> Result<Asset> {
    on_backend!(conn, |c| diesel::insert_into(assets::table)
        .values(new)
        .returning(Asset::as_returning())
        .get_result(c))
    .map_err(failed)
}

/// Returns a page of the workspace's assets, newest first.
pub fn list(
    conn: &mut Conn,
    workspace_id: WorkspaceId,
    limit: i64,
    offset: i64,
) -> Result<Vec<Asset>> {
    let own = assets::table.filter(assets::workspace_id.eq(workspace_id)).order(assets::id.desc());
    own.limit(limit).offset(offset).select(Asset::as_select()).load(conn).map_err(failed)
}

/// Returns how many assets the workspace has.
pub fn count(conn: &mut Conn, workspace_id: WorkspaceId) -> Result<i64> {
    assets::table
        .filter(assets::workspace_id.eq(workspace_id))
        .count()
        .get_result(conn)
        .map_err(failed)
}

/// Returns the workspace's asset with this client-visible id.
pub fn find(conn: &mut Conn, workspace_id: WorkspaceId, uid: &str) -> Result<Option<Asset>> {
    let own = assets::table.filter(assets::uid.eq(uid).and(assets::workspace_id.eq(workspace_id)));
    own.select(Asset::as_select()).first(conn).optional().map_err(failed)
}

/// Returns the asset with this id, of any workspace: for the holder of an upload link, and for a
/// request of a public file.
pub fn find_any(conn: &mut Conn, uid: &str) -> Result<Option<Asset>> {
    let found = assets::table.filter(assets::uid.eq(uid));
    on_backend!(conn, |c| found.select(Asset::as_select()).first(c)).optional().map_err(failed)
}

/// Returns the asset with this id, of any workspace, locked until the transaction ends.
pub fn lock_any(conn: &mut Conn, uid: &str) -> Result<Option<Asset>> {
    let found = assets::table.filter(assets::uid.eq(uid));
    locked!(conn, found.select(Asset::as_select()), first).optional().map_err(failed)
}

/// Writes what may change of an asset.
pub fn update(conn: &mut Conn, asset: &Asset) -> Result<()> {
    diesel::update(assets::table.find(asset.id))
        .set((
            assets::status.eq(asset.status),
            assets::is_public.eq(asset.is_public),
            assets::object.eq(&asset.object),
            assets::digest.eq(&asset.digest),
            assets::found_type.eq(&asset.found_type),
            assets::upload.eq(&asset.upload),
            assets::upload_until.eq(asset.upload_until),
            assets::updated_at.eq(asset.updated_at),
        ))
        .execute(conn)
        .map_err(failed)?;
    Ok(())
}

/// Deletes an asset, and leaves its files to the trash.
pub fn delete(conn: &mut Conn, asset: &Asset, now: i64) -> Result<()> {
    diesel::delete(assets::table.find(asset.id)).execute(conn).map_err(failed)?;
    for object in asset.objects() {
        discard(conn, object, now)?;
    }
    Ok(())
}

/// Puts a file of the store into the trash.
pub fn discard(conn: &mut Conn, object: &str, now: i64) -> Result<()> {
    let row = (asset_trash::object.eq(object), asset_trash::created_at.eq(now));
    on_backend!(conn, |c| diesel::insert_into(asset_trash::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))
    .map_err(failed)?;
    Ok(())
}

/// Returns some pending assets that were made before `before` and that no upload is writing at
/// `now`, locked until the transaction ends.
pub fn lock_stale(conn: &mut Conn, before: i64, now: i64, limit: i64) -> Result<Vec<Asset>> {
    let idle = assets::upload_until.is_null().or(assets::upload_until.le(now).assume_not_null());
    let stale = assets::table
        .filter(assets::status.eq(AssetStatus::Pending).and(assets::created_at.lt(before)))
        .filter(idle);
    let some = stale.order(assets::id).limit(limit);
    locked!(conn, some.select(Asset::as_select()), load).map_err(failed)
}

/// Returns whether there may be pending assets that were made before `before`.
pub fn any_stale(conn: &mut Conn, before: i64) -> Result<bool> {
    let stale = assets::table
        .filter(assets::status.eq(AssetStatus::Pending).and(assets::created_at.lt(before)));
    Ok(stale.select(assets::id).first::<AssetId>(conn).optional().map_err(failed)?.is_some())
}

/// Returns some files of the trash, oldest first, that were put there until `until`.
pub fn trash(conn: &mut Conn, until: i64, limit: i64) -> Result<Vec<String>> {
    let old = asset_trash::table.filter(asset_trash::created_at.le(until));
    old.order(asset_trash::created_at)
        .limit(limit)
        .select(asset_trash::object)
        .load(conn)
        .map_err(failed)
}

/// Forgets files that are gone from the store.
pub fn forget(conn: &mut Conn, objects: &[String]) -> Result<usize> {
    diesel::delete(asset_trash::table.filter(asset_trash::object.eq_any(objects)))
        .execute(conn)
        .map_err(failed)
}
