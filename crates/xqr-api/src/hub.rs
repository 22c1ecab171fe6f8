//! The hub dialect: `X-API-Key`, bare bodies, `{"error"}`; a passcode for each code
//! (QuickResponseHub reference, sections 1 to 8).
//!
//! Order of checks: maintenance, path, method, key, rate, JSON, required fields, formats, code,
//! passcode, conflict, blocklist (section 8.2).

mod codes;
mod public;

use std::sync::Arc;

use actix_web::dev::HttpServiceFactory;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::future::LocalBoxFuture;
use xqr_engine::auth::SecretKey;
use xqr_engine::errors::{Condition, Dialect, Error, Result};
use xqr_engine::plans::Limits;
use xqr_engine::{App, Figures, Pace, Rates};

use crate::call::{Bearer, by_key};
use crate::edge::{no_route, speak};
use crate::request_id::RequestId;
use crate::wire::{Accept, Wire, plain_refusal};

/// The hub dialect.
pub(crate) struct Hub;

impl Wire for Hub {
    const DIALECT: Dialect = Dialect::Hub;
    const RATES: Rates = Rates { pace: Pace::KeyMinute, quota: None };

    fn is_included(limits: &Limits) -> bool {
        limits.api_hub
    }

    fn refuse(error: &Error, id: RequestId, _: Accept) -> HttpResponse {
        plain_refusal(&error.reply(Self::DIALECT), id)
    }

    fn who(app: Arc<App>, request: HttpRequest) -> LocalBoxFuture<'static, Result<Bearer>> {
        Box::pin(by_key(app, request, credential))
    }

    fn show_figures(headers: &mut HeaderMap, figures: &Figures) {
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

fn credential(headers: &HeaderMap) -> Result<SecretKey> {
    let mut values = headers.get_all("x-api-key");
    match (values.next().and_then(|value| value.to_str().ok()), values.next()) {
        (Some(value), None) => SecretKey::parse(value),
        _ => Err(Condition::KeyInvalid.into()),
    }
}

/// Everything below `/api` that nobody before has taken.
pub(crate) fn scope() -> impl HttpServiceFactory {
    web::scope("/api")
        .wrap(from_fn(speak::<Hub>))
        .configure(codes::routes)
        .configure(public::routes)
        .default_service(web::to(no_route))
}
