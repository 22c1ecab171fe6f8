//! Analytics.

use serde_json::{Value, json};
use xqr_engine::scans::time_series::Interval;

use super::{NUMBERS, keyed, one};
use xqr_http::openapi::operation::Operation;
use xqr_http::openapi::schema::{
    choice, count, enumeration, int, list, nullable, number, object, reference, string, timestamp,
    url, uuid, with_default,
};

const SCOPE: &str = "analytics:read";

pub(super) fn schemas() -> Value {
    let counted = |name: &str| list(object([(name, string("mobile")), ("count", count())]));
    json!({
        "Summary": object([
            ("total_links", count()), ("total_scans", count()), ("active_links_30d", count()), ("unique_countries", count()),
            ("unique_visitors", count()), ("bot_scans", count()), ("scans_change_pct", nullable(json!({ "type": "number", "examples": [12.5] }))),
            ("top_countries", list(object([("country", nullable(string("Austria"))), ("country_code", string("AT")), ("scans", count())]))),
            ("top_devices", list(object([("device", string("mobile")), ("scans", count()), ("percentage", number(0.0, 100.0))]))),
        ]),
        "Series": object([
            ("interval", choice(&Interval::ALL)),
            ("points", list(object([("date", string("2026-03-21")), ("scans", count()), ("visitors", nullable(count()))]))),
        ]),
        "LinkAnalytics": object([
            ("link_id", uuid()), ("short_code", string("summer24")), ("total_scans", count()), ("unique_visitors", count()),
            ("bot_scans", count()), ("last_scan_at", nullable(timestamp())), ("countries", counted("country")), ("devices", counted("device")),
            ("browsers", counted("browser")), ("systems", counted("system")), ("referrers", counted("referrer")),
            ("variants", counted("variant")), ("daily_scans", list(object([("date", date()), ("scans", count())]))),
        ]),
    })
}

fn date() -> Value {
    json!({ "type": "string", "format": "date", "examples": ["2026-03-21"] })
}

fn period() -> Value {
    enumeration(["7d", "30d", "90d", "all"])
}

fn bots() -> Value {
    with_default(enumeration(["include", "exclude"]), "include")
}

/// Adds what every report takes, and the forms that it comes in.
fn report(operation: Operation, data: Value) -> Operation {
    operation
        .query([
            ("period?", period()),
            ("bots?", bots()),
            ("format?", with_default(enumeration(["json", "csv", "svg"]), "json")),
        ])
        .refuses("ChoiceUnknown FeatureLocked")
        .answers(200, one(data))
        .answers_as(200, "text/csv", json!({}))
        .answers_as(200, "image/svg+xml", json!({}))
}

fn values(path: &'static str, id: &'static str, summary: &'static str, name: &str) -> Operation {
    report(
        keyed("GET", path, id, summary, SCOPE),
        list(object([(name, string("mobile")), ("count", count())])),
    )
    .query([
        ("link_id?", string("d47f2e1a-8c3b-4a5d-9e6f-1234567890ab")),
        ("limit?", with_default(int(1, 1000), 100)),
    ])
    .refuses(NUMBERS)
    .refuses("LinkNotFound")
}

fn of_link(path: &'static str, id: &'static str) -> Operation {
    keyed("GET", path, id, "Get the totals of a link's scans.", SCOPE)
        .query([("period?", with_default(period(), "all")), ("bots?", bots())])
        .refuses("ChoiceUnknown LinkNotFound")
        .answers(200, one(reference("LinkAnalytics")))
}

pub(super) fn operations() -> Vec<Operation> {
    let guide = list(object([("timestamp", timestamp()), ("scans", count())]));
    let top = object([
        ("link_id", uuid()),
        ("short_code", string("summer24")),
        ("short_url", url()),
        ("scans", count()),
    ]);
    [
        keyed(
            "GET",
            "/api/v1/analytics/summary",
            "getAnalyticsSummary",
            "Get the totals of all scans.",
            SCOPE,
        )
        .query([("period?", with_default(period(), "30d")), ("bots?", bots())])
        .refuses("ChoiceUnknown")
        .answers(200, one(reference("Summary"))),
        // One of `interval` and `granularity` is required, which OpenAPI cannot say of parameters.
        report(
            keyed(
                "GET",
                "/api/v1/analytics/timeseries",
                "getTimeSeries",
                "Count scans by `interval`, or `granularity`.",
                SCOPE,
            ),
            json!({ "anyOf": [reference("Series"), guide] }),
        )
        .query([
            ("interval?", choice(&Interval::ALL)),
            ("granularity?", choice(&Interval::ALL)),
            ("time_zone?", string("Europe/Vienna")),
            ("from_date?", date()),
            ("to_date?", date()),
            ("link_id?", string("d47f2e1a-8c3b-4a5d-9e6f-1234567890ab")),
        ])
        .refuses(NUMBERS)
        .refuses("FieldMissing LinkNotFound"),
        values(
            "/api/v1/analytics/geography",
            "listScansByCountry",
            "Count scans by country.",
            "country",
        ),
        values(
            "/api/v1/analytics/devices",
            "listScansByDevice",
            "Count scans by device.",
            "device",
        ),
        values(
            "/api/v1/analytics/browsers",
            "listScansByBrowser",
            "Count scans by browser.",
            "browser",
        ),
        values(
            "/api/v1/analytics/systems",
            "listScansBySystem",
            "Count scans by operating system.",
            "system",
        ),
        values(
            "/api/v1/analytics/referrers",
            "listScansByReferrer",
            "Count scans by referrer.",
            "referrer",
        ),
        report(
            keyed(
                "GET",
                "/api/v1/analytics/top-links",
                "listTopLinks",
                "List the links with the most scans.",
                SCOPE,
            ),
            list(top),
        )
        .query([("limit?", with_default(int(1, 1000), 100))])
        .refuses(NUMBERS),
        keyed(
            "GET",
            "/api/v1/analytics/stream",
            "streamScans",
            "Stream scans as they are counted, for ten minutes.",
            SCOPE,
        )
        .query([("link_id?", string("d47f2e1a-8c3b-4a5d-9e6f-1234567890ab")), ("bots?", bots())])
        .refuses("ChoiceUnknown LinkNotFound")
        .answers_as(200, "text/event-stream", json!({})),
        of_link("/api/v1/analytics/links/{link_id}", "getLinkAnalytics"),
        of_link("/api/v1/analytics/links/{link_id}/stats", "getLinkStats"),
    ]
    .map(|operation| operation.tag("Analytics"))
    .into()
}
