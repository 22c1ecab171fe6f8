//! The guarded client, which fetches and posts.

use std::fmt;
use std::sync::Arc;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{
    ACCEPT, ACCEPT_ENCODING, CONNECTION, CONTENT_ENCODING, CONTENT_TYPE, HOST, HeaderMap,
    HeaderName, HeaderValue, LOCATION, USER_AGENT,
};
use hyper::{Method, Request, StatusCode};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use crate::concurrency::{ConcurrencyLimits, HostPermit, LimitKey};
use crate::connection::{Connector, Exchange};
use crate::error::{BadRoot, FetchError, UrlFault};
use crate::guard;
use crate::policy::Policy;
use crate::resolve::{Resolve, SystemResolver};
use crate::response::{Delivered, Fetched, Kind};
use crate::response::{body, image_sniff, retry_after};
use crate::target::Target;

/// The `User-Agent` of every request.
const AGENT: HeaderValue = HeaderValue::from_static(concat!("xqr/", env!("CARGO_PKG_VERSION")));
/// How much of the response to a post is kept, in bytes.
const EXCERPT: usize = 1024;
/// Headers that callers cannot set on a post: they could address another host or write past the end
/// of the body.
const OURS: [&str; 12] = [
    "accept-encoding",
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// The guarded client. Between requests it keeps its counts only: no connection, cookie or TLS
/// ticket.
pub struct Outbound {
    policy: Policy,
    resolver: Arc<dyn Resolve>,
    connector: Connector,
    limits: Arc<ConcurrencyLimits>,
    memory: Arc<Semaphore>,
}

impl fmt::Debug for Outbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbound").field("policy", &self.policy).finish_non_exhaustive()
    }
}

impl Outbound {
    /// Creates a client with the system resolver and the authorities that browsers trust.
    pub fn new(policy: Policy) -> Self {
        let limits = ConcurrencyLimits::new(&policy);
        let memory = Arc::new(Semaphore::new(policy.memory as usize));
        Self {
            policy,
            resolver: Arc::new(SystemResolver::default()),
            connector: Connector::new(),
            limits,
            memory,
        }
    }

    /// Replaces the resolver.
    #[must_use]
    pub fn resolving(self, resolver: Arc<dyn Resolve>) -> Self {
        Self { resolver, ..self }
    }

    /// Trusts one more certificate authority, such as a company's own. `certificate` is in DER.
    ///
    /// # Errors
    ///
    /// [`BadRoot`] if the bytes are not a certificate.
    pub fn trusting(mut self, certificate: &[u8]) -> Result<Self, BadRoot> {
        self.connector = self.connector.trusting(certificate)?;
        Ok(self)
    }

    /// Returns the policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Checks every current address of the target and connects to none. Each request checks again.
    ///
    /// # Errors
    ///
    /// [`FetchError::BadUrl`], [`FetchError::Internal`], [`FetchError::Busy`], and
    /// [`FetchError::Unreachable`] if the name does not exist.
    pub async fn judge(&self, target: &Target) -> Result<(), FetchError> {
        let deadline = Instant::now() + self.policy.deadline;
        let _permit = self.limits.acquire()?;
        let admission = guard::admit(target, &self.policy, &*self.resolver);
        timeout_at(deadline, admission).await.unwrap_or(Err(FetchError::Unreachable)).map(drop)
    }

    /// Fetches a target. Redirects are followed up to the limit of the policy; each is checked like
    /// a first address.
    ///
    /// # Errors
    ///
    /// Every [`FetchError`].
    pub async fn fetch(&self, target: &Target, kind: Kind) -> Result<Fetched, FetchError> {
        let deadline = Instant::now() + self.policy.deadline;
        let _permit = self.limits.acquire()?;
        let mut hop = target.clone();
        for followed in 0..=self.policy.max_redirects {
            let got = self.get(&hop, kind, deadline).await;
            match got
                .map_err(|error| if followed == 0 { error } else { of_redirect(error, target) })?
            {
                Got::Body(fetched) => return Ok(fetched),
                Got::Redirect(location) => {
                    hop = hop
                        .follow(&location, &self.policy)
                        .map_err(|error| of_redirect(error, target))?;
                }
            }
        }
        Err(FetchError::TooManyRedirects)
    }

    /// Posts a body with these headers. Redirects are not followed. Any status is a result, also if
    /// the body does not end in time. `Host` and the headers of the connection are not taken from
    /// the caller.
    ///
    /// # Errors
    ///
    /// [`FetchError::BadUrl`], [`FetchError::Internal`], [`FetchError::Unreachable`],
    /// [`FetchError::TooSlow`], [`FetchError::Garbled`] and [`FetchError::Busy`].
    pub async fn post(
        &self,
        target: &Target,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> Result<Delivered, FetchError> {
        let started = Instant::now();
        let deadline = started + self.policy.deadline;
        let _permit = self.limits.acquire()?;
        let (mut exchange, _at_host) =
            self.send(target, Method::POST, headers, Bytes::from(body), deadline).await?;
        let mut excerpt = Vec::new();
        if !is_compressed(exchange.response.headers()) {
            // The status is known; a shorter excerpt does not change it.
            timeout_at(
                deadline,
                body::read_excerpt(exchange.response.body_mut(), EXCERPT, &mut excerpt),
            )
            .await
            .ok();
        }
        Ok(Delivered {
            status: exchange.response.status().as_u16(),
            duration: started.elapsed(),
            retry_after: retry_after::parse(exchange.response.headers()),
            body_excerpt: body::legible(&excerpt, EXCERPT),
        })
    }

    async fn get(&self, target: &Target, kind: Kind, deadline: Instant) -> Result<Got, FetchError> {
        let accept = if kind == Kind::Image { "image/*" } else { "*/*" };
        let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(accept))]);
        let (mut exchange, _at_host) =
            self.send(target, Method::GET, headers, Bytes::new(), deadline).await?;
        let (status, headers) = (exchange.response.status(), exchange.response.headers());
        if let (301 | 302 | 303 | 307 | 308, Some(location)) =
            (status.as_u16(), text(headers, &LOCATION))
        {
            return Ok(Got::Redirect(location));
        }
        if status != StatusCode::OK {
            return Err(FetchError::Status(status.as_u16()));
        }
        if is_compressed(headers) {
            return Err(FetchError::Compressed);
        }
        let content_type = text(headers, &CONTENT_TYPE);
        let reading = body::read(exchange.response.body_mut(), self.policy.max_bytes, &self.memory);
        let (bytes, memory) =
            timeout_at(deadline, reading).await.unwrap_or(Err(FetchError::TooSlow))?;
        if kind == Kind::Image && !image_sniff::is_image(&bytes) {
            return Err(FetchError::NotAnImage);
        }
        Ok(Got::Body(Fetched { bytes, content_type, memory }))
    }

    /// Makes one attempt: one look-up, and a connection to one of its addresses.
    async fn send(
        &self,
        target: &Target,
        method: Method,
        mut headers: HeaderMap,
        body: Bytes,
        deadline: Instant,
    ) -> Result<(Exchange, HostPermit), FetchError> {
        for name in OURS {
            headers.remove(name);
        }
        if !headers.contains_key(USER_AGENT) {
            headers.insert(USER_AGENT, AGENT);
        }
        let host = HeaderValue::from_str(target.authority())
            .map_err(|_| FetchError::BadUrl(UrlFault::Syntax))?;
        headers.extend([
            (HOST, host),
            (ACCEPT_ENCODING, HeaderValue::from_static("identity")),
            (CONNECTION, HeaderValue::from_static("close")),
        ]);
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = method;
        *request.uri_mut() = target.request();
        *request.headers_mut() = headers;

        let at_host = self.limits.acquire_for(LimitKey::Name(target.host().to_owned()))?;
        let admission = guard::admit(target, &self.policy, &*self.resolver);
        let addresses =
            timeout_at(deadline, admission).await.unwrap_or(Err(FetchError::Unreachable))?;
        Ok((
            self.connector.exchange(target, &addresses, &self.limits, request, deadline).await?,
            at_host,
        ))
    }
}

enum Got {
    Body(Fetched),
    Redirect(String),
}

/// Hides the address of a redirect from the error, because it is the target's text.
fn of_redirect(error: FetchError, first: &Target) -> FetchError {
    match error {
        FetchError::BadUrl(_) => FetchError::BadUrl(UrlFault::Redirect),
        FetchError::Internal { .. } => {
            FetchError::Internal { host: first.host().to_owned(), address: None, literal: false }
        }
        other => other,
    }
}

fn is_compressed(headers: &HeaderMap) -> bool {
    headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}
