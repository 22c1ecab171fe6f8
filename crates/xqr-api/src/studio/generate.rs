//! `POST /api/v1/generate/` and `/api/v1/validate/` (QR Studio reference, sections 8.1, 8.3 and
//! 8.4).

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpResponse, web};
use serde_json::json;
use tokio::sync::oneshot;
use xqr_engine::auth::Scope;
use xqr_engine::errors::{Error, Result};
use xqr_engine::idempotency::{Attempt, Outcome, UNFINISHED};
use xqr_engine::links::{self, Draft};
use xqr_engine::pictures::{Order, PlanCaps};
use xqr_engine::plans::Terms;
use xqr_engine::render::Caps;
use xqr_engine::renders::{self, Charge};
use xqr_engine::{App, Caller, Served, Tx};

use super::Studio;
use super::order::{Wish, wish};
use super::usage::whole;
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
    allow(&call, std::slice::from_ref(&wish))?;
    let caps = call.caps();
    check(&call.app, &wish, &caps)?;
    let reserved = reserve(&call, vec![wish.dynamic.take()]).await?;
    let public_url =
        reserved.codes.first().and_then(Option::as_ref).map(|code| public_url(&call.app, code));
    if let Some(url) = &public_url {
        wish.order.text.clone_from(url);
    }
    let served = match draw(&call.app, wish.order, caps).await {
        Ok(served) => served,
        Err(error) => {
            release(&call.app, &call.caller, reserved).await;
            return Err(error.into());
        }
    };
    settle(&call.app, &reserved).await?;
    metric::render(std::time::Duration::from_millis(served.ms));
    let mut answer = HttpResponse::Ok();
    answer
        .content_type(if wish.format == "svg" { "image/svg+xml" } else { "image/png" })
        .insert_header(("x-qr-cache", if served.hit { "HIT" } else { "MISS" }))
        .insert_header(("x-qr-duration-ms", served.ms))
        .insert_header(("content-disposition", format!("inline; filename=\"qr.{}\"", wish.format)));
    for (name, value) in figures(&call, &reserved) {
        answer.insert_header((name, value));
    }
    if let (Some(Some(code)), Some(url)) = (reserved.codes.first(), public_url) {
        answer
            .insert_header(("x-qr-short-id", code.as_str()))
            .insert_header(("x-qr-public-url", url));
    }
    if wish.format == "svg" {
        answer.insert_header((
            "content-security-policy",
            "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox",
        ));
    }
    Ok(answer.body(Pieces::new(served.bytes)))
}

async fn draw(app: &App, mut order: Order, caps: PlanCaps) -> Result<Served> {
    app.gather(&mut order).await?;
    app.picture(order, caps).await
}

/// `POST /api/v1/validate/`: as `generate`, but nothing is drawn, made or charged.
async fn validate(mut call: Call<Studio>) -> Result<HttpResponse, Fault> {
    call.allow(Scope::QrRender)?;
    let wish = read(&mut call).await?;
    allow(&call, std::slice::from_ref(&wish))?;
    let caps = call.caps();
    check(&call.app, &wish, &caps)?;
    if let Some(draft) = &wish.dynamic {
        links::check_variants(&call.caller, &draft.variants)?;
        call.app.check_destinations(draft).await?;
    }
    let px = (wish.inches * f64::from(wish.dpi)).round() as u32;
    Ok(HttpResponse::Ok().json(json!({
        "valid": true, "data_type": wish.data_type, "format": wish.format, "size_inches": whole(wish.inches), "dpi": wish.dpi,
        "width_px": px, "plan": call.caller.terms.plan.name(),
    })))
}

async fn read(call: &mut Call<Studio>) -> Result<Wish> {
    let (mut fields, mut files) = call.form().await?;
    let wish = wish(&mut fields, &mut files);
    fields.end()?;
    wish.ok_or_else(|| Error::internal("a request without complaints has a wish"))
}

/// Refuses a key without the scope to make links, where dynamic QRs are wanted.
pub(super) fn allow(call: &Call<Studio>, wishes: &[Wish]) -> Result<()> {
    if wishes.iter().any(|wish| wish.dynamic.is_some()) {
        call.allow(Scope::LinksWrite)
    } else {
        Ok(())
    }
}

/// Refuses what the plan does not allow, and what cannot be encoded.
pub(super) fn check(app: &App, wish: &Wish, caps: &PlanCaps) -> Result<()> {
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

/// Pictures that are paid for, and the dynamic QRs that were made for them.
pub(super) struct Reserved {
    /// The short ids of the dynamic QRs, one place per picture.
    pub(super) codes: Vec<Option<String>>,
    charge: Charge,
    /// The QRs that this request made, which go if pictures fail.
    uids: Vec<String>,
    /// The record of the Idempotency-Key that this request wrote.
    attempt: Option<Attempt>,
    /// Whether an earlier request with the same Idempotency-Key made the QRs.
    replayed: bool,
}

/// Charges pictures and makes their dynamic QRs, all or nothing. An Idempotency-Key keeps the QRs
/// from being made twice; each picture is charged, because the same request brings the same bytes
/// anyway (section 6).
pub(super) async fn reserve(call: &Call<Studio>, drafts: Vec<Option<Draft>>) -> Result<Reserved> {
    let (caller, units) = (call.caller.clone(), drafts.len() as u64);
    let job = move |tx: &mut Tx<'_>| {
        let charge = renders::charge(tx, &caller, units)?;
        let make =
            |draft: Option<Draft>| draft.map(|draft| links::create(tx, &caller, draft)).transpose();
        let links = drafts.into_iter().map(make).collect::<Result<Vec<_>>>()?;
        let uids = links.iter().flatten().map(|link| link.uid.clone()).collect();
        let codes: Vec<_> = links.into_iter().map(|link| link.map(|link| link.code)).collect();
        Ok((codes, charge, uids))
    };
    let Some(attempt) = call.attempt()? else {
        let (codes, charge, uids) = call.app.write(job).await?;
        return Ok(Reserved { codes, charge, uids, attempt: None, replayed: false });
    };
    let (tell, mut told) = oneshot::channel();
    let answer = move |(codes, charge, uids): (Vec<Option<String>>, Charge, Vec<String>)| {
        let body = json!(codes).to_string().into_bytes();
        tell.send((charge, uids)).ok();
        Outcome { status: UNFINISHED, body, had_effect: true }
    };
    let answer = call.app.write_once(attempt.clone(), job, answer).await?;
    let codes = serde_json::from_slice(&answer.body).map_err(Error::internal)?;
    if let Ok((charge, uids)) = told.try_recv() {
        return Ok(Reserved { codes, charge, uids, attempt: Some(attempt), replayed: false });
    }
    let caller = call.caller.clone();
    let charge = call.app.write(move |tx| renders::charge(tx, &caller, units)).await?;
    Ok(Reserved { codes, charge, uids: Vec::new(), attempt: None, replayed: true })
}

/// Notes that the pictures of a request with an Idempotency-Key were drawn.
pub(super) async fn settle(app: &App, reserved: &Reserved) -> Result<()> {
    let Some(attempt) = reserved.attempt.clone() else { return Ok(()) };
    app.write(move |tx| attempt.settle(tx, StatusCode::OK.as_u16())).await
}

/// Gives back what was taken for pictures that failed.
pub(super) async fn release(app: &App, caller: &Caller, reserved: Reserved) {
    let (caller, Reserved { charge, uids, attempt, .. }) = (caller.clone(), reserved);
    let job = move |tx: &mut Tx<'_>| {
        // The quota first, as in `reserve`: so the two never wait for each other.
        renders::refund(tx, &caller, &charge)?;
        links::delete_all(tx, &caller, &uids)?;
        attempt.iter().try_for_each(|attempt| attempt.forget(tx))
    };
    if let Err(error) = app.write(job).await {
        tracing::error!(%error, "pictures that failed were not refunded");
    }
}

/// The headers that tell what pictures cost.
pub(super) fn figures(call: &Call<Studio>, reserved: &Reserved) -> Vec<(HeaderName, HeaderValue)> {
    let plan = HeaderValue::from_static(call.caller.terms.plan.name());
    let mut headers = vec![(HeaderName::from_static("x-qr-plan"), plan)];
    if let Some(remaining) = reserved.charge.remaining {
        headers
            .push((HeaderName::from_static("x-qr-quota-remaining"), HeaderValue::from(remaining)));
    }
    if reserved.replayed {
        headers.push((
            HeaderName::from_static("idempotent-replayed"),
            HeaderValue::from_static("true"),
        ));
    }
    headers
}

/// Returns the address that a dynamic QR encodes.
pub(super) fn public_url(app: &App, code: &str) -> String {
    format!("{}/q/{code}/", app.public_url)
}

impl Call<Studio> {
    /// Returns what the caller's plan allows of a picture.
    pub(super) fn caps(&self) -> PlanCaps {
        let Terms { plan, limits } = &self.caller.terms;
        let caps =
            Caps::new().max_inches(limits.max_inches).max_dpi(limits.max_dpi).logo(limits.logo);
        PlanCaps { plan: plan.to_string(), caps }
    }
}
