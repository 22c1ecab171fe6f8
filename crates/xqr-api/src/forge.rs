//! The forge dialect: `x-api-key`, flat resources in an envelope, lists by token (QRForge
//! reference, sections 1 to 8).
//!
//! Order of checks: path, method, key, minute, day, JSON, required fields, values, project,
//! resource (section 8.3).

mod doc_id;
mod envelope;
mod projects;
mod qr_codes;

use std::sync::Arc;

use actix_web::dev::HttpServiceFactory;
use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::future::LocalBoxFuture;
use xqr_engine::auth::{SecretKey, bearer};
use xqr_engine::errors::{Condition, Dialect, Error, Result};
use xqr_engine::plans::{Cycle, Limits};
use xqr_engine::{App, Figures, Pace, Rates};

use crate::call::{Bearer, by_key};
use crate::edge::{no_route, speak};
use crate::request_id::RequestId;
use crate::wire::{Accept, Wire, plain_refusal};

/// The forge dialect.
pub(crate) struct Forge;

impl Wire for Forge {
    const DIALECT: Dialect = Dialect::Forge;
    const RATES: Rates = Rates { pace: Pace::WorkspaceMinute, quota: Some(Cycle::Day) };

    fn fresh_id(_: i64) -> RequestId {
        RequestId::fresh_uuid()
    }

    /// Every authenticated call counts (section 3.1), but not what is the service's fault.
    fn costs(status: StatusCode) -> bool {
        !status.is_server_error()
    }

    fn is_included(limits: &Limits) -> bool {
        limits.api_forge
    }

    fn refuse(error: &Error, id: RequestId, _: Accept) -> HttpResponse {
        plain_refusal(&error.reply(Self::DIALECT), id)
    }

    fn who(app: Arc<App>, request: HttpRequest) -> LocalBoxFuture<'static, Result<Bearer>> {
        Box::pin(by_key(app, request, credential))
    }

    fn show_figures(_: &mut HeaderMap, _: &Figures) {}
}

/// `x-api-key` wins over `Authorization: Bearer`, which one page shows (section 10, number 1).
fn credential(headers: &HeaderMap) -> Result<SecretKey> {
    let mut keys = headers.get_all("x-api-key");
    let mut tokens = headers.get_all(AUTHORIZATION);
    match (keys.next(), keys.next(), tokens.next(), tokens.next()) {
        (Some(key), None, ..) => SecretKey::parse(key.to_str().unwrap_or_default()),
        (None, None, Some(token), None) => bearer(token.to_str().unwrap_or_default()),
        _ => Err(Condition::KeyInvalid.into()),
    }
}

pub(crate) fn scope() -> impl HttpServiceFactory {
    web::scope("/v1")
        .wrap(from_fn(speak::<Forge>))
        .configure(projects::routes)
        .configure(qr_codes::routes)
        .default_service(web::to(no_route))
}
