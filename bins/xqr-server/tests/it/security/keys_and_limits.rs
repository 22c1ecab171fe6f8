//! Attacks on keys and limits that worked once, and do not any more.

use serde_json::{Value, json};
use xqr_engine::callers::workspaces;
use xqr_engine::plans::Plan;

use crate::support::test_app::{Answer, TestApp};

/// Makes a key through another and returns its secret.
async fn make(app: &TestApp, key: &str, body: Value) -> String {
    let made = app.client(key).post("/keys", body).await.expect(201);
    made.json()["data"]["key"].as_str().unwrap().to_owned()
}

async fn post(app: &TestApp, key: &str, path: &str, idempotency_key: &str, body: &Value) -> Answer {
    let request = app
        .request("POST", &format!("/api/v1{path}"))
        .bearer_auth(key)
        .header("idempotency-key", idempotency_key);
    app.send(request.json(body)).await
}

/// Changes the limits of the youngest workspace.
fn set_limits(app: &TestApp, overrides: &'static str) {
    let changed = app.running.app.data.write_here(move |tx| {
        let workspace =
            workspaces::list(tx.conn)?.into_iter().max_by_key(|workspace| workspace.id).unwrap();
        workspaces::set_overrides(tx, &workspace.uid, Some(overrides))
    });
    changed.unwrap();
}

fn remaining(answer: &Answer) -> u64 {
    answer.header("x-ratelimit-remaining").parse().unwrap()
}

#[cfg(feature = "native")]
#[actix_web::test]
async fn a_key_of_a_lower_plan_lifts_no_limit_of_the_workspace() {
    let app = TestApp::start().await;
    let key = app.key_with(
        Plan::Enterprise,
        r#"{"monthly_calls":20,"burst_per_second":7,"links":2}"#,
        &["*"],
    );
    let expires_at = "2026-03-21T14:40:00Z";
    let body =
        json!({ "name": "agency", "scopes": ["*"], "plan": "agency", "expires_at": expires_at });
    let agency = make(&app, &key, body).await;
    let figures = app.client(&agency).get("/links").await.expect(200);
    assert_eq!(
        (figures.header("x-ratelimit-limit"), figures.header("x-ratelimit-burst-limit")),
        ("20", "7")
    );
    for status in [201, 201, 403] {
        app.client(&agency)
            .post("/links", json!({ "url": "https://example.com" }))
            .await
            .expect(status);
    }
}

#[cfg(feature = "native")]
#[actix_web::test]
async fn a_key_of_a_lower_plan_makes_none_of_a_higher_one() {
    let app = TestApp::start().await;
    let strong = app
        .owner()
        .post("/keys", json!({ "name": "strong", "scopes": ["*"] }))
        .await
        .expect(201)
        .json();
    let strong = strong["data"]["id"].as_str().unwrap().to_owned();
    let weak =
        make(&app, &app.key, json!({ "name": "weak", "scopes": ["*"], "plan": "pro" })).await;
    let refused = app
        .client(&weak)
        .post("/keys", json!({ "name": "k", "scopes": ["*"], "plan": "agency" }))
        .await;
    assert_eq!(refused.status, 400, "{}", refused.text());
    let same = app
        .client(&weak)
        .post("/keys", json!({ "name": "k", "scopes": ["*"] }))
        .await
        .expect(201)
        .json();
    assert_eq!(same["data"]["plan"], "pro", "what is not said is as with the maker");
    app.client(&weak).post(&format!("/keys/{strong}/rotate"), None).await.expect(400);
}

#[cfg(feature = "native")]
#[actix_web::test]
async fn what_was_leased_under_a_larger_cap_is_not_spent_under_a_smaller_one() {
    let app = TestApp::start().await;
    let key =
        app.key_with(Plan::Enterprise, r#"{"monthly_calls":null,"burst_per_second":null}"#, &["*"]);
    app.client(&key).get("/links").await.expect(200);
    set_limits(&app, r#"{"monthly_calls":3,"burst_per_second":null}"#);
    assert_eq!(remaining(&app.client(&key).get("/links").await.expect(200)), 1);
    assert_eq!(remaining(&app.client(&key).get("/links").await.expect(200)), 0);
    app.client(&key).get("/links").await.expect(429);
    set_limits(&app, r#"{"monthly_calls":5,"burst_per_second":null}"#);
    assert_eq!(remaining(&app.client(&key).get("/links").await.expect(200)), 1);
    set_limits(&app, r#"{"monthly_calls":0,"burst_per_second":null}"#);
    app.client(&key).get("/links").await.expect(429);
}

#[cfg(feature = "native")]
#[actix_web::test]
async fn a_killed_node_costs_an_unlimited_workspace_at_most_a_lease() {
    let app = TestApp::start().await;
    let node = app.node();
    let key = app.key_with(Plan::Pro, r#"{"monthly_calls":null}"#, &["*"]);
    // This node is never settled: as if it were killed.
    node.client(&key).get("/links").await.expect(200);
    set_limits(&app, "{}");
    assert!(remaining(&app.client(&key).get("/links").await.expect(200)) >= 1000 - 64 - 1);
}

#[cfg(feature = "native")]
#[actix_web::test]
async fn a_good_key_works_while_another_client_guesses() {
    let app = TestApp::start().await;
    app.owner().get("/links").await.expect(200);
    let guess = format!("smk_{}", "a".repeat(36));
    let mut statuses = Vec::new();
    for i in 0..150 {
        let key = if i % 2 == 0 { &guess } else { "nonsense" };
        statuses.push(app.client(key).get("/links").await.status);
    }
    assert!(
        statuses[..100].iter().all(|status| *status == 401) && statuses.contains(&429),
        "{statuses:?}"
    );
    app.owner().get("/links").await.expect(200);
}

#[cfg(feature = "native")]
#[actix_web::test]
async fn a_dead_key_that_is_rotated_is_not_the_callers() {
    let app = TestApp::start().await;
    let made = app.owner().post("/keys", json!({ "name": "k", "scopes": ["*"] }))
        .await
        .json()["data"]["id"]
        .clone();
    let path = format!("/keys/{}", made.as_str().unwrap());
    app.owner().post(&format!("{path}/revoke"), None).await.expect(200);
    let refused = app.owner().post(&format!("{path}/rotate"), None).await;
    refused.refused(409, "STATE_CONFLICT", "The resource is revoked.");
    let body = json!({ "name": "k", "scopes": ["*"], "expires_at": "2026-03-21T14:31:00Z" });
    let made = app.owner().post("/keys", body).await.expect(201).json()["data"]["id"].clone();
    app.clock.advance(60_000);
    let refused = app.owner().post(&format!("/keys/{}/rotate", made.as_str().unwrap()), None).await;
    refused.refused(409, "STATE_CONFLICT", "The resource is expired.");
}

#[cfg(feature = "native")]
#[actix_web::test]
async fn what_cost_nothing_is_shown_as_left() {
    let app = TestApp::start().await;
    let key = app.key_with(Plan::Pro, r#"{"monthly_calls":2,"burst_per_second":null}"#, &["*"]);
    let made =
        post(&app, &key, "/links", "k", &json!({ "url": "https://example.com" })).await.expect(201);
    assert_eq!(remaining(&made), 1);
    for _ in 0..3 {
        assert_eq!(remaining(&app.client(&key).get("/links/none").await.expect(404)), 1);
        assert_eq!(
            remaining(
                &post(&app, &key, "/links", "k", &json!({ "url": "https://example.com" })).await
            ),
            1
        );
    }
    assert_eq!(remaining(&app.client(&key).get("/links").await.expect(200)), 0);
    // The quota is spent; a stored answer is still returned.
    app.client(&key).get("/links").await.expect(429);
    let again =
        post(&app, &key, "/links", "k", &json!({ "url": "https://example.com" })).await.expect(201);
    assert_eq!((again.header("idempotent-replayed"), &again.bytes), ("true", &made.bytes));
    post(&app, &key, "/links", "k", &json!({ "url": "https://example.org" })).await.expect(409);
    post(&app, &key, "/links", "other", &json!({ "url": "https://example.com" })).await.expect(429);
}

#[cfg(feature = "native")]
#[actix_web::test]
async fn a_batch_that_made_nothing_is_free_and_may_be_tried_again() {
    let app = TestApp::start().await;
    let key = app.key_with(Plan::Pro, r#"{"links":0,"monthly_calls":10}"#, &["*"]);
    let body = json!({ "links": [{ "url": "https://example.com" }] });
    let first = post(&app, &key, "/links/bulk", "k", &body).await.expect(201);
    assert_eq!((first.json()["data"]["created"].clone(), remaining(&first)), (json!([]), 10));
    set_limits(&app, r#"{"links":1,"monthly_calls":10}"#);
    let second = post(&app, &key, "/links/bulk", "k", &body).await.expect(201);
    assert_eq!((second.header("idempotent-replayed"), remaining(&second)), ("", 9));
    assert_eq!(second.json()["data"]["created"].as_array().unwrap().len(), 1);
    assert_eq!(
        post(&app, &key, "/links/bulk", "k", &body).await.header("idempotent-replayed"),
        "true"
    );
}

#[actix_web::test]
async fn limits_that_the_database_cannot_hold_are_refused() {
    let app = TestApp::start().await;
    let set = |text: &'static str| {
        app.running.app.data.write_here(move |tx| {
            let uid = workspaces::list(tx.conn)?[0].uid.clone();
            workspaces::set_overrides(tx, &uid, Some(text))
        })
    };
    assert!(set(r#"{"links":18446744073709551615}"#).is_err());
    assert!(set(r#"{"links":9007199254740993}"#).is_err());
    assert!(set(r#"{"links":9007199254740992}"#).is_ok());
}

#[cfg(all(feature = "native", feature = "forge", feature = "hub"))]
#[actix_web::test]
async fn a_nul_names_nothing() {
    let app = TestApp::start().await;
    let call = async |method: &str, path: &str, body: Option<Value>| {
        let mut request =
            app.request(method, path).header("x-api-key", &app.key).bearer_auth(&app.key);
        if let Some(body) = body {
            request = request.json(&body);
        }
        app.send(request).await
    };
    for (method, path) in [
        ("GET", "/v1/projects/%00"),
        ("GET", "/v1/qr-codes/%00"),
        ("GET", "/v1/qr-codes/slug/%00"),
        ("GET", "/api/v1/projects/%00"),
        ("GET", "/api/v1/keys/%00"),
        ("DELETE", "/api/v1/keys/%00"),
        ("GET", "/api/v1/links/%00"),
        ("GET", "/api/v1/webhooks/%00"),
        ("GET", "/api/lookup/%00"),
        ("GET", "/%00"),
    ] {
        assert_eq!(call(method, path, None).await.status, 404, "{method} {path}");
    }
    let nul = json!({ "redirect_url": "http://a.example", "project_id": "\0" });
    assert_eq!(call("POST", "/v1/qr-codes", Some(nul)).await.status, 400);
    let items =
        json!([{ "url": "http://a.example", "project_id": "\0" }, { "url": "http://b.example" }]);
    let made = call("POST", "/api/v1/links/bulk", Some(json!({ "links": items })))
        .await
        .expect(201)
        .json();
    assert_eq!(
        (&made["data"]["errors"][0]["index"], made["data"]["created"].as_array().unwrap().len()),
        (&json!(0), 1)
    );
}

#[cfg(all(feature = "native", feature = "hub"))]
#[actix_web::test]
async fn a_closed_link_does_not_reveal_its_destination() {
    let app = TestApp::start().await;
    let link = app
        .link(json!({ "url": "http://secret.example/launch", "custom_slug": "prelaunch" }))
        .await;
    let path = format!("/links/{}", link["id"].as_str().unwrap());
    let reported = "/api/lookup/prelaunch";
    app.get(reported).await.expect(200);
    app.owner().patch(&path, json!({ "enabled": false })).await.expect(200);
    for closed in [reported, "/api/qr/prelaunch", "/api/qr-image/prelaunch", "/qr/prelaunch.png"] {
        let answer = app.get(closed).await.expect(410);
        assert!(!answer.text().contains("secret"), "{closed}");
    }
    let echo = app.hub(&app.key).post("/update", json!({
        "code": format!("{}\u{202e}", "Z".repeat(900)), "passcode": "x", "url": "https://example.com"
    }));
    assert!(echo.await.expect(404).bytes.len() < 120);
}
