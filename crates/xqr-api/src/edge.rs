//! What happens to every API request around its handler: id, origin, head limits, envelope, content
//! coding, log, counters.

mod coding;
mod cors;

use std::cell::RefCell;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{RequestHead, ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::guard::fn_guard;
use actix_web::http::Method;
use actix_web::http::header::{ALLOW, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, HttpResponse, Resource, Scope, web};
use futures_util::FutureExt as _;
use xqr_engine::errors::{Condition, Error, Result};
use xqr_engine::settings::Edge;
use xqr_engine::{Admission, Figures};

pub(crate) use self::coding::{Codings, Secret};
pub(crate) use self::cors::Cors;
use crate::fault::Fault;
use crate::request_id::{RequestId, X_REQUEST_ID, foreign};
use crate::wire::{Accept, Wire, dress};
use crate::{call, metric, peer};

/// Speaks dialect `D`: every answer of the scope leaves through here, refusals and panics in the
/// dialect's envelope.
pub(crate) async fn speak<D: Wire>(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let app = call::app(request.request());
    let id = D::fresh_id(app.now());
    let started = Instant::now();
    let accept = Accept::of(request.headers());
    let method = request.method().clone();
    let codings = Codings::of(&request);
    let cors = Cors::of(&app.settings.cors, request.headers());
    if let Some(answer) = cors.preflight(&app.settings.cors, request.head(), id) {
        metric::request("(preflight)", answer.status().as_u16(), started.elapsed());
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
        cors.dress(response.headers_mut());
        metric::request("(refused)", response.status().as_u16(), started.elapsed());
        return Ok(request.into_response(response));
    }
    // The request must not be kept across this call, so a panic answers without it.
    let Ok(answer) = AssertUnwindSafe(next.call(request)).catch_unwind().await else {
        let error = Error::internal("a handler panicked");
        tracing::error!(request_id = %id, %method, "a handler panicked");
        metric::request("(panic)", 500, started.elapsed());
        let mut response = refuse::<D>(&error, id, accept, None);
        cors.dress(response.headers_mut());
        return Err(InternalError::from_response("panic", response).into());
    };
    let mut answer = match answer {
        Ok(answer) => answer.map_into_boxed_body(),
        Err(error) => {
            let mut response = refuse::<D>(&Error::internal(error.to_string()), id, accept, None);
            cors.dress(response.headers_mut());
            return Err(InternalError::from_response("service", response).into());
        }
    };
    if let Some(fault) = answer.response().error().and_then(|error| error.as_error::<Fault>()) {
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
    let admission = answer.request().extensions_mut().remove::<Admission>();
    match admission {
        Some(admission) if D::costs(answer.status()) => admission.keep(),
        Some(_) => {
            drop(answer.request().extensions_mut().get_mut::<Figures>().map(Figures::give_back))
        }
        None => {}
    }
    let figures = answer.request().extensions().get::<Figures>().copied();
    if let Some(figures) = figures {
        D::show_figures(answer.headers_mut(), &figures);
    }
    cors.dress(answer.headers_mut());
    let route = answer.request().match_pattern().unwrap_or_else(|| "(unknown)".to_owned());
    let status = answer.status().as_u16();
    let key = answer.request().extensions().get::<call::KeyPrefix>().map(|key| key.0.clone());
    tracing::info!(
        request_id = %id, %method, route, status, ms = started.elapsed().as_millis() as u64, key, client_id, "request"
    );
    metric::request(&route, status, started.elapsed());
    Ok(codings.apply(answer, method == Method::GET || method == Method::HEAD))
}

/// Puts a refusal into the dialect's envelope, counts it, and adds the headers of every refusal.
pub(crate) fn refuse<D: Wire>(
    error: &Error,
    id: RequestId,
    accept: Accept,
    allow: Option<&'static str>,
) -> HttpResponse {
    let mut response = D::refuse(error, id, accept);
    metric::error(error.condition().row().native_code());
    dress(&mut response, error, id);
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

/// Refuses what came over plain HTTP where the settings demand HTTPS.
fn check_https(request: &ServiceRequest, edge: &Edge) -> Result<()> {
    if edge.require_https && !peer::is_https(edge, request.request().peer_addr(), request.headers())
    {
        return Err(Condition::HttpsRequired.into());
    }
    Ok(())
}

/// Refuses a request target or head beyond the limits.
pub(crate) fn check_head(head: &RequestHead, edge: &Edge) -> Result<()> {
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

thread_local! {
    /// The resources that were made on this thread while somebody listens.
    static MADE: RefCell<Option<Vec<(String, &'static str)>>> = const { RefCell::new(None) };
}

/// Returns path and methods of each resource that `configure` makes.
pub(crate) fn made_by(configure: impl FnOnce()) -> Vec<(String, &'static str)> {
    MADE.set(Some(Vec::new()));
    configure();
    MADE.take().unwrap_or_default()
}

/// A resource whose other methods are refused with `Allow`.
pub(crate) fn resource(path: &str, allow: &'static str) -> Resource {
    MADE.with_borrow_mut(|made| {
        made.iter_mut().for_each(|made| made.push((path.to_owned(), allow)))
    });
    let refuse = move || async move {
        Err::<HttpResponse, _>(Fault {
            error: Condition::MethodNotAllowed.into(),
            allow: Some(allow),
        })
    };
    web::resource(path).default_service(web::to(refuse))
}

/// A scope for what lies below `prefix`. Other paths are told apart by its first letters, so that a
/// redirect tries none of its patterns.
pub(crate) fn below(prefix: &'static str) -> Scope {
    let lies_below =
        move |path: &str| path.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/'));
    web::scope(prefix).guard(fn_guard(move |context| lies_below(context.head().uri.path())))
}

/// Answers a path that no route has.
pub(crate) async fn no_route() -> Result<HttpResponse, Fault> {
    Err(Condition::RouteNotFound.into())
}

#[cfg(test)]
mod tests;
