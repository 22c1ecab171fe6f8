//! `POST /api/v1/links/{link_id}/route`: which rule applies to a visitor, and why the others do not
//! (an extension). No scan is counted.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde_json::{Value, json};
use xqr_engine::auth::Scope;
use xqr_engine::errors::{Condition, Expected, Result};
use xqr_engine::links;
use xqr_engine::routing::{Router, Rule, Stickiness, Trace, Visit, parse_country};
use xqr_engine::runtime::time_format::rfc3339;

use crate::Native;
use crate::envelope::Answers as _;
use xqr_http::ApiRequest;
use xqr_http::forms::fields::Fields;
use xqr_http::refusal::Refusal;
use xqr_http::routes::resource;

/// Characters of what a visitor sends.
const HEADER_CHARS: usize = 512;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(resource("/v1/links/{link_id}/route", "POST").route(web::post().to(route)));
}

/// A visitor as the body describes one.
struct Visitor {
    country: Option<[u8; 2]>,
    user_agent: String,
    languages: String,
    referrer: String,
    at: i64,
    /// Where a draw of 0 to 100 falls.
    percentile: f64,
}

async fn route(mut call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::LinksRead)?;
    let mut fields = call.fields().await?;
    let visitor = read(&mut fields, call.app.now());
    fields.end()?;
    let (uid, caller) = (call.path("link_id"), call.caller.clone());
    let link = call.app.read(move |conn| links::get(conn, &caller, &uid)).await?;
    let rules = links::routing_rules(&link);
    // To a millionth, in whole numbers.
    let millionths = (visitor.percentile * 10_000.0).round() as u128;
    let draw = u64::try_from((1_u128 << 64) * millionths / 1_000_000).unwrap_or(u64::MAX);
    let drawn = move |_: Stickiness, _: usize| draw;
    let visit = Visit {
        country: visitor.country,
        user_agent: visitor.user_agent.as_bytes(),
        languages: visitor.languages.as_bytes(),
        referrer: visitor.referrer.as_bytes(),
        at: visitor.at,
        draw: &drawn,
    };
    let traces = Router::new(&rules).map(|router| router.trace(&visit)).unwrap_or_default();
    let met = traces.iter().find(|trace| trace.failed.is_none()).map(|trace| trace.index);
    let destination =
        met.map_or(link.destination.as_ref(), |index| Some(&rules[index].destination));
    Ok(call.answer(
        StatusCode::OK,
        json!({
            "destination": destination,
            "rule": met,
            "at": rfc3339(visitor.at),
            "tried": traces.iter().map(|trace| view(trace, &rules)).collect::<Vec<_>>(),
        }),
    ))
}

fn view(trace: &Trace, rules: &[Rule]) -> Value {
    json!({
        "rule": trace.index,
        "priority": rules[trace.index].priority,
        "holds": trace.failed.is_none(),
        "failed_condition": trace.failed,
    })
}

fn read(fields: &mut Fields, now: i64) -> Visitor {
    let country = fields.text("country").and_then(|text| {
        let country = parse_country(&text);
        if country.is_none() {
            let expected = Expected::CountryCode;
            fields.complain(Condition::FieldTypeWrong { field: "country".to_owned(), expected });
        }
        country
    });
    let mut text = |field| fields.line(field, HEADER_CHARS).unwrap_or_default();
    let (user_agent, languages, referrer) =
        (text("user_agent"), text("languages"), text("referrer"));
    Visitor {
        country,
        user_agent,
        languages,
        referrer,
        at: fields.moment("at").unwrap_or(now),
        percentile: fields.number("percentile", 0.0..=100.0).unwrap_or(0.0),
    }
}
