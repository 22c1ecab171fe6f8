//! Pictures at addresses that users name. Whoever composes the service lends the guarded client; the engine dials nobody.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use xqr_errors::{Condition, Result};

use crate::App;
use crate::pictures::{Order, Source, Upload};

/// The most pictures that one request may have fetched.
const FETCHES: usize = 20;

/// Fetches a picture; a refusal names `field`.
pub trait Fetch: Send + Sync {
    /// Returns the file behind `url`, which the user named in `field`.
    fn fetch<'a>(&'a self, field: &'a str, url: &'a str) -> Pin<Box<dyn Future<Output = Result<Bytes>> + Send + 'a>>;
}

impl App {
    /// Fetches the pictures of orders, each address once.
    ///
    /// # Errors
    ///
    /// Those of the [`Fetch`] that was lent, which name the field; [`Condition::ListTooLong`] for more than 20 addresses.
    pub async fn gather(&self, orders: impl Iterator<Item = &mut Order>) -> Result<()> {
        let mut known: HashMap<String, Bytes> = HashMap::new();
        for order in orders {
            let logo = order.logo.as_mut().map(|logo| &mut logo.file);
            for file in logo.into_iter().chain(order.backdrop.as_mut().map(|backdrop| &mut backdrop.file)) {
                let Upload { field, source: Source::Url(url) } = &*file else { continue };
                let bytes = match known.get(url) {
                    Some(bytes) => bytes.clone(),
                    None if known.len() == FETCHES => {
                        return Err(Condition::ListTooLong { field: field.clone(), max: FETCHES as u64 }.into());
                    }
                    None => {
                        let fetcher = self.fetcher.get().ok_or(Condition::Overloaded { seconds: 1 })?;
                        let bytes = fetcher.fetch(field, url).await?;
                        known.insert(url.clone(), bytes.clone());
                        bytes
                    }
                };
                file.source = Source::Bytes(bytes);
            }
        }
        Ok(())
    }
}
