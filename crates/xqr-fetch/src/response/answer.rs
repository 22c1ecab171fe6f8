//! Results of requests. Their `Debug` leaves out the bytes that a target sent.

use std::fmt;
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;

/// The expected type of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An image: PNG, JPEG, GIF, BMP, TIFF, WebP or SVG, recognized by its first bytes.
    Image,
    /// Anything.
    Any,
}

/// A fetched body. It counts towards [`crate::Policy::memory`] until it is dropped.
pub struct Fetched {
    /// The body.
    pub bytes: Vec<u8>,
    /// The target's `Content-Type`, which is not verified.
    pub content_type: Option<String>,
    #[expect(dead_code, reason = "held until dropped")]
    pub(crate) memory: Option<OwnedSemaphorePermit>,
}

/// Shows the size only.
impl fmt::Debug for Fetched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fetched({} bytes)", self.bytes.len())
    }
}

/// The response to a post, with any status.
#[derive(Clone, PartialEq, Eq)]
pub struct Delivered {
    /// The status, redirects (which are not followed) included.
    pub status: u16,
    /// From the look-up to the end of the excerpt.
    pub duration: Duration,
    /// The delay that the target asks for with `Retry-After`. It is not limited.
    pub retry_after: Option<Duration>,
    /// The first KiB of the body as printable text; empty if the body is compressed.
    pub body_excerpt: String,
}

/// Leaves out the excerpt.
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
