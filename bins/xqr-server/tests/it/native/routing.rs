//! Smart routing over HTTP: rules are stored, followed, tried, and refused with the path of what is
//! wrong.

use insta::assert_snapshot;
use serde_json::{Value, json};
use xqr_engine::plans::Plan;

use crate::support::snapshots::shown;
use crate::support::test_app::TestApp;

const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile/15E148 Safari/604.1";
const DESKTOP: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0";

async fn start() -> TestApp {
    TestApp::start_with(|settings| {
        settings.scans.country_header = "cf-ipcountry".to_owned();
        settings.edge.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await
}

async fn visit(app: &TestApp, country: &str, agent: &str, language: &str) -> String {
    let visit =
        app.request("GET", "/split").header("cf-ipcountry", country).header("user-agent", agent);
    app.send(visit.header("accept-language", language))
        .await
        .expect(302)
        .header("location")
        .to_owned()
}

#[actix_web::test]
async fn visitors_are_routed_by_device_country_language_and_time() {
    let app = start().await;
    let rules = json!([
        { "destination": "https://example.de/promo", "priority": 2, "conditions": {
            "countries": ["DE", "AT", "CH"], "country_mode": "include", "device_types": ["mobile"] } },
        { "destination": "https://example.com/night", "priority": 1, "conditions": {
            "hours": { "start": 20, "end": 6 }, "time_zone": "Europe/Vienna" } },
        { "destination": "https://example.fr/", "priority": 3, "conditions": { "languages": ["fr"], "expires_at": "2026-03-22T00:00:00Z" } },
    ]);
    let body =
        json!({ "url": "https://example.com/", "custom_slug": "split", "routing_rules": rules });
    let link = app.link(body).await;
    assert_eq!(link["routing_rules"], rules);
    assert_eq!(visit(&app, "AT", PHONE, "de").await, "https://example.de/promo");
    assert_eq!(visit(&app, "AT", DESKTOP, "de").await, "https://example.com/");
    assert_eq!(visit(&app, "US", PHONE, "de").await, "https://example.com/");
    assert_eq!(visit(&app, "US", PHONE, "fr-FR, en;q=0.5").await, "https://example.fr/");
    // From 14:30 in UTC to 20:00 in Vienna.
    app.clock.advance((4 * 60 + 30) * 60_000);
    assert_eq!(visit(&app, "AT", PHONE, "de").await, "https://example.com/night");
    app.clock.advance(11 * 3_600_000);
    assert_eq!(
        visit(&app, "US", PHONE, "fr").await,
        "https://example.com/",
        "the rule has expired, and the night is over"
    );
    let path = format!("/links/{}", link["id"].as_str().unwrap());
    app.owner().patch(&path, json!({ "routing_rules": [] })).await.expect(200);
    assert_eq!(visit(&app, "AT", PHONE, "de").await, "https://example.com/");
    app.drain().await;
    assert_eq!(app.owner().get(&path).await.json()["data"]["scan_count"], 7);
}

#[actix_web::test]
async fn a_share_of_the_visits_or_of_the_visitors() {
    let app = start().await;
    let rule = |sticky: bool| json!([{ "destination": "https://example.com/b", "conditions": { "percentage": 50, "sticky": sticky } }]);
    let body = json!({ "url": "https://example.com/a", "custom_slug": "split", "routing_rules": rule(false) });
    let link = app.link(body).await;
    let mut seen = [0, 0];
    for _ in 0..60 {
        seen[usize::from(visit(&app, "AT", PHONE, "de").await.ends_with('b'))] += 1;
    }
    assert!(seen.iter().all(|n| (15..=45).contains(n)), "{seen:?}");
    let path = format!("/links/{}", link["id"].as_str().unwrap());
    app.owner().patch(&path, json!({ "routing_rules": rule(true) })).await.expect(200);
    let mut sides = [0, 0];
    for i in 0..24 {
        let agent = format!("{PHONE} {i}");
        let side = visit(&app, "AT", &agent, "de").await;
        assert_eq!(visit(&app, "AT", &agent, "de").await, side);
        sides[usize::from(side.ends_with('b'))] += 1;
    }
    assert!(sides.iter().all(|n| *n > 3), "{sides:?}");
}

#[actix_web::test]
async fn what_is_wrong_is_named_by_its_path() {
    let app = start().await;
    let rule = |conditions: Value| json!([{ "destination": "https://a.example" }, { "destination": "https://b.example", "conditions": conditions }]);
    let at = |path: &str, text: &str| format!("routing_rules[1].conditions.{path}: {text}");
    for (rules, message) in [
        (json!({}), "routing_rules: Must be a list.".to_owned()),
        (json!([7]), "routing_rules[0]: Must be an object.".to_owned()),
        (
            json!([{ "priority": 1 }]),
            "routing_rules[0].destination: This field is required.".to_owned(),
        ),
        (
            json!([{ "destination": "ftp://x" }]),
            "routing_rules[0].destination: Invalid URL format. Must start with http:// or https://"
                .to_owned(),
        ),
        (
            rule(json!({ "countries": ["DEU"] })),
            at("countries[0]", "Must be an ISO 3166-1 alpha-2 code."),
        ),
        (rule(json!({ "countries": ["DE", 5] })), at("countries[1]", "Must be a string.")),
        (rule(json!({ "countries": [] })), at("countries", "Must have at least 1 item.")),
        (
            rule(json!({ "device_types": ["watch"] })),
            at("device_types[0]", "Must be one of mobile, tablet, desktop."),
        ),
        (
            rule(json!({ "hours": { "start": 24, "end": 6 } })),
            at("hours.start", "Must be at most 23."),
        ),
        (rule(json!({ "hours": { "start": 1 } })), at("hours.end", "This field is required.")),
        (rule(json!({ "percentage": 101 })), at("percentage", "Must be at most 100.")),
        (
            rule(json!({ "expires_at": "tomorrow" })),
            at(
                "expires_at",
                "Must be an ISO 8601 date and time with an offset, such as 2026-12-31T23:59:59Z.",
            ),
        ),
        (
            rule(json!({ "time_zone": "Mars/Olympus" })),
            at(
                "time_zone",
                "Must be a name of the IANA time zone database, such as Europe/Vienna.",
            ),
        ),
        (
            rule(json!({ "country": ["DE"] })),
            at("country", "Not supported; send a condition of routing rules instead."),
        ),
        (
            json!(vec![json!({ "destination": "https://a.example" }); 21]),
            "routing_rules: Must have at most 20 items.".to_owned(),
        ),
    ] {
        let refused = app
            .owner()
            .post("/links", json!({ "url": "https://example.com", "routing_rules": rules }))
            .await;
        assert_eq!((refused.status, &refused.json()["error"]["message"]), (400, &json!(message)));
    }
    let looped = json!({ "url": "https://example.com", "routing_rules": [{ "destination": "https://qr.example/x" }] });
    let reported = "routing_rules[0].destination: Must not be a short link of this service.";
    app.owner().post("/links", looped).await.refused(400, "VALIDATION_ERROR", reported);
}

#[actix_web::test]
async fn plans_have_basic_or_all_routing() {
    let app = start().await;
    let with = |conditions: Value| {
        Some(
            json!({ "url": "https://example.com", "routing_rules": [{ "destination": "https://a.example", "conditions": conditions }] }),
        )
    };
    let pro = app.key_of(Plan::Pro, &["*"]);
    app.client(&pro)
        .post("/links", with(json!({ "countries": ["DE"], "languages": ["de"] })))
        .await
        .expect(201);
    let reported = "Advanced smart routing is not available on the pro plan.";
    for advanced in [
        json!({ "hours": { "start": 1, "end": 2 } }),
        json!({ "percentage": 5 }),
        json!({ "weekdays": ["mon"] }),
    ] {
        app.client(&pro).post("/links", with(advanced)).await.refused(
            403,
            "FEATURE_NOT_AVAILABLE",
            reported,
        );
    }
    let none = app.key_with(Plan::Pro, r#"{"routing_basic":false}"#, &["*"]);
    let reported = "Smart routing is not available on the pro plan.";
    app.client(&none).post("/links", with(json!({}))).await.refused(
        403,
        "FEATURE_NOT_AVAILABLE",
        reported,
    );
}

#[actix_web::test]
async fn a_dry_run_reports_the_rule_and_why_others_did_not_match() {
    let app = start().await;
    let rules = json!([
        { "destination": "https://example.com/us", "conditions": { "countries": ["US"] } },
        { "destination": "https://example.com/half", "conditions": { "percentage": 50 } },
    ]);
    let link = app.link(json!({ "url": "https://example.com/", "custom_slug": "split", "routing_rules": rules })).await;
    let path = format!("/links/{}/route", link["id"].as_str().unwrap());
    let run = async |visitor: Value| {
        app.owner().post(&path, visitor).await.expect(200).json()["data"].clone()
    };
    let found = run(json!({ "country": "AT", "user_agent": PHONE, "percentile": 49.9 })).await;
    assert_snapshot!(shown(&found, &[]), @r#"
        {"at":"2026-03-21T14:30:00Z","destination":"https://example.com/half","rule":1,
        "tried":[{"failed_condition":"countries","holds":false,"priority":1,"rule":0},
        {"failed_condition":null,"holds":true,"priority":2,"rule":1}]}
        "#);
    let own = run(json!({ "percentile": 50 })).await;
    assert_eq!((&own["destination"], &own["rule"]), (&json!("https://example.com/"), &Value::Null));
    app.owner().post(&path, json!({ "country": "Austria" })).await.expect(400);
    assert_eq!(app.owner().get("/links").await.json()["data"][0]["scan_count"], 0);
}
