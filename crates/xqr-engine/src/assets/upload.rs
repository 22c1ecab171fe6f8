//! The upload of a file: through a signed link, in parts, never more than was declared.
//!
//! Each attempt has a name of its own, which is in the row before a byte is in the store. So the
//! service finds every file that is not needed, and an attempt that ends after its asset was
//! confirmed changes nothing.

use std::pin::pin;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use sha2::{Digest as _, Sha256};
use xqr_errors::{Condition, Error, Result, State};
use xqr_store::assets::{self, Asset, AssetStatus};

use super::{UploadSignature, conflict, grant};
use crate::assets::media;
use crate::runtime::ids;
use crate::runtime::ports::object_storage::Sink;
use crate::{App, Tx};

/// How long one try keeps others out, in milliseconds: longer than a body may take to arrive.
const LEASE: i64 = 11 * 60 * 1000;

/// What the head of an upload says of its body.
#[derive(Debug, Clone, Default)]
pub struct Announced {
    /// Bytes of the body.
    pub size: Option<u64>,
    /// Its media type.
    pub media_type: Option<String>,
}

/// A file that is being written.
struct Writing {
    asset: Asset,
    object: String,
    sink: Box<dyn Sink>,
    head: Vec<u8>,
    found_type: Option<String>,
    written: i64,
    hash: Sha256,
}

impl App {
    /// Takes the file of an asset from the holder of its upload link.
    ///
    /// # Errors
    ///
    /// [`Condition::UploadLinkInvalid`], [`Condition::UploadLinkExpired`];
    /// [`Condition::StateConflict`] where the asset is confirmed or being uploaded;
    /// [`Condition::FileSizeWrong`], [`Condition::FileTypeWrong`]; [`Condition::Overloaded`] where
    /// too many are under way; those of `body`. After any of them there is no file.
    pub async fn receive(
        &self,
        uid: &str,
        signature: &UploadSignature,
        announced: &Announced,
        body: impl Stream<Item = Result<Bytes>>,
    ) -> Result<Asset> {
        let asset = self.admit_upload(uid, signature, announced).await?;
        let _place = self.uploads.take(asset.workspace_id, 5)?;
        let mut writing = self.begin(asset).await?;
        let written = match writing.take(body).await {
            Ok(()) => self.keep(&writing).await,
            Err(error) => Err(error),
        };
        match written {
            Ok(asset) => Ok(asset),
            // The try that overtook this one has taken its file away, too: that is why, and not the
            // store.
            Err(error) => Err(self.throw_away(writing).await.unwrap_or(error)),
        }
    }

    async fn admit_upload(
        &self,
        uid: &str,
        signature: &UploadSignature,
        announced: &Announced,
    ) -> Result<Asset> {
        if !ids::is_uuid(uid) {
            return Err(Condition::UploadLinkInvalid.into());
        }
        let wanted = uid.to_owned();
        let asset = self
            .read(move |conn| assets::find_any(conn, &wanted))
            .await?
            .ok_or(Condition::UploadLinkInvalid)?;
        if !self.upload_key().verify(&grant(&asset, signature.expires), &signature.signature) {
            return Err(Condition::UploadLinkInvalid.into());
        }
        if asset.status != AssetStatus::Pending {
            return Err(conflict(State::Confirmed));
        }
        if self.now() >= signature.expires.saturating_mul(1000) {
            return Err(Condition::UploadLinkExpired.into());
        }
        if announced.size.is_some_and(|size| size != asset.size.unsigned_abs()) {
            return Err(wrong_size(&asset).into());
        }
        if let Some(found) = announced
            .media_type
            .as_ref()
            .filter(|it| media::parse(it).as_deref() != Some(&asset.media_type))
        {
            let found = found.chars().filter(|c| !c.is_control()).take(100).collect();
            return Err(Condition::FileTypeWrong { field: "content_type".to_owned(), found }.into());
        }
        Ok(asset)
    }

    /// Keeps others out, and makes room: what an earlier try has left goes first, so that there is
    /// never more than was declared.
    async fn begin(&self, asset: Asset) -> Result<Writing> {
        let uid = asset.uid.clone();
        let claim = move |tx: &mut Tx<'_>| {
            let mut asset = assets::lock_any(tx.conn, &uid)?.ok_or(Condition::UploadLinkInvalid)?;
            if asset.status != AssetStatus::Pending {
                return Err(conflict(State::Confirmed));
            }
            if asset.upload_until.is_some_and(|until| until > tx.now) {
                return Err(conflict(State::BeingUploaded));
            }
            let old: Vec<String> = asset.objects().cloned().collect();
            old.iter().try_for_each(|object| assets::discard(tx.conn, object, tx.now))?;
            (asset.object, asset.digest, asset.found_type) = (None, None, None);
            asset.upload = Some(format!("{}/{}", asset.uid, tx.fresh_uuid()));
            asset.upload_until = Some(tx.now + LEASE);
            assets::update(tx.conn, &asset)?;
            Ok((asset, old))
        };
        let storage = self.storage()?;
        let (asset, old) = self.write(claim).await?;
        let object = asset.upload.clone().unwrap_or_default();
        let sink = storage.create(&object);
        let writing = Writing {
            asset,
            object,
            sink,
            head: Vec::new(),
            found_type: None,
            written: 0,
            hash: Sha256::new(),
        };
        if let Err(error) = self.try_clear(old).await {
            return Err(self.throw_away(writing).await.unwrap_or(error));
        }
        Ok(writing)
    }

    /// Makes what was written the file of its asset.
    async fn keep(&self, writing: &Writing) -> Result<Asset> {
        let (uid, object) = (writing.asset.uid.clone(), writing.object.clone());
        let (found_type, hash) = (writing.found_type.clone(), writing.hash.clone());
        let keep = move |tx: &mut Tx<'_>| {
            let mut asset = assets::lock_any(tx.conn, &uid)?.ok_or(Condition::UploadLinkInvalid)?;
            if asset.upload.as_ref() != Some(&object) {
                return Err(overtaken());
            }
            asset.digest = Some(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect());
            asset.found_type = found_type;
            (asset.object, asset.upload_until) = (asset.upload.take(), None);
            asset.updated_at = tx.now;
            assets::update(tx.conn, &asset)?;
            Ok(asset)
        };
        self.write(keep).await
    }

    /// Takes back what was written, and lets others try. Returns what happened to the asset
    /// meanwhile, if something did.
    async fn throw_away(&self, mut writing: Writing) -> Option<Error> {
        writing.sink.abort().await.ok();
        let Writing { asset: Asset { uid, .. }, object, .. } = writing;
        let name = object.clone();
        let release = move |tx: &mut Tx<'_>| {
            let asset = assets::lock_any(tx.conn, &uid)?;
            if asset.as_ref().is_some_and(|asset| asset.object.as_ref() == Some(&name)) {
                // The commit that failed did not: the file is the asset's.
                return Ok(Fate::Kept);
            }
            assets::discard(tx.conn, &name, tx.now)?;
            let Some(mut asset) = asset else {
                return Ok(Fate::Overtaken(Condition::UploadLinkInvalid.into()));
            };
            if asset.upload.as_ref() != Some(&name) {
                return Ok(Fate::Overtaken(overtaken()));
            }
            (asset.upload, asset.upload_until) = (None, None);
            assets::update(tx.conn, &asset)?;
            Ok(Fate::Released)
        };
        match self.write(release).await {
            Ok(Fate::Kept) => None,
            Ok(Fate::Released) => {
                self.clear(vec![object]).await;
                None
            }
            Ok(Fate::Overtaken(error)) => {
                self.clear(vec![object]).await;
                Some(error)
            }
            Err(error) => {
                // Then the row keeps its name until the lease has ended.
                tracing::warn!(error = %error.report(), "an upload that failed keeps others out for a while");
                None
            }
        }
    }
}

/// What has become of an asset whose upload failed.
enum Fate {
    /// Others may try.
    Released,
    /// It has the file after all.
    Kept,
    /// Something happened to it meanwhile.
    Overtaken(Error),
}

impl Writing {
    /// Writes the whole body, and checks it on the way.
    async fn take(&mut self, body: impl Stream<Item = Result<Bytes>>) -> Result<()> {
        let mut body = pin!(body);
        while let Some(bytes) = body.next().await {
            let bytes = bytes?;
            self.written =
                self.written.saturating_add(i64::try_from(bytes.len()).unwrap_or(i64::MAX));
            if self.written > self.asset.size {
                return Err(wrong_size(&self.asset).into());
            }
            self.head.extend_from_slice(&bytes[..bytes.len().min(media::HEAD - self.head.len())]);
            if self.head.len() == media::HEAD {
                self.look()?;
            }
            self.hash.update(&bytes);
            self.sink.write(bytes).await?;
        }
        if self.written != self.asset.size {
            return Err(wrong_size(&self.asset).into());
        }
        self.look()?;
        self.sink.finish().await
    }

    /// Looks at the type once: as soon as enough is there.
    fn look(&mut self) -> Result<()> {
        if self.found_type.is_none() {
            self.found_type = Some(media::agree(&self.asset.media_type, &self.head)?);
        }
        Ok(())
    }
}

fn overtaken() -> Error {
    conflict(State::UploadedElsewhere)
}

fn wrong_size(asset: &Asset) -> Condition {
    Condition::FileSizeWrong { field: "file_size".to_owned(), declared: asset.size.unsigned_abs() }
}
