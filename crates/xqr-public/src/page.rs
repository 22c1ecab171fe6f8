//! HTML pages: the layout, and what visitors see instead of a destination. No script, no other
//! resource.

use std::sync::OnceLock;

use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_SECURITY_POLICY;
use actix_web::{HttpRequest, HttpResponse};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use xqr_engine::errors::{Dialect, Error};
use xqr_http::dialect::{accepts, add_refusal_headers, registry};
use xqr_http::metrics;
use xqr_http::response::csp;
use xqr_http::{Accept, RequestId};

const STYLE: &str = include_str!("page.css");

/// Returns a refusal: a page for browsers, the envelope of the public dialect for programs.
pub(crate) fn refuse(request: &HttpRequest, id: RequestId, error: &Error) -> HttpResponse {
    let accept = Accept::of(request);
    if accept == Accept::Problem || accepts(request, "application/json") {
        return (registry(request).public().refuse)(error, id, accept, None);
    }
    metrics::error(error.condition().row().native_code());
    let mut response = closed(error);
    add_refusal_headers(&mut response, error, id);
    response
}

/// What a visitor sees instead of a destination.
pub(crate) fn closed(error: &Error) -> HttpResponse {
    let status = StatusCode::from_u16(error.condition().reply(Dialect::default()).status)
        .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let (title, text) = match status.as_u16() {
        404 => (
            "Nothing here",
            "There is no page or link at this address. Check it for typing errors.",
        ),
        410 => {
            ("No longer active", "The owner of this link has switched it off, or it has expired.")
        }
        503 => ("Service busy", "The service is busy. Please try again in a few seconds."),
        _ => ("Something went wrong", "Please try again later."),
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
        .insert_header((CONTENT_SECURITY_POLICY, policy()))
        .insert_header(("referrer-policy", "no-referrer"))
        .body(page.into_string())
}

/// Allows the one style sheet of the pages.
fn policy() -> &'static str {
    static POLICY: OnceLock<String> = OnceLock::new();
    POLICY.get_or_init(|| csp::page(STYLE, ""))
}
