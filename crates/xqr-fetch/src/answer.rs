//! What comes back. What a target sent stays out of every `Debug`.

use std::fmt;
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;

/// What is expected behind an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A picture: PNG, JPEG, GIF, BMP, TIFF, WebP or SVG by its first bytes.
    Picture,
    /// Anything.
    Any,
}

/// What was fetched. Its memory counts towards [`crate::Policy::memory`] until it is dropped.
pub struct Fetched {
    /// The body.
    pub bytes: Vec<u8>,
    /// The target's `Content-Type`. It is the target's claim and no more.
    pub content_type: Option<String>,
    #[expect(dead_code, reason = "held until dropped")]
    pub(crate) room: Option<OwnedSemaphorePermit>,
}

/// The size only.
impl fmt::Debug for Fetched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fetched({} bytes)", self.bytes.len())
    }
}

/// What became of a post: the target answered, with whatever status.
#[derive(Clone, PartialEq, Eq)]
pub struct Delivered {
    /// The status, redirects (which are not followed) included.
    pub status: u16,
    /// From the look-up to the end of the excerpt.
    pub duration: Duration,
    /// How long the target wants to be left alone. It is the target's wish and may be absurd.
    pub retry_after: Option<Duration>,
    /// The first KiB of the body, made legible; empty where it is compressed.
    pub body_excerpt: String,
}

/// Without the excerpt.
impl fmt::Debug for Delivered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, duration, retry_after, body_excerpt: _ } = self;
        f.debug_struct("Delivered")
            .field("status", status)
            .field("duration", duration)
            .field("retry_after", retry_after)
            .finish_non_exhaustive()
    }
}
