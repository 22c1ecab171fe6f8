//! `GET|HEAD /openapi/{dialect}.json` and `/docs/api`. Nobody is asked who they are: the documents
//! hold nothing that is not public.

use std::sync::OnceLock;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse, web};
use xqr_engine::errors::{Condition, Dialect};

use super::{document, page, text};
use crate::call;
use crate::edge::{Codings, Cors, below};
use crate::pages::{self, readable};

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(below("/openapi").service(readable("/{name}", file)))
        .service(readable("/docs/api", index))
        .service(below("/docs/api").service(readable("/{name}", of)));
}

fn named(name: &str) -> Option<Dialect> {
    Dialect::ALL.into_iter().find(|dialect| dialect.name() == name)
}

async fn file(request: HttpRequest) -> HttpResponse {
    static TEXTS: OnceLock<[String; 4]> = OnceLock::new();
    let name = request.match_info().query("name");
    let Some(dialect) = name.strip_suffix(".json").and_then(named) else { return nothing() };
    let text = TEXTS.get_or_init(|| Dialect::ALL.map(text))[dialect as usize].as_str();
    let mut answer =
        HttpResponse::Ok().insert_header((CONTENT_TYPE, "application/json")).body(text);
    Cors::of(&call::app(&request).settings.cors, request.headers()).dress(answer.headers_mut());
    Codings::of(&request).encode(answer, true)
}

async fn index(request: HttpRequest) -> HttpResponse {
    Codings::of(&request).encode(page::index(), true)
}

async fn of(request: HttpRequest) -> HttpResponse {
    match named(request.match_info().query("name")) {
        Some(dialect) => {
            Codings::of(&request).encode(page::show(dialect, &document(dialect)), true)
        }
        None => nothing(),
    }
}

fn nothing() -> HttpResponse {
    pages::closed(&Condition::RouteNotFound.into())
}
