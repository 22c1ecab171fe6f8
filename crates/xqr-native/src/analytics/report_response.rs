//! A report as JSON, as CSV and as a chart.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use serde_json::Value;
use xqr_http::ApiRequest;
use xqr_http::response::csp;

use super::chart;
use super::report::Report;
use crate::Native;
use crate::envelope::Answers as _;

/// The form of a report.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Json,
    Csv,
    Svg,
}

/// Answers with a report.
pub(super) fn answer(
    report: &Report,
    call: &ApiRequest<Native>,
    shape: Shape,
    json: impl FnOnce() -> Value,
) -> HttpResponse {
    let (media_type, body) = match shape {
        Shape::Json => return call.answer(StatusCode::OK, json()),
        Shape::Csv => ("text/csv; charset=utf-8", report.csv()),
        Shape::Svg => ("image/svg+xml", chart::draw(report)),
    };
    let mut answer = HttpResponse::Ok();
    answer.content_type(media_type).insert_header((CACHE_CONTROL, "no-store"));
    if shape == Shape::Svg {
        answer.insert_header((CONTENT_SECURITY_POLICY, csp::FILE));
    } else {
        let disposition = format!("attachment; filename=\"{}.csv\"", report.name);
        answer.insert_header(("content-disposition", disposition));
    }
    answer.body(body)
}
