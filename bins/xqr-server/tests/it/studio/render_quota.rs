//! What pictures cost, found by attack: no picture for nothing, no charge without a picture, no cap
//! passed by many at once.

use std::sync::Arc;

use futures_util::future::join_all;
use serde_json::{Value, json};
use xqr_engine::callers::workspaces;
use xqr_engine::plans::Plan;

use crate::support::envelopes::studio_refused;
use crate::support::test_app::{Answer, TestApp};

const MENU: &str = "https://example.com/menu";

async fn call(app: &TestApp, key: &str, path: &str, body: Value) -> Answer {
    app.studio(key).post(&format!("/api/v1/{path}"), body).await
}

async fn usage(app: &TestApp, key: &str) -> Value {
    app.studio(key).get("/api/v1/usage/").await.expect(200).body()
}

fn dynamic(more: &Value) -> Value {
    let mut input = json!({ "data_type": "dynamic", "payload": { "name": "n", "destination_url": MENU }, "size_inches": 1, "background": "white" });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

#[cfg(feature = "native")]
#[actix_web::test]
async fn a_batch_with_a_label_that_cannot_be_drawn_is_refused_before_its_first_byte() {
    let app = TestApp::start().await;
    let key = app.key_of(Plan::Starter, &["*"]);
    let item = || json!({ "data": MENU, "size_inches": 1, "background": "white" });
    for (label, more) in [
        ("\u{4e2d}", json!({})),
        (&*"x".repeat(65), json!({})),
        (&*"x".repeat(64), json!({ "size_inches": 0.5, "dpi": 72 })),
    ] {
        let mut bad = item();
        bad.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        bad["frame_label"] = json!(label);
        let reported = call(&app, &key, "validate/", bad.clone()).await.expect(400);
        let alone = call(&app, &key, "generate/", bad.clone()).await.expect(400);
        assert_eq!(reported.body(), alone.body());
        let batch = call(&app, &key, "generate/bulk/", json!({ "items": [item(), item(), bad] }))
            .await
            .expect(422);
        assert!(batch.body()["errors"]["2"].is_string(), "{}", batch.text());
    }
    let mut unreadable = item();
    unreadable["bg_image_url"] = json!("http://10.0.0.5/");
    let batch = call(&app, &key, "generate/bulk/", json!({ "items": [item(), unreadable] })).await;
    let reported =
        "bg_image_url: refusing to fetch 10.0.0.5: resolves to private/internal IP 10.0.0.5";
    studio_refused(
        &batch,
        422,
        &json!({ "errors": { "1": reported }, "rendered_before_failure": 1 }),
    );
    assert_eq!(usage(&app, &key).await["used_this_month"], 0);
}

#[actix_web::test]
async fn an_idempotency_key_lifts_no_limit_and_gives_no_picture() {
    let app = TestApp::start().await;
    let key = app.key_with(Plan::Free, r#"{"calls_per_minute":4}"#, &["*"]);
    let once = async |input: Value| {
        app.send(
            app.request("POST", "/api/v1/generate/")
                .header("x-api-key", &key)
                .header("idempotency-key", "x")
                .json(&input),
        )
        .await
    };
    for i in 0..4 {
        assert_eq!(
            once(dynamic(&json!({}))).await.expect(200).header("x-qr-quota-remaining"),
            (4 - i).to_string()
        );
    }
    assert_eq!(once(dynamic(&json!({}))).await.status, 429);
    app.clock.advance(60_000);
    let other = once(json!({ "data": MENU, "size_inches": 1 })).await;
    studio_refused(
        &other,
        409,
        &json!({ "detail": "Idempotency-Key was already used with a different request body." }),
    );
    once(dynamic(&json!({}))).await.expect(200);
    let spent = json!({ "detail": "Monthly quota of 5 exceeded for plan 'free'." });
    studio_refused(&once(dynamic(&json!({}))).await, 429, &spent);
    assert_eq!(usage(&app, &key).await["active_dynamic_qrs"], 1);
}

#[cfg(feature = "native")]
#[actix_web::test]
async fn drawing_alone_makes_no_links() {
    let app = TestApp::start().await;
    let key = app.key_of(Plan::Pro, &["qr:render"]);
    let reported = json!({ "detail": "This endpoint requires the links:write scope." });
    for path in ["generate/", "validate/"] {
        studio_refused(&call(&app, &key, path, dynamic(&json!({}))).await, 403, &reported);
    }
    studio_refused(
        &call(&app, &key, "generate/bulk/", json!({ "items": [dynamic(&json!({}))] })).await,
        403,
        &reported,
    );
    call(&app, &key, "generate/", json!({ "data": MENU, "size_inches": 1 })).await.expect(200);
}

#[actix_web::test]
async fn many_at_once_pass_no_cap_and_leave_true_counters() {
    let app = Arc::new(TestApp::start_with_signup().await);
    let ann = app.person("ann@example.com", Plan::Free).await;
    let made = ann
        .post("dynamic/", json!({ "name": "n", "destination_url": MENU }))
        .await
        .expect(201)
        .body();
    let path = format!("dynamic/{}/", made["short_id"].as_str().unwrap());
    let edits = (0..8)
        .map(|i| ann.patch(&path, json!({ "destination_url": format!("https://e{i}.example/") })));
    let done = join_all(edits).await.into_iter().filter(|answer| answer.status == 200).count();
    assert_eq!(done, 1, "the free plan has one");
    for _ in 0..4 {
        app.clock.advance(60_000);
        let flips = (0..12).map(|i| ann.patch(&path, json!({ "is_active": i % 2 == 0 })));
        join_all(flips).await;
        let active = ann.get(&path).await.body()["is_active"] == true;
        let counted = ann.get("usage/me/").await.body()["active_dynamic_qrs"].clone();
        assert_eq!(counted, i64::from(active));
    }
    let bob = app.person("bob@example.com", Plan::Pro).await;
    let key = bob.post("keys/", json!({ "name": "k" })).await.expect(201).body()["id"].clone();
    let (rotate, delete) = (format!("keys/{key}/rotate/"), format!("keys/{key}/"));
    let rotations = (0..6).map(|_| bob.post(&rotate, None));
    let rotated: Vec<_> = join_all(rotations).await;
    let secrets: Vec<_> = rotated
        .iter()
        .filter(|answer| answer.status == 200)
        .map(|answer| answer.body()["raw_key"].clone())
        .collect();
    assert!(!secrets.is_empty());
    let last = secrets.iter().map(|secret| secret.as_str().unwrap().to_owned());
    let mut alive = 0;
    for secret in last {
        alive += usize::from(app.studio(&secret).get("/api/v1/usage/").await.status != 401);
    }
    assert_eq!(alive, 1);
    join_all((0..8).map(|_| bob.delete(&delete))).await;
    let mut kept = 0;
    for _ in 0..6 {
        kept += usize::from(bob.post("keys/", json!({ "name": "k" })).await.status == 201);
    }
    assert_eq!(kept, 2, "the pro plan has two");
}

#[cfg(feature = "native")]
#[actix_web::test]
async fn usage_predicts_the_next_calls() {
    let app = TestApp::start_with_signup().await;
    let ann = app.person("ann@example.com", Plan::Pro).await;
    let make = async |plan: &str| {
        let made = ann.post("keys/", json!({ "name": "k", "plan": plan })).await.expect(201);
        made.body()["raw_key"].as_str().unwrap().to_owned()
    };
    let (pro, free) = (make("pro").await, make("free").await);
    let input = |i: usize| json!({ "data": format!("{MENU}/{i}"), "size_inches": 1 });
    for i in 0..6 {
        call(&app, &pro, "generate/", input(i)).await.expect(200);
    }
    let reported = usage(&app, &free).await;
    assert_eq!(
        (&reported["used_this_month"], &reported["remaining"], &reported["monthly_quota"]),
        (&json!(0), &json!(5), &json!(5))
    );
    for i in 0..5 {
        let picture = call(&app, &free, "generate/", input(i)).await.expect(200);
        assert_eq!(picture.header("x-qr-quota-remaining"), (4 - i).to_string());
    }
    let spent = json!({ "detail": "Monthly quota of 5 exceeded for plan 'free'." });
    studio_refused(&call(&app, &free, "generate/", input(9)).await, 429, &spent);
    let me = ann.get("usage/me/").await.body();
    assert_eq!((&me["used_this_month"], &me["remaining"]), (&json!(11), &json!(4989)));
    call(&app, &pro, "generate/", input(9)).await.expect(200);
}

#[actix_web::test]
async fn webhooks_rest_while_the_plan_has_none() {
    let app = TestApp::start_with_signup().await;
    let ann = app.person("ann@example.com", Plan::Pro).await;
    let input = json!({ "url": "https://93.184.215.14/hook", "events": ["dynamic_qr.created"], "description": "" });
    let made = ann.post("webhooks/", input).await.expect(201).body();
    let path = format!("webhooks/{}/", made["id"]);
    ann.patch(&path, json!({ "description": "" })).await.expect(200);
    let workspace = app.running.app.data.read_here(workspaces::list).unwrap().pop().unwrap().uid;
    app.running
        .app
        .data
        .write_here(move |tx| workspaces::set_plan(tx, &workspace, Plan::Free))
        .unwrap();
    let locked = json!({ "detail": "Plan 'free' doesn't include webhooks." });
    studio_refused(&ann.patch(&path, json!({ "status": "active" })).await, 403, &locked);
    studio_refused(&ann.post(&format!("{path}rotate/"), None).await, 403, &locked);
    studio_refused(&ann.post(&format!("{path}test/"), None).await, 403, &locked);
    ann.post("dynamic/", json!({ "name": "n", "destination_url": MENU })).await.expect(201);
    let none = ann.get(&format!("{path}deliveries/")).await.expect(200).body();
    assert_eq!(none, json!({ "results": [] }));
    ann.delete(&path).await.expect(204);
}

#[cfg(feature = "native")]
#[actix_web::test]
async fn native_calls_at_once_leave_true_counters_too() {
    let app = TestApp::start().await;
    let mut ids = Vec::new();
    for _ in 0..6 {
        ids.push(app.link(json!({ "url": MENU })).await["id"].as_str().unwrap().to_owned());
    }
    let count = async || usage(&app, &app.key).await["active_dynamic_qrs"].clone();
    let paths: Vec<_> = ids.iter().map(|id| format!("/links/{id}")).collect();
    let off = || Some(json!({ "enabled": false }));
    join_all(
        paths
            .iter()
            .flat_map(|path| (0..6).map(move |_| path))
            .map(|path| app.owner().patch(path, off())),
    )
    .await;
    assert_eq!(count().await, 0);
    // Whole lists beside single links: no deadlock.
    let on = |enabled: bool| Some(json!({ "ids": ids, "enabled": enabled }));
    let lists = (0..12).map(|i| app.owner().patch("/links/bulk/status", on(i % 2 == 0)));
    let singles =
        (0..24).map(|i| app.owner().patch(&paths[i % 6], json!({ "enabled": i % 3 == 0 })));
    let (lists, singles) = futures_util::join!(join_all(lists), join_all(singles));
    assert!(
        lists.iter().chain(&singles).all(|answer| answer.status == 200),
        "{lists:?} {singles:?}"
    );
    app.owner().patch("/links/bulk/status", on(true)).await.expect(200);
    assert_eq!(count().await, 6);
    let gone = paths.iter().flat_map(|path| [("DELETE", path), ("PATCH", path), ("DELETE", path)]);
    join_all(gone.map(|(method, path)| {
        app.owner().send(method, path, (method == "PATCH").then(|| json!({ "enabled": true })))
    }))
    .await;
    assert_eq!(count().await, 0);
    let made =
        app.owner().post("/keys", json!({ "name": "k", "scopes": ["*"] })).await.expect(201).json();
    let path = format!("/keys/{}/rotate", made["data"]["id"].as_str().unwrap());
    let rotated = join_all((0..6).map(|_| app.owner().post(&path, None))).await;
    assert_eq!(rotated.iter().filter(|answer| answer.status == 201).count(), 1, "{rotated:?}");
}

#[cfg(feature = "native")]
#[actix_web::test]
async fn what_is_not_made_is_not_counted() {
    let app = TestApp::start().await;
    app.link(json!({ "url": MENU, "custom_slug": "taken" })).await;
    let links: Vec<_> = (0..20).map(|_| json!({ "url": MENU, "custom_slug": "taken" })).collect();
    app.owner().post("/links/bulk", json!({ "links": links })).await.expect(201);
    let usage = app.owner().get("/workspace/usage").await.expect(200).json();
    assert_eq!(
        (
            &usage["data"]["usage"]["links_created_this_month"],
            &usage["data"]["usage"]["total_links"]
        ),
        (&json!(1), &json!(1))
    );
}
