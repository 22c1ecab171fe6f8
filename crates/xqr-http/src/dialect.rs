//! What a dialect supplies: its refusal envelope, its limits, its credentials, its routes.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT, ALLOW, Accept as AcceptHeader, CACHE_CONTROL, CONNECTION, Header as _, HeaderMap,
    HeaderValue, Quality, RETRY_AFTER, UPGRADE, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use futures_util::future::LocalBoxFuture;
use serde_json::Value;
use xqr_engine::dialect::{Dialects, Profile};
use xqr_engine::errors::{Condition, Error, Reply, Result};
use xqr_engine::{App, LimitStatus, Rates, errors};

use crate::metrics;
use crate::request::authenticate::Bearer;
use crate::request::request_id::{RequestId, X_REQUEST_ID};

/// One of the wire forms that the service speaks, as a type.
pub trait Dialect: 'static {
    /// The dialect's column of the error catalogue.
    const COLUMN: errors::Dialect;

    /// The limits that an API request meets.
    const RATES: Rates;

    /// Returns the id of a new request at `now`, Unix milliseconds.
    fn fresh_id(now: i64) -> RequestId {
        RequestId::fresh(now)
    }

    /// Returns whether a request with this status counts against its quota.
    fn costs(status: StatusCode) -> bool {
        status.is_success()
    }

    /// Puts a refusal into the dialect's envelope.
    fn refuse(error: &Error, id: RequestId, accept: Accept) -> HttpResponse;

    /// Authenticates the client.
    fn authenticate(app: Arc<App>, request: HttpRequest)
    -> LocalBoxFuture<'static, Result<Bearer>>;

    /// Returns whether a path is that of a probe, which answers during maintenance, too.
    fn is_probe(_path: &str) -> bool {
        false
    }

    /// Adds the headers that report what is left of the caller's limits.
    fn add_rate_limit_headers(_headers: &mut HeaderMap, _figures: &LimitStatus) {}
}

/// A function that puts a refusal into one dialect's envelope, with the methods of the path for a
/// 405: [`refuse`] of a [`Dialect`].
pub type Refuse = fn(&Error, RequestId, Accept, Option<&'static str>) -> HttpResponse;

/// What the server and the public routes know of a dialect.
#[derive(Debug, Clone, Copy)]
pub struct Registration {
    /// The dialect's column of the error catalogue, and with it its name.
    pub column: errors::Dialect,
    /// The rules that the engine follows.
    pub profile: &'static dyn Profile,
    /// Puts a refusal into the dialect's envelope.
    pub refuse: Refuse,
    /// Returns the dialect's OpenAPI 3.1 document.
    pub document: fn() -> Value,
    /// Mounts the dialect's routes.
    pub routes: fn(&mut web::ServiceConfig),
}

/// The dialects of a running service, in the order in which their routes are mounted.
#[derive(Debug, Clone)]
pub struct Registry(Vec<Registration>);

impl Registry {
    /// Makes a registry. Public routes answer programs in the first dialect.
    ///
    /// # Panics
    ///
    /// If there is no dialect.
    pub fn new(dialects: &[Registration]) -> Self {
        assert!(!dialects.is_empty(), "a service speaks at least one dialect");
        Self(dialects.to_vec())
    }

    /// Returns every dialect.
    pub fn all(&self) -> &[Registration] {
        &self.0
    }

    /// Returns the profiles for the engine.
    pub fn profiles(&self) -> Dialects {
        Dialects::new(self.0.iter().map(|dialect| dialect.profile))
    }

    /// Returns the dialect of this name.
    pub fn find(&self, name: &str) -> Option<&Registration> {
        self.0.iter().find(|dialect| dialect.column.name() == name)
    }

    /// Returns the dialect in which public routes answer programs.
    pub fn public(&self) -> &Registration {
        &self.0[0]
    }
}

/// Returns the dialects of the running service.
pub fn registry(request: &HttpRequest) -> &Registry {
    request.app_data::<web::Data<Registry>>().expect("the server registers it")
}

/// The media type in which a client wants refusals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accept {
    /// The dialect's own.
    Native,
    /// `application/problem+json`, RFC 9457.
    Problem,
}

impl Accept {
    /// Reads the `Accept` header (RFC 9110, section 12.5.1).
    pub fn of(request: &impl HttpMessage) -> Self {
        if accepts(request, "application/problem+json") { Self::Problem } else { Self::Native }
    }
}

/// Returns whether an `Accept` header names the media type with a weight above zero (RFC 9110,
/// section 12.5.1). A range such as `*/*` does not name one.
pub fn accepts(request: &impl HttpMessage, media_type: &str) -> bool {
    request.headers().contains_key(ACCEPT)
        && AcceptHeader::parse(request).is_ok_and(|accept| {
            accept.iter().any(|it| {
                it.item.essence_str().eq_ignore_ascii_case(media_type) && it.quality > Quality::ZERO
            })
        })
}

/// Begins a refusal with its status in a dialect.
pub fn refusal_builder(status: u16) -> actix_web::HttpResponseBuilder {
    HttpResponse::build(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
}

/// Returns a refusal with the dialect's body and no further headers.
pub fn plain_refusal(reply: &Reply, id: RequestId) -> HttpResponse {
    refusal_builder(reply.status).content_type("application/json").body(reply.body(id.as_str()))
}

/// Adds the headers that every refusal carries, whatever its dialect.
pub fn add_refusal_headers(response: &mut HttpResponse, error: &Error, id: RequestId) {
    let headers = response.headers_mut();
    headers.insert(X_REQUEST_ID, id.header());
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if matches!(error.condition(), Condition::HttpsRequired) {
        // RFC 9110 section 15.5.22.
        headers.insert(UPGRADE, HeaderValue::from_static("TLS/1.2, HTTP/1.1"));
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    }
    if let Some(seconds) = error.condition().retry_after() {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
}

/// Puts a refusal into the dialect's envelope, counts it, and adds the headers of every refusal.
/// `allow` are the methods of the path, for a 405.
pub fn refuse<D: Dialect>(
    error: &Error,
    id: RequestId,
    accept: Accept,
    allow: Option<&'static str>,
) -> HttpResponse {
    let mut response = D::refuse(error, id, accept);
    metrics::error(error.condition().row().native_code());
    add_refusal_headers(&mut response, error, id);
    // Where there is GET, there is HEAD.
    if let Some(allow) = allow
        && let Ok(allow) = match allow.contains("HEAD") {
            true => Ok(HeaderValue::from_static(allow)),
            false => HeaderValue::try_from(allow.replacen("GET", "GET, HEAD", 1)),
        }
    {
        response.headers_mut().insert(ALLOW, allow);
    }
    response
}
