//! HTML pages: the error book, and what a visitor of a closed link sees. No script, no foreign
//! resource.

use std::sync::OnceLock;

use actix_web::http::StatusCode;
use actix_web::{FromRequest, Handler, HttpRequest, HttpResponse, Resource, Responder, web};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};
use xqr_engine::errors::{Condition, Dialect, Error, native_codes, rows_of};

use crate::edge::{Codings, below};
use crate::guest::Guest;

const STYLE: &str = include_str!("pages.css");

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(readable("/", home))
        .service(readable("/docs/errors", book))
        .service(below("/docs/errors").service(readable("/{code}", page)));
}

/// A resource for everybody, which is only read.
pub(crate) fn readable<F, A>(path: &str, handler: F) -> Resource
where
    F: Handler<A> + Clone,
    A: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    web::resource(path)
        .route(web::get().to(handler.clone()))
        .route(web::head().to(handler))
        .default_service(web::to(async |guest: Guest| guest.refuse_method()))
}

async fn home() -> HttpResponse {
    let body = html! {
        h1 { "xqr" }
        p { "QR codes and short links whose destination can change after printing." }
        p { a href="/docs/errors" { "Errors" } " · " a href="/docs/api" { "APIs" } " · " a href="/health" { "Health" } }
    };
    answer(StatusCode::OK, "xqr", &body)
}

/// `GET /docs/errors`: every code.
async fn book(request: HttpRequest) -> HttpResponse {
    let body = html! {
        h1 { "Errors" }
        p { "Every refusal is one of these codes. The machine-readable list is at " a href="/api/v1/errors" { code { "/api/v1/errors" } } "." }
        table {
            tr { th { "Code" } th { "Status" } th { "Conditions" } }
            @for code in native_codes() {
                tr {
                    td { a href={ "/docs/errors/" (code) } { code { (code) } } }
                    td { (rows_of(code).next().map_or(0, |row| row.cell(Dialect::Xqr).status)) }
                    td { @for row in rows_of(code) { (row.meaning) " " } }
                }
            }
        }
    };
    Codings::of(&request).encode(answer(StatusCode::OK, "Errors", &body), true)
}

/// `GET /docs/errors/{CODE}`: one code, with its conditions in all dialects.
async fn page(request: HttpRequest) -> HttpResponse {
    let wanted = request.match_info().query("code").to_ascii_uppercase();
    let Some(code) = native_codes().into_iter().find(|code| *code == wanted) else {
        return closed(&Condition::RouteNotFound.into());
    };
    let body = html! {
        p { a href="/docs/errors" { "Errors" } }
        h1 { (code) }
        @for row in rows_of(code) {
            section {
                h2 id=(row.name) { (row.meaning) }
                dl {
                    dt { "Causes" } dd { (row.causes) }
                    dt { "Fix" } dd { (row.fix) }
                    dt { "Retry" } dd { (row.retry.advice()) }
                }
                table {
                    tr { th { "Dialect" } th { "Status" } th { "Code" } th { "Message" } }
                    @for dialect in Dialect::ALL {
                        @let cell = row.cell(dialect);
                        tr { td { (dialect.name()) } td { (cell.status) } td { @if let Some(code) = cell.code { code { (code) } } } td { (cell.template) } }
                    }
                }
            }
        }
    };
    Codings::of(&request).encode(answer(StatusCode::OK, code, &body), true)
}

/// What a visitor sees instead of a destination.
pub(crate) fn closed(error: &Error) -> HttpResponse {
    let status = StatusCode::from_u16(error.condition().reply(Dialect::Xqr).status)
        .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let (title, text) = match status.as_u16() {
        404 => (
            "Nothing here",
            "There is no page or link at this address. Check it for typing errors.",
        ),
        410 => {
            ("No longer active", "The owner of this link has switched it off, or it has expired.")
        }
        503 => ("One moment", "The service is busy. Please try again in a few seconds."),
        _ => ("Something went wrong", "Please try again in a moment."),
    };
    answer(
        status,
        title,
        &html! { div.card { p.status { (status.as_u16()) } h1 { (title) } p { (text) } } },
    )
}

/// What a visitor of a paused dynamic QR sees.
pub(crate) fn paused() -> HttpResponse {
    let text = "The owner of this QR code has paused it for now. Please try again later.";
    answer(
        StatusCode::OK,
        "This QR is paused",
        &html! { div.card { h1 { "This QR is paused" } p { (text) } } },
    )
}

/// A page.
pub(crate) fn answer(status: StatusCode, title: &str, body: &Markup) -> HttpResponse {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { main { (body) } }
        }
    };
    HttpResponse::build(status)
        .insert_header(("content-type", "text/html; charset=utf-8"))
        .insert_header(("content-security-policy", policy()))
        .insert_header(("referrer-policy", "no-referrer"))
        .body(page.into_string())
}

/// Allows our one style sheet, by its hash, and nothing else.
fn policy() -> &'static str {
    static POLICY: OnceLock<String> = OnceLock::new();
    POLICY.get_or_init(|| {
        let hash = STANDARD.encode(Sha256::digest(STYLE));
        format!(
            "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; object-src 'none'; frame-ancestors 'none'"
        )
    })
}
