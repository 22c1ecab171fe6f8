//! What a dialect must supply: its envelope for refusals, and where it carries the key.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONNECTION, HeaderMap, HeaderValue, RETRY_AFTER, UPGRADE, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::future::LocalBoxFuture;
use xqr_engine::errors::{Condition, Dialect, Error, Reply, Result};
use xqr_engine::plans::Limits;
use xqr_engine::{App, Figures, Rates};

use crate::call::Bearer;
use crate::request_id::{RequestId, X_REQUEST_ID};

/// One of the wire forms, as a type.
pub(crate) trait Wire: 'static {
    /// The column of the catalogue.
    const DIALECT: Dialect;

    /// The limits that a call meets.
    const RATES: Rates;

    /// Returns the id of a new request at `now`, Unix milliseconds.
    fn fresh_id(now: i64) -> RequestId {
        RequestId::fresh(now)
    }

    /// Returns whether a call with this answer counts for its quota.
    fn costs(status: StatusCode) -> bool {
        status.is_success()
    }

    /// Returns whether the plan of these limits includes the dialect.
    fn is_included(limits: &Limits) -> bool;

    /// Puts a refusal into the dialect's envelope.
    fn refuse(error: &Error, id: RequestId, accept: Accept) -> HttpResponse;

    /// Finds out who calls.
    fn who(app: Arc<App>, request: HttpRequest) -> LocalBoxFuture<'static, Result<Bearer>>;

    /// Returns whether a path is that of a probe, which answers during maintenance, too.
    fn is_probe(_path: &str) -> bool {
        false
    }

    /// Adds what the caller may still do to the headers of an answer.
    fn show_figures(headers: &mut HeaderMap, figures: &Figures);
}

/// Returns a refusal with the dialect's body and no further headers.
pub(crate) fn plain_refusal(reply: &Reply, id: RequestId) -> HttpResponse {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    HttpResponse::build(status).content_type("application/json").body(reply.body(id.as_str()))
}

/// Which form a client asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Accept {
    /// The dialect's own.
    Native,
    /// `application/problem+json`, RFC 9457.
    Problem,
}

impl Accept {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        if accepts(headers, "application/problem+json") { Self::Problem } else { Self::Native }
    }
}

/// Returns whether an `Accept` header names the media type.
pub(crate) fn accepts(headers: &HeaderMap, media_type: &str) -> bool {
    headers.get_all("accept").filter_map(|value| value.to_str().ok()).any(|value| {
        value.split(',').any(|item| {
            item.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(media_type)
        })
    })
}

/// Adds the headers that every refusal carries, whatever its dialect.
pub(crate) fn dress(response: &mut HttpResponse, error: &Error, id: RequestId) {
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
