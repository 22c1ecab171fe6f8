//! Fetches the images that a design refers to.

use std::collections::HashMap;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use xqr_errors::{Condition, Error, Result};

use super::render_request::{RenderRequest, Source};
use crate::App;

/// The most pictures that one request may have fetched.
const FETCHES: usize = 20;

/// Those that are fetched at the same time: fewer than the client lets go to one address.
const AT_ONCE: usize = 4;

impl App {
    /// Fetches the pictures of an order.
    ///
    /// # Errors
    ///
    /// Those of the [`Fetch`](crate::runtime::ports::image_fetcher::Fetch) in use, which name the
    /// field.
    pub async fn gather(&self, order: &mut RenderRequest) -> Result<()> {
        self.gather_all(vec![order])
            .await
            .into_iter()
            .next()
            .map_or(Ok(()), |(_, error)| Err(error))
    }

    /// Fetches the pictures of orders, each address once and several at a time, and returns which
    /// orders failed, and why: as [`gather`](Self::gather), and [`Condition::ListTooLong`] for what
    /// names more than 20 addresses in all.
    pub async fn gather_all(&self, mut orders: Vec<&mut RenderRequest>) -> Vec<(usize, Error)> {
        let mut addresses: Vec<(String, String)> = Vec::new();
        for file in orders.iter_mut().flat_map(|order| order.uploads()) {
            let Source::Url(url) = &file.source else { continue };
            if !addresses.iter().any(|(_, other)| other == url) {
                addresses.push((file.field.clone(), url.clone()));
            }
        }
        let fetches = addresses
            .iter()
            .take(FETCHES)
            .map(|(field, url)| async move { (url, self.fetch(field, url).await) });
        let found: HashMap<&String, Result<Bytes>> =
            stream::iter(fetches).buffer_unordered(AT_ONCE).collect().await;
        let mut failed = Vec::new();
        for (index, order) in orders.iter_mut().enumerate() {
            for file in order.uploads() {
                let Source::Url(url) = &file.source else { continue };
                match found.get(url) {
                    Some(Ok(bytes)) => file.source = Source::Bytes(bytes.clone()),
                    Some(Err(error)) => failed.push((index, error.again())),
                    None => {
                        let (field, max) = (file.field.clone(), FETCHES as u64);
                        failed.push((index, Condition::ListTooLong { field, max }.into()));
                    }
                }
            }
        }
        failed
    }

    async fn fetch(&self, field: &str, url: &str) -> Result<Bytes> {
        if let Some(own) = self.own_picture(field, url).await? {
            return Ok(own);
        }
        self.fetcher.get().ok_or(Condition::Overloaded { seconds: 1 })?.fetch(field, url).await
    }
}
