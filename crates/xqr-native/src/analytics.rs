//! `/api/v1/analytics` (xQR reference, section 13): statistics of scans, as JSON, as CSV, and as
//! charts. Responses have the shapes of the endpoint pages, and also the fields of the guide
//! (section 17, C-10). Statistics by browser, system, referrer and link, and the stream, are
//! extensions.

mod chart;
mod live_stream;
mod report;
mod report_response;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use xqr_engine::auth::Scope;
use xqr_engine::errors::{Condition, Expected, Result};
use xqr_engine::runtime::time_format::rfc3339;
use xqr_engine::scans::analytics::{Facet, Machines, OTHERS, Period, Values};
use xqr_engine::scans::time_series::{Interval, Point, SeriesRequest};
use xqr_engine::scans::{analytics, time_series};
use xqr_engine::{links, routing};

use self::report::Report;
use self::report_response::{Shape, answer};
use crate::Native;
use crate::envelope::Answers as _;
use crate::links::routing_fields::time_zone;
use xqr_http::ApiRequest;
use xqr_http::forms::fields::Fields;
use xqr_http::refusal::Refusal;
use xqr_http::routes::resource;

const PERIODS: [(&str, Period); 4] = [
    ("7d", Period::Days(7)),
    ("30d", Period::Days(30)),
    ("90d", Period::Days(90)),
    ("all", Period::All),
];
const SHAPES: [(&str, Shape); 3] =
    [("json", Shape::Json), ("csv", Shape::Csv), ("svg", Shape::Svg)];
/// Days of a series, unless asked otherwise (section 13.2), and of `daily_scans`.
const DAYS: i64 = 30;
/// Names of UTC, whose days are those in which visitors are known.
const UTC: [&str; 8] =
    ["UTC", "UCT", "Zulu", "Universal", "Etc/UTC", "Etc/UCT", "Etc/Zulu", "Etc/Universal"];
/// Countries and devices in a summary.
const TOP: usize = 10;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(resource("/v1/analytics/summary", "GET").route(web::get().to(summary)))
        .service(resource("/v1/analytics/timeseries", "GET").route(web::get().to(timeseries)))
        .service(resource("/v1/analytics/geography", "GET").route(web::get().to(geography)))
        .service(resource("/v1/analytics/devices", "GET").route(web::get().to(devices)))
        .service(resource("/v1/analytics/browsers", "GET").route(web::get().to(browsers)))
        .service(resource("/v1/analytics/systems", "GET").route(web::get().to(systems)))
        .service(resource("/v1/analytics/referrers", "GET").route(web::get().to(referrers)))
        .service(resource("/v1/analytics/top-links", "GET").route(web::get().to(top_links)))
        .service(resource("/v1/analytics/stream", "GET").route(web::get().to(live_stream::stream)))
        .service(resource("/v1/analytics/links/{link_id}", "GET").route(web::get().to(of_link)))
        .service(
            resource("/v1/analytics/links/{link_id}/stats", "GET").route(web::get().to(of_link)),
        );
}

/// `GET /api/v1/analytics/summary`: the object of the endpoint page and that of the guide in one.
async fn summary(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::AnalyticsRead)?;
    let mut fields = Fields::from_query(&call.query());
    let (period, machines) = (period(&mut fields, Period::Days(30)), machines(&mut fields));
    fields.end()?;
    let (caller, now) = (call.caller.clone(), call.app.now());
    let found =
        call.app.read(move |conn| analytics::summary(conn, &caller, period, machines, now)).await?;
    let change = |before: i64| (found.totals.scans - before) as f64 * 100.0 / before as f64;
    let scans: u64 = found.devices.iter().map(|(_, n)| n).sum();
    let country = |(code, n): &(String, u64)| json!({ "country": routing::name_of(code), "country_code": shown(Facet::Country, code), "scans": n });
    let device = |(device, n): &(String, u64)| json!({ "device": device, "scans": n, "percentage": tenths(*n as f64 * 100.0 / scans as f64) });
    Ok(call.answer(
        StatusCode::OK,
        json!({
            "total_links": found.links,
            "total_scans": found.totals.scans,
            "active_links_30d": found.active_links_30d,
            "unique_countries": found.countries.iter().filter(|(code, _)| is_known(code)).count(),
            "unique_visitors": found.totals.visitors,
            "bot_scans": found.totals.bots,
            "scans_change_pct": found.scans_before.filter(|before| *before > 0).map(|before| tenths(change(before))),
            "top_countries": found.countries.iter().take(TOP).map(country).collect::<Vec<_>>(),
            "top_devices": found.devices.iter().take(TOP).map(device).collect::<Vec<_>>(),
        }),
    ))
}

/// `GET /api/v1/analytics/timeseries`
async fn timeseries(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::AnalyticsRead)?;
    let mut fields = Fields::from_query(&call.query());
    let guide = !fields.has("interval") && fields.has("granularity");
    let name = if guide { "granularity" } else { "interval" };
    fields.demand(name);
    let interval = fields.choice(name, &Interval::ALL).unwrap_or(Interval::Day);
    let zone = time_zone(&mut fields)
        .filter(|name| !UTC.contains(&name.as_str()))
        .and_then(|name| TimeZone::get(&name).ok());
    let zone = zone.unwrap_or(TimeZone::UTC);
    let today = today(&call, &zone);
    let past = fields.choice("period", &PERIODS).unwrap_or(Period::Days(DAYS));
    let to = date(&mut fields, "to_date").unwrap_or(today);
    let from = date(&mut fields, "from_date");
    let (machines, shape) = (machines(&mut fields), shape(&call, &mut fields));
    let link = fields.text("link_id");
    if from.is_some_and(|from| from > to) {
        fields.complain(Condition::NumberTooLarge {
            field: "from_date".to_owned(),
            max: to.to_string(),
        });
    }
    fields.end()?;
    let (caller, now) = (call.caller.clone(), call.app.now());
    let read = call.app.read(move |conn| {
        let link = link.map(|uid| links::get(conn, &caller, &uid)).transpose()?.map(|link| link.id);
        let from = match (from, past) {
            (Some(from), _) => from,
            (None, Period::Days(n)) => days_before(to, n - 1),
            (None, Period::All) => time_series::begin(conn, &caller, link, to)?,
        };
        time_series::read(
            conn,
            &caller,
            link,
            &SeriesRequest { interval, from, to, zone: zone.clone(), machines, now },
        )
        .map(|points| (points, zone))
    });
    let (points, zone) = read.await?;
    let label = |point: &Point| {
        if interval == Interval::Hour { moment(point, &zone) } else { point.date.to_string() }
    };
    let point =
        |it: &Point| json!({ "date": label(it), "scans": it.scans, "visitors": it.visitors });
    let data = if guide {
        points
            .iter()
            .map(|it| json!({ "timestamp": moment(it, &zone), "scans": it.scans }))
            .collect()
    } else {
        json!({ "interval": interval.name(), "points": points.iter().map(point).collect::<Vec<_>>() })
    };
    let total = points.iter().map(|it| it.scans).sum();
    let rows =
        points.iter().map(|it| (vec![label(it)], vec![Some(it.scans), it.visitors])).collect();
    let report = Report {
        title: "Scans",
        name: "timeseries",
        columns: vec!["date", "scans", "visitors"],
        rows,
        total,
    };
    Ok(answer(&report, &call, shape, || data))
}

/// `GET /api/v1/analytics/geography`
async fn geography(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    values(call, Facet::Country, "country", "Scans by country").await
}

/// `GET /api/v1/analytics/devices`
async fn devices(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    values(call, Facet::Device, "device", "Scans by device").await
}

/// `GET /api/v1/analytics/browsers`
async fn browsers(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    values(call, Facet::Browser, "browser", "Scans by browser").await
}

/// `GET /api/v1/analytics/systems`
async fn systems(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    values(call, Facet::System, "system", "Scans by operating system").await
}

/// `GET /api/v1/analytics/referrers`
async fn referrers(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    values(call, Facet::Referrer, "referrer", "Scans by referrer").await
}

async fn values(
    call: ApiRequest<Native>,
    facet: Facet,
    name: &'static str,
    title: &'static str,
) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::AnalyticsRead)?;
    let mut fields = Fields::from_query(&call.query());
    let period = period(&mut fields, Period::All);
    let (machines, shape, limit) =
        (machines(&mut fields), shape(&call, &mut fields), limit(&mut fields));
    let link = fields.text("link_id");
    fields.end()?;
    let (caller, days) = (call.caller.clone(), period.days(call.app.now()));
    let read = call.app.read(move |conn| {
        let link = link.map(|uid| links::get(conn, &caller, &uid)).transpose()?.map(|link| link.id);
        analytics::values(conn, &caller, link, days, facet, machines)
    });
    let mut found = read.await?;
    let total = found.iter().map(|(_, n)| n.cast_signed()).sum();
    found.truncate(limit);
    let rows = found
        .iter()
        .map(|(value, n)| (vec![shown(facet, value)], vec![Some(n.cast_signed())]))
        .collect();
    let report = Report { title, name, columns: vec![name, "scans"], rows, total };
    Ok(answer(&report, &call, shape, || counted(facet, name, &found)))
}

/// `GET /api/v1/analytics/top-links`
async fn top_links(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::AnalyticsRead)?;
    let mut fields = Fields::from_query(&call.query());
    let period = period(&mut fields, Period::Days(30));
    let (machines, shape, limit) =
        (machines(&mut fields), shape(&call, &mut fields), limit(&mut fields));
    fields.end()?;
    let (caller, days) = (call.caller.clone(), period.days(call.app.now()));
    let read = call.app.read(move |conn| {
        let total = analytics::total(conn, &caller, days, machines)?;
        Ok((total, analytics::top_links(conn, &caller, days, machines, limit as i64)?))
    });
    let (total, found) = read.await?;
    let scans = |top: &analytics::TopLink| machines.count(top.scans, top.bots);
    let rows = found
        .iter()
        .map(|(top, (uid, code))| (vec![code.clone(), uid.clone()], vec![Some(scans(top))]))
        .collect();
    let report = Report {
        title: "Scans by link",
        name: "top-links",
        columns: vec!["short_code", "link_id", "scans"],
        rows,
        total,
    };
    let data = || {
        let view = |(top, (uid, code)): &(analytics::TopLink, (String, String))| json!({ "link_id": uid, "short_code": code, "short_url": call.app.short_url(code), "scans": scans(top) });
        found.iter().map(view).collect()
    };
    Ok(answer(&report, &call, shape, data))
}

/// `GET /api/v1/analytics/links/{link_id}`, and with `/stats` behind it (section 17, C-13).
async fn of_link(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::AnalyticsRead)?;
    let mut fields = Fields::from_query(&call.query());
    let (period, machines) = (period(&mut fields, Period::All), machines(&mut fields));
    fields.end()?;
    let (caller, uid, now) = (call.caller.clone(), call.path("link_id"), call.app.now());
    let (days, daily) = (
        period.days(now),
        if period == Period::All { Period::Days(DAYS) } else { period }.days(now),
    );
    let read = call.app.read(move |conn| {
        let link = links::get(conn, &caller, &uid)?;
        let found = analytics::of_link(conn, &caller, &link, days, daily, machines)?;
        Ok((link, found))
    });
    let (link, found) = read.await?;
    let values = |facet, name| counted(facet, name, &found.by[&facet]);
    let whole = period == Period::All && machines == Machines::Included;
    let day = |(date, scans): &(String, i64)| json!({ "date": date, "scans": scans });
    Ok(call.answer(
        StatusCode::OK,
        json!({
            "link_id": link.uid,
            "short_code": link.code,
            "total_scans": if whole { link.scan_count } else { found.totals.scans },
            "unique_visitors": found.totals.visitors,
            "bot_scans": found.totals.bots,
            "last_scan_at": link.last_scan_at.map(rfc3339),
            "countries": values(Facet::Country, "country"),
            "devices": values(Facet::Device, "device"),
            "browsers": values(Facet::Browser, "browser"),
            "systems": values(Facet::System, "system"),
            "referrers": values(Facet::Referrer, "referrer"),
            "variants": values(Facet::Variant, "variant"),
            "daily_scans": found.by_day.iter().map(day).collect::<Vec<_>>(),
        }),
    ))
}

/// Returns `[{name: …, "count": …}]`. A scan that was led to no variant is none of theirs.
fn counted(facet: Facet, name: &str, values: &Values) -> Value {
    let shown_values =
        values.iter().filter(|(value, _)| facet != Facet::Variant || !value.is_empty());
    shown_values.map(|(value, n)| json!({ name: shown(facet, value), "count": n })).collect()
}

/// Returns what clients see of a value.
fn shown(facet: Facet, value: &str) -> String {
    match (facet, value) {
        // ISO 3166-1 leaves it to users, and proxies say "unknown" with it.
        (Facet::Country, "") => "XX",
        (Facet::Referrer, "") => "direct",
        (_, OTHERS) => "other",
        (_, value) => value,
    }
    .to_owned()
}

fn is_known(code: &str) -> bool {
    !code.is_empty() && code != OTHERS
}

fn tenths(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

fn period(fields: &mut Fields, usual: Period) -> Period {
    fields.choice("period", &PERIODS).unwrap_or(usual)
}

fn limit(fields: &mut Fields) -> usize {
    fields.int("limit", 1..=1000).map_or(100, |limit| limit as usize)
}

/// Reads `bots`: whether scans of machines count. They do in a link's counter, so they do here
/// unless asked otherwise.
fn machines(fields: &mut Fields) -> Machines {
    fields
        .choice("bots", &[("include", Machines::Included), ("exclude", Machines::Excluded)])
        .unwrap_or(Machines::Included)
}

fn shape(call: &ApiRequest<Native>, fields: &mut Fields) -> Shape {
    let shape = fields.choice("format", &SHAPES).unwrap_or(Shape::Json);
    fields.keep(
        call.caller.terms.check_feature(
            "CSV export",
            shape != Shape::Csv || call.caller.terms.limits.csv_export,
        ),
    );
    shape
}

/// Reads a day of this century or the next.
fn date(fields: &mut Fields, field: &str) -> Option<Date> {
    let text = fields.text(field)?;
    let date = text.parse::<Date>().ok().filter(|date| (2000..2200).contains(&date.year()));
    if date.is_none() {
        fields.wrong(field, Expected::Date);
    }
    date
}

fn today(call: &ApiRequest<Native>, zone: &TimeZone) -> Date {
    zone.to_datetime(Timestamp::from_millisecond(call.app.now()).unwrap_or(Timestamp::MAX)).date()
}

fn days_before(date: Date, days: i64) -> Date {
    date.checked_sub(jiff::Span::new().days(days)).unwrap_or(Date::MIN)
}

/// Returns when a bucket begins, RFC 3339 in the zone of the series.
fn moment(point: &Point, zone: &TimeZone) -> String {
    if *zone == TimeZone::UTC {
        return rfc3339(point.at);
    }
    let moment =
        Timestamp::from_millisecond(point.at).unwrap_or(Timestamp::MAX).to_zoned(zone.clone());
    moment.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}
