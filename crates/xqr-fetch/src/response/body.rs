//! Reads the body of a response up to a limit.

use std::sync::Arc;

use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::FetchError;

/// The first allocation of a body, in bytes.
const FIRST: usize = 16 * 1024;

/// A body, and its share of the memory for all bodies.
pub(crate) type Held = (Vec<u8>, Option<OwnedSemaphorePermit>);

/// Reads a body of at most `max` bytes. Memory is reserved as bytes arrive and not by
/// `Content-Length`, so a target that announces much and sends nothing does not block others.
pub(crate) async fn read(
    body: &mut Incoming,
    max: u32,
    memory: &Arc<Semaphore>,
) -> Result<Held, FetchError> {
    if body.size_hint().lower() > u64::from(max) {
        return Err(FetchError::TooLarge { max });
    }
    let cap = max as usize;
    let mut bytes = Vec::new();
    let mut held: Option<OwnedSemaphorePermit> = None;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| FetchError::Garbled)?.into_data() else { continue };
        let length = bytes.len() + data.len();
        if length > cap {
            return Err(FetchError::TooLarge { max });
        }
        if length > bytes.capacity() {
            let capacity = length.max(2 * bytes.capacity()).max(FIRST).min(cap);
            let more = u32::try_from(capacity - bytes.capacity()).unwrap_or(max);
            let more =
                Arc::clone(memory).try_acquire_many_owned(more).map_err(|_| FetchError::Busy)?;
            match &mut held {
                None => held = Some(more),
                Some(held) => held.merge(more),
            }
            bytes.reserve_exact(capacity - bytes.len());
        }
        bytes.extend_from_slice(&data);
    }
    Ok((bytes, held))
}

/// Reads until `excerpt` has `max` bytes, or the body ends or fails.
pub(crate) async fn read_excerpt(body: &mut Incoming, max: usize, excerpt: &mut Vec<u8>) {
    while excerpt.len() < max
        && let Some(Ok(frame)) = body.frame().await
    {
        if let Ok(data) = frame.into_data() {
            excerpt.extend_from_slice(&data[..data.len().min(max - excerpt.len())]);
        }
    }
}

/// Returns an excerpt as text for any database: control characters and invalid UTF-8 become U+FFFD.
pub(crate) fn legible(excerpt: &[u8], max: usize) -> String {
    let text = String::from_utf8_lossy(excerpt);
    let mut legible: String = text
        .chars()
        .map(|c| {
            if c.is_control() && !matches!(c, '\n' | '\r' | '\t') {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        })
        .collect();
    legible.truncate(legible.floor_char_boundary(max));
    legible
}
