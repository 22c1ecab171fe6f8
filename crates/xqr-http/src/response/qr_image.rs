//! The picture of a link's short URL, for public routes and dialects that serve it without
//! credentials and let it be cached.

use std::time::Duration;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use actix_web::{HttpRequest, HttpResponse};
use xqr_engine::App;
use xqr_engine::errors::Result;
use xqr_engine::pictures::render_request::{PlanCaps, RenderRequest};
use xqr_engine::render::{Design, Format, Size};
use xqr_engine::rows::Link;

use super::chunked_body::ChunkedBody;
use super::{csp, etag};
use crate::metrics;

/// Returns the URL of a code's picture; `format` is the file extension.
pub fn image_url(app: &App, code: &str, format: &str) -> String {
    format!("{}/qr/{code}.{format}", app.public_url)
}

/// Returns the request to draw a link's short URL.
pub fn order(app: &App, link: &Link, design: Design, size: Size, format: Format) -> RenderRequest {
    RenderRequest { design, ..RenderRequest::new("code", app.short_url(&link.code), size, format) }
}

/// Answers with a picture that caches may keep for a day, or with 304.
///
/// # Errors
///
/// Those of [`App::picture`].
pub async fn picture(
    app: &App,
    request: &HttpRequest,
    order: RenderRequest,
) -> Result<HttpResponse> {
    let keep = (CACHE_CONTROL, "public, max-age=86400");
    let mut answer = match etag::answer(request, etag::of(&order)) {
        Ok(answer) => answer,
        Err(mut not_modified) => return Ok(not_modified.insert_header(keep).finish()),
    };
    answer.insert_header(keep);
    let format = order.format;
    let served = app.picture(order, PlanCaps::default()).await?;
    metrics::render(Duration::from_millis(served.ms));
    answer.content_type(format.media_type());
    if format == Format::Svg {
        answer.insert_header((CONTENT_SECURITY_POLICY, csp::FILE));
    }
    Ok(answer.body(ChunkedBody::new(served.bytes)))
}
