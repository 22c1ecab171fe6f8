//! A body that is sent in chunks. actix's write buffer then holds one chunk and not a second copy
//! of the picture, and other connections of the worker get their turn in between.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use bytes::Bytes;

/// The most bytes of a piece.
const PIECE: usize = 32 * 1024;

/// A body whose length is known.
#[derive(Debug)]
pub struct ChunkedBody {
    rest: Bytes,
    len: u64,
    /// Whether it is the others' turn.
    yields: bool,
}

impl ChunkedBody {
    /// Makes a body of bytes that are already in memory.
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        let rest = bytes.into();
        Self { len: rest.len() as u64, rest, yields: false }
    }
}

impl MessageBody for ChunkedBody {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.len)
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Infallible>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        // A socket near by takes megabytes without ever being full.
        self.yields = !self.yields;
        if !self.yields {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let len = self.rest.len().min(PIECE);
        Poll::Ready(Some(Ok(self.rest.split_to(len))))
    }
}
