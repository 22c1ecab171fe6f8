//! A connection that must make progress.
//!
//! actix-http limits the time of the first head only. This wrapper closes a connection if a later
//! head does not arrive, if it is idle for too long, or if the client does not read the response.
//! Bodies are limited where they are read. The wrapper sees every byte, so a slow but honest reader
//! of a large response is never cut off.

use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_rt::net::TcpStream;
use actix_rt::time::{Instant, Sleep, sleep};
use actix_web::body::{BodySize, BoxBody, MessageBody};
use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use xqr_engine::settings::Edge;

/// How long a connection may go without progress.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    idle: Duration,
    head: Duration,
    unread: Duration,
    tick: Duration,
}

impl Patience {
    pub(super) fn new(edge: &Edge) -> Self {
        let [idle, head, unread] =
            [edge.idle_ms, edge.later_head_ms, edge.unread_ms].map(Duration::from_millis);
        Self { idle, head, unread, tick: head.min(unread).min(idle) / 8 }
    }
}

/// What the stream and the requests on it know of each other.
pub(super) struct Phase {
    /// A request is being answered.
    busy: Cell<bool>,
    /// When the last request ended, or the connection began.
    idle_since: Cell<Instant>,
    /// When the first byte since then arrived.
    head_since: Cell<Option<Instant>>,
}

impl Phase {
    pub(super) fn begin_request(&self) {
        self.busy.set(true);
        self.head_since.set(None);
    }

    pub(super) fn end_request(&self) {
        self.busy.set(false);
        self.idle_since.set(Instant::now());
    }
}

/// Ends a request when it is dropped.
pub(super) struct Ending(pub(super) Rc<Phase>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.end_request();
    }
}

/// A short answer ends its request as it leaves, a long one when its last byte has been taken:
/// until then the peer owes us nothing.
pub(super) fn last(body: BoxBody, ends: Option<Ending>) -> BoxBody {
    match body.size() {
        BodySize::None => body,
        BodySize::Sized(len) if len <= SHORT => body,
        BodySize::Sized(_) | BodySize::Stream => BoxBody::new(Long { body, _ends: ends }),
    }
}

/// The most bytes of a short answer: they fit into the kernel's buffer.
const SHORT: u64 = 16 * 1024;

/// The body of a long answer.
struct Long {
    body: BoxBody,
    _ends: Option<Ending>,
}

impl MessageBody for Long {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(cx)
    }
}

/// A TCP stream that fails with `TimedOut` when its peer makes no progress.
pub(super) struct GuardedStream {
    io: TcpStream,
    pub(super) phase: Rc<Phase>,
    patience: Patience,
    stalled_since: Option<Instant>,
    ticker: Option<Pin<Box<Sleep>>>,
}

impl GuardedStream {
    pub(super) fn new(io: TcpStream, patience: Patience) -> Self {
        // Data that the peer's kernel never acknowledges must not outlive the connection either.
        socket2::SockRef::from(&io).set_tcp_user_timeout(Some(patience.unread)).ok();
        let phase = Phase {
            busy: Cell::new(false),
            idle_since: Cell::new(Instant::now()),
            head_since: Cell::new(None),
        };
        Self { io, phase: Rc::new(phase), patience, stalled_since: None, ticker: None }
    }

    /// Returns when the peer's patience ends, if it is the peer that we wait for.
    fn deadline(&self) -> Option<Instant> {
        if let Some(since) = self.stalled_since {
            return Some(since + self.patience.unread);
        }
        if self.phase.busy.get() {
            return None;
        }
        Some(match self.phase.head_since.get() {
            Some(since) => since + self.patience.head,
            None => self.phase.idle_since.get() + self.patience.idle,
        })
    }

    /// Fails once the deadline has passed; until then has the task woken now and then to look.
    fn watch(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        let tick = self.patience.tick;
        loop {
            let ticker = self.ticker.get_or_insert_with(|| Box::pin(sleep(tick)));
            if ticker.as_mut().poll(cx).is_pending() {
                return Ok(());
            }
            if self.deadline().is_some_and(|deadline| Instant::now() >= deadline) {
                return Err(io::ErrorKind::TimedOut.into());
            }
            self.ticker = None;
        }
    }

    fn wrote(
        &mut self,
        cx: &mut Context<'_>,
        result: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match &result {
            Poll::Ready(_) => self.stalled_since = None,
            Poll::Pending => {
                self.stalled_since.get_or_insert_with(Instant::now);
                self.watch(cx)?;
            }
        }
        result
    }
}

impl AsyncRead for GuardedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let result = Pin::new(&mut self.io).poll_read(cx, buf);
        match &result {
            Poll::Ready(_) => {
                if buf.filled().len() > before
                    && !self.phase.busy.get()
                    && self.phase.head_since.get().is_none()
                {
                    self.phase.head_since.set(Some(Instant::now()));
                }
            }
            Poll::Pending => self.watch(cx)?,
        }
        result
    }
}

impl AsyncWrite for GuardedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.io).poll_write(cx, buf);
        self.wrote(cx, result)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.io).poll_write_vectored(cx, bufs);
        self.wrote(cx, result)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }
}
