//! `GET /api/v1/analytics/stream`: scans as they are counted, as server-sent events (HTML Living
//! Standard, section 9.2). An extension.

use std::convert::Infallible;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, timeout_at};
use xqr_engine::auth::Scope;
use xqr_engine::errors::Result;
use xqr_engine::links;
use xqr_engine::runtime::time_format::rfc3339;
use xqr_engine::scans::analytics::Machines;
use xqr_engine::scans::live_feed::LiveScan;

use super::machines;
use crate::Native;
use xqr_http::ApiRequest;
use xqr_http::forms::fields::Fields;
use xqr_http::refusal::Refusal;

/// How often a stream shows that it lives, so that no proxy between closes it.
const BEAT: Duration = Duration::from_secs(15);
/// How long a stream lasts. Clients come again by themselves, and then their keys are looked at
/// anew.
const LONGEST: Duration = Duration::from_secs(600);

pub(super) async fn stream(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::AnalyticsRead)?;
    let mut fields = Fields::from_query(&call.query());
    let link = fields.text("link_id");
    let machines = machines(&mut fields);
    fields.end()?;
    let (caller, workspace) = (call.caller.clone(), call.caller.workspace);
    let link = match link {
        Some(uid) => Some(call.app.read(move |conn| links::get(conn, &caller, &uid)).await?.id),
        None => None,
    };
    let listener = call.app.live_feed.listen(workspace)?;
    let wanted = move |scan: &LiveScan| {
        link.is_none_or(|link| scan.scan.link_id == link)
            && (machines == Machines::Included || !scan.scan.bot)
    };
    let end = Instant::now() + LONGEST;
    let scans = stream::unfold(
        (listener, Instant::now() + BEAT),
        move |(mut listener, mut beat)| async move {
            while Instant::now() < end {
                let text = match timeout_at(beat, listener.next()).await {
                    Ok(Ok(scan)) if wanted(&scan) => event(&scan),
                    Ok(Ok(_)) => continue,
                    // How many of them were of this workspace is not known.
                    Ok(Err(RecvError::Lagged(_))) => "event: missed\ndata: {}\n\n".to_owned(),
                    Ok(Err(RecvError::Closed)) => return None,
                    Err(_) => ":\n\n".to_owned(),
                };
                beat = Instant::now() + BEAT;
                return Some((text, (listener, beat)));
            }
            None
        },
    );
    let events = stream::once(async { "retry: 3000\n\n".to_owned() })
        .chain(scans)
        .map(|text| Ok::<_, Infallible>(Bytes::from(text)));
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((CACHE_CONTROL, "no-store"))
        .streaming(Box::pin(events)))
}

fn event(live: &LiveScan) -> String {
    let scan = &live.scan;
    let data = json!({
        "link_id": live.link_uid, "short_code": live.short_code, "scanned_at": rfc3339(scan.at), "country": scan.country,
        "device": scan.device, "browser": scan.agent, "system": scan.system, "referrer": scan.referrer, "variant": scan.variant,
        "bot": scan.bot,
    });
    format!("event: scan\ndata: {data}\n\n")
}
