//! The studio dialect: compatible with QR Studio (reference, sections 1, 2 and 15). `X-Api-Key`,
//! every path with a trailing slash, bare bodies, errors as Django REST framework writes them.
//!
//! Order of checks: HTTPS, key, rate, fields, plan, items, quota, fetches, drawing (section 15.5).

mod account;
mod addresses;
mod dynamic;
mod dynamic_fields;
mod openapi;
mod pictures;
mod profile;
mod status;
mod webhook_format;
mod webhooks;

use std::sync::Arc;

use actix_web::guard::fn_guard;
use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::future::LocalBoxFuture;
use xqr_engine::errors::{Dialect as Column, Error, Result};
use xqr_engine::{App, Pace, Rates};
use xqr_http::dialect::{plain_refusal, refuse};
use xqr_http::middleware::envelope;
use xqr_http::request::authenticate::{by_key, by_token, key_header};
use xqr_http::routes::no_route;
use xqr_http::{Accept, Bearer, Dialect, Registration, RequestId};

/// The dialect, for the server.
pub const DIALECT: Registration = Registration {
    column: Studio::COLUMN,
    refuse: refuse::<Studio>,
    document: openapi::document,
    profile: &profile::StudioProfile,
    routes,
};

/// The studio dialect, called with an API key.
#[derive(Debug)]
pub struct Studio;

impl Dialect for Studio {
    const COLUMN: Column = Column::Studio;
    // Pictures are charged one by one; calls are not counted.
    const RATES: Rates = Rates { pace: Pace::KeyMinute, quota: None };

    fn refuse(error: &Error, id: RequestId, _: Accept) -> HttpResponse {
        plain_refusal(&error.reply(Self::COLUMN), id)
    }

    fn authenticate(
        app: Arc<App>,
        request: HttpRequest,
    ) -> LocalBoxFuture<'static, Result<Bearer>> {
        Box::pin(by_key(app, request, |headers| key_header(headers, "x-api-key")))
    }

    fn is_probe(path: &str) -> bool {
        ["/api/health/", "/api/status/"].contains(&path)
    }
}

/// The studio dialect, called by a signed-in user.
struct StudioUser;

impl Dialect for StudioUser {
    const COLUMN: Column = Studio::COLUMN;
    const RATES: Rates = Studio::RATES;

    fn refuse(error: &Error, id: RequestId, accept: Accept) -> HttpResponse {
        Studio::refuse(error, id, accept)
    }

    fn authenticate(
        app: Arc<App>,
        request: HttpRequest,
    ) -> LocalBoxFuture<'static, Result<Bearer>> {
        Box::pin(by_token(app, request))
    }
}

/// Mounts every path below `/api` that ends in a slash.
fn routes(config: &mut web::ServiceConfig) {
    config.service(
        web::scope("/api")
            .guard(fn_guard(|context| context.head().uri.path().ends_with('/')))
            .wrap(from_fn(envelope::<Studio>))
            .configure(account::routes)
            .configure(pictures::routes)
            .configure(dynamic::routes)
            .configure(webhooks::routes)
            .configure(status::routes)
            .default_service(web::to(no_route)),
    );
}
