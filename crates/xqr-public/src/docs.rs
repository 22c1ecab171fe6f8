//! `GET|HEAD /openapi/{dialect}.json` and `/docs/api`: the OpenAPI documents for tools and for
//! people. They are public and need no key.

mod openapi_page;

use std::collections::HashMap;
use std::sync::OnceLock;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::Value;
use xqr_engine::errors::Condition;
use xqr_http::dialect::{Registry, registry};
use xqr_http::middleware::{Codings, Cors};
use xqr_http::openapi::pretty;
use xqr_http::request;
use xqr_http::routes::{below, readable};

use crate::page;

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(below("/openapi").service(readable("/{name}", file)))
        .service(readable("/docs/api", index))
        .service(below("/docs/api").service(readable("/{name}", dialect)));
}

/// Returns each document as value and as text, by dialect; they are made once.
fn documents(registry: &Registry) -> &'static HashMap<&'static str, (Value, String)> {
    static DOCUMENTS: OnceLock<HashMap<&'static str, (Value, String)>> = OnceLock::new();
    DOCUMENTS.get_or_init(|| {
        let one = |document: Value| {
            let text = pretty(&document);
            (document, text)
        };
        registry.all().iter().map(|it| (it.column.name(), one((it.document)()))).collect()
    })
}

async fn file(request: HttpRequest) -> HttpResponse {
    let name = request.match_info().query("name").strip_suffix(".json").unwrap_or_default();
    let Some((_, text)) = documents(registry(&request)).get(name) else { return nothing() };
    let mut answer =
        HttpResponse::Ok().insert_header((CONTENT_TYPE, "application/json")).body(text.as_str());
    Cors::of(&request::app(&request).settings.cors, request.headers())
        .add_headers(answer.headers_mut());
    Codings::of(&request).encode(answer, true)
}

async fn index(request: HttpRequest) -> HttpResponse {
    let registry = registry(&request);
    let documents = documents(registry);
    let listed = registry.all().iter().map(|it| (it.column.name(), &documents[it.column.name()].0));
    Codings::of(&request).encode(openapi_page::index(&listed.collect::<Vec<_>>()), true)
}

async fn dialect(request: HttpRequest) -> HttpResponse {
    let name = request.match_info().query("name");
    match documents(registry(&request)).get_key_value(name) {
        Some((name, (document, _))) => {
            Codings::of(&request).encode(openapi_page::show(name, document), true)
        }
        None => nothing(),
    }
}

fn nothing() -> HttpResponse {
    page::closed(&Condition::RouteNotFound.into())
}
