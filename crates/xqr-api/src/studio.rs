//! The studio dialect: `X-Api-Key`, every path with a trailing slash, bare bodies, errors in the
//! way of Django (QR Studio reference, sections 1, 2 and 15).
//!
//! Order of checks: HTTPS, key, rate, fields, plan, items, quota, fetches, drawing (section 15.5).

mod auth;
mod bulk;
mod dynamic;
mod form;
mod generate;
mod keys;
mod order;
mod status;
mod usage;
mod webhooks;

use std::sync::Arc;

use actix_web::dev::HttpServiceFactory;
use actix_web::guard::fn_guard;
use actix_web::http::header::HeaderMap;
use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::future::LocalBoxFuture;
use xqr_engine::auth::SecretKey;
use xqr_engine::errors::{Condition, Dialect, Error, Result};
use xqr_engine::plans::Limits;
use xqr_engine::{App, Figures, Pace, Rates};

use crate::call::{Bearer, by_key, by_token};
use crate::edge::{no_route, speak};
use crate::request_id::RequestId;
use crate::wire::{Accept, Wire, plain_refusal};

/// The studio dialect, called with a key.
pub(crate) struct Studio;

impl Wire for Studio {
    const DIALECT: Dialect = Dialect::Studio;
    // Pictures are charged one by one; calls are not counted.
    const RATES: Rates = Rates { pace: Pace::KeyMinute, quota: None };

    fn is_included(limits: &Limits) -> bool {
        limits.api_studio
    }

    fn refuse(error: &Error, id: RequestId, _: Accept) -> HttpResponse {
        plain_refusal(&error.reply(Self::DIALECT), id)
    }

    fn who(app: Arc<App>, request: HttpRequest) -> LocalBoxFuture<'static, Result<Bearer>> {
        Box::pin(by_key(app, request, credential))
    }

    fn is_probe(path: &str) -> bool {
        ["/api/health/", "/api/status/"].contains(&path)
    }

    fn show_figures(_: &mut HeaderMap, _: &Figures) {}
}

/// The studio dialect, called by a person who has signed in.
pub(crate) struct Person;

impl Wire for Person {
    const DIALECT: Dialect = Dialect::Studio;
    const RATES: Rates = Studio::RATES;

    fn is_included(limits: &Limits) -> bool {
        Studio::is_included(limits)
    }

    fn refuse(error: &Error, id: RequestId, accept: Accept) -> HttpResponse {
        Studio::refuse(error, id, accept)
    }

    fn who(app: Arc<App>, request: HttpRequest) -> LocalBoxFuture<'static, Result<Bearer>> {
        Box::pin(by_token(app, request))
    }

    fn show_figures(_: &mut HeaderMap, _: &Figures) {}
}

fn credential(headers: &HeaderMap) -> Result<SecretKey> {
    let mut values = headers.get_all("x-api-key");
    match (values.next().and_then(|value| value.to_str().ok()), values.next()) {
        (Some(value), None) => SecretKey::parse(value),
        _ => Err(Condition::KeyInvalid.into()),
    }
}

pub(crate) fn scope() -> impl HttpServiceFactory {
    web::scope("/api")
        .guard(fn_guard(|context| context.head().uri.path().ends_with('/')))
        .wrap(from_fn(speak::<Studio>))
        .configure(auth::routes)
        .configure(generate::routes)
        .configure(bulk::routes)
        .configure(dynamic::routes)
        .configure(keys::routes)
        .configure(usage::routes)
        .configure(webhooks::routes)
        .configure(status::routes)
        .default_service(web::to(no_route))
}
