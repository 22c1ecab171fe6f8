//! Keys: their life, what they may give, and where their secrets must not be.

use serde_json::json;
use xqr_engine::plans::Plan;

use crate::support::test_app::TestApp;

#[actix_web::test]
async fn no_secret_is_on_disk() {
    let app = TestApp::start().await;
    app.link(json!({ "url": "https://example.com", "custom_slug": "abc" })).await;
    app.get("/abc").await.expect(302);
    app.drain().await;
    app.no_file_holds(app.key.split('.').nth(1).unwrap());
}

/// The native refusals of dead keys.
const REVOKED: &str = "This API key has been revoked.";

#[actix_web::test]
async fn a_key_lives_and_dies_over_http() {
    let app = TestApp::start().await;
    let body = json!({ "name": "CI", "scopes": ["links:read", "links:write"], "expires_at": "2026-03-21T15:00:00Z" });
    let made = app.owner().post("/keys", body).await.expect(201).json()["data"].clone();
    let (id, secret) = (made["id"].as_str().unwrap(), made["key"].as_str().unwrap());
    assert_eq!(made["scopes"], json!(["links:read", "links:write"]));
    assert_eq!(
        (&made["status"], &made["dialect"], &made["last_used_at"]),
        (&json!("active"), &json!("xqr"), &json!(null))
    );
    app.client(secret).get("/links").await.expect(200);
    app.client(secret).get("/keys").await.refused(
        403,
        "INSUFFICIENT_SCOPE",
        "This endpoint requires the keys:read scope.",
    );

    let listed = app.owner().get("/keys").await.expect(200).json()["data"].clone();
    assert_eq!(
        (listed.as_array().unwrap().len(), &listed[1]["id"], listed[1].get("key")),
        (2, &made["id"], None)
    );
    // The use of the key is written down behind the answer.
    let used = async || {
        app.owner().get(&format!("/keys/{id}")).await.expect(200).json()["data"]["last_used_at"]
            .clone()
    };
    while used().await.is_null() {}
    assert_eq!(used().await, "2026-03-21T14:30:00Z");

    let rotated =
        app.owner().post(&format!("/keys/{id}/rotate"), None).await.expect(201).json()["data"]
            .clone();
    app.client(secret).get("/links").await.refused(401, "REVOKED_API_KEY", REVOKED);
    let new = rotated["key"].as_str().unwrap();
    assert_eq!((&rotated["name"], &rotated["expires_at"]), (&json!("CI"), &made["expires_at"]));
    app.client(new).get("/links").await.expect(200);
    app.clock.advance(30 * 60 * 1000);
    app.client(new).get("/links").await.refused(
        401,
        "EXPIRED_API_KEY",
        "This API key has expired.",
    );
    let new_id = rotated["id"].as_str().unwrap();
    assert_eq!(
        app.owner().get(&format!("/keys/{new_id}")).await.json()["data"]["status"],
        "expired"
    );
    let revoked =
        app.owner().post(&format!("/keys/{new_id}/revoke"), None).await.expect(200).json()["data"]
            .clone();
    assert_eq!(revoked["revoked_at"], "2026-03-21T15:00:00Z");
    app.owner().delete(&format!("/keys/{new_id}")).await.expect(204);
    let invalid = "The API key is missing, malformed or unknown.";
    app.client(new).get("/links").await.refused(401, "INVALID_API_KEY", invalid);
    app.owner().delete(&format!("/keys/{new_id}")).await.refused(
        404,
        "RESOURCE_NOT_FOUND",
        "Key not found.",
    );
}

#[actix_web::test]
async fn a_key_gives_no_more_than_it_has() {
    let app = TestApp::start().await;
    let small = app.key_of(Plan::Business, &["keys:write", "keys:read", "links:read"]);
    let make = async |body| app.client(&small).post("/keys", body).await;
    let until = "2026-03-21T14:46:40Z";
    let wider =
        json!({ "name": "a", "scopes": ["links:read", "links:write"], "expires_at": until });
    let message = "scopes: This key cannot grant the links:write scope, which it does not have.";
    make(wider).await.refused(403, "INSUFFICIENT_SCOPE", message);
    let all = json!({ "name": "a", "scopes": ["*"], "expires_at": until });
    make(all).await.refused(
        403,
        "INSUFFICIENT_SCOPE",
        "scopes: This key cannot grant the * scope, which it does not have.",
    );
    let longer = json!({ "name": "a", "scopes": ["links:read"] });
    let message = "expires_at: This key expires at 2026-03-21T14:46:40Z; it cannot make one that lives longer.";
    make(longer).await.refused(403, "INSUFFICIENT_SCOPE", message);
    make(json!({ "name": "a", "scopes": ["links:read"], "expires_at": until })).await.expect(201);
    let above =
        json!({ "name": "a", "scopes": ["links:read"], "expires_at": until, "plan": "agency" });
    make(above).await.refused(
        400,
        "VALIDATION_ERROR",
        "plan: 'agency' is above the workspace's plan 'business'.",
    );
    // Another workspace's keys are not there.
    let foreign =
        app.owner().get("/keys").await.json()["data"][0]["id"].as_str().unwrap().to_owned();
    for (method, path) in [("GET", ""), ("DELETE", ""), ("POST", "/rotate"), ("POST", "/revoke")] {
        let answer = app.client(&small).send(method, &format!("/keys/{foreign}{path}"), None).await;
        answer.refused(404, "RESOURCE_NOT_FOUND", "Key not found.");
    }
}

#[actix_web::test]
async fn bad_keys_are_named() {
    let app = TestApp::start().await;
    let check = async |body, message: &str| {
        app.owner().post("/keys", body).await.refused(400, "VALIDATION_ERROR", message)
    };
    check(json!({}), "name: This field is required.").await;
    check(json!({ "name": " ", "scopes": ["*"] }), "name: Must not be empty.").await;
    check(
        json!({ "name": "x".repeat(101), "scopes": ["*"] }),
        "name: Must have at most 100 characters.",
    )
    .await;
    check(json!({ "name": "a" }), "scopes: This field is required.").await;
    check(json!({ "name": "a", "scopes": [] }), "scopes: Must have at least 1 item.").await;
    let past = json!({ "name": "a", "scopes": ["*"], "expires_at": "2026-03-21T14:30:00Z" });
    check(past, "expires_at: Must be in the future.").await;
    check(
        json!({ "name": "a", "scopes": ["*"], "dialect": "x" }),
        "dialect: Must be one of xqr, studio, forge, hub.",
    )
    .await;
}

#[actix_web::test]
async fn a_plan_has_so_many_keys() {
    let app = TestApp::start().await;
    let key = app.key_with(Plan::Business, r#"{"burst_per_second":null}"#, &["*"]);
    let body = || {
        Some(json!({ "name": "a", "scopes": ["links:read"], "expires_at": "2026-03-21T14:46:40Z" }))
    };
    let made: Vec<_> =
        futures_util::future::join_all((0..64).map(|_| app.client(&key).post("/keys", body())))
            .await;
    let statuses = |status| made.iter().filter(|answer| answer.status == status).count();
    assert_eq!((statuses(201), statuses(403)), (9, 55), "ten keys, one of which is there");
    let full = made.iter().find(|answer| answer.status == 403).unwrap();
    full.refused(403, "PLAN_LIMIT_EXCEEDED", "The business plan allows 10 API keys.");
    let id = made.iter().find(|answer| answer.status == 201).unwrap().json()["data"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    app.client(&key).post(&format!("/keys/{id}/revoke"), None).await.expect(200);
    app.client(&key).post("/keys", body()).await.expect(201);
    app.client(&key).delete(&format!("/keys/{id}")).await.expect(204);
    app.client(&key).post("/keys", body()).await.refused(
        403,
        "PLAN_LIMIT_EXCEEDED",
        "The business plan allows 10 API keys.",
    );
}

#[actix_web::test]
async fn overrides_may_name_apis_as_former_versions_did() {
    let app = TestApp::start().await;
    let given = app.key_with(Plan::Free, r#"{"api_xqr":true,"monthly_calls":10}"#, &["*"]);
    app.client(&given).get("/links").await.expect(200);
    let taken = app.key_with(Plan::Enterprise, r#"{"api_xqr":false,"api_hub":true}"#, &["*"]);
    let refused = app.client(&taken).get("/links").await;
    refused.refused(
        403,
        "FEATURE_NOT_AVAILABLE",
        "API access is not available on the enterprise plan.",
    );
}
