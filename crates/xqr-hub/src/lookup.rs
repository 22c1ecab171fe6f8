//! What anybody who knows a code may ask (QuickResponseHub reference, sections 6.7 and 6.8).

use actix_web::{HttpResponse, web};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use xqr_engine::errors::Result;
use xqr_engine::pictures::render_request::PlanCaps;
use xqr_engine::render::{Design, Format, Level, Paint, Rgba, Size};
use xqr_engine::rows::Link;
use xqr_engine::runtime::time_format::rfc3339_millis;

use super::Hub;
use super::codes::shown;
use xqr_http::dialect::Dialect as _;
use xqr_http::extract::anonymous_request::AnonymousRequest;
use xqr_http::forms::fields::{Fields, color_of};
use xqr_http::forms::query::Query;
use xqr_http::refusal::Refusal;
use xqr_http::response::qr_image;
use xqr_http::routes::resource;

/// Pixels on a side, unless asked otherwise.
const PX: u32 = 512;
const LEVELS: [(&str, Level); 4] =
    [("L", Level::L), ("M", Level::M), ("Q", Level::Q), ("H", Level::H)];
const FORMATS: [(&str, Format); 2] = [("png", Format::Png), ("svg", Format::Svg)];

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(resource("/lookup/{code}", "GET").route(web::get().to(lookup)))
        .service(resource("/qr/{code}", "GET").route(web::get().to(qr)))
        .service(resource("/qr-image/{code}", "GET").route(web::get().to(image)));
}

/// `GET /api/lookup/{code}`: where a code leads. The count of requests is shown of codes with a
/// passcode, whose owners chose this dialect, and to the owner of any.
async fn lookup(call: AnonymousRequest) -> Result<HttpResponse, Refusal> {
    let link = find(&call).await?;
    let mut body = json!({
        "code": shown(&link), "url": link.destination, "created_at": rfc3339_millis(link.created_at), "hit_count": link.scan_count,
    });
    if link.passcode_digest.is_none() && !is_owner(&call, &link).await {
        body.as_object_mut().map(|body| body.remove("hit_count"));
    }
    Ok(HttpResponse::Ok().json(body))
}

/// `GET /api/qr/{code}`
async fn qr(call: AnonymousRequest) -> Result<HttpResponse, Refusal> {
    let mut link = find(&call).await?;
    link.code = shown(&link);
    let order = qr_image::order(&call.app, &link, Design::default(), Size::Pixels(PX), Format::Png);
    let picture = call.app.picture(order, PlanCaps::default()).await?;
    Ok(HttpResponse::Ok().json(json!({
        "code": link.code,
        "short_url": call.app.short_url(&link.code),
        "qr_image_url": format!("{}/api/qr-image/{}", call.app.public_url, link.code),
        "qr_data_url": format!("data:image/png;base64,{}", STANDARD.encode(&picture.bytes)),
    })))
}

/// `GET /api/qr-image/{code}`
async fn image(call: AnonymousRequest) -> Result<HttpResponse, Refusal> {
    let mut fields = Fields::from_query(&Query::parse(call.request.query_string()));
    let px = fields.int("size", 64..=2048).map_or(PX, |px| px as u32);
    let format = fields.choice("format", &FORMATS).unwrap_or(Format::Png);
    let quiet_zone = fields.int("margin", 0..=16).map_or(4, |margin| margin as u32);
    let mut color = |name: &str, usual: Rgba| color(&mut fields, name).unwrap_or(usual);
    let (foreground, background) =
        (Paint::Solid(color("color", Rgba::BLACK)), color("bg", Rgba::WHITE));
    let level = fields.choice("ecc", &LEVELS);
    fields.end()?;
    let mut link = find(&call).await?;
    link.code = shown(&link);
    let design = Design { foreground, background, quiet_zone, ..Design::default() };
    let mut order = qr_image::order(&call.app, &link, design, Size::Pixels(px), format);
    order.level = level;
    Ok(qr_image::picture(&call.app, &call.request, order).await?)
}

/// Reads six hexadecimal digits.
fn color(fields: &mut Fields, name: &str) -> Option<Rgba> {
    let text = fields.text(name)?;
    let digits = text.strip_prefix('#').unwrap_or(&text);
    let text = if digits.len() == 6 { format!("#{digits}") } else { text };
    fields.keep(color_of(name, &text))
}

async fn find(call: &AnonymousRequest) -> Result<Link> {
    call.link(call.request.match_info().query("code")).await
}

/// Whether the request carries a key of the link's workspace.
async fn is_owner(call: &AnonymousRequest, link: &Link) -> bool {
    if !call.request.headers().contains_key("x-api-key") {
        return false;
    }
    let bearer = Hub::authenticate(call.app.clone(), call.request.clone()).await;
    bearer.is_ok_and(|bearer| bearer.caller.workspace == link.workspace_id)
}
