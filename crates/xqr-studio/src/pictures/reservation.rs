//! The charge for pictures, and the dynamic QRs that are made with them: all or nothing.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use serde_json::json;
use tokio::sync::oneshot;
use xqr_engine::errors::{Error, Result};
use xqr_engine::limits::idempotency::{Attempt, Outcome, UNFINISHED};
use xqr_engine::links::NewLink;
use xqr_engine::pictures::render_billing::{self, Charge};
use xqr_engine::{App, Caller, Tx, links};
use xqr_http::ApiRequest;

use crate::Studio;

/// Charged pictures, and the dynamic QRs that were made for them.
pub(super) struct Reservation {
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
pub(super) async fn reserve(
    call: &ApiRequest<Studio>,
    drafts: Vec<Option<NewLink>>,
) -> Result<Reservation> {
    let (caller, units) = (call.caller.clone(), drafts.len() as u64);
    let job = move |tx: &mut Tx<'_>| {
        let charge = render_billing::charge(tx, &caller, units)?;
        let make = |draft: Option<NewLink>| {
            draft.map(|draft| links::create(tx, &caller, draft)).transpose()
        };
        let links = drafts.into_iter().map(make).collect::<Result<Vec<_>>>()?;
        let uids = links.iter().flatten().map(|link| link.uid.clone()).collect();
        let codes: Vec<_> = links.into_iter().map(|link| link.map(|link| link.code)).collect();
        Ok((codes, charge, uids))
    };
    let Some(attempt) = call.attempt()? else {
        let (codes, charge, uids) = call.app.write(job).await?;
        return Ok(Reservation { codes, charge, uids, attempt: None, replayed: false });
    };
    let (send, mut received) = oneshot::channel();
    let answer = move |(codes, charge, uids): (Vec<Option<String>>, Charge, Vec<String>)| {
        let body = json!(codes).to_string().into_bytes();
        send.send((charge, uids)).ok();
        Outcome { status: UNFINISHED, body, had_effect: true }
    };
    let answer = call.app.write_once(attempt.clone(), job, answer).await?;
    let codes = serde_json::from_slice(&answer.body).map_err(Error::internal)?;
    if let Ok((charge, uids)) = received.try_recv() {
        return Ok(Reservation { codes, charge, uids, attempt: Some(attempt), replayed: false });
    }
    let caller = call.caller.clone();
    let charge = call.app.write(move |tx| render_billing::charge(tx, &caller, units)).await?;
    Ok(Reservation { codes, charge, uids: Vec::new(), attempt: None, replayed: true })
}

/// Records that the pictures of a request with an Idempotency-Key were drawn.
pub(super) async fn commit(app: &App, reserved: &Reservation) -> Result<()> {
    let Some(attempt) = reserved.attempt.clone() else { return Ok(()) };
    app.write(move |tx| attempt.finish(tx, StatusCode::OK.as_u16())).await
}

/// Refunds pictures that failed and deletes their dynamic QRs.
pub(super) async fn refund(app: &App, caller: &Caller, reserved: Reservation) {
    let (caller, Reservation { charge, uids, attempt, .. }) = (caller.clone(), reserved);
    let job = move |tx: &mut Tx<'_>| {
        // The quota first, as in `reserve`: so the two never wait for each other.
        render_billing::refund(tx, &caller, &charge)?;
        links::delete_all(tx, &caller, &uids)?;
        attempt.iter().try_for_each(|attempt| attempt.forget(tx))
    };
    if let Err(error) = app.write(job).await {
        tracing::error!(error = %error.report(), "pictures that failed were not refunded");
    }
}

/// Returns the headers that report the charge.
pub(super) fn charge_headers(
    call: &ApiRequest<Studio>,
    reserved: &Reservation,
) -> Vec<(HeaderName, HeaderValue)> {
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
