//! Published files: their addresses, and how visitors and pictures read them. A picture reads a
//! published file as its logo.

use std::ops::Range;

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use xqr_errors::{Condition, Error, Result};
use xqr_render::Caps;
use xqr_store::assets::{self, Asset, AssetStatus};

use super::missing;
use crate::App;
use crate::runtime::ids;
use crate::runtime::ports::object_storage::Chunks;

/// What stands as it is in an address: RFC 3986, section 2.3.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl App {
    /// Returns the public address of an asset.
    pub fn asset_url(&self, asset: &Asset) -> String {
        format!(
            "{}/{}/{}",
            self.assets_base(),
            asset.uid,
            utf8_percent_encode(&asset.filename, ESCAPED)
        )
    }

    fn assets_base(&self) -> String {
        match self.settings.assets.public_url.as_str() {
            "" => format!("{}/assets", self.public_url),
            own => own.to_owned(),
        }
    }

    /// Returns the published asset with this id and name, as they stand in its address.
    ///
    /// # Errors
    ///
    /// [`Condition::ResourceNotFound`].
    pub async fn published(&self, uid: &str, filename: &str) -> Result<Asset> {
        if !ids::is_uuid(uid) {
            return Err(missing());
        }
        let uid = uid.to_owned();
        let found = self.data.read_brief(move |conn| assets::find_any(conn, &uid)).await?;
        let is_named = |asset: &Asset| percent_decode_str(filename).eq(asset.filename.bytes());
        found
            .filter(|asset| {
                asset.is_public && asset.status == AssetStatus::Confirmed && is_named(asset)
            })
            .ok_or_else(missing)
    }

    /// Reads bytes of an asset's file.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn read_asset(&self, asset: &Asset, range: Range<u64>) -> Result<Chunks> {
        let object = asset
            .object
            .as_deref()
            .ok_or_else(|| Error::internal("a confirmed asset without a file"))?;
        self.storage()?.read(object, range).await
    }

    /// Reads a picture behind one of our own public addresses, straight from the store; `None` for
    /// any other address.
    pub(crate) async fn own_picture(&self, field: &str, url: &str) -> Result<Option<Bytes>> {
        let base = self.assets_base();
        let place = url
            .strip_prefix(&base)
            .and_then(|rest| rest.strip_prefix('/'))
            .and_then(|rest| rest.split_once('/'));
        let Some((uid, filename)) = place else { return Ok(None) };
        let absent = |_| {
            let reason = "there is no such published asset".to_owned();
            Error::from(Condition::FetchFailed { field: field.to_owned(), reason })
        };
        let asset = self.published(uid, filename).await.map_err(absent)?;
        let (size, max) = (asset.size.unsigned_abs(), Caps::default().max_logo_bytes as u64);
        if size > max {
            return Err(Condition::UploadTooLarge { field: field.to_owned(), max }.into());
        }
        let chunks = self.read_asset(&asset, 0..size).await?;
        let bytes: Vec<u8> = chunks
            .try_fold(Vec::new(), async |mut all, chunk| {
                all.extend_from_slice(&chunk);
                Ok(all)
            })
            .await?;
        Ok(Some(bytes.into()))
    }
}
