//! The studio dialect: compatible with QR Studio (reference, sections 1, 2 and 15). `X-Api-Key`, every
//! path with a trailing slash, bare bodies, errors as Django REST framework writes them.
//!
//! Order of checks: HTTPS, key, rate, fields, plan, items, quota, fetches, drawing (section 15.5).

mod account;
mod addresses;
mod dynamic;
mod dynamic_fields;
mod openapi;
mod pictures;
mod status;
mod webhooks;

use std::sync::Arc;

use actix_web::guard::fn_guard;
use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::future::LocalBoxFuture;
use serde_json::{Map, Value, json};
use xqr_engine::errors::{Dialect as Column, Error, Place, Result};
use xqr_engine::{App, Pace, Rates};
use xqr_http::dialect::{refusal_builder, refuse};
use xqr_http::middleware::envelope;
use xqr_http::request::authenticate::{by_key, by_token, key_header};
use xqr_http::routes::no_route;
use xqr_http::{Accept, Bearer, Dialect, Registration, RequestId};

/// The dialect, for the server.
pub const DIALECT: Registration = Registration {
    column: Studio::COLUMN,
    refuse: refuse::<Studio>,
    document: openapi::document,
    routes,
};

/// The studio dialect, called with an API key.
#[derive(Debug)]
pub struct Studio;

impl Dialect for Studio {
    const COLUMN: Column = Column::Studio;
    // Pictures are charged one by one; calls are not counted.
    const RATES: Rates = Rates { pace: Pace::KeyMinute, quota: None };

    fn refuse(error: &Error, _: RequestId, _: Accept) -> HttpResponse {
        refusal_builder(error.condition().reply(Self::COLUMN).status).json(body(error))
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

/// Complaints about fields stand under their fields, as a text or a list of texts; all else is the
/// `detail`.
fn body(error: &Error) -> Value {
    let mut fields = Map::new();
    for condition in error.conditions() {
        let reply = condition.reply(Studio::COLUMN);
        match reply.place {
            Place::Top if fields.is_empty() => return json!({ "detail": reply.message }),
            Place::Top => {}
            Place::Field(field) => {
                fields.entry(field).or_insert(Value::String(reply.message));
            }
            Place::List(field) => {
                if let Value::Array(messages) = fields.entry(field).or_insert_with(|| json!([])) {
                    messages.push(Value::String(reply.message));
                }
            }
        }
    }
    Value::Object(fields)
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
