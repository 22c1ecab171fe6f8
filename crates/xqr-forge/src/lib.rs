//! The forge dialect: compatible with QRForge (reference, sections 1 to 8). `x-api-key`, flat
//! resources in an envelope, lists by token.
//!
//! Order of checks: path, method, key, minute, day, JSON, required fields, values, project,
//! resource (section 8.3).

mod doc_id;
mod envelope;
mod openapi;
mod profile;
mod projects;
mod qr_codes;

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::future::LocalBoxFuture;
use xqr_engine::auth::{SecretKey, bearer};
use xqr_engine::errors::{Condition, Dialect as Column, Error, Result};
use xqr_engine::plans::Cycle;
use xqr_engine::{App, Pace, Rates};
use xqr_http::dialect::{plain_refusal, refuse};
use xqr_http::middleware::envelope as answer_in;
use xqr_http::request::authenticate::by_key;
use xqr_http::routes::no_route;
use xqr_http::{Accept, Bearer, Dialect, Registration, RequestId};

/// The dialect, for the server.
pub const DIALECT: Registration = Registration {
    column: Forge::COLUMN,
    refuse: refuse::<Forge>,
    document: openapi::document,
    profile: &profile::ForgeProfile,
    routes,
};

/// The forge dialect.
#[derive(Debug)]
pub struct Forge;

impl Dialect for Forge {
    const COLUMN: Column = Column::Forge;
    const RATES: Rates = Rates { pace: Pace::WorkspaceMinute, quota: Some(Cycle::Day) };

    fn fresh_id(_: i64) -> RequestId {
        RequestId::fresh_uuid()
    }

    /// Every authenticated request counts (section 3.1), except failures of the service.
    fn costs(status: StatusCode) -> bool {
        !status.is_server_error()
    }

    fn refuse(error: &Error, id: RequestId, _: Accept) -> HttpResponse {
        plain_refusal(&error.reply(Self::COLUMN), id)
    }

    fn authenticate(
        app: Arc<App>,
        request: HttpRequest,
    ) -> LocalBoxFuture<'static, Result<Bearer>> {
        Box::pin(by_key(app, request, credential))
    }
}

/// `x-api-key` takes precedence over `Authorization: Bearer`, which one page shows (section 10,
/// number 1).
fn credential(headers: &HeaderMap) -> Result<SecretKey> {
    let mut keys = headers.get_all("x-api-key");
    let mut tokens = headers.get_all(AUTHORIZATION);
    match (keys.next(), keys.next(), tokens.next(), tokens.next()) {
        (Some(key), None, ..) => key.to_str().unwrap_or_default().parse::<SecretKey>(),
        (None, None, Some(token), None) => bearer(token.to_str().unwrap_or_default()),
        _ => Err(Condition::KeyInvalid.into()),
    }
}

fn routes(config: &mut web::ServiceConfig) {
    config.service(
        web::scope("/v1")
            .wrap(from_fn(answer_in::<Forge>))
            .configure(projects::routes)
            .configure(qr_codes::routes)
            .default_service(web::to(no_route)),
    );
}
