//! Request ids: `req_` and a ULID, or a UUID where the dialect uses UUIDs.

use std::cell::Cell;
use std::fmt;

use actix_web::http::header::{HeaderName, HeaderValue};
use ulid::Ulid;
use uuid::Uuid;

/// The header that carries it.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

thread_local! {
    /// Random where a thread begins, then counting: unique without asking the operating system each
    /// time.
    static NEXT: Cell<u128> = Cell::new({
        let mut random = [0; 16];
        #[expect(
            clippy::disallowed_methods,
            reason = "request ids are drawn before there is an entropy parameter"
        )]
        getrandom::fill(&mut random).expect("the operating system has a random generator");
        u128::from_be_bytes(random)
    });
}

/// The id of one request, on every answer and in the log.
#[derive(Debug, Clone, Copy)]
pub enum RequestId {
    /// `req_` and a ULID.
    Ulid([u8; 30]),
    /// A UUID, version 4.
    Uuid([u8; 36]),
}

impl RequestId {
    /// Returns a fresh id at `now`, Unix milliseconds.
    pub fn fresh(now: i64) -> Self {
        let random = NEXT.get();
        NEXT.set(random.wrapping_add(1));
        let mut text = *b"req_00000000000000000000000000";
        let mut ulid = [0; 26];
        Ulid::from_parts(u64::try_from(now).unwrap_or(0), random).array_to_str(&mut ulid);
        text[4..].copy_from_slice(&ulid);
        Self::Ulid(text)
    }

    /// Returns a fresh random UUID, version 4 (RFC 9562).
    pub fn fresh_uuid() -> Self {
        let mut text = [0; 36];
        #[expect(
            clippy::disallowed_methods,
            reason = "request ids are drawn before there is an entropy parameter"
        )]
        Uuid::new_v4().hyphenated().encode_lower(&mut text);
        Self::Uuid(text)
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Ulid(text) => text,
            Self::Uuid(text) => text,
        }
    }

    /// Returns the id as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.bytes()).expect("ids are ASCII")
    }

    /// Returns the id as a header value.
    pub fn header(&self) -> HeaderValue {
        HeaderValue::from_bytes(self.bytes()).expect("ids are header values")
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Returns the id that a client sent, if it is fit for a log line. It is never ours.
pub fn foreign(value: Option<&HeaderValue>) -> Option<&str> {
    let text = value?.to_str().ok()?;
    let sane = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':');
    (text.len() <= 128 && !text.is_empty() && text.bytes().all(sane)).then_some(text)
}
