//! The native dialect: `Authorization: Bearer`, `{data, meta}`, `{error, meta}`, RFC 9457 on
//! demand.
//!
//! Order of checks: head limits, path, method, key, plan, scope, body or query, resource, plan
//! limit, conflict.

mod analytics;
mod assets;
mod bio;
mod dry_run;
mod envelope;
mod errors;
mod figures;
mod keys;
mod links;
mod order;
mod projects;
mod qr;
mod rules;
mod templates;
mod webhooks;
mod workspace;

pub(crate) use bio::is_language;

use std::sync::Arc;

use actix_web::dev::HttpServiceFactory;
use actix_web::guard::fn_guard;
use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, HeaderMap, HeaderValue, LINK, WWW_AUTHENTICATE};
use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::future::LocalBoxFuture;
use xqr_engine::auth::{SecretKey, bearer};
use xqr_engine::errors::{Condition, Dialect, Error, Result};
use xqr_engine::plans::{Cycle, Limits};
use xqr_engine::{App, Figures, Pace, Rates};

use crate::call::{Bearer, by_key, by_token};
use crate::edge::{no_route, speak};
use crate::request_id::RequestId;
use crate::wire::{Accept, Wire};

/// The native dialect.
pub(crate) struct Xqr;

impl Wire for Xqr {
    const DIALECT: Dialect = Dialect::Xqr;
    const RATES: Rates = Rates { pace: Pace::KeySecond, quota: Some(Cycle::Month) };

    fn is_included(limits: &Limits) -> bool {
        limits.api_xqr
    }

    fn refuse(error: &Error, id: RequestId, accept: Accept) -> HttpResponse {
        let reply = error.reply(Self::DIALECT);
        let code = reply.native_code();
        let mut builder = HttpResponse::build(
            StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        );
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

    fn who(app: Arc<App>, request: HttpRequest) -> LocalBoxFuture<'static, Result<Bearer>> {
        Box::pin(by_key(app, request, credential))
    }

    fn show_figures(headers: &mut HeaderMap, figures: &Figures) {
        figures::show(headers, figures);
    }
}

/// The native dialect, called by a person who has signed in.
pub(crate) struct XqrPerson;

impl Wire for XqrPerson {
    const DIALECT: Dialect = Dialect::Xqr;
    const RATES: Rates = Xqr::RATES;

    fn is_included(limits: &Limits) -> bool {
        Xqr::is_included(limits)
    }

    fn refuse(error: &Error, id: RequestId, accept: Accept) -> HttpResponse {
        Xqr::refuse(error, id, accept)
    }

    fn who(app: Arc<App>, request: HttpRequest) -> LocalBoxFuture<'static, Result<Bearer>> {
        Box::pin(by_token(app, request))
    }

    fn show_figures(headers: &mut HeaderMap, figures: &Figures) {
        Xqr::show_figures(headers, figures);
    }
}

fn credential(headers: &HeaderMap) -> Result<SecretKey> {
    let mut values = headers.get_all(AUTHORIZATION);
    match (values.next().and_then(|value| value.to_str().ok()), values.next()) {
        (Some(value), None) => bearer(value),
        _ => Err(Condition::KeyInvalid.into()),
    }
}

/// `/api`, and below it what has a version, or belongs to developers.
pub(crate) fn scope() -> impl HttpServiceFactory {
    web::scope("/api")
        .guard(fn_guard(|context| is_ours(context.head().uri.path())))
        .wrap(from_fn(speak::<Xqr>))
        .configure(links::routes)
        .configure(dry_run::routes)
        .configure(qr::routes)
        .configure(templates::routes)
        .configure(analytics::routes)
        .configure(assets::routes)
        .configure(bio::routes)
        .configure(keys::routes)
        .configure(projects::routes)
        .configure(webhooks::routes)
        .configure(workspace::routes)
        .configure(errors::routes)
        .default_service(web::to(no_route))
}

fn is_ours(path: &str) -> bool {
    let first = path.strip_prefix("/api/").and_then(|rest| rest.split('/').next());
    let version = |first: &str| {
        first.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    first.is_none_or(|first| first == "developer" || version(first))
}
