//! The client that fetches images from URLs of users. The engine itself opens no connection.

use bytes::Bytes;
use xqr_errors::Result;

use super::webhook_client::Later;

/// Fetches a picture; a refusal names `field`.
pub trait Fetch: Send + Sync {
    /// Returns the file behind `url`, which the user named in `field`.
    fn fetch<'a>(&'a self, field: &'a str, url: &'a str) -> Later<'a, Result<Bytes>>;
}
