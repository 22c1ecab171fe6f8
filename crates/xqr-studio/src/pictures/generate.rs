//! `POST /api/v1/generate/` and `/api/v1/validate/` (QR Studio reference, sections 8.1, 8.3 and
//! 8.4).

use actix_web::{HttpResponse, web};
use serde_json::json;
use xqr_engine::auth::Scope;
use xqr_engine::errors::{Error, Result};
use xqr_engine::pictures::render_request::{PlanCaps, RenderRequest};
use xqr_engine::plans::Terms;
use xqr_engine::render::Caps;
use xqr_engine::{App, Served, links};

use super::multipart::ReadForm as _;
use super::render_spec::{RenderSpec, read_spec};
use super::reservation::{charge_headers, commit, refund, reserve};
use super::usage::whole;
use crate::Studio;
use crate::addresses::public_url;
use xqr_http::refusal::Refusal;
use xqr_http::response::chunked_body::ChunkedBody;
use xqr_http::response::csp;
use xqr_http::routes::resource;
use xqr_http::{ApiRequest, metrics};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(resource("/v1/generate/", "POST").route(web::post().to(generate)))
        .service(resource("/v1/validate/", "POST").route(web::post().to(validate)));
}

/// `POST /api/v1/generate/`
async fn generate(mut call: ApiRequest<Studio>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::QrRender)?;
    let mut spec = read(&mut call).await?;
    allow(&call, std::slice::from_ref(&spec))?;
    let caps = call.caps();
    check(&call.app, &spec, &caps)?;
    let reserved = reserve(&call, vec![spec.dynamic.take()]).await?;
    let public_url =
        reserved.codes.first().and_then(Option::as_ref).map(|code| public_url(&call.app, code));
    if let Some(url) = &public_url {
        spec.order.text.clone_from(url);
    }
    let served = match draw(&call.app, spec.order, caps).await {
        Ok(served) => served,
        Err(error) => {
            refund(&call.app, &call.caller, reserved).await;
            return Err(error.into());
        }
    };
    commit(&call.app, &reserved).await?;
    metrics::render(std::time::Duration::from_millis(served.ms));
    let mut answer = HttpResponse::Ok();
    answer
        .content_type(if spec.format == "svg" { "image/svg+xml" } else { "image/png" })
        .insert_header(("x-qr-cache", if served.hit { "HIT" } else { "MISS" }))
        .insert_header(("x-qr-duration-ms", served.ms))
        .insert_header(("content-disposition", format!("inline; filename=\"qr.{}\"", spec.format)));
    for (name, value) in charge_headers(&call, &reserved) {
        answer.insert_header((name, value));
    }
    if let (Some(Some(code)), Some(url)) = (reserved.codes.first(), public_url) {
        answer
            .insert_header(("x-qr-short-id", code.as_str()))
            .insert_header(("x-qr-public-url", url));
    }
    if spec.format == "svg" {
        answer.insert_header(("content-security-policy", csp::SVG));
    }
    Ok(answer.body(ChunkedBody::new(served.bytes)))
}

async fn draw(app: &App, mut order: RenderRequest, caps: PlanCaps) -> Result<Served> {
    app.gather(&mut order).await?;
    app.picture(order, caps).await
}

/// `POST /api/v1/validate/`: as `generate`, but nothing is drawn, made or charged.
async fn validate(mut call: ApiRequest<Studio>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::QrRender)?;
    let spec = read(&mut call).await?;
    allow(&call, std::slice::from_ref(&spec))?;
    let caps = call.caps();
    check(&call.app, &spec, &caps)?;
    if let Some(draft) = &spec.dynamic {
        links::check_variants(&call.caller, &draft.variants)?;
        call.app.check_destinations(draft).await?;
    }
    let px = (spec.inches * f64::from(spec.dpi)).round() as u32;
    Ok(HttpResponse::Ok().json(json!({
        "valid": true, "data_type": spec.data_type, "format": spec.format, "size_inches": whole(spec.inches), "dpi": spec.dpi,
        "width_px": px, "plan": call.caller.terms.plan.name(),
    })))
}

async fn read(call: &mut ApiRequest<Studio>) -> Result<RenderSpec> {
    let (mut fields, mut files) = call.form().await?;
    let spec = read_spec(&mut fields, &mut files);
    fields.end()?;
    spec.ok_or_else(|| Error::internal("a request without complaints has a spec"))
}

/// Refuses a key without the scope to make links, where dynamic QRs are wanted.
pub(super) fn allow(call: &ApiRequest<Studio>, specs: &[RenderSpec]) -> Result<()> {
    if specs.iter().any(|spec| spec.dynamic.is_some()) {
        call.allow(Scope::LinksWrite)
    } else {
        Ok(())
    }
}

/// Refuses what the plan does not allow, and what cannot be encoded.
pub(super) fn check(app: &App, spec: &RenderSpec, caps: &PlanCaps) -> Result<()> {
    match &spec.dynamic {
        // The code is not known yet, but its length is.
        Some(_) => {
            let mut order = spec.order.clone();
            order.text = public_url(app, "00000000");
            order.check(caps)
        }
        None => spec.order.check(caps),
    }
}

/// What the plan of the caller allows.
pub(crate) trait PictureCaps {
    /// Returns what the caller's plan allows of a picture.
    fn caps(&self) -> PlanCaps;
}

impl PictureCaps for ApiRequest<Studio> {
    fn caps(&self) -> PlanCaps {
        let Terms { plan, limits } = &self.caller.terms;
        let caps =
            Caps::new().max_inches(limits.max_inches).max_dpi(limits.max_dpi).logo(limits.logo);
        PlanCaps { plan: plan.to_string(), caps }
    }
}
