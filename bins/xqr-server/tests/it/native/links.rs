//! `/api/v1/links`, from the outside.

use futures_util::future::join_all;
use insta::assert_snapshot;
use serde_json::{Value, json};
use xqr_engine::plans::Plan;

use crate::support::snapshots::shown;
use crate::support::test_app::TestApp;

#[actix_web::test]
async fn a_link_is_created_read_changed_and_deleted() {
    let app = TestApp::start().await;
    let answer = app.owner().post("/links", json!({ "url": "https://example.com/landing", "custom_slug": "summer24", "labels": ["campaign"] }))
        .await;
    let id = answer.json()["data"]["id"].clone();
    let link = json!({
        "id": id, "short_url": "https://qr.example/summer24", "short_code": "summer24", "destination": "https://example.com/landing",
        "enabled": true, "labels": ["campaign"], "routing_rules": [], "scan_count": 0, "last_scan_at": null, "expires_at": null,
        "created_at": "2026-03-21T14:30:00Z", "updated_at": "2026-03-21T14:30:00Z",
    });
    let rate_limit =
        json!({ "limit": null, "remaining": null, "burst_limit": null, "burst_remaining": null });
    let envelope = |data: &Value| json!({ "data": data, "meta": { "request_id": "req_", "rate_limit": rate_limit } });
    assert_eq!(answer.status, 201);
    assert_eq!(answer.json(), envelope(&link));
    let path = format!("/links/{}", id.as_str().unwrap());
    assert_eq!(app.owner().get(&path).await.expect(200).json(), envelope(&link));

    app.clock.advance(61_000);
    let edit = json!({ "url": "https://example.com/two", "enabled": false, "labels": ["a", "b", "a"], "expires_at": "2027-01-01T01:00:00+01:00" });
    let mut changed = link.clone();
    for (field, value) in [
        ("destination", json!("https://example.com/two")),
        ("enabled", json!(false)),
        ("labels", json!(["a", "b"])),
        ("expires_at", json!("2027-01-01T00:00:00Z")),
        ("updated_at", json!("2026-03-21T14:31:01Z")),
    ] {
        changed[field] = value;
    }
    assert_eq!(app.owner().patch(&path, edit).await.expect(200).json()["data"], changed);
    changed["expires_at"] = Value::Null;
    assert_eq!(
        app.owner().patch(&path, json!({ "expires_at": null })).await.expect(200).json()["data"],
        changed
    );
    assert_eq!(app.owner().patch(&path, json!({})).await.expect(200).json()["data"], changed);

    let gone = app.owner().delete(&path).await.expect(204);
    assert!(gone.bytes.is_empty() && gone.header("x-request-id").starts_with("req_"));
    app.owner().get(&path).await.refused(404, "RESOURCE_NOT_FOUND", "Link not found.");
    app.owner().delete(&path).await.refused(404, "RESOURCE_NOT_FOUND", "Link not found.");
    app.link(json!({ "url": "https://example.com", "custom_slug": "SUMMER24" })).await;
}

#[actix_web::test]
async fn a_generated_code_has_seven_characters() {
    let app = TestApp::start().await;
    let link = app.link(json!({ "url": "https://example.com" })).await;
    let code = link["short_code"].as_str().unwrap();
    assert!(
        code.len() == 7 && code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()),
        "{code}"
    );
    assert_eq!(link["short_url"], format!("https://qr.example/{code}"));
}

#[actix_web::test]
async fn the_end_of_time_is_a_date_like_any_other() {
    let app = TestApp::start().await;
    for (sent, shown) in [
        ("9999-12-31T23:59:59Z", "9999-12-30T22:00:00Z"),
        ("2030-06-01T12:00:00.999+02:00", "2030-06-01T10:00:00Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
    ] {
        let link = app.link(json!({ "url": "https://example.com", "expires_at": sent })).await;
        assert_eq!(link["expires_at"], shown);
        let status = if sent.starts_with('0') { 410 } else { 302 };
        app.get(&format!("/{}", link["short_code"].as_str().unwrap())).await.expect(status);
    }
}

#[actix_web::test]
async fn lists_are_paged_filtered_and_counted() {
    let app = TestApp::start().await;
    for n in 0..5 {
        let labels = if n % 2 == 0 { json!(["even", "a\"b"]) } else { json!(["odd"]) };
        app.link(json!({ "url": format!("https://example.com/Path{n}"), "custom_slug": format!("Item-{n}"), "labels": labels }))
            .await;
    }
    let off = app.owner().get("/links?search=item-4").await.json()["data"][0]["id"].clone();
    app.owner()
        .patch(&format!("/links/{}", off.as_str().unwrap()), json!({ "enabled": false }))
        .await
        .expect(200);
    let check = async |query: &str, total: i64, codes: &[&str]| {
        let answer = app.owner().get(&format!("/links{query}")).await.expect(200).json();
        let found: Vec<_> = answer["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|link| link["short_code"].as_str().unwrap())
            .collect();
        assert_eq!(found, codes, "{query}");
        assert_eq!(answer["meta"]["total"], total, "{query}");
    };
    check("", 5, &["Item-4", "Item-3", "Item-2", "Item-1", "Item-0"]).await;
    check("?limit=2", 5, &["Item-4", "Item-3"]).await;
    check("?limit=2&offset=4", 5, &["Item-0"]).await;
    check("?offset=9", 5, &[]).await;
    check("?label=odd", 2, &["Item-3", "Item-1"]).await;
    check("?label=a%22b&limit=1", 3, &["Item-4"]).await;
    check("?label=od", 0, &[]).await;
    check("?enabled=false", 1, &["Item-4"]).await;
    check("?enabled=true&label=even", 2, &["Item-2", "Item-0"]).await;
    check("?search=PATH3", 1, &["Item-3"]).await;
    check("?search=item-1", 1, &["Item-1"]).await;
    check("?search=%25", 0, &[]).await;
    check("?search=_", 0, &[]).await;
    let meta = app.owner().get("/links?limit=3&offset=1").await.json()["meta"].clone();
    assert_eq!((&meta["limit"], &meta["offset"]), (&json!(3), &json!(1)));
}

#[actix_web::test]
async fn bulk_creation_reports_each_failure() {
    let app = TestApp::start().await;
    app.link(json!({ "url": "https://example.com", "custom_slug": "taken" })).await;
    let links = json!([
        { "url": "https://example.com/0" },
        { "url": "nonsense" },
        { "url": "https://example.com/2", "custom_slug": "TAKEN" },
        "text",
        { "url": "https://example.com/4", "custom_slug": "fresh", "labels": ["x"] },
        { "url": "https://example.com/5", "custom_slug": "fresh" },
        {},
    ]);
    let answer =
        app.owner().post("/links/bulk", json!({ "links": links })).await.expect(201).json();
    let codes: Vec<_> = answer["data"]["created"]
        .as_array()
        .unwrap()
        .iter()
        .map(|link| link["destination"].clone())
        .collect();
    assert_eq!(codes, ["https://example.com/0", "https://example.com/4"]);
    assert_snapshot!(shown(&answer["data"]["errors"], &[]), @r#"
        [{"code":"VALIDATION_ERROR","index":1,
        "message":"url: Invalid URL format. Must start with http:// or https://",
        "url":"nonsense"},{"code":"SLUG_TAKEN","index":2,
        "message":"The slug 'TAKEN' is already taken.","url":"https://example.com/2"},
        {"code":"VALIDATION_ERROR","index":3,"message":"body: Must be a JSON object.",
        "url":null},{"code":"SLUG_TAKEN","index":5,
        "message":"The slug 'fresh' is already taken.","url":"https://example.com/5"},
        {"code":"VALIDATION_ERROR","index":6,"message":"url: This field is required.",
        "url":null}]
        "#);
    assert_eq!(app.owner().get("/links").await.json()["meta"]["total"], 3);
    let hundred =
        |n: usize| Some(json!({ "links": vec![json!({ "url": "https://example.com" }); n] }));
    app.owner().post("/links/bulk", hundred(100)).await.expect(201);
    app.owner().post("/links/bulk", hundred(101)).await.refused(
        400,
        "VALIDATION_ERROR",
        "links: Must have at most 100 items.",
    );
    app.owner().post("/links/bulk", hundred(0)).await.refused(
        400,
        "VALIDATION_ERROR",
        "links: Must have at least 1 item.",
    );
    app.owner().post("/links/bulk", json!({ "links": 7 })).await.refused(
        400,
        "VALIDATION_ERROR",
        "links: Must be a list.",
    );
    app.owner().post("/links/bulk", json!({})).await.refused(
        400,
        "VALIDATION_ERROR",
        "links: This field is required.",
    );
}

#[actix_web::test]
async fn bulk_status_counts_what_it_changed() {
    let app = TestApp::start().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(app.link(json!({ "url": "https://example.com" })).await["id"].clone());
    }
    ids.push(json!("00000000-0000-4000-8000-000000000000"));
    ids.push(json!("nonsense"));
    let answer = app
        .owner()
        .patch("/links/bulk/status", json!({ "ids": ids, "enabled": false }))
        .await
        .expect(200)
        .json();
    assert_eq!(answer["data"], json!({ "updated": 3 }));
    assert_eq!(app.owner().get("/links?enabled=false").await.json()["meta"]["total"], 3);
    let check = async |body: Value, message: &str| {
        app.owner().patch("/links/bulk/status", body).await.refused(
            400,
            "VALIDATION_ERROR",
            message,
        );
    };
    check(json!({ "enabled": true }), "ids: This field is required.").await;
    check(json!({ "ids": [] }), "enabled: This field is required.").await;
    check(json!({ "ids": [], "enabled": "yes" }), "enabled: Must be a boolean.").await;
    check(json!({ "ids": [1], "enabled": true }), "ids[0]: Must be a string.").await;
    check(json!({ "ids": vec!["x"; 201], "enabled": true }), "ids: Must have at most 200 items.")
        .await;
}

#[actix_web::test]
async fn another_workspace_is_as_absent_as_no_link() {
    let app = TestApp::start().await;
    let link = app.link(json!({ "url": "https://example.com", "custom_slug": "mine" })).await;
    let id = link["id"].as_str().unwrap();
    for (method, path, body) in [
        ("GET", format!("/links/{id}"), None),
        ("PATCH", format!("/links/{id}"), Some(json!({ "url": "https://evil.example" }))),
        ("DELETE", format!("/links/{id}"), None),
        ("GET", format!("/links/{id}/qr"), None),
    ] {
        app.stranger().send(method, &path, body).await.refused(
            404,
            "RESOURCE_NOT_FOUND",
            "Link not found.",
        );
    }
    let updated =
        app.stranger().patch("/links/bulk/status", json!({ "ids": [id], "enabled": false })).await;
    assert_eq!(updated.json()["data"]["updated"], 0);
    assert_eq!(app.stranger().get("/links?search=mine").await.json()["data"], json!([]));
    let taken = app
        .stranger()
        .post("/links", json!({ "url": "https://example.com", "custom_slug": "Mine" }))
        .await;
    taken.refused(409, "SLUG_TAKEN", "The slug 'Mine' is already taken.");
    assert_eq!(app.owner().get(&format!("/links/{id}")).await.json()["data"], link);
}

#[actix_web::test]
async fn what_a_client_must_not_set_is_passed_over() {
    let app = TestApp::start().await;
    let link = app
        .link(json!({
            "url": "https://example.com", "id": "x", "workspace_id": 7, "scan_count": 99, "created_at": "2020-01-01T00:00:00Z",
            "enabled": false, "short_code": "mine", "edit_count": 5, "plan": "enterprise",
        }))
        .await;
    assert_eq!(
        (&link["scan_count"], &link["enabled"], &link["created_at"]),
        (&json!(0), &json!(true), &json!("2026-03-21T14:30:00Z"))
    );
    let path = format!("/links/{}", link["id"].as_str().unwrap());
    let after = app
        .owner()
        .patch(&path, json!({ "scan_count": 9, "id": "y", "custom_slug": "other" }))
        .await
        .json();
    assert_eq!(after["data"], link);
}

#[actix_web::test]
async fn the_plan_caps_links_exactly_under_concurrency() {
    let app = TestApp::start().await;
    let key = app.key_with(Plan::Pro, r#"{"burst_per_second":null}"#, &["*"]);
    for _ in 0..4 {
        app.client(&key)
            .post(
                "/links/bulk",
                json!({ "links": vec![json!({ "url": "https://example.com" }); 100] }),
            )
            .await
            .expect(201);
    }
    let almost = json!({ "links": vec![json!({ "url": "https://example.com" }); 99] });
    app.client(&key).post("/links/bulk", almost).await.expect(201);
    let one = || app.client(&key).post("/links", json!({ "url": "https://example.com" }));
    let answers = join_all(std::iter::repeat_with(one).take(64)).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    let refused = answers.iter().find(|answer| answer.status != 201).unwrap();
    refused.refused(403, "PLAN_LIMIT_EXCEEDED", "The pro plan allows 500 links.");
    let bulk = app
        .client(&key)
        .post("/links/bulk", json!({ "links": [{ "url": "https://example.com" }] }))
        .await;
    assert_eq!(bulk.json()["data"]["errors"][0]["code"], "PLAN_LIMIT_EXCEEDED");
    // Deleting frees capacity.
    let id = app.client(&key).get("/links?limit=1").await.json()["data"][0]["id"].clone();
    app.client(&key).delete(&format!("/links/{}", id.as_str().unwrap())).await.expect(204);
    one().await.expect(201);
    assert_eq!(app.client(&key).get("/links").await.json()["meta"]["total"], 500);
}

/// Reliability note U-8: a look-alike of a code is refused, or is the same code.
#[actix_web::test]
async fn a_code_has_one_form() {
    let app = TestApp::start().await;
    app.link(json!({ "url": "https://example.com", "custom_slug": "Apple" })).await;
    for twin in ["apple", "APPLE", "aPPle"] {
        let input = json!({ "url": "https://example.com", "custom_slug": twin });
        assert_eq!(app.owner().post("/links", input).await.status, 409, "{twin}");
        app.get(&format!("/{twin}")).await.expect(302);
    }
    for odd in [
        "\u{430}pple",
        "app\u{200b}le",
        "app\u{ad}le",
        "\u{ff41}pple",
        "app\u{131}e",
        "app\u{2024}le",
        "apple\u{202e}",
        "a\u{301}pple",
    ] {
        let input = json!({ "url": "https://example.com", "custom_slug": odd });
        assert_eq!(app.owner().post("/links", input).await.status, 400, "{odd:?}");
        app.get(&format!("/{odd}")).await.expect(404);
    }
    for route in [
        "api",
        "API",
        "docs",
        "health",
        "Ready",
        "metrics",
        "admin",
        "v1",
        "q",
        "b",
        "well-known",
        "webhooks",
        "login",
    ] {
        let input = json!({ "url": "https://example.com", "custom_slug": route });
        let refusal = app.owner().post("/links", input).await;
        assert!([400, 409].contains(&refusal.status), "{route}: {}", refusal.text());
    }
}
