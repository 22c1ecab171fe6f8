//! Bursts, monthly quotas, and the rate-limit headers.

use futures_util::future::join_all;
use serde_json::{Value, json};
use xqr_engine::plans::Plan;

use crate::support::test_app::{Answer, TestApp};

const DAY: i64 = 24 * 60 * 60 * 1000;
const BURST: &str = "Too many requests. Retry in 1 s.";

/// Sends `count` requests from 64 clients at a time and returns the answers.
async fn storm(app: &TestApp, key: &str, count: usize) -> Vec<Answer> {
    let client = |each: usize| async move {
        let mut answers = Vec::with_capacity(each);
        for _ in 0..each {
            answers.push(app.client(key).get("/links?limit=1").await);
        }
        answers
    };
    join_all((0..64).map(|i| client(count / 64 + usize::from(i < count % 64))))
        .await
        .into_iter()
        .flatten()
        .collect()
}

fn count(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}

#[actix_web::test]
async fn a_burst_admits_exactly_its_size() {
    let app = TestApp::start().await;
    let key = app.key_with(Plan::Business, r#"{"monthly_calls":null}"#, &["*"]);
    let answers = storm(&app, &key, 256).await;
    assert_eq!((count(&answers, 200), count(&answers, 429)), (50, 206));
    let refused = answers.iter().find(|answer| answer.status == 429).unwrap();
    refused.refused(429, "BURST_LIMIT_EXCEEDED", BURST);
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(
        (refused.header("x-ratelimit-burst-limit"), refused.header("x-ratelimit-burst-remaining")),
        ("50", "0")
    );
    app.clock.advance(100);
    let answers = storm(&app, &key, 64).await;
    assert_eq!(count(&answers, 200), 5, "a tenth of a second brings a tenth of the tokens");
    app.clock.advance(1000);
    assert_eq!(count(&storm(&app, &key, 64).await, 200), 50);
    let other = app.key_with(Plan::Business, "{}", &["*"]);
    app.client(&other).get("/links").await.expect(200);
}

#[actix_web::test]
async fn a_quota_admits_exactly_its_size() {
    let app = TestApp::start().await;
    for (size, overrides) in [
        (1, r#"{"monthly_calls":1,"burst_per_second":null}"#),
        (50, r#"{"monthly_calls":50,"burst_per_second":null}"#),
        (1000, r#"{"burst_per_second":null}"#),
    ] {
        let key = app.key_with(Plan::Pro, overrides, &["*"]);
        let answers = storm(&app, &key, 4 * size.min(400)).await;
        let mut admitted = count(&answers, 200);
        if size == 1000 {
            admitted += count(&storm(&app, &key, 640).await, 200);
        }
        assert_eq!(admitted, size);
        let refused = app.client(&key).get("/links").await;
        let message = format!("The monthly quota of {size} calls is used up.");
        refused.refused(429, "RATE_LIMIT_EXCEEDED", &message);
        // From 2026-03-21T14:30:00Z to the first of April.
        assert_eq!(refused.header("retry-after"), "898200");
        assert_eq!(
            (refused.header("x-ratelimit-limit"), refused.header("x-ratelimit-remaining")),
            (&*size.to_string(), "0")
        );
    }
}

#[actix_web::test]
async fn two_nodes_admit_exactly_a_quota() {
    let app = TestApp::start().await;
    let node = app.node();
    let key = app.key_with(Plan::Pro, r#"{"monthly_calls":300,"burst_per_second":null}"#, &["*"]);
    let (here, there) =
        futures_util::future::join(storm(&app, &key, 512), storm(&node, &key, 512)).await;
    assert_eq!(count(&here, 200) + count(&there, 200), 300);
    assert!(count(&here, 200) > 0 && count(&there, 200) > 0, "both had a part");
    assert_eq!(count(&here, 429) + count(&there, 429), 1024 - 300);
}

#[actix_web::test]
async fn the_month_turns() {
    let app = TestApp::start().await;
    // To the last millisecond of March.
    app.clock.advance(898_200_000 - 1);
    let key = app.key_with(Plan::Pro, r#"{"monthly_calls":3,"burst_per_second":null}"#, &["*"]);
    for _ in 0..3 {
        assert_eq!(
            app.client(&key).get("/links").await.expect(200).header("x-ratelimit-reset"),
            "1"
        );
    }
    assert_eq!(app.client(&key).get("/links").await.expect(429).header("retry-after"), "1");
    app.clock.advance(1);
    let first = app.client(&key).get("/links").await.expect(200);
    // April has 30 days.
    let reset = (30 * DAY / 1000).to_string();
    assert_eq!(
        (first.header("x-ratelimit-remaining"), first.header("x-ratelimit-reset")),
        ("2", &*reset)
    );
}

#[actix_web::test]
async fn what_fails_costs_nothing() {
    let app = TestApp::start().await;
    let key = app.key_with(
        Plan::Pro,
        r#"{"monthly_calls":2,"burst_per_second":null}"#,
        &["links:read", "links:write"],
    );
    for _ in 0..5 {
        app.client(&key).get("/links/none").await.expect(404);
        app.client(&key).post("/links", json!({})).await.expect(400);
        app.client(&key).get("/keys").await.expect(403);
    }
    app.client(&key)
        .post("/links/bulk", json!({ "links": [{ "url": "https://a.example" }, { "url": "x" }] }))
        .await
        .expect(201);
    app.client(&key).get("/links").await.expect(200);
    app.client(&key).get("/links").await.expect(429);
}

#[actix_web::test]
async fn rate_limit_headers_agree_everywhere() {
    let app = TestApp::start().await;
    let key = app.key_of(Plan::Pro, &["*"]);
    for used in 1..=3 {
        let answer = app.client(&key).get("/links").await.expect(200);
        let figures = json!({ "limit": 1000, "remaining": 1000 - used, "burst_limit": 10, "burst_remaining": 10 - used });
        assert_eq!(answer.json()["meta"]["rate_limit"], figures);
        assert_eq!(answer.header("x-ratelimit-limit"), "1000");
        assert_eq!(answer.header("x-ratelimit-remaining"), (1000 - used).to_string());
        assert_eq!(answer.header("x-ratelimit-burst-limit"), "10");
        assert_eq!(answer.header("x-ratelimit-burst-remaining"), (10 - used).to_string());
        assert_eq!(answer.header("ratelimit-policy"), "\"burst\";q=10;w=1, \"month\";q=1000");
        let state = format!("\"burst\";r={};t=1, \"month\";r={};t=898200", 10 - used, 1000 - used);
        assert_eq!(answer.header("ratelimit"), state);
    }
    // Pictures and empty answers have the headers too.
    let link = app.client(&key).post("/links", json!({ "url": "https://a.example" })).await.json()
        ["data"]["id"]
        .clone();
    let path = format!("/links/{}", link.as_str().unwrap());
    let picture = app.client(&key).get(&format!("{path}/qr")).await.expect(200);
    assert_eq!(picture.header("x-ratelimit-remaining"), "995");
    assert_eq!(
        app.client(&key).delete(&path).await.expect(204).header("x-ratelimit-remaining"),
        "994"
    );
    // Without limits there are no headers.
    let free = app.owner().get("/links").await.expect(200);
    assert_eq!(
        free.json()["meta"]["rate_limit"],
        json!({ "limit": null, "remaining": null, "burst_limit": null, "burst_remaining": null })
    );
    assert!(
        free.headers.keys().all(|name| !name.as_str().contains("ratelimit")),
        "{:?}",
        free.headers
    );
}

#[actix_web::test]
async fn a_plan_changes_on_the_next_request() {
    let app = TestApp::start().await;
    let key = app.key_with(Plan::Pro, r#"{"monthly_calls":1}"#, &["*"]);
    app.client(&key).get("/links").await.expect(200);
    app.client(&key).get("/links").await.expect(429);
    let workspaces = app.running.app.data.read_here(xqr_engine::callers::workspaces::list).unwrap();
    let uid = workspaces.last().unwrap().uid.clone();
    app.running
        .app
        .data
        .write_here(move |tx| xqr_engine::callers::workspaces::set_overrides(tx, &uid, None))
        .unwrap();
    let answer = app.client(&key).get("/links").await.expect(200);
    assert_eq!(answer.json()["meta"]["rate_limit"]["remaining"], Value::from(998));
}

#[actix_web::test]
async fn a_lease_is_given_back_at_an_orderly_end() {
    let app = TestApp::start().await;
    let key = app.key_with(Plan::Business, "{}", &["*"]);
    app.client(&key).get("/links").await.expect(200);
    app.running.app.return_leases();
    let answer = app.client(&key).get("/links").await.expect(200);
    assert_eq!(answer.json()["meta"]["rate_limit"]["remaining"], Value::from(25_000 - 2));
}

#[actix_web::test]
async fn the_workspace_reports_usage_and_limits() {
    let app = TestApp::start().await;
    let key = app.key_of(Plan::Pro, &["*"]);
    let get =
        async |path: &str| app.client(&key).get(path).await.expect(200).json()["data"].clone();
    let workspace = get("/workspace").await;
    let id = workspace["id"].as_str().unwrap();
    assert!(id.starts_with("ws_"), "{id}");
    let expected = json!({ "id": id, "name": "Another", "description": null, "plan": "pro", "created_at": "2026-03-21T14:30:00Z" });
    assert_eq!(workspace, expected);
    assert_eq!(get("/workspace/members").await, json!([]));
    let link = app
        .client(&key)
        .post("/links", json!({ "url": "https://a.example" }))
        .await
        .expect(201)
        .json();
    app.client(&key).post("/links", json!({ "url": "https://b.example" })).await.expect(201);
    let path = format!("/links/{}", link["data"]["id"].as_str().unwrap());
    app.client(&key).delete(&path).await.expect(204);
    let expected = json!({
        "plan": "pro",
        "usage": {
            "links_created_this_month": 2, "api_calls_this_month": 6, "total_links": 1, "total_qr_templates": 0,
            "total_bio_pages": 0, "storage_bytes": 0, "storage_mb": 0.0,
        },
        "limits": {
            "links_per_month": null, "dynamic_qr": 500, "bio_pages": 25, "storage_mb": 500, "api_calls_per_month": 1000,
            "qr_templates": 100,
        },
        "features": { "routing_rules": true, "csv_export": true, "bulk_ops": true, "ad_free": true },
    });
    assert_eq!(get("/workspace/usage").await, expected);
}
