//! Pictures: `GET /api/v1/links/{link_id}/qr` (xQR reference, section 9.9), and `POST /api/v1/qr`
//! and `/api/v1/qr/validate`, which draw and judge anything in any design (extensions).

use std::time::Instant;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderName, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder, web};
use serde::Serialize;
use xqr_engine::auth::Scope;
use xqr_engine::errors::Result;
use xqr_engine::links;
use xqr_engine::pictures::{Drawn, Judgement, Order, PlanCaps};
use xqr_engine::plans::Terms;
use xqr_engine::render::{Caps, Finding, Format, Report, Verdict};
use xqr_engine::templates;

use super::Xqr;
use super::order::{look, no_stray_design, no_stray_look, order};
use super::templates::{look_of, uid_of};
use crate::call::Call;
use crate::edge::resource;
use crate::fault::Fault;
use crate::fields::Fields;
use crate::payload::{Kind, content};
use crate::pieces::Pieces;
use crate::{etag, metric};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(resource("/v1/links/{link_id}/qr", "GET").route(web::get().to(draw_link)))
        .service(resource("/v1/qr", "POST").route(web::post().to(draw)))
        .service(resource("/v1/qr/validate", "POST").route(web::post().to(validate)));
}

/// `GET /api/v1/links/{link_id}/qr`
async fn draw_link(call: Call<Xqr>) -> Result<HttpResponse, Fault> {
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
async fn draw(mut call: Call<Xqr>) -> Result<HttpResponse, Fault> {
    call.allow(Scope::QrRender)?;
    let mut order = read(&mut call).await?;
    call.prepare(&mut order).await?;
    Ok(picture(HttpResponse::Ok(), order.format, "qr", call.draw(order).await?))
}

/// `POST /api/v1/qr/validate`
async fn validate(mut call: Call<Xqr>) -> Result<HttpResponse, Fault> {
    call.allow(Scope::QrRender)?;
    let mut order = read(&mut call).await?;
    call.prepare(&mut order).await?;
    let (caps, text) = (call.caps(), order.text.clone());
    let judgement = call.app.draw(move || order.judge(&caps)).await?;
    Ok(call.answer(StatusCode::OK, JudgementView::new(text, judgement)))
}

/// Reads the body of the two routes that draw anything.
async fn read(call: &mut Call<Xqr>) -> Result<Order> {
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

impl Call<Xqr> {
    /// Returns what the caller's plan allows of a picture.
    fn caps(&self) -> PlanCaps {
        let Terms { plan, limits } = &self.caller.terms;
        let caps =
            Caps::new().max_inches(limits.max_inches).max_dpi(limits.max_dpi).logo(limits.logo);
        PlanCaps { plan: plan.to_string(), caps }
    }

    /// Refuses what can be refused before drawing, and fetches the pictures in the design.
    pub(super) async fn prepare(&self, order: &mut Order) -> Result<()> {
        order.check(&self.caps())?;
        self.app.gather(order).await
    }

    /// Answers a GET with a picture, or with 304 to who has it; that costs neither drawing nor
    /// quota.
    pub(super) async fn conditional(&self, mut order: Order, name: &str) -> Result<HttpResponse> {
        self.prepare(&mut order).await?;
        // What the caller may see is the caller's, and another picture as soon as the design is.
        let keep = (CACHE_CONTROL, "private, no-cache");
        match etag::answer(&self.request, etag::of(&order)) {
            Err(mut not_modified) => Ok(not_modified.insert_header(keep).finish()),
            Ok(mut answer) => {
                answer.insert_header(keep);
                Ok(picture(answer, order.format, name, self.draw(order).await?))
            }
        }
    }

    pub(super) async fn draw(&self, order: Order) -> Result<Drawn> {
        let caps = self.caps();
        self.app
            .draw(move || {
                let started = Instant::now();
                let drawn = order.draw(&caps);
                metric::render(started.elapsed());
                drawn
            })
            .await
    }
}

/// Answers with a picture; what the guard found stands in headers.
pub(super) fn picture(
    mut answer: HttpResponseBuilder,
    format: Format,
    name: &str,
    drawn: Drawn,
) -> HttpResponse {
    let Drawn { bytes, symbol, report } = drawn;
    answer
        .content_type(format.media_type())
        .insert_header((
            "content-disposition",
            format!("inline; filename=\"{name}.{}\"", format.extension()),
        ))
        .insert_header(("x-qr-version", symbol.version().to_string()))
        .insert_header(("x-qr-error-correction", symbol.level().letter().to_string()))
        .insert_header(("x-qr-scannability", report.verdict.name()));
    if let Ok(reasons) = HeaderValue::from_str(&report.reasons())
        && report.verdict > Verdict::Good
    {
        answer.insert_header((HeaderName::from_static("x-qr-warning"), reasons));
    }
    if format == Format::Svg {
        answer.insert_header((
            "content-security-policy",
            "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox",
        ));
    }
    answer.body(Pieces::new(bytes))
}

/// What the guard says, in full.
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
