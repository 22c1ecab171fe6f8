//! Pictures: `GET /api/v1/links/{link_id}/qr` (xQR reference, section 9.9), and `POST /api/v1/qr`
//! and `/api/v1/qr/validate`, which draw and check any content in any design (extensions).

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use xqr_engine::auth::Scope;
use xqr_engine::errors::Result;
use xqr_engine::links;
use xqr_engine::pictures::render_request::{Judgement, RenderRequest};
use xqr_engine::pictures::templates;
use xqr_engine::render::{Finding, Report};

use super::design_fields::{look, no_stray_design, no_stray_look, order};
use super::picture_response::{Draw as _, picture};
use super::templates::{look_of, uid_of};
use crate::Native;
use crate::envelope::Answers as _;
use xqr_http::ApiRequest;
use xqr_http::forms::fields::Fields;
use xqr_http::forms::payload_fields::{Kind, content};
use xqr_http::refusal::Refusal;
use xqr_http::routes::resource;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(resource("/v1/links/{link_id}/qr", "GET").route(web::get().to(draw_link)))
        .service(resource("/v1/qr", "POST").route(web::post().to(draw)))
        .service(resource("/v1/qr/validate", "POST").route(web::post().to(validate)));
}

/// `GET /api/v1/links/{link_id}/qr`
async fn draw_link(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::QrRender)?;
    let mut fields = Fields::from_query(&call.query());
    let look = match fields.text("template_id") {
        Some(id) => {
            no_stray_look(&mut fields);
            let (caller, uid) = (call.caller.clone(), uid_of(&id));
            look_of(&call.app.read(move |conn| templates::get(conn, &caller, &uid)).await?)?
        }
        None => look(&mut fields),
    };
    let mut order = order(&mut fields, "link_id", String::new(), look);
    fields.end()?;
    let (uid, caller) = (call.path("link_id"), call.caller.clone());
    let link = call.app.read(move |conn| links::get(conn, &caller, &uid)).await?;
    order.text = call.app.short_url(&link.code);
    let name = format!("{}-qr", &link.uid[..8]);
    Ok(call.conditional(order, &name).await?)
}

/// `POST /api/v1/qr`
async fn draw(mut call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::QrRender)?;
    let mut order = read(&mut call).await?;
    call.prepare(&mut order).await?;
    Ok(picture(HttpResponse::Ok(), order.format, "qr", call.draw(order).await?))
}

/// `POST /api/v1/qr/validate`
async fn validate(mut call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::QrRender)?;
    let mut order = read(&mut call).await?;
    call.prepare(&mut order).await?;
    let (caps, text) = (call.caps(), order.text.clone());
    let judgement = call.app.draw(move || order.judge(&caps)).await?;
    Ok(call.answer(StatusCode::OK, JudgementView::new(text, judgement)))
}

/// Reads the body of the two routes that draw anything.
async fn read(call: &mut ApiRequest<Native>) -> Result<RenderRequest> {
    let mut fields = call.fields_with_pictures().await?;
    let kind = fields.choice("type", &Kind::ALL).unwrap_or(Kind::Url);
    let (mut text, mut link) = (None, None);
    if kind == Kind::Dynamic {
        fields.demand("link_id");
        link = fields.text("link_id");
    } else {
        text = content(kind, &mut fields);
    }
    no_stray_design(&mut fields);
    let look = fields.object("design", "").map(|mut design| {
        let look = look(&mut design);
        fields.absorb(design);
        look
    });
    let mut order =
        order(&mut fields, kind.field(), text.unwrap_or_default(), look.unwrap_or_default());
    fields.end()?;
    if let Some(uid) = link {
        let caller = call.caller.clone();
        let link = call.app.read(move |conn| links::get(conn, &caller, &uid)).await?;
        order.text = call.app.short_url(&link.code);
    }
    Ok(order)
}

/// The scannability report, in full.
#[derive(Serialize)]
struct JudgementView {
    verdict: &'static str,
    content: String,
    symbol: SymbolView,
    width_px: u32,
    module_px: f64,
    contrast: f64,
    quiet_zone: u32,
    covered_modules: u32,
    error_correction_spent: f64,
    decoded: bool,
    findings: Vec<FindingView>,
}

#[derive(Serialize)]
struct SymbolView {
    version: u8,
    modules: u32,
    error_correction: String,
    mask: u8,
}

#[derive(Serialize)]
struct FindingView {
    check: &'static str,
    verdict: &'static str,
    reason: String,
}

impl JudgementView {
    fn new(content: String, judgement: Judgement) -> Self {
        let Judgement { symbol, report, px } = judgement;
        let Report {
            verdict,
            findings,
            contrast,
            quiet_zone,
            covered_modules,
            damage,
            module_px,
            decoded,
            ..
        } = report;
        // More digits than a person can use only hide what they say.
        let short = |number: f64| (number * 100.0).round() / 100.0;
        let finding = |Finding { check, verdict, reason, .. }| FindingView {
            check,
            verdict: verdict.name(),
            reason,
        };
        Self {
            verdict: verdict.name(),
            content,
            symbol: SymbolView {
                version: symbol.version(),
                modules: symbol.size(),
                error_correction: symbol.level().letter().to_string(),
                mask: symbol.mask(),
            },
            width_px: px,
            module_px: short(module_px),
            contrast: short(contrast),
            quiet_zone,
            covered_modules,
            error_correction_spent: short(damage),
            decoded: decoded.unwrap_or(false),
            findings: findings.into_iter().map(finding).collect(),
        }
    }
}
