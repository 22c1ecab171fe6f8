//! The render cache: pictures that were drawn within the last 24 hours, in bounded memory. All
//! workspaces share it, because a picture depends on its request only. Concurrent requests for one
//! picture wait for a single drawing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use bytes::Bytes;
use moka::future::Cache;
use xqr_errors::{Error, Result};

use crate::App;
use crate::pictures::render_request::{PlanCaps, RenderRequest};

/// How long a picture is kept: 24 hours, in milliseconds.
const LIFETIME: i64 = 24 * 60 * 60 * 1000;

/// Pictures by what they are drawn from.
pub(crate) struct RenderCache(Cache<[u8; 32], Kept>);

#[derive(Clone)]
struct Kept {
    bytes: Bytes,
    drawn_at: i64,
}

/// A picture, and what it took.
#[derive(Debug, Clone)]
pub struct Served {
    /// The file.
    pub bytes: Bytes,
    /// Whether it was in the cache.
    pub hit: bool,
    /// Milliseconds that drawing took; 0 where it was not drawn.
    pub ms: u64,
}

impl RenderCache {
    /// Makes a cache of so many bytes.
    pub(crate) fn new(max_bytes: u64) -> Self {
        let weigh =
            |_: &[u8; 32], kept: &Kept| u32::try_from(kept.bytes.len() + 200).unwrap_or(u32::MAX);
        Self(Cache::builder().max_capacity(max_bytes).weigher(weigh).build())
    }
}

impl App {
    /// Returns a picture from the cache, or draws it. The plan is the caller's to
    /// [check](RenderRequest::check): a cached picture may have been drawn for another.
    ///
    /// # Errors
    ///
    /// Those of [`RenderRequest::draw`] and [`App::draw`].
    pub async fn picture(&self, order: RenderRequest, caps: PlanCaps) -> Result<Served> {
        let (key, now, started) = (order.digest(), self.now(), Instant::now());
        if self.render_cache.0.get(&key).await.is_some_and(|kept| now - kept.drawn_at >= LIFETIME) {
            self.render_cache.0.invalidate(&key).await;
        }
        let drawn = Arc::new(AtomicBool::new(false));
        let draw = {
            let drawn = Arc::clone(&drawn);
            async move {
                drawn.store(true, Ordering::Relaxed);
                let drawn = self.draw(move || order.draw(&caps)).await?;
                Ok::<_, Error>(Kept { bytes: drawn.bytes.into(), drawn_at: now })
            }
        };
        let kept =
            self.render_cache.0.try_get_with(key, draw).await.map_err(|error| error.again())?;
        let hit = !drawn.load(Ordering::Relaxed);
        let ms =
            if hit { 0 } else { u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX) };
        Ok(Served { bytes: kept.bytes, hit, ms })
    }
}
