//! Idempotency-Key: a request that is sent again has no second effect.

use futures_util::future::join_all;
use serde_json::{Value, json};
use xqr_engine::plans::Plan;

use crate::support::test_app::{Answer, TestApp};

const REUSED: &str = "Idempotency-Key was already used with a different request body.";
const HOUR: i64 = 60 * 60 * 1000;

/// Posts with an Idempotency-Key.
async fn post(app: &TestApp, key: &str, path: &str, idempotency_key: &str, body: Value) -> Answer {
    let request = app
        .request("POST", &format!("/api/v1{path}"))
        .bearer_auth(key)
        .header("idempotency-key", idempotency_key);
    app.send(request.json(&body)).await
}

async fn total(app: &TestApp, key: &str) -> Value {
    app.client(key).get("/links").await.expect(200).json()["meta"]["total"].clone()
}

#[actix_web::test]
async fn a_hundred_posts_have_one_effect() {
    let app = TestApp::start().await;
    let key = app.key_with(Plan::Pro, r#"{"burst_per_second":null}"#, &["*"]);
    let body = || json!({ "url": "https://example.com" });
    for round in 0..5_u8 {
        let name = format!("order-{round}");
        let answers = join_all((0..100).map(|_| post(&app, &key, "/links", &name, body()))).await;
        let made: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
        assert_eq!(
            made.iter().filter(|answer| answer.header("idempotent-replayed").is_empty()).count(),
            1
        );
        assert!(
            made.iter().all(|answer| answer.bytes == made[0].bytes),
            "replays are the same bytes"
        );
        for refused in answers.iter().filter(|answer| answer.status != 201) {
            let message = "A request with this Idempotency-Key is still running. Retry in 1 s.";
            refused.refused(409, "IDEMPOTENCY_CONFLICT", message);
            assert_eq!(refused.header("retry-after"), "1");
        }
        let again = post(&app, &key, "/links", &name, body()).await.expect(201);
        assert_eq!((again.header("idempotent-replayed"), &again.bytes), ("true", &made[0].bytes));
    }
    assert_eq!(total(&app, &key).await, 5);
    let usage =
        app.client(&key).get("/links").await.json()["meta"]["rate_limit"]["remaining"].clone();
    assert_eq!(usage, 1000 - 5 - 2, "a replay costs nothing");
}

#[actix_web::test]
async fn another_body_is_refused_and_another_route_is_another_request() {
    let app = TestApp::start().await;
    let first = post(
        &app,
        &app.key,
        "/links",
        "k",
        json!({ "url": "https://example.com", "labels": ["a"] }),
    )
    .await
    .expect(201);
    let same = post(
        &app,
        &app.key,
        "/links",
        "\"k\"",
        json!({ "labels": ["a"], "url": "https://example.com" }),
    )
    .await
    .expect(201);
    assert_eq!(same.bytes, first.bytes, "neither quotes nor the order of fields matter");
    post(&app, &app.key, "/links", "k", json!({ "url": "https://example.org" })).await.refused(
        409,
        "IDEMPOTENCY_CONFLICT",
        REUSED,
    );
    let bulk = json!({ "links": [{ "url": "https://example.com" }, { "url": "nonsense" }] });
    let made = post(&app, &app.key, "/links/bulk", "k", bulk.clone()).await.expect(201);
    assert_eq!(made.header("idempotent-replayed"), "");
    assert_eq!(post(&app, &app.key, "/links/bulk", "k", bulk).await.expect(201).bytes, made.bytes);
    let other = app.key_of(Plan::Pro, &["*"]);
    let theirs =
        post(&app, &other, "/links", "k", json!({ "url": "https://example.com", "labels": ["a"] }))
            .await
            .expect(201);
    assert_ne!(theirs.bytes, first.bytes);
    assert_eq!((total(&app, &app.key).await, total(&app, &other).await), (json!(2), json!(1)));
}

#[actix_web::test]
async fn what_was_refused_may_be_tried_again() {
    let app = TestApp::start().await;
    let taken = json!({ "url": "https://example.com", "custom_slug": "taken" });
    let link = app.link(taken.clone()).await;
    post(&app, &app.key, "/links", "k", taken.clone()).await.expect(409);
    let id = link["id"].as_str().unwrap();
    app.owner().delete(&format!("/links/{id}")).await.expect(204);
    let made = post(&app, &app.key, "/links", "k", taken.clone()).await.expect(201);
    assert_eq!(made.header("idempotent-replayed"), "");
    assert_eq!(
        post(&app, &app.key, "/links", "k", taken).await.header("idempotent-replayed"),
        "true"
    );
}

#[actix_web::test]
async fn answers_are_kept_for_a_day() {
    let app = TestApp::start().await;
    let body = || json!({ "url": "https://example.com" });
    let made = post(&app, &app.key, "/links", "k", body()).await.expect(201);
    app.clock.advance(24 * HOUR - 1);
    assert_eq!(post(&app, &app.key, "/links", "k", body()).await.bytes, made.bytes);
    app.clock.advance(1);
    let anew = post(&app, &app.key, "/links", "k", body()).await.expect(201);
    assert_eq!(anew.header("idempotent-replayed"), "");
    assert_ne!(anew.bytes, made.bytes);
}

#[actix_web::test]
async fn dead_and_lesser_keys_get_no_stored_answer() {
    let app = TestApp::start().await;
    let maker = json!({ "name": "maker", "scopes": ["keys:write"] });
    let maker = app.owner().post("/keys", maker).await.expect(201).json()["data"].clone();
    let secret = maker["key"].as_str().unwrap();
    let body = || json!({ "name": "made", "scopes": ["keys:write"] });
    let made = post(&app, secret, "/keys", "k", body()).await.expect(201);
    assert_eq!(post(&app, secret, "/keys", "k", body()).await.expect(201).bytes, made.bytes);
    let path = format!("/keys/{}/revoke", maker["id"].as_str().unwrap());
    app.owner().post(&path, None).await.expect(200);
    post(&app, secret, "/keys", "k", body()).await.refused(
        401,
        "REVOKED_API_KEY",
        "This API key has been revoked.",
    );
    // The secret in the stored answer is not in the files.
    let made = made.json()["data"]["key"].as_str().unwrap().to_owned();
    app.no_file_holds(made.split('.').nth(1).unwrap());
}

#[actix_web::test]
async fn bad_keys_are_refused() {
    let app = TestApp::start().await;
    let message = "Idempotency-Key: Must be 1 to 255 printable ASCII characters.";
    let long = "x".repeat(256);
    for bad in [b"".as_slice(), b"\"\"", b" ", long.as_bytes(), "é".as_bytes(), b"a\tb"] {
        let header = reqwest::header::HeaderValue::from_bytes(bad).unwrap();
        let request = app
            .request("POST", "/api/v1/links")
            .bearer_auth(&app.key)
            .header("idempotency-key", header);
        app.send(request.json(&json!({ "url": "https://example.com" }))).await.refused(
            400,
            "VALIDATION_ERROR",
            message,
        );
    }
    let request = app.request("POST", "/api/v1/links").bearer_auth(&app.key);
    let twice = request.header("idempotency-key", "a").header("idempotency-key", "b");
    app.send(twice.json(&json!({ "url": "https://example.com" }))).await.refused(
        400,
        "VALIDATION_ERROR",
        message,
    );
    post(&app, &app.key, "/links", &"x".repeat(255), json!({ "url": "https://example.com" }))
        .await
        .expect(201);
    assert_eq!(total(&app, &app.key).await, 1);
}

#[actix_web::test]
async fn two_nodes_have_one_effect() {
    let app = TestApp::start().await;
    let node = app.node();
    for round in 0..10_u8 {
        let (name, body) = (format!("k{round}"), || json!({ "url": "https://example.com" }));
        let posts = (0..20).map(|i| {
            post(if i % 2 == 0 { &app } else { &node }, &app.key, "/links", &name, body())
        });
        let posts: Vec<_> = posts.collect();
        let answers = join_all(posts).await;
        assert!(answers.iter().all(|answer| [201, 409].contains(&answer.status)));
        let made: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
        assert!(made.iter().all(|answer| answer.bytes == made[0].bytes));
    }
    assert_eq!(total(&app, &app.key).await, 10);
}
