//! Analytics: what scans over HTTP add up to, in every shape, for their workspace alone.

use insta::assert_snapshot;
use serde_json::{Value, json};
use xqr_engine::plans::Plan;

use crate::support::snapshots::shown;
use crate::support::test_app::TestApp;

const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1";
const LAPTOP: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0";
const ROBOT: &str = "Googlebot/2.1";
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

async fn start() -> TestApp {
    TestApp::start_with(|settings| {
        settings.edge.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
        settings.scans.country_header = "CF-IPCountry".to_owned();
    })
    .await
}

/// Scans `code` from `address` in `country`.
async fn scan(
    app: &TestApp,
    code: &str,
    address: &str,
    country: &str,
    agent: &str,
    referrer: &str,
) {
    let scan = app.request("GET", &format!("/{code}")).header("user-agent", agent);
    let scan = scan
        .header("x-forwarded-for", address)
        .header("cf-ipcountry", country)
        .header("referer", referrer);
    app.send(scan).await.expect(302);
}

/// The answer's data.
async fn data(app: &TestApp, path: &str) -> Value {
    app.owner().get(&format!("/analytics/{path}")).await.expect(200).json()["data"].clone()
}

/// Two links, scanned on three days by four people and a machine. The clock then stands at
/// 2026-03-21T14:30:00Z.
async fn scanned(app: &TestApp) -> (String, String) {
    let menu = app.link(json!({ "url": "https://example.com", "custom_slug": "menu" })).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let wall = app.link(json!({ "url": "https://example.com", "custom_slug": "wall" })).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    app.clock.correct(-40 * DAY);
    scan(app, "wall", "198.51.100.9", "FR", PHONE, "").await;
    app.drain().await;
    app.clock.advance(38 * DAY);
    scan(app, "menu", "198.51.100.1", "DE", PHONE, "https://news.example/a").await;
    scan(app, "menu", "198.51.100.1", "DE", PHONE, "https://news.example/b").await;
    app.drain().await;
    app.clock.advance(2 * DAY);
    scan(app, "menu", "198.51.100.1", "DE", PHONE, "").await;
    scan(app, "menu", "198.51.100.2", "US", LAPTOP, "").await;
    scan(app, "menu", "198.51.100.3", "XX", ROBOT, "").await;
    scan(app, "wall", "198.51.100.2", "US", LAPTOP, "").await;
    app.drain().await;
    (menu, wall)
}

#[actix_web::test]
async fn the_four_endpoints_of_the_reference() {
    let app = start().await;
    let (menu, _) = scanned(&app).await;
    assert_snapshot!(shown(&data(&app, "summary").await, &[]), @r#"
        {"active_links_30d":2,"bot_scans":1,"scans_change_pct":500.0,
        "top_countries":[{"country":"Germany","country_code":"DE","scans":3},
        {"country":"United States of America","country_code":"US","scans":2},
        {"country":null,"country_code":"XX","scans":1}],"top_devices":[{"device":"mobile",
        "percentage":50.0,"scans":3},{"device":"desktop","percentage":33.3,"scans":2},
        {"device":"other","percentage":16.7,"scans":1}],"total_links":2,"total_scans":6,
        "unique_countries":2,"unique_visitors":3}
        "#);
    let all = data(&app, "summary?period=all").await;
    assert_eq!(
        (&all["total_scans"], &all["unique_countries"], &all["scans_change_pct"]),
        (&json!(7), &json!(3), &Value::Null)
    );
    let series = data(&app, "timeseries?interval=day").await;
    assert_eq!(series["interval"], "day");
    let points = series["points"].as_array().unwrap();
    assert_eq!(points.len(), 30, "no day is left out");
    assert_eq!(points[0], json!({ "date": "2026-02-20", "scans": 0, "visitors": 0 }));
    assert_eq!(points[27], json!({ "date": "2026-03-19", "scans": 2, "visitors": 1 }));
    assert_eq!(points[29], json!({ "date": "2026-03-21", "scans": 4, "visitors": 2 }));
    assert_snapshot!(shown(&data(&app, "geography").await, &[]), @r#"
        [{"count":3,"country":"DE"},{"count":2,"country":"US"},{"count":1,"country":"FR"},
        {"count":1,"country":"XX"}]
        "#);
    let of_link = data(&app, &format!("links/{menu}")).await;
    assert_eq!(data(&app, &format!("links/{menu}/stats")).await, of_link);
    let daily = of_link["daily_scans"].as_array().unwrap();
    assert_eq!((daily.len(), &daily[29]), (30, &json!({ "date": "2026-03-21", "scans": 3 })));
    let mut rest = of_link.clone();
    rest.as_object_mut().unwrap().remove("daily_scans");
    assert_snapshot!(shown(&rest, &[(&menu, "id")]), @r#"
        {"bot_scans":1,"browsers":[{"browser":"Safari","count":3},{"browser":"Firefox",
        "count":1},{"browser":"Other","count":1}],"countries":[{"count":3,"country":"DE"},
        {"count":1,"country":"US"},{"count":1,"country":"XX"}],"devices":[{"count":3,
        "device":"mobile"},{"count":1,"device":"desktop"},{"count":1,"device":"other"}],
        "last_scan_at":"2026-03-21T14:30:00Z","link_id":"[id]","referrers":[{"count":3,
        "referrer":"direct"},{"count":2,"referrer":"news.example"}],"short_code":"menu",
        "systems":[{"count":3,"system":"iOS"},{"count":1,"system":"Linux"},{"count":1,
        "system":"Other"}],"total_scans":5,"unique_visitors":3,"variants":[]}
        "#);
}

#[actix_web::test]
async fn extended_statistics_separate_people_machines_and_links() {
    let app = start().await;
    let (menu, wall) = scanned(&app).await;
    assert_eq!(
        data(&app, "devices?bots=exclude&period=7d").await,
        json!([{ "device": "mobile", "count": 3 }, { "device": "desktop", "count": 2 }])
    );
    assert_eq!(
        data(&app, "browsers?limit=1").await,
        json!([{ "browser": "Safari", "count": 4 }]),
        "what is beyond the limit is left out"
    );
    assert_eq!(
        data(&app, &format!("systems?link_id={wall}")).await,
        json!([{ "system": "Linux", "count": 1 }, { "system": "iOS", "count": 1 }])
    );
    assert_eq!(
        data(&app, "referrers?period=30d").await[1],
        json!({ "referrer": "news.example", "count": 2 })
    );
    let top = |id: &str, code: &str, scans: i64| json!({ "link_id": id, "short_code": code, "short_url": format!("https://qr.example/{code}"), "scans": scans });
    assert_eq!(
        data(&app, "top-links").await,
        json!([top(&menu, "menu", 5), top(&wall, "wall", 1)])
    );
    assert_eq!(data(&app, "top-links?bots=exclude&limit=1").await, json!([top(&menu, "menu", 4)]));
    let points =
        data(&app, &format!("timeseries?interval=week&link_id={menu}&bots=exclude&period=7d"))
            .await["points"]
            .clone();
    assert_eq!(
        points,
        json!([{ "date": "2026-03-09", "scans": 0, "visitors": 0 }, { "date": "2026-03-16", "scans": 4, "visitors": 3 }])
    );
    let people = data(&app, "summary?bots=exclude").await;
    assert_eq!(
        (&people["total_scans"], &people["bot_scans"], &people["unique_countries"]),
        (&json!(5), &json!(1), &json!(2))
    );
    let people = data(&app, &format!("links/{menu}?bots=exclude")).await;
    assert_eq!(
        (&people["total_scans"], &people["daily_scans"][29]["scans"]),
        (&json!(4), &json!(2))
    );
    for path in ["geography", "top-links", "devices", "browsers", "systems", "referrers"] {
        let answer = app.stranger().get(&format!("/analytics/{path}")).await.expect(200).json();
        assert_eq!(answer["data"], json!([]), "{path}");
    }
    for path in [
        format!("links/{menu}"),
        format!("geography?link_id={menu}"),
        format!("stream?link_id={menu}"),
    ] {
        let answer = app.stranger().get(&format!("/analytics/{path}")).await;
        answer.refused(404, "RESOURCE_NOT_FOUND", "Link not found.");
    }
    app.owner().delete(&format!("/links/{menu}")).await.expect(204);
    app.drain().await;
    assert_eq!(data(&app, "top-links").await, json!([top(&wall, "wall", 1)]));
    assert_eq!(data(&app, "summary").await["total_scans"], 6, "a workspace's past stays as it was");
}

#[actix_web::test]
async fn zones_have_days_and_hours_of_their_own() {
    let app = start().await;
    app.link(json!({ "url": "https://example.com", "custom_slug": "menu" })).await;
    // 2026-03-21T18:20Z is the 22nd in Kathmandu (UTC+5:45), at five past midnight.
    app.clock.advance(3 * HOUR + 50 * 60_000);
    scan(&app, "menu", "198.51.100.1", "NP", PHONE, "").await;
    app.drain().await;
    let days = |zone: &str| {
        format!("timeseries?interval=day&from_date=2026-03-21&to_date=2026-03-22&time_zone={zone}")
    };
    let reported = |value: &Value| {
        value["points"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["scans"].as_i64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(reported(&data(&app, &days("UTC")).await), [1, 0]);
    assert_eq!(reported(&data(&app, &days("Asia/Kathmandu")).await), [0, 1]);
    assert_eq!(
        data(&app, &days("Asia/Kathmandu")).await["points"][1]["visitors"],
        Value::Null,
        "visitors are known by days of UTC"
    );
    let hours = data(
        &app,
        "timeseries?interval=hour&from_date=2026-03-22&to_date=2026-03-22&time_zone=Asia/Kathmandu",
    )
    .await;
    let points = hours["points"].as_array().unwrap();
    assert_eq!(
        (points.len(), &points[0]["date"], &points[0]["scans"]),
        (1, &json!("2026-03-22T00:00:00+05:45"), &json!(1))
    );
    // Clocks went forward in Vienna on 2025-03-30, and back on 2025-10-26.
    for (date, hours) in [("2025-03-30", 23), ("2025-10-26", 25)] {
        let path = format!(
            "timeseries?interval=hour&from_date={date}&to_date={date}&time_zone=Europe/Vienna"
        );
        assert_eq!(data(&app, &path).await["points"].as_array().unwrap().len(), hours, "{date}");
    }
    // And by half an hour on Lord Howe on 2025-10-05, from 02:00 to 02:30; hours are those of the
    // clock all the same.
    let path = "timeseries?interval=hour&from_date=2025-10-05&to_date=2025-10-05&time_zone=Australia/Lord_Howe";
    let howe = data(&app, path).await["points"].clone();
    let reported: Vec<&str> =
        howe.as_array().unwrap().iter().map(|it| &it["date"].as_str().unwrap()[11..16]).collect();
    assert_eq!((reported.len(), &reported[..4]), (24, &["00:00", "01:00", "02:30", "03:00"][..]));
    let today = data(&app, "timeseries?interval=hour&period=7d").await["points"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()["date"]
        .clone();
    assert_eq!(today, "2026-03-21T18:00:00Z", "hours that have not begun are left out");
    for zone in ["UTC", "Etc/UTC", "Zulu"] {
        assert_eq!(data(&app, &days(zone)).await["points"][0]["visitors"], 1, "{zone}");
    }
    let guide = data(&app, "timeseries?granularity=day&period=7d").await;
    assert_eq!(
        (guide.as_array().unwrap().len(), &guide[6]),
        (7, &json!({ "timestamp": "2026-03-21T00:00:00Z", "scans": 1 }))
    );
    let months =
        data(&app, "timeseries?interval=month&from_date=2025-12-15&to_date=2026-03-31").await;
    let names: Vec<&str> = months["points"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["date"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["2025-12-01", "2026-01-01", "2026-02-01", "2026-03-01"]);
    assert_eq!(
        data(&app, "timeseries?interval=day&period=all").await["points"].as_array().unwrap().len(),
        1
    );
}

#[actix_web::test]
async fn bad_queries_are_explained() {
    let app = start().await;
    for (path, message) in [
        ("timeseries", "interval: This field is required."),
        ("timeseries?interval=year", "interval: Must be one of hour, day, week, month."),
        (
            "timeseries?interval=day&from_date=2026-13-01",
            "from_date: Must be a date such as 2026-03-21.",
        ),
        (
            "timeseries?interval=day&from_date=2026-03-22&to_date=2026-03-21",
            "from_date: Must be at most 2026-03-21.",
        ),
        (
            "timeseries?interval=hour&from_date=2020-01-01",
            "interval: Must be at most 10000 points.",
        ),
        (
            "timeseries?interval=day&time_zone=Mars",
            "time_zone: Must be a name of the IANA time zone database, such as Europe/Vienna.",
        ),
        ("summary?period=1d", "period: Must be one of 7d, 30d, 90d, all."),
        ("geography?format=xls", "format: Must be one of json, csv, svg."),
        ("devices?limit=0", "limit: Must be at least 1."),
        ("devices?bots=maybe", "bots: Must be one of include, exclude."),
    ] {
        app.owner().get(&format!("/analytics/{path}")).await.refused(
            400,
            "VALIDATION_ERROR",
            message,
        );
    }
    app.owner().get("/analytics/links/unknown").await.refused(
        404,
        "RESOURCE_NOT_FOUND",
        "Link not found.",
    );
    let poor = app.key_with(Plan::Enterprise, r#"{"csv_export":false}"#, &["*"]);
    let refused = app.client(&poor).get("/analytics/devices?format=csv").await;
    refused.refused(
        403,
        "FEATURE_NOT_AVAILABLE",
        "CSV export is not available on the enterprise plan.",
    );
}

#[actix_web::test]
async fn reports_are_files_and_charts() {
    let app = start().await;
    scanned(&app).await;
    scan(&app, "menu", "198.51.100.7", "DE", PHONE, "https://-cmd.example/").await;
    app.drain().await;
    let csv = app.owner().get("/analytics/referrers?format=csv").await.expect(200);
    assert_eq!(csv.text(), "referrer,scans\r\ndirect,5\r\nnews.example,2\r\n'-cmd.example,1\r\n");
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(csv.header("content-disposition"), "attachment; filename=\"referrer.csv\"");
    let csv = app
        .owner()
        .get("/analytics/timeseries?interval=day&period=7d&format=csv")
        .await
        .expect(200)
        .text();
    assert!(
        csv.starts_with("date,scans,visitors\r\n2026-03-15,0,0\r\n")
            && csv.ends_with("2026-03-21,5,3\r\n"),
        "{csv}"
    );
    let few = app.owner().get("/analytics/referrers?format=svg&limit=1").await.expect(200).text();
    assert!(few.contains(">8 in all<") && few.contains(">others<"), "{few}");
    for path in
        ["timeseries?interval=day&format=svg", "geography?format=svg", "top-links?format=svg"]
    {
        let chart = app.owner().get(&format!("/analytics/{path}")).await.expect(200);
        assert_eq!(chart.header("content-type"), "image/svg+xml");
        assert_eq!(
            chart.header("content-security-policy"),
            "default-src 'none'; style-src 'unsafe-inline'; sandbox"
        );
        assert_eq!(chart.header("x-content-type-options"), "nosniff");
        let text = chart.text();
        let document = roxmltree::Document::parse(&text).unwrap();
        let texts: Vec<&str> = document.descendants().filter_map(|node| node.text()).collect();
        let expected = if path.starts_with("geography") {
            "DE"
        } else if path.starts_with("top") {
            "menu"
        } else {
            "2026-03-21"
        };
        assert!(texts.contains(&expected), "{path}: {texts:?}");
    }
}

#[actix_web::test]
async fn scans_are_streamed_as_they_happen() {
    let app = start().await;
    let menu = app.link(json!({ "url": "https://example.com", "custom_slug": "menu" })).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    app.link(json!({ "url": "https://example.com", "custom_slug": "wall" })).await;
    let mut stream = app
        .request("GET", &format!("/api/v1/analytics/stream?link_id={menu}"))
        .bearer_auth(&app.key)
        .send()
        .await
        .unwrap();
    assert_eq!(
        (stream.status().as_u16(), &stream.headers()["content-type"]),
        (200, &"text/event-stream".parse().unwrap())
    );
    assert_eq!(stream.chunk().await.unwrap().unwrap(), "retry: 3000\n\n");
    scan(&app, "wall", "198.51.100.1", "DE", PHONE, "").await;
    scan(&app, "menu", "198.51.100.1", "DE", PHONE, "https://news.example/").await;
    let text = String::from_utf8(stream.chunk().await.unwrap().unwrap().to_vec()).unwrap();
    let reported: Value =
        serde_json::from_str(text.strip_prefix("event: scan\ndata: ").unwrap().trim_end()).unwrap();
    assert_snapshot!(shown(&reported, &[(&menu, "id")]), @r#"
        {"bot":false,"browser":"Safari","country":"DE","device":"mobile","link_id":"[id]",
        "referrer":"news.example","scanned_at":"2026-03-21T14:30:00Z","short_code":"menu",
        "system":"iOS","variant":null}
        "#);
    // One workspace leaves streams for others.
    let listen = async |key: &str| {
        app.request("GET", "/api/v1/analytics/stream").bearer_auth(key).send().await.unwrap()
    };
    let mut open = Vec::new();
    for _ in 0..9 {
        open.push(listen(&app.key).await);
    }
    assert!(open.iter().all(|stream| stream.status() == 200));
    assert_eq!(listen(&app.key).await.status(), 503);
    assert_eq!(listen(&app.key_of(Plan::Enterprise, &["*"])).await.status(), 200);
    app.running.app.live_feed.close();
    assert!(stream.chunk().await.unwrap().is_none(), "an orderly end ends streams");
}

#[actix_web::test]
async fn visitor_ids_change_every_day() {
    let app = start().await;
    let id = app.link(json!({ "url": "https://example.com", "custom_slug": "menu" })).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let node = app.node();
    for _ in 0..3 {
        scan(&app, "menu", "198.51.100.1", "DE", PHONE, "").await;
        scan(&node, "menu", "198.51.100.1", "DE", PHONE, "").await;
        scan(&app, "menu", "2001:db8::1", "DE", PHONE, "").await;
        scan(&app, "menu", "2001:db8::2", "DE", PHONE, "").await;
        app.drain().await;
        node.drain().await;
        app.clock.advance(DAY);
    }
    let found = data(&app, &format!("links/{id}")).await;
    assert_eq!(
        (&found["total_scans"], &found["unique_visitors"]),
        (&json!(12), &json!(6)),
        "two a day, on any node"
    );
}

#[actix_web::test]
async fn apps_that_scan_codes_count_as_people() {
    let app = start().await;
    app.link(json!({ "url": "https://example.com", "custom_slug": "menu" })).await;
    for (n, agent) in [
        "QRCodeScanner/3.1 CFNetwork/1410.0.3 Darwin/22.6.0",
        "com.google.zxing.client.android/4.7.8",
        "Kaspersky QR Scanner/1.9.0.20 Android",
        ROBOT,
    ]
    .into_iter()
    .enumerate()
    {
        scan(&app, "menu", &format!("198.51.100.{n}"), "DE", agent, "").await;
    }
    app.drain().await;
    assert_eq!(data(&app, "summary").await["total_scans"], 4);
    assert_eq!(data(&app, "summary?bots=exclude").await["total_scans"], 3);
}
