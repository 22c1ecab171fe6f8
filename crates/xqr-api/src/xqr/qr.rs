//! `GET /api/v1/links/{link_id}/qr`: the picture of a link (xQR reference, section 9.9).

use std::time::Instant;

use actix_web::{HttpResponse, web};
use xqr_engine::auth::Scope;
use xqr_engine::errors::Condition;
use xqr_engine::links;
use xqr_engine::render::Format;

use super::Xqr;
use crate::call::Call;
use crate::edge::resource;
use crate::fault::Fault;
use crate::metric;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(resource("/v1/links/{link_id}/qr", "GET").route(web::get().to(draw)));
}

async fn draw(call: Call<Xqr>) -> Result<HttpResponse, Fault> {
    call.allow(Scope::QrRender)?;
    let query = call.query();
    let (format, extension, media_type) = match query.text("format")? {
        None | Some("svg") => (Format::Svg, "svg", "image/svg+xml"),
        Some("png") => (Format::Png, "png", "image/png"),
        Some(other) => {
            return Err(
                Condition::ChoiceUnknown { field: "format".into(), value: other.into(), allowed: "svg, png".into() }.into()
            );
        }
    };
    let size = query.int("size", 1..=50, 10)?;
    let (uid, caller, app) = (call.path("link_id"), call.caller.clone(), call.app.clone());
    let (id, picture) = call
        .app
        .read(move |conn| {
            let link = links::get(conn, &caller, &uid)?;
            let started = Instant::now();
            let picture = links::draw(&app.short_url(&link.code), format, u32::try_from(size).unwrap_or(1))?;
            metric::render(started.elapsed());
            Ok((link.uid, picture))
        })
        .await?;
    let name = format!("inline; filename=\"{}-qr.{extension}\"", &id[..8]);
    Ok(HttpResponse::Ok()
        .content_type(media_type)
        .insert_header(("content-disposition", name))
        .insert_header(("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox"))
        .body(picture))
}
