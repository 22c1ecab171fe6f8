//! The native API of xqr: `Authorization: Bearer`, `{data, meta}`, `{error, meta}`, RFC 9457 on
//! request.
//!
//! Order of checks: head limits, path, method, key, plan, scope, body or query, resource, plan
//! limit, conflict.

mod analytics;
mod assets;
mod bio;
mod envelope;
mod errors;
mod links;
mod openapi;
mod pictures;
mod profile;
mod webhook_format;
mod workspace;

use std::sync::Arc;

use actix_web::guard::fn_guard;
use actix_web::http::header::{AUTHORIZATION, HeaderMap, HeaderValue, LINK, WWW_AUTHENTICATE};
use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::future::LocalBoxFuture;
use xqr_engine::auth::{SecretKey, bearer};
use xqr_engine::errors::{Condition, Dialect as Column, Error, Result};
use xqr_engine::plans::Cycle;
use xqr_engine::{App, LimitStatus, Pace, Rates};
use xqr_http::dialect::{refusal_builder, refuse};
use xqr_http::middleware::envelope as answer_in;
use xqr_http::request::authenticate::{by_key, by_token};
use xqr_http::routes::no_route;
use xqr_http::{Accept, Bearer, Dialect, Registration, RequestId};

use self::envelope::rate_limit_headers;

/// The dialect, for the server.
pub const DIALECT: Registration = Registration {
    column: Native::COLUMN,
    refuse: refuse::<Native>,
    document: openapi::document,
    profile: &profile::NativeProfile,
    routes,
};

/// The native dialect, called with an API key.
#[derive(Debug)]
pub struct Native;

impl Dialect for Native {
    const COLUMN: Column = Column::Xqr;
    const RATES: Rates = Rates { pace: Pace::KeySecond, quota: Some(Cycle::Month) };

    fn refuse(error: &Error, id: RequestId, accept: Accept) -> HttpResponse {
        let reply = error.reply(Self::COLUMN);
        let code = reply.native_code();
        let mut builder = refusal_builder(reply.status);
        builder.insert_header((LINK, format!("</docs/errors/{code}>; rel=\"help\"")));
        if reply.status == 401 {
            builder.insert_header((WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")));
        }
        match accept {
            Accept::Native => {
                builder.content_type("application/json").body(reply.body(id.as_str()))
            }
            Accept::Problem => {
                builder.content_type("application/problem+json").body(reply.problem(id.as_str()))
            }
        }
    }

    fn authenticate(
        app: Arc<App>,
        request: HttpRequest,
    ) -> LocalBoxFuture<'static, Result<Bearer>> {
        Box::pin(by_key(app, request, credential))
    }

    fn add_rate_limit_headers(headers: &mut HeaderMap, figures: &LimitStatus) {
        rate_limit_headers::add(headers, figures);
    }
}

/// The native dialect, called by a signed-in user.
struct NativeUser;

impl Dialect for NativeUser {
    const COLUMN: Column = Native::COLUMN;
    const RATES: Rates = Native::RATES;

    fn refuse(error: &Error, id: RequestId, accept: Accept) -> HttpResponse {
        Native::refuse(error, id, accept)
    }

    fn authenticate(
        app: Arc<App>,
        request: HttpRequest,
    ) -> LocalBoxFuture<'static, Result<Bearer>> {
        Box::pin(by_token(app, request))
    }

    fn add_rate_limit_headers(headers: &mut HeaderMap, figures: &LimitStatus) {
        Native::add_rate_limit_headers(headers, figures);
    }
}

fn credential(headers: &HeaderMap) -> Result<SecretKey> {
    let mut values = headers.get_all(AUTHORIZATION);
    match (values.next().and_then(|value| value.to_str().ok()), values.next()) {
        (Some(value), None) => bearer(value),
        _ => Err(Condition::KeyInvalid.into()),
    }
}

/// Mounts what has a version or belongs to developers below `/api`, without a trailing slash.
fn routes(config: &mut web::ServiceConfig) {
    config.service(
        web::scope("/api")
            .guard(fn_guard(|context| is_native(context.head().uri.path())))
            .wrap(from_fn(answer_in::<Native>))
            .configure(links::routes)
            .configure(pictures::routes)
            .configure(analytics::routes)
            .configure(assets::routes)
            .configure(bio::routes)
            .configure(workspace::routes)
            .configure(errors::routes)
            .default_service(web::to(no_route)),
    );
}

fn is_native(path: &str) -> bool {
    let first = path.strip_prefix("/api/").and_then(|rest| rest.split('/').next());
    let version = |first: &str| {
        first.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    // A trailing slash belongs to another dialect.
    first.is_none_or(|first| first == "developer" || version(first)) && !path.ends_with('/')
}
