//! `POST /api/v1/generate/` and `/api/v1/validate/` (QR Studio reference, sections 8.1, 8.3 and 8.4).

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpResponse, web};
use serde_json::json;
use xqr_engine::auth::Scope;
use xqr_engine::errors::{Error, Result};
use xqr_engine::links::{self, Draft};
use xqr_engine::pictures::Order;
use xqr_engine::plans::Terms;
use xqr_engine::render::Caps;
use xqr_engine::renders::{self, Charge};
use xqr_engine::rows::Link;
use xqr_engine::{App, Caller, Served, Tx};

use super::Studio;
use super::order::{Wish, wish};
use crate::call::Call;
use crate::edge::resource;
use crate::fault::Fault;
use crate::metric;
use crate::pieces::Pieces;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(resource("/v1/generate/", "POST").route(web::post().to(generate)))
        .service(resource("/v1/validate/", "POST").route(web::post().to(validate)));
}

/// `POST /api/v1/generate/`
async fn generate(mut call: Call<Studio>) -> Result<HttpResponse, Fault> {
    call.allow(Scope::QrRender)?;
    let mut wish = read(&mut call).await?;
    let caps = call.caps();
    check(&call.app, &wish, &caps)?;
    let reserved = reserve(&call, vec![wish.dynamic.take()]).await?;
    let link = reserved.links.first().and_then(Option::as_ref);
    if let Some(link) = link {
        wish.order.text = public_url(&call.app, &link.code);
    }
    let served = match draw(&call.app, wish.order, caps).await {
        Ok(served) => served,
        Err(error) => {
            release(&call.app, &call.caller, &reserved).await;
            return Err(error.into());
        }
    };
    metric::render(std::time::Duration::from_millis(served.ms));
    let mut answer = HttpResponse::Ok();
    answer
        .content_type(if wish.format == "svg" { "image/svg+xml" } else { "image/png" })
        .insert_header(("x-qr-cache", if served.hit { "HIT" } else { "MISS" }))
        .insert_header(("x-qr-duration-ms", served.ms))
        .insert_header(("content-disposition", format!("inline; filename=\"qr.{}\"", wish.format)));
    for (name, value) in figures(&call, &reserved.charge) {
        answer.insert_header((name, value));
    }
    if let Some(link) = link {
        answer.insert_header(("x-qr-short-id", link.code.as_str()));
        answer.insert_header(("x-qr-public-url", public_url(&call.app, &link.code)));
    }
    if wish.format == "svg" {
        answer
            .insert_header(("content-security-policy", "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox"));
    }
    Ok(answer.body(Pieces::new(served.bytes)))
}

async fn draw(app: &App, mut order: Order, caps: Caps) -> Result<Served> {
    app.gather(std::iter::once(&mut order)).await?;
    app.picture(order, caps).await
}

/// `POST /api/v1/validate/`: as `generate`, but nothing is drawn, made or charged.
async fn validate(mut call: Call<Studio>) -> Result<HttpResponse, Fault> {
    call.allow(Scope::QrRender)?;
    let wish = read(&mut call).await?;
    let caps = call.caps();
    check(&call.app, &wish, &caps)?;
    if let Some(draft) = &wish.dynamic {
        call.app.check_destinations(draft).await?;
    }
    let px = (wish.inches * f64::from(wish.dpi)).round() as u32;
    Ok(HttpResponse::Ok().json(json!({
        "valid": true, "data_type": wish.data_type, "format": wish.format, "size_inches": wish.inches, "dpi": wish.dpi,
        "width_px": px, "plan": call.caller.terms.plan.name(),
    })))
}

async fn read(call: &mut Call<Studio>) -> Result<Wish> {
    let (mut fields, mut files) = call.form().await?;
    let wish = wish(&mut fields, &mut files);
    fields.end()?;
    wish.ok_or_else(|| Error::internal("a request without complaints has a wish"))
}

/// Refuses what the plan does not allow, and what cannot be encoded.
pub(super) fn check(app: &App, wish: &Wish, caps: &Caps) -> Result<()> {
    match &wish.dynamic {
        // The code is not known yet, but its length is.
        Some(_) => {
            let mut order = wish.order.clone();
            order.text = public_url(app, "00000000");
            order.check(caps)
        }
        None => wish.order.check(caps),
    }
}

/// What was taken for some pictures, to be given back if they fail.
pub(super) struct Reserved {
    pub(super) charge: Charge,
    /// The dynamic QRs that were made, one place per picture.
    pub(super) links: Vec<Option<Link>>,
}

/// Charges pictures and makes their dynamic QRs, all or nothing.
pub(super) async fn reserve(call: &Call<Studio>, drafts: Vec<Option<Draft>>) -> Result<Reserved> {
    let caller = call.caller.clone();
    let job = move |tx: &mut Tx<'_>| {
        let charge = renders::charge(tx, &caller, drafts.len() as u64)?;
        let make = |draft: Option<Draft>| draft.map(|draft| links::create(tx, &caller, draft)).transpose();
        let links = drafts.into_iter().map(make).collect::<Result<_>>()?;
        Ok(Reserved { charge, links })
    };
    call.app.write(job).await
}

/// Gives back what was taken for pictures that failed.
pub(super) async fn release(app: &App, caller: &Caller, reserved: &Reserved) {
    let (caller, charge) = (caller.clone(), reserved.charge);
    let uids: Vec<String> = reserved.links.iter().flatten().map(|link| link.uid.clone()).collect();
    let job = move |tx: &mut Tx<'_>| {
        uids.iter().try_for_each(|uid| links::delete(tx, &caller, uid))?;
        renders::refund(tx, &caller, &charge)
    };
    if let Err(error) = app.write(job).await {
        tracing::error!(%error, "pictures that failed were not refunded");
    }
}

/// The headers that tell what pictures cost; an unlimited quota has no remainder.
pub(super) fn figures(call: &Call<Studio>, charge: &Charge) -> Vec<(HeaderName, HeaderValue)> {
    let plan = HeaderValue::from_static(call.caller.terms.plan.name());
    let mut headers = vec![(HeaderName::from_static("x-qr-plan"), plan)];
    if let Some(remaining) = charge.remaining {
        headers.push((HeaderName::from_static("x-qr-quota-remaining"), HeaderValue::from(remaining)));
    }
    headers
}

/// Returns the address that a dynamic QR encodes.
pub(super) fn public_url(app: &App, code: &str) -> String {
    format!("{}/q/{code}/", app.public_url)
}

impl Call<Studio> {
    /// Returns what the caller's plan allows of a picture.
    pub(super) fn caps(&self) -> Caps {
        let Terms { plan, limits } = &self.caller.terms;
        let (max_inches, max_dpi, logo) = (limits.max_inches, limits.max_dpi, limits.logo);
        Caps { plan: plan.to_string(), max_inches, max_dpi, logo, ..Caps::default() }
    }
}
