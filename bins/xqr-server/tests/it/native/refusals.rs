//! Every row of the catalogue that these routes can provoke, provoked over HTTP and compared whole.

use insta::assert_snapshot;
use serde_json::{Value, json};
use xqr_engine::callers::api_keys;
use xqr_engine::plans::Plan;

use crate::support::snapshots::shown;
use crate::support::test_app::TestApp;

const KEY_INVALID: &str = "The API key is missing, malformed or unknown.";

#[actix_web::test]
async fn keys_that_are_none() {
    let app = TestApp::start().await;
    let key = app.key.clone();
    let unknown = format!("{}A", &key[..79]);
    let wrong = if unknown == key { format!("{}B", &key[..79]) } else { unknown };
    for value in [
        None,
        Some(key.clone()),
        Some(format!("Bearer Bearer {key}")),
        Some(format!("Bearer \"{key}\"")),
        Some(format!("Bearer {}", &key[..70])),
        Some(format!("Bearer  {key}")),
        Some(format!("Bearer {wrong}")),
        Some("Bearer smk_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".into()),
        Some("Bearer".into()),
    ] {
        let mut request = app.request("GET", "/api/v1/links");
        if let Some(value) = &value {
            request = request.header("authorization", value);
        }
        let answer = app.send(request).await;
        answer.refused(401, "INVALID_API_KEY", KEY_INVALID);
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
    let doubled = app
        .request("GET", "/api/v1/links")
        .bearer_auth(&key)
        .header("authorization", format!("Bearer {key}"));
    app.send(doubled).await.refused(401, "INVALID_API_KEY", KEY_INVALID);
}

#[actix_web::test]
async fn keys_that_are_no_more() {
    let app = TestApp::start().await;
    let key = app.key_of(Plan::Enterprise, &["*"]);
    app.client(&key).get("/links").await.expect(200);
    app.clock.advance(1_000_000);
    app.client(&key).get("/links").await.refused(
        401,
        "EXPIRED_API_KEY",
        "This API key has expired.",
    );

    let prefix = app.key[..15].to_owned();
    let data = &app.running.app.data;
    let name = prefix.clone();
    let (_, fresh) = data
        .write_here(move |tx| {
            let old = api_keys::get(tx.conn, &name)?;
            api_keys::rotate(tx, &old)
        })
        .unwrap();
    app.owner().get("/links").await.refused(
        401,
        "REVOKED_API_KEY",
        "This API key has been revoked.",
    );
    app.client(fresh.expose()).get("/links").await.expect(200);
    data.write_here(move |tx| {
        let old = api_keys::get(tx.conn, &prefix)?;
        api_keys::delete(tx, &old)
    })
    .unwrap();
    app.owner().get("/links").await.refused(401, "INVALID_API_KEY", KEY_INVALID);
}

#[actix_web::test]
async fn plans_without_the_api() {
    let app = TestApp::start().await;
    let answer = app.client(&app.key_of(Plan::Free, &["*"])).get("/links").await;
    answer.refused(403, "FEATURE_NOT_AVAILABLE", "API access is not available on the free plan.");
}

#[actix_web::test]
async fn bad_fields_are_named() {
    let app = TestApp::start().await;
    let check = async |body: Value, message: &str| {
        app.owner().post("/links", body).await.refused(400, "VALIDATION_ERROR", message);
    };
    let with = |field: &str, value: Value| {
        let mut body = json!({ "url": "https://example.com" });
        body[field] = value;
        body
    };
    let url = "url: Invalid URL format. Must start with http:// or https://";
    check(json!({}), "url: This field is required.").await;
    check(json!({ "url": null }), "url: This field is required.").await;
    for bad in [
        json!("example.com"),
        json!(""),
        json!(5),
        json!("javascript:alert(1)"),
        json!("https://a.com/\r\nX: y"),
        json!(["https://a.com"]),
    ] {
        check(json!({ "url": bad }), url).await;
    }
    check(
        json!({ "url": format!("https://example.com/{}", "x".repeat(2029)) }),
        "url: Must have at most 2048 characters.",
    )
    .await;
    let slug = "custom_slug: Must have 3 to 64 characters, only letters, digits and hyphens.";
    for bad in ["ab", "a b", "a_b", "été", "a/b", "аpple", "x\u{200b}yz", ""] {
        check(with("custom_slug", json!(bad)), slug).await;
    }
    check(with("custom_slug", json!("API")), "custom_slug: 'API' is reserved.").await;
    check(with("custom_slug", json!("q")), "custom_slug: 'q' is reserved.").await;
    check(with("custom_slug", json!(5)), "custom_slug: Must be a string.").await;
    check(with("labels", json!("x")), "labels: Must be a list.").await;
    check(with("labels", json!(vec!["x"; 11])), "labels: Must have at most 10 items.").await;
    check(with("labels", json!(["x", 5])), "labels[1]: Must be a string.").await;
    check(with("labels", json!([" "])), "labels[0]: Must not be empty.").await;
    check(with("labels", json!(["x".repeat(65)])), "labels[0]: Must have at most 64 characters.")
        .await;
    check(with("labels", json!(["a\nb"])), "labels[0]: Must not contain control characters.").await;
    let timestamp = "expires_at: Must be an ISO 8601 date and time with an offset, such as 2026-12-31T23:59:59Z.";
    for bad in ["tomorrow", "2026-12-31", "2026-12-31T23:59:59", "2026-02-30T00:00:00Z"] {
        check(with("expires_at", json!(bad)), timestamp).await;
    }
    check(with("expires_at", json!(5)), "expires_at: Must be a string.").await;
    check(
        with("routing_rules", json!([{}])),
        "routing_rules[0].destination: This field is required.",
    )
    .await;
}

#[actix_web::test]
async fn bad_queries_are_named() {
    let app = TestApp::start().await;
    let id =
        app.link(json!({ "url": "https://example.com" })).await["id"].as_str().unwrap().to_owned();
    let check = async |path: String, message: &str| {
        app.owner().get(&path).await.refused(400, "VALIDATION_ERROR", message);
    };
    check("/links?limit=0".into(), "limit: Must be at least 1.").await;
    check("/links?limit=201".into(), "limit: Must be at most 200.").await;
    check("/links?limit=ten".into(), "limit: Must be a whole number.").await;
    check("/links?limit=1&limit=2".into(), "limit: Must be given once.").await;
    // Also one that is not read here.
    check(
        format!("/links/{id}/qr?quality=1&quality=2"),
        "quality: Must be used together with format jpeg.",
    )
    .await;
    check("/links?offset=-1".into(), "offset: Must be at least 0.").await;
    check("/links?offset=99999999999999999999".into(), "offset: Must be a whole number.").await;
    check("/links?search=%00".into(), "search: Must not contain control characters.").await;
    check("/links?label=a%0Ab".into(), "label: Must not contain control characters.").await;
    check("/links?enabled=maybe".into(), "enabled: Must be true or false.").await;
    check(format!("/links/{id}/qr?size=100"), "size: Must be at most 50.").await;
    check(format!("/links/{id}/qr?size=0"), "size: Must be at least 1.").await;
    check(
        format!("/links/{id}/qr?format=gif"),
        "format: Must be one of svg, png, pdf, jpeg, webp, eps, txt.",
    )
    .await;
}

#[actix_web::test]
async fn bodies_that_are_none() {
    let app = TestApp::start().await;
    let check = async |media: Option<&str>, body: &str, status: u16, code: &str, message: &str| {
        let mut request =
            app.request("POST", "/api/v1/links").bearer_auth(&app.key).body(body.to_owned());
        if let Some(media) = media {
            request = request.header("content-type", media);
        }
        app.send(request).await.refused(status, code, message);
    };
    let json = Some("application/json");
    check(json, "{", 400, "VALIDATION_ERROR", "body: Must be valid JSON.").await;
    check(
        json,
        "{\"url\":\"https://example.com\"} x",
        400,
        "VALIDATION_ERROR",
        "body: Must be valid JSON.",
    )
    .await;
    check(json, &"[".repeat(100_000), 400, "VALIDATION_ERROR", "body: Must be valid JSON.").await;
    for body in ["", "[]", "5", "null", "\"x\""] {
        check(json, body, 400, "VALIDATION_ERROR", "body: Must be a JSON object.").await;
    }
    let media = "Content-Type must be application/json.";
    check(Some("application/x-www-form-urlencoded"), "url=x", 415, "UNSUPPORTED_MEDIA_TYPE", media)
        .await;
    check(Some("text/plain"), "{}", 415, "UNSUPPORTED_MEDIA_TYPE", media).await;
    check(
        Some("application/json; charset=utf-8"),
        "{}",
        400,
        "VALIDATION_ERROR",
        "url: This field is required.",
    )
    .await;
    check(
        json,
        &" ".repeat(1_048_577),
        413,
        "PAYLOAD_TOO_LARGE",
        "The request body exceeds 1048576 bytes.",
    )
    .await;
    let packed = app
        .request("POST", "/api/v1/links")
        .bearer_auth(&app.key)
        .header("content-encoding", "gzip")
        .json(&serde_json::json!({}));
    app.send(packed).await.refused(415, "UNSUPPORTED_MEDIA_TYPE", media);
}

#[actix_web::test]
async fn the_key_is_judged_before_the_body() {
    let app = TestApp::start().await;
    let request =
        app.request("POST", "/api/v1/links").header("content-type", "application/json").body("{");
    app.send(request).await.refused(401, "INVALID_API_KEY", KEY_INVALID);
}

#[cfg(feature = "studio")]
#[actix_web::test]
async fn paths_and_methods_that_are_none() {
    let app = TestApp::start().await;
    for path in ["/api", "/api/v1", "/api/v1/nothing", "/api/v2/links", "/api/v1/links/x/y"] {
        app.get(path).await.refused(404, "RESOURCE_NOT_FOUND", "No such endpoint.");
    }
    // The slash at the end decides who answers.
    let theirs = app.get("/api/v1/links/").await;
    assert_eq!((theirs.status, theirs.text()), (404, r#"{"detail":"Not found."}"#.to_owned()));
    for (method, path, allow) in [
        ("PUT", "/api/v1/links", "GET, HEAD, POST"),
        ("DELETE", "/api/v1/links", "GET, HEAD, POST"),
        ("GET", "/api/v1/links/bulk", "POST"),
        ("POST", "/api/v1/links/bulk/status", "PATCH"),
        ("PUT", "/api/v1/links/x", "GET, HEAD, PATCH, DELETE"),
        ("POST", "/api/v1/links/x/qr", "GET, HEAD"),
        ("POST", "/api/v1/errors", "GET, HEAD"),
        ("POST", "/somecode", "GET, HEAD"),
        ("POST", "/health", "GET, HEAD"),
        ("DELETE", "/metrics", "GET, HEAD"),
        ("OPTIONS", "/docs/errors", "GET, HEAD"),
        ("PUT", "/openapi/xqr.json", "GET, HEAD"),
        ("PUT", "/qr/x.png", "GET, HEAD"),
        ("BREW", "/api/v1/links", "GET, HEAD, POST"),
        ("OPTIONS", "/api/v1/links", "GET, HEAD, POST"),
        ("OPTIONS", "/api/v1/keys/x/rotate", "POST"),
    ] {
        let answer = app.send(app.request(method, path)).await;
        answer.refused(405, "METHOD_NOT_ALLOWED", "Method not allowed.");
        assert_eq!(answer.header("allow"), allow);
    }
    for id in
        ["x", "00000000-0000-4000-8000-000000000000", "d47f2e1a8c3b4a5d9e6f1234567890ab", "%00"]
    {
        app.owner().get(&format!("/links/{id}")).await.refused(
            404,
            "RESOURCE_NOT_FOUND",
            "Link not found.",
        );
    }
}

#[actix_web::test]
async fn problem_details_on_demand() {
    let app = TestApp::start().await;
    let answer = app
        .send(app.request("GET", "/api/v1/links").header("accept", "application/problem+json"))
        .await
        .expect(401);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let mut body: Value = serde_json::from_slice(&answer.bytes).unwrap();
    assert_eq!(body["request_id"], answer.header("x-request-id"));
    body.as_object_mut().unwrap().remove("request_id");
    assert_snapshot!(shown(&body, &[]), @r#"
        {"code":"INVALID_API_KEY","detail":"The API key is missing, malformed or unknown.",
        "status":401,"title":"The API key is missing, malformed, unknown or deleted.",
        "type":"/docs/errors/INVALID_API_KEY"}
        "#);
}

#[actix_web::test]
async fn problem_details_with_weight_zero_are_not_wanted() {
    let app = TestApp::start().await;
    for accept in ["application/problem+json;q=0", "application/problem+json; q=0.000, */*"] {
        let answer = app.send(app.request("GET", "/api/v1/links").header("accept", accept)).await;
        answer.refused(401, "INVALID_API_KEY", KEY_INVALID);
    }
    let accept = "application/json;q=0.5, application/problem+json;q=0.1";
    let answer = app.send(app.request("GET", "/api/v1/links").header("accept", accept)).await;
    assert_eq!(answer.header("content-type"), "application/problem+json");
}

#[actix_web::test]
async fn the_catalogue_is_served() {
    let app = TestApp::start().await;
    let list = app.get("/api/v1/errors").await.expect(200).json();
    let codes: Vec<_> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["code"].as_str().unwrap())
        .collect();
    assert!(codes.contains(&"SLUG_TAKEN") && codes.contains(&"BURST_LIMIT_EXCEEDED"));
    assert!(app.get("/docs/errors").await.expect(200).text().contains("/docs/errors/SLUG_TAKEN"));
    for code in codes {
        let page = app.get(&format!("/docs/errors/{code}")).await.expect(200);
        assert!(page.header("content-type").starts_with("text/html"));
        assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
        assert!(page.text().contains(code) && !page.text().contains("<script"));
    }
    app.get("/docs/errors/NOPE").await.expect(404);
}

#[actix_web::test]
async fn a_foreign_request_id_is_never_ours() {
    let app = TestApp::start().await;
    let answer = app
        .send(
            app.request("GET", "/api/v1/links")
                .bearer_auth(&app.key)
                .header("x-request-id", "theirs"),
        )
        .await
        .expect(200);
    assert!(answer.header("x-request-id").starts_with("req_"));
}
