//! The middleware of every API request: request id, CORS, head limits, refusal envelope,
//! compression, log, metrics.

pub mod compression;
pub mod cors;

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use actix_web::HttpMessage as _;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{RequestHead, ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::Method;
use actix_web::http::header::{HeaderValue, X_CONTENT_TYPE_OPTIONS};
use actix_web::middleware::Next;
use futures_util::FutureExt as _;
use xqr_engine::errors::{Condition, Error, Result};
use xqr_engine::settings::Edge;
use xqr_engine::{LimitStatus, QuotaReservation};

pub use self::compression::{Codings, Secret};
pub use self::cors::Cors;
use crate::dialect::{Accept, Dialect, refuse};
use crate::refusal::Refusal;
use crate::request::authenticate::KeyPrefix;
use crate::request::client_ip;
use crate::request::request_id::{X_REQUEST_ID, foreign};
use crate::{metrics, request as requests};

/// Wraps a scope of dialect `D`: refusals and panics leave in the dialect's envelope.
///
/// # Errors
///
/// A panic and an error of the service itself, each with its response.
pub async fn envelope<D: Dialect>(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let app = requests::app(request.request());
    let id = D::fresh_id(app.now());
    let started = Instant::now();
    let accept = Accept::of(&request);
    let method = request.method().clone();
    let codings = Codings::of(&request);
    let cors = Cors::of(&app.settings.cors, request.headers());
    if let Some(answer) = cors.preflight(&app.settings.cors, request.head(), id) {
        metrics::request("(preflight)", answer.status().as_u16(), started.elapsed());
        return Ok(request.into_response(answer));
    }
    let client_id = foreign(request.headers().get("x-request-id")).map(str::to_owned);
    request.extensions_mut().insert(id);
    // Where there is GET, there is HEAD (RFC 9110, section 9.3.2): routes see the one, the
    // connection leaves the body of the other out.
    if method == Method::HEAD {
        request.head_mut().method = Method::GET;
    }

    let open = match check_head(request.head(), &app.settings.edge)
        .and_then(|()| check_https(&request, &app.settings.edge))
    {
        Ok(()) if D::is_probe(request.path()) => Ok(()),
        Ok(()) => app.check_maintenance().await,
        Err(error) => Err(error),
    };
    if let Err(error) = open {
        let mut response = refuse::<D>(&error, id, accept, None);
        cors.add_headers(response.headers_mut());
        metrics::request("(refused)", response.status().as_u16(), started.elapsed());
        return Ok(request.into_response(response));
    }
    // The request must not be kept across this call, so a panic answers without it.
    let Ok(answer) = AssertUnwindSafe(next.call(request)).catch_unwind().await else {
        let error = Error::internal("a handler panicked");
        tracing::error!(request_id = %id, %method, "a handler panicked");
        metrics::request("(panic)", 500, started.elapsed());
        let mut response = refuse::<D>(&error, id, accept, None);
        cors.add_headers(response.headers_mut());
        return Err(InternalError::from_response("panic", response).into());
    };
    let mut answer = match answer {
        Ok(answer) => answer.map_into_boxed_body(),
        Err(error) => {
            let mut response = refuse::<D>(&Error::internal(error.to_string()), id, accept, None);
            cors.add_headers(response.headers_mut());
            return Err(InternalError::from_response("service", response).into());
        }
    };
    if let Some(fault) = answer.response().error().and_then(|error| error.as_error::<Refusal>()) {
        let error = &fault.error;
        if error.cause().is_some() && answer.status().is_server_error() {
            tracing::error!(request_id = %id, error = %error.report(), at = %error.location(), "a request failed");
        } else if error.cause().is_some() {
            tracing::debug!(request_id = %id, error = %error.report(), "a request was refused");
        }
        let response = refuse::<D>(error, id, accept, fault.allow);
        answer = answer.into_response(response);
    } else {
        answer.headers_mut().insert(X_REQUEST_ID, id.header());
        answer.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    }
    let admission = answer.request().extensions_mut().remove::<QuotaReservation>();
    match admission {
        Some(admission) if D::costs(answer.status()) => admission.keep(),
        Some(_) => {
            if let Some(figures) = answer.request().extensions_mut().get_mut::<LimitStatus>() {
                figures.give_back();
            }
        }
        None => {}
    }
    let figures = answer.request().extensions().get::<LimitStatus>().copied();
    if let Some(figures) = figures {
        D::add_rate_limit_headers(answer.headers_mut(), &figures);
    }
    cors.add_headers(answer.headers_mut());
    let route = answer.request().match_pattern().unwrap_or_else(|| "(unknown)".to_owned());
    let status = answer.status().as_u16();
    let key = answer.request().extensions().get::<KeyPrefix>().map(|key| key.0.clone());
    tracing::info!(
        request_id = %id, %method, route, status, ms = started.elapsed().as_millis() as u64, key, client_id, "request"
    );
    metrics::request(&route, status, started.elapsed());
    Ok(codings.apply(answer, method == Method::GET || method == Method::HEAD))
}

/// Refuses what came over plain HTTP where the settings demand HTTPS.
fn check_https(request: &ServiceRequest, edge: &Edge) -> Result<()> {
    if edge.require_https
        && !client_ip::is_https(edge, request.request().peer_addr(), request.headers())
    {
        return Err(Condition::HttpsRequired.into());
    }
    Ok(())
}

/// Refuses a request target or head beyond the limits.
pub fn check_head(head: &RequestHead, edge: &Edge) -> Result<()> {
    let target = head.uri.path_and_query().map_or(0, |target| target.as_str().len());
    if target > edge.max_target_bytes {
        return Err(Condition::TargetTooLong { max: edge.max_target_bytes as u64 }.into());
    }
    let bytes: usize =
        head.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if head.headers.len() > edge.max_head_fields || bytes > edge.max_head_bytes {
        let (fields, bytes) = (edge.max_head_fields as u64, edge.max_head_bytes as u64);
        return Err(Condition::HeadTooLarge { fields, bytes }.into());
    }
    Ok(())
}
