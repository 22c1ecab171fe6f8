//! Assets: files of users, from a signed upload link to a public address (xQR reference, section
//! 14). A file is in the [store](crate::runtime::ports::object_storage) under a name that the
//! service chooses, and its content never changes: another file is another asset.

mod abandoned;
pub mod media;
mod public;
mod upload;

use std::sync::Arc;

use xqr_auth::{UploadGrant, UploadKey};
use xqr_errors::{Condition, Error, Resource, Result, State};
use xqr_plans::Capped;
use xqr_store::Conn;
use xqr_store::assets::{self, Asset, AssetStatus};

use crate::limits::plan_caps;
use crate::runtime::ids;
use crate::runtime::ports::object_storage::Storage;
use crate::{App, Caller, Tx, events};

pub use upload::Announced;

/// The most bytes of a file.
pub const MAX_BYTES: i64 = 26_214_400;

/// Files that one node takes at the same time: each holds some parts of up to 5 MB in memory on its
/// way to a bucket.
pub(crate) const UPLOADS: usize = 32;
/// How many of them may be of one workspace.
pub(crate) const UPLOADS_EACH: usize = 8;

/// An asset to make.
#[derive(Debug, Clone)]
pub struct NewAsset {
    /// The name of the file, [checked](is_filename).
    pub filename: String,
    /// The declared type, as by [`media::parse`].
    pub media_type: String,
    /// Bytes of the file.
    pub size: i64,
    /// Words to find it by.
    pub tags: Vec<String>,
}

/// Returns whether a name cannot be taken for a path, nor read for another than it is.
pub fn is_filename(name: &str) -> bool {
    // Marks that turn the direction of text let `exe.gpj` be read for `jpg.exe`.
    let odd = |c: char| {
        matches!(c, '/' | '\\' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
            || c.is_control()
    };
    !name.chars().any(odd) && !name.chars().all(|c| c == '.' || c.is_whitespace())
}

/// Makes an asset whose file is still to be uploaded, and reserves its storage.
///
/// # Errors
///
/// [`Condition::FeatureLocked`] where the plan has no storage, [`Condition::PlanLimitReached`].
pub fn create(tx: &mut Tx<'_>, caller: &Caller, draft: NewAsset) -> Result<Asset> {
    let cap = caller.terms.limits.storage_bytes;
    caller.terms.check_feature("Asset storage", cap != Some(0))?;
    plan_caps::begin(tx, caller.workspace, Capped::StorageBytes)?;
    plan_caps::take(tx, caller.workspace, &caller.terms, Capped::StorageBytes, draft.size)?;
    let new = assets::NewAsset {
        uid: tx.fresh_uuid(),
        workspace_id: caller.workspace,
        filename: draft.filename,
        media_type: draft.media_type,
        size: draft.size,
        status: AssetStatus::Pending,
        is_public: false,
        tags: serde_json::to_string(&draft.tags).map_err(Error::internal)?,
        created_at: tx.now,
        updated_at: tx.now,
    };
    assets::insert(tx.conn, &new)
}

/// Returns a page of the caller's assets, newest first, and how many there are.
pub fn list(
    conn: &mut Conn,
    caller: &Caller,
    limit: i64,
    offset: i64,
) -> Result<(Vec<Asset>, i64)> {
    Ok((
        assets::list(conn, caller.workspace, limit, offset)?,
        assets::count(conn, caller.workspace)?,
    ))
}

/// Returns the caller's asset.
///
/// # Errors
///
/// [`Condition::ResourceNotFound`], also for another workspace's.
pub fn get(conn: &mut Conn, caller: &Caller, uid: &str) -> Result<Asset> {
    // An id that is none needs no query, and PostgreSQL takes no odd bytes.
    let found = if ids::is_uuid(uid) { assets::find(conn, caller.workspace, uid)? } else { None };
    found.ok_or_else(missing)
}

/// Returns the caller's asset, locked until the transaction ends.
fn lock(tx: &mut Tx<'_>, caller: &Caller, uid: &str) -> Result<Asset> {
    let found = if ids::is_uuid(uid) { assets::lock_any(tx.conn, uid)? } else { None };
    found.filter(|asset| asset.workspace_id == caller.workspace).ok_or_else(missing)
}

/// Confirms that the caller's asset is uploaded: from now on its file stays as it is. Again, it
/// does nothing.
///
/// # Errors
///
/// [`Condition::ResourceNotFound`]; [`Condition::StateConflict`] where there is no file yet.
pub fn confirm(tx: &mut Tx<'_>, caller: &Caller, uid: &str) -> Result<Asset> {
    let mut asset = lock(tx, caller, uid)?;
    if asset.status == AssetStatus::Confirmed {
        return Ok(asset);
    }
    if asset.object.is_none() {
        return Err(conflict(State::NotUploaded));
    }
    // An upload that is still writing finds that it is too late.
    if let Some(upload) = asset.upload.take() {
        assets::discard(tx.conn, &upload, tx.now)?;
    }
    asset.upload_until = None;
    asset.status = AssetStatus::Confirmed;
    asset.updated_at = tx.now;
    assets::update(tx.conn, &asset)?;
    events::asset_uploaded(tx, &asset)?;
    Ok(asset)
}

/// Publishes the caller's asset. Idempotent.
///
/// # Errors
///
/// [`Condition::ResourceNotFound`]; [`Condition::StateConflict`] where it is not confirmed.
pub fn publish(tx: &mut Tx<'_>, caller: &Caller, uid: &str) -> Result<Asset> {
    let mut asset = lock(tx, caller, uid)?;
    if asset.status != AssetStatus::Confirmed {
        return Err(conflict(State::NotConfirmed));
    }
    if !asset.is_public {
        asset.is_public = true;
        asset.updated_at = tx.now;
        assets::update(tx.conn, &asset)?;
    }
    Ok(asset)
}

/// Deletes the caller's asset, and gives its storage back. Returns the files that [`App::clear`]
/// should take from the store.
///
/// # Errors
///
/// [`Condition::ResourceNotFound`].
pub fn delete(tx: &mut Tx<'_>, caller: &Caller, uid: &str) -> Result<Vec<String>> {
    let asset = lock(tx, caller, uid)?;
    assets::delete(tx.conn, &asset, tx.now)?;
    plan_caps::give_back(tx, asset.workspace_id, Capped::StorageBytes, asset.size)?;
    Ok(asset.objects().cloned().collect())
}

/// Returns the tags of an asset.
pub fn tags(asset: &Asset) -> Vec<String> {
    serde_json::from_str(&asset.tags).unwrap_or_default()
}

fn missing() -> Error {
    Condition::ResourceNotFound { what: Resource::Asset }.into()
}

fn conflict(state: State) -> Error {
    Condition::StateConflict { state }.into()
}

/// What an upload link says behind its asset.
#[derive(Debug, Clone)]
pub struct UploadSignature {
    /// When the link ends, Unix seconds.
    pub expires: i64,
    /// The signature over asset, size, type and end.
    pub signature: String,
}

impl App {
    /// Lends the store of files; the first one stays.
    pub fn lend_storage(&self, storage: Arc<dyn Storage>) {
        self.storage.set(storage).ok();
    }

    fn storage(&self) -> Result<&Arc<dyn Storage>> {
        self.storage.get().ok_or_else(|| Condition::Overloaded { seconds: 1 }.into())
    }

    /// Returns the upload link of an asset that was just made.
    pub fn upload_signature(&self, asset: &Asset) -> UploadSignature {
        let expires = self.now().div_euclid(1000) + i64::from(self.settings.assets.upload_seconds);
        UploadSignature { expires, signature: self.upload_key().sign(&grant(asset, expires)) }
    }

    fn upload_key(&self) -> UploadKey {
        UploadKey::new(self.data.secret().derive("uploads of assets"))
    }

    /// Takes files of deleted assets from the store. What fails is tried again in the background.
    pub async fn clear(&self, objects: Vec<String>) {
        if let Err(error) = self.try_clear(objects).await {
            tracing::warn!(error = %error.report(), "files of deleted assets stay in the store for now");
        }
    }

    async fn try_clear(&self, objects: Vec<String>) -> Result<()> {
        let storage = self.storage()?;
        for object in &objects {
            storage.delete(object).await?;
        }
        self.write(move |tx| assets::forget(tx.conn, &objects)).await?;
        Ok(())
    }
}

fn grant(asset: &Asset, expires: i64) -> UploadGrant<'_> {
    UploadGrant { asset: &asset.uid, size: asset.size, media_type: &asset.media_type, expires }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_paths_are_refused() {
        for good in
            ["logo.png", "Grüße (1).pdf", "日本.svg", "..%2fx", "a..b", ".htaccess", "CON", "a b"]
        {
            assert!(is_filename(good), "{good}");
        }
        for bad in [
            "",
            ".",
            "..",
            " .. ",
            "a/b",
            "/etc/passwd",
            "..\\x",
            "a\0",
            "a\nb",
            "\u{202e}gpj.exe",
            "...",
            "\u{200f}x",
        ] {
            assert!(!is_filename(bad), "{bad:?}");
        }
    }
}
