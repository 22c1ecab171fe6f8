//! Conditional requests for pictures (RFC 9110, section 13.1.2). The tag is derived from the inputs
//! of a picture, so a client that has the picture already causes no drawing.

use std::fmt::Write as _;

use actix_web::http::header::{ETAG, EntityTag, Header as _, IfNoneMatch};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use xqr_engine::pictures::render_request::RenderRequest;
use xqr_engine::render::Format;

/// Returns the identity of a picture, but for what another version of this program draws. An SVG
/// may be coded on its way, so its tag is weak: it stands for the same picture in other bytes.
pub fn of(order: &RenderRequest) -> EntityTag {
    let mut text = format!("{}-", env!("CARGO_PKG_VERSION"));
    for byte in &order.digest()[..16] {
        write!(text, "{byte:02x}").ok();
    }
    if order.format == Format::Svg {
        EntityTag::new_weak(text)
    } else {
        EntityTag::new_strong(text)
    }
}

/// Begins the answer to a GET: 304 where the client says that it has the picture, else 200.
pub fn answer(
    request: &HttpRequest,
    tag: EntityTag,
) -> Result<HttpResponseBuilder, HttpResponseBuilder> {
    let known = match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => request.headers().contains_key("if-none-match"),
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|other| other.weak_eq(&tag)),
        Err(_) => false,
    };
    let mut answer = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header((ETAG, tag));
    if known { Err(answer) } else { Ok(answer) }
}
