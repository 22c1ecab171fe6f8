//! The hub dialect: compatible with QuickResponseHub (reference, sections 1 to 8). `X-API-Key`,
//! bare bodies, `{"error"}`; a passcode for each code.
//!
//! Order of checks: maintenance, path, method, key, rate, JSON, required fields, formats, code,
//! passcode, conflict, blocklist (section 8.2).

mod codes;
mod lookup;
mod openapi;
mod profile;

use std::sync::Arc;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::future::LocalBoxFuture;
use xqr_engine::errors::{Dialect as Column, Error, Result};
use xqr_engine::{App, LimitStatus, Pace, Rates};
use xqr_http::dialect::{plain_refusal, refuse};
use xqr_http::middleware::envelope;
use xqr_http::request::authenticate::{by_key, key_header};
use xqr_http::routes::no_route;
use xqr_http::{Accept, Bearer, Dialect, Registration, RequestId};

/// The dialect, for the server.
pub const DIALECT: Registration = Registration {
    column: Hub::COLUMN,
    refuse: refuse::<Hub>,
    document: openapi::document,
    profile: &profile::HubProfile,
    routes,
};

/// The hub dialect.
#[derive(Debug)]
pub struct Hub;

impl Dialect for Hub {
    const COLUMN: Column = Column::Hub;
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

    fn add_rate_limit_headers(headers: &mut HeaderMap, figures: &LimitStatus) {
        for (name, cap) in [
            ("x-ratelimit-limit", figures.burst_limit),
            ("x-ratelimit-remaining", figures.burst_remaining),
        ] {
            if let Some(cap) = cap {
                headers.insert(HeaderName::from_static(name), HeaderValue::from(cap));
            }
        }
    }
}

/// Mounts what is left of `/api`, so this dialect comes after all others below that prefix.
fn routes(config: &mut web::ServiceConfig) {
    config.service(
        web::scope("/api")
            .wrap(from_fn(envelope::<Hub>))
            .configure(codes::routes)
            .configure(lookup::routes)
            .default_service(web::to(no_route)),
    );
}
