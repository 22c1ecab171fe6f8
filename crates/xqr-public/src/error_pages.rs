//! The home page, and `/docs/errors`: the error catalogue for people.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use maud::html;
use xqr_engine::errors::{Condition, Dialect, native_codes, rows_of};
use xqr_http::middleware::Codings;
use xqr_http::routes::{below, readable};

use crate::page::{answer, closed};

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(readable("/", home))
        .service(readable("/docs/errors", book))
        .service(below("/docs/errors").service(readable("/{code}", page)));
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
                    td { (rows_of(code).next().map_or(0, |row| row.cell(Dialect::default()).status)) }
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
