//! `GET|HEAD /qr/{code}.{png|svg}`: the picture of a short link, for any client that knows the
//! code. What it encodes never changes, so caches may keep it and ask again by its ETag (RFC 9110,
//! section 13.1.2).

use actix_web::http::header::{HeaderValue, X_CONTENT_TYPE_OPTIONS};
use actix_web::{HttpResponse, web};
use xqr_engine::errors::{Condition, Result};
use xqr_engine::render::{Design, Format, Size};
use xqr_http::middleware::{Codings, Cors, check_head};
use xqr_http::response::qr_image::{order, picture};
use xqr_http::routes::{below, readable};
use xqr_http::{AnonymousRequest, RequestId, X_REQUEST_ID};

/// Pixels on a side.
const PX: u32 = 512;

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.service(below("/qr").service(readable("/{name}", image)));
}

async fn image(request: AnonymousRequest) -> HttpResponse {
    let id = RequestId::fresh(request.app.now());
    let mut answer =
        draw(&request).await.unwrap_or_else(|error| request.refuse_as(&error, id, None));
    answer.headers_mut().insert(X_REQUEST_ID, id.header());
    answer.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Cors::of(&request.app.settings.cors, request.request.headers())
        .add_headers(answer.headers_mut());
    Codings::of(&request.request).encode(answer, true)
}

async fn draw(request: &AnonymousRequest) -> Result<HttpResponse> {
    check_head(request.request.head(), &request.app.settings.edge)?;
    let name = request.request.match_info().query("name");
    let (code, format) = match name.rsplit_once('.') {
        Some((code, "png")) => (code, Format::Png),
        Some((code, "svg")) => (code, Format::Svg),
        _ => return Err(Condition::RouteNotFound.into()),
    };
    let link = request.link(code).await?;
    let order = order(&request.app, &link, Design::default(), Size::Pixels(PX), format);
    picture(&request.app, &request.request, order).await
}
