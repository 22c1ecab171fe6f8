//! The store of files: a folder, or a bucket of any service that speaks S3, both by `object_store`.

use std::ops::Range;
use std::path::{Path as Folder, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _};
use http_body_util::BodyExt as _;
use object_store::aws::AmazonS3Builder;
use object_store::buffered::BufWriter;
use object_store::client::{
    ClientOptions, HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest,
    HttpRequestBody, HttpResponse, HttpResponseBody, HttpService,
};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt as _, RetryConfig};
use tokio::io::AsyncWriteExt as _;
use xqr_engine::Settings;
use xqr_engine::errors::{Condition, Error, Result};
use xqr_engine::runtime::ports::object_storage::{Chunks, Sink, Storage};
use xqr_engine::runtime::ports::webhook_client::Later;
use xqr_engine::settings::{Assets, StoreKind};
use xqr_fetch::{Unguarded, UnguardedError};

use crate::storage_error::StorageError;

/// Bytes that are gathered before a piece goes into a folder.
const LOCAL_PIECE: usize = 256 * 1024;
/// The same for a bucket, whose parts may not be smaller.
const S3_PIECE: usize = 5 * 1024 * 1024;

pub(crate) struct Files {
    store: Arc<dyn ObjectStore>,
    /// Where the files are, if in a folder.
    folder: Option<PathBuf>,
    prefix: String,
    piece: usize,
}

impl Files {
    /// Opens the store that the settings name. A folder is made, a bucket is asked for nothing yet.
    pub(crate) fn open(settings: &Settings) -> Result<Self, StorageError> {
        let Assets { store, prefix, .. } = &settings.assets;
        match store {
            StoreKind::Local => {
                let folder = settings.assets_folder();
                let failed = |source| StorageError::Folder { folder: folder.clone(), source };
                std::fs::create_dir_all(&folder).map_err(|error| failed(error.into()))?;
                let store = LocalFileSystem::new_with_prefix(&folder)
                    .map_err(|error| failed(error.into()))?;
                let store = store.with_automatic_cleanup(true).with_fsync(true);
                // Its paths are canonical, and ours are to begin like them.
                let folder = folder.canonicalize().map_err(|error| failed(error.into()))?;
                Ok(Self {
                    store: Arc::new(store),
                    folder: Some(folder),
                    prefix: String::new(),
                    piece: LOCAL_PIECE,
                })
            }
            StoreKind::S3 => {
                let store =
                    bucket(&settings.assets).map_err(|error| StorageError::Bucket(error.into()))?;
                Ok(Self { store, folder: None, prefix: prefix.clone(), piece: S3_PIECE })
            }
        }
    }

    fn path(&self, name: &str) -> Path {
        Path::from(format!("{}{name}", self.prefix))
    }

    async fn read_range(&self, name: &str, range: Range<u64>) -> Result<Chunks> {
        let options = GetOptions { range: Some(GetRange::Bounded(range)), ..GetOptions::default() };
        let found = self.store.get_opts(&self.path(name), options).await.map_err(failed)?;
        Ok(found.into_stream().map_err(failed).boxed())
    }

    async fn delete_name(&self, name: &str) -> Result<()> {
        if let Some(folder) = self.folder.clone() {
            let name = name.to_owned();
            let sweep = move || remove_drafts(&folder.join(name));
            tokio::task::spawn_blocking(sweep).await.map_err(Error::internal)?.map_err(failed)?;
        }
        match self.store.delete(&self.path(name)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(failed(error)),
        }
    }
}

/// Removes what a killed process has left of a file: `object_store` writes `NAME#N` and renames it.
fn remove_drafts(file: &Folder) -> std::io::Result<()> {
    let (Some(folder), Some(name)) =
        (file.parent(), file.file_name().and_then(|name| name.to_str()))
    else {
        return Ok(());
    };
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    let draft = format!("{name}#");
    for entry in entries {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(|name| name.starts_with(&draft)) {
            match std::fs::remove_file(entry.path()) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
    }
    Ok(())
}

fn bucket(settings: &Assets) -> object_store::Result<Arc<dyn ObjectStore>> {
    let Assets { bucket, endpoint, region, access_key, secret_key, .. } = settings;
    let endpoint = endpoint.as_str();
    let retry = RetryConfig {
        max_retries: 3,
        retry_timeout: Duration::from_secs(30),
        ..RetryConfig::default()
    };
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(bucket)
        .with_region(region)
        .with_access_key_id(access_key.expose())
        .with_secret_access_key(secret_key.expose())
        .with_allow_http(endpoint.starts_with("http://"))
        .with_retry(retry)
        // Not every service has it.
        .with_disable_bulk_delete(true)
        .with_http_connector(Connector);
    if !endpoint.is_empty() {
        builder = builder.with_endpoint(endpoint);
    }
    Ok(Arc::new(builder.build()?))
}

/// A store that fails is not an error of the client, and may be back soon.
fn failed(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::from(Condition::Overloaded { seconds: 5 }).because(error)
}

impl Storage for Files {
    fn create(&self, name: &str) -> Box<dyn Sink> {
        let writer = BufWriter::with_capacity(Arc::clone(&self.store), self.path(name), self.piece);
        // Each piece under way is in memory.
        let writer = writer.with_max_concurrency(2);
        Box::new(Writer(Some(writer)))
    }

    fn read<'a>(&'a self, name: &'a str, range: Range<u64>) -> Later<'a, Result<Chunks>> {
        Box::pin(self.read_range(name, range))
    }

    fn delete<'a>(&'a self, name: &'a str) -> Later<'a, Result<()>> {
        Box::pin(self.delete_name(name))
    }
}

/// A file that is being written; `None` once it has ended.
struct Writer(Option<BufWriter>);

impl Sink for Writer {
    fn write(&mut self, bytes: Bytes) -> Later<'_, Result<()>> {
        Box::pin(async move {
            let writer = self.0.as_mut().ok_or_else(|| Error::internal("the file has ended"))?;
            writer.put(bytes).await.map_err(failed)
        })
    }

    fn finish(&mut self) -> Later<'_, Result<()>> {
        Box::pin(async move {
            // It is at its end also when it fails: to abort it then would panic.
            let mut writer = self.0.take().ok_or_else(|| Error::internal("the file has ended"))?;
            writer.shutdown().await.map_err(failed)
        })
    }

    fn abort(&mut self) -> Later<'_, Result<()>> {
        Box::pin(async move {
            match self.0.take() {
                Some(mut writer) => writer.abort().await.map_err(failed),
                None => Ok(()),
            }
        })
    }
}

/// Has `object_store` speak through our own client.
#[derive(Debug)]
struct Connector;

impl HttpConnector for Connector {
    fn connect(&self, _options: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(Dialer(Unguarded::new())))
    }
}

#[derive(Debug)]
struct Dialer(Unguarded<HttpRequestBody>);

#[async_trait]
impl HttpService for Dialer {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let kind = |error: &UnguardedError| match error {
            UnguardedError::Unreachable(_) => HttpErrorKind::Connect,
            UnguardedError::Broken(_) => HttpErrorKind::Interrupted,
            UnguardedError::TooSlow => HttpErrorKind::Timeout,
        };
        let answer =
            self.0.send(request).await.map_err(|error| HttpError::new(kind(&error), error))?;
        let broken = |error| HttpError::new(HttpErrorKind::Interrupted, error);
        Ok(answer.map(|body| HttpResponseBody::new(body.map_err(broken))))
    }
}
