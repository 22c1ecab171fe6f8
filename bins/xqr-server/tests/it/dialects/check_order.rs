//! The order of checks, the same for every route: key, plan, burst, quota, scope, and only then
//! what the route does.

use serde_json::json;
use xqr_engine::auth::Scope;
use xqr_engine::errors::Dialect;
use xqr_engine::plans::Plan;

use crate::support::contract::{compiled_in, document};
use crate::support::test_app::TestApp;

/// An operation: method, path, scope.
type Operation = (&'static str, &'static str, &'static str);

/// The operations of the studio dialect, whose paths end in a slash; an empty scope needs no key.
const STUDIO: [Operation; 12] = [
    ("POST", "/v1/generate/", "qr:render"),
    ("POST", "/v1/generate/bulk/", "qr:render"),
    ("POST", "/v1/validate/", "qr:render"),
    ("GET", "/v1/usage/", "workspace:read"),
    ("GET", "/health/", ""),
    ("HEAD", "/health/", ""),
    ("GET", "/status/", ""),
    ("HEAD", "/status/", ""),
    ("POST", "/auth/signup/", ""),
    ("POST", "/auth/login/", ""),
    ("POST", "/auth/refresh/", ""),
    ("POST", "/auth/logout/", ""),
];

/// The operations of the studio dialect that only a person who has signed in may call.
const PEOPLE: [(&str, &str); 20] = [
    ("GET", "/v1/dynamic/"),
    ("POST", "/v1/dynamic/"),
    ("GET", "/v1/dynamic/{short_id}/"),
    ("PATCH", "/v1/dynamic/{short_id}/"),
    ("DELETE", "/v1/dynamic/{short_id}/"),
    ("GET", "/v1/dynamic/{short_id}/analytics/"),
    ("GET", "/v1/keys/"),
    ("POST", "/v1/keys/"),
    ("DELETE", "/v1/keys/{id}/"),
    ("POST", "/v1/keys/{id}/rotate/"),
    ("GET", "/v1/usage/me/"),
    ("GET", "/v1/webhooks/"),
    ("POST", "/v1/webhooks/"),
    ("GET", "/v1/webhooks/{id}/"),
    ("PATCH", "/v1/webhooks/{id}/"),
    ("DELETE", "/v1/webhooks/{id}/"),
    ("POST", "/v1/webhooks/{id}/rotate/"),
    ("POST", "/v1/webhooks/{id}/test/"),
    ("GET", "/v1/webhooks/{id}/deliveries/"),
    ("POST", "/auth/password/"),
];

/// The operations of the native dialect that only a person who has signed in may call.
const DEVELOPERS: [(&str, &str); 2] = [
    ("GET", "/developer/webhooks/{webhook_id}/secret"),
    ("POST", "/developer/webhooks/{webhook_id}/test"),
];

/// The operations of the forge dialect, below `/v1`.
const FORGE: [Operation; 12] = [
    ("GET", "/projects", "links:read"),
    ("POST", "/projects", "links:write"),
    ("GET", "/projects/{project_id}", "links:read"),
    ("GET", "/qr-codes", "links:read"),
    ("POST", "/qr-codes", "links:write"),
    ("PATCH", "/qr-codes", "links:write"),
    ("PUT", "/qr-codes", "links:write"),
    ("GET", "/qr-codes/slug/{slug}", "links:read"),
    ("GET", "/qr-codes/{id}", "links:read"),
    ("POST", "/qr-codes/{id}", "links:write"),
    ("PATCH", "/qr-codes/{id}", "links:write"),
    ("PUT", "/qr-codes/{id}", "links:write"),
];

/// The operations of the hub dialect, below `/api`; an empty scope needs no key.
const HUB: [Operation; 9] = [
    ("POST", "/shorten", "links:write"),
    ("POST", "/update", "links:write"),
    ("POST", "/delete", "links:write"),
    ("POST", "/reserve", "links:write"),
    ("POST", "/bulk-shorten", "links:write"),
    ("GET", "/list", "links:read"),
    ("GET", "/lookup/{code}", ""),
    ("GET", "/qr/{code}", ""),
    ("GET", "/qr-image/{code}", ""),
];

/// The scope that each operation demands. The test fails when the router has another operation.
const OPERATIONS: [Operation; 67] = [
    ("GET", "/v1/links", "links:read"),
    ("POST", "/v1/links", "links:write"),
    ("POST", "/v1/links/bulk", "links:write"),
    ("PATCH", "/v1/links/bulk/status", "links:write"),
    ("GET", "/v1/links/{link_id}", "links:read"),
    ("PATCH", "/v1/links/{link_id}", "links:write"),
    ("DELETE", "/v1/links/{link_id}", "links:write"),
    ("GET", "/v1/links/{link_id}/qr", "qr:render"),
    ("POST", "/v1/links/{link_id}/route", "links:read"),
    ("POST", "/v1/qr", "qr:render"),
    ("GET", "/v1/qr/templates", "qr:read"),
    ("POST", "/v1/qr/templates", "qr:write"),
    ("GET", "/v1/qr/templates/{template_id}", "qr:read"),
    ("PATCH", "/v1/qr/templates/{template_id}", "qr:write"),
    ("DELETE", "/v1/qr/templates/{template_id}", "qr:write"),
    ("GET", "/v1/qr/templates/{template_id}/render", "qr:render"),
    ("POST", "/v1/qr/templates/{template_id}/render", "qr:render"),
    ("POST", "/v1/qr/validate", "qr:render"),
    ("GET", "/v1/analytics/summary", "analytics:read"),
    ("GET", "/v1/analytics/timeseries", "analytics:read"),
    ("GET", "/v1/analytics/geography", "analytics:read"),
    ("GET", "/v1/analytics/devices", "analytics:read"),
    ("GET", "/v1/analytics/browsers", "analytics:read"),
    ("GET", "/v1/analytics/systems", "analytics:read"),
    ("GET", "/v1/analytics/referrers", "analytics:read"),
    ("GET", "/v1/analytics/top-links", "analytics:read"),
    ("GET", "/v1/analytics/stream", "analytics:read"),
    ("GET", "/v1/analytics/links/{link_id}", "analytics:read"),
    ("GET", "/v1/analytics/links/{link_id}/stats", "analytics:read"),
    ("GET", "/v1/workspace", "workspace:read"),
    ("GET", "/v1/workspace/usage", "workspace:read"),
    ("GET", "/v1/workspace/members", "workspace:read"),
    ("GET", "/v1/keys", "keys:read"),
    ("POST", "/v1/keys", "keys:write"),
    ("GET", "/v1/keys/{key_id}", "keys:read"),
    ("DELETE", "/v1/keys/{key_id}", "keys:write"),
    ("POST", "/v1/keys/{key_id}/rotate", "keys:write"),
    ("POST", "/v1/keys/{key_id}/revoke", "keys:write"),
    ("GET", "/v1/projects", "links:read"),
    ("POST", "/v1/projects", "links:write"),
    ("GET", "/v1/projects/{project_id}", "links:read"),
    ("PATCH", "/v1/projects/{project_id}", "links:write"),
    ("GET", "/v1/webhooks", "webhooks:read"),
    ("POST", "/v1/webhooks", "webhooks:write"),
    ("GET", "/v1/webhooks/{webhook_id}", "webhooks:read"),
    ("PATCH", "/v1/webhooks/{webhook_id}", "webhooks:write"),
    ("DELETE", "/v1/webhooks/{webhook_id}", "webhooks:write"),
    ("GET", "/v1/webhooks/{webhook_id}/deliveries", "webhooks:read"),
    ("POST", "/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver", "webhooks:write"),
    ("GET", "/v1/webhooks/{webhook_id}/secret", "webhooks:write"),
    ("POST", "/v1/webhooks/{webhook_id}/rotate", "webhooks:write"),
    ("POST", "/v1/webhooks/{webhook_id}/test", "webhooks:write"),
    ("POST", "/v1/assets/presign", "assets:write"),
    ("GET", "/v1/assets", "assets:read"),
    ("GET", "/v1/assets/{asset_id}", "assets:read"),
    ("DELETE", "/v1/assets/{asset_id}", "assets:write"),
    ("POST", "/v1/assets/{asset_id}/confirm", "assets:write"),
    ("POST", "/v1/assets/presign/{asset_id}/confirm", "assets:write"),
    ("POST", "/v1/assets/{asset_id}/publish", "assets:write"),
    ("GET", "/v1/bio/pages", "bio:read"),
    ("POST", "/v1/bio/pages", "bio:write"),
    ("GET", "/v1/bio/pages/{page_id}", "bio:read"),
    ("PATCH", "/v1/bio/pages/{page_id}", "bio:write"),
    ("DELETE", "/v1/bio/pages/{page_id}", "bio:write"),
    ("POST", "/v1/bio/pages/{page_id}/publish", "bio:write"),
    ("POST", "/v1/bio/pages/{page_id}/unpublish", "bio:write"),
    ("GET", "/v1/errors", ""),
];

#[test]
fn no_operation_is_forgotten() {
    let mut found: Vec<_> = xqr_server::api_resources()
        .iter()
        .flat_map(|(path, methods)| {
            methods.split(", ").map(|method| (method.to_owned(), path.clone())).collect::<Vec<_>>()
        })
        .collect();
    let known = |dialect: Dialect| -> Vec<(&str, &str)> {
        let (operations, of_people): (&[Operation], &[(&str, &str)]) = match dialect {
            Dialect::Xqr => (&OPERATIONS, &DEVELOPERS),
            Dialect::Studio => (&STUDIO, &PEOPLE),
            Dialect::Forge => (&FORGE, &[]),
            Dialect::Hub => (&HUB, &[]),
        };
        let with_keys = operations.iter().map(|(method, path, _)| (*method, *path));
        with_keys.chain(of_people.iter().copied()).collect()
    };
    let mut known: Vec<_> = compiled_in()
        .flat_map(known)
        .map(|(method, path)| (method.to_owned(), path.to_owned()))
        .collect();
    found.sort();
    known.sort();
    assert_eq!(found, known);
}

#[cfg(feature = "native")]
#[actix_web::test]
async fn every_operation_checks_in_the_same_order() {
    let app = TestApp::start().await;
    // Or the stream of scans would be waited for to its end.
    app.running.app.live_feed.close();
    let link =
        app.link(json!({ "url": "https://example.com" })).await["id"].as_str().unwrap().to_owned();
    let free = app.key_with(Plan::Free, r#"{"monthly_calls":0,"burst_per_second":0}"#, &[]);
    let fast = app.key_with(Plan::Pro, r#"{"monthly_calls":0,"burst_per_second":0}"#, &[]);
    let spent = app.key_with(Plan::Pro, r#"{"monthly_calls":0}"#, &[]);
    for (method, path, scope) in OPERATIONS.into_iter().filter(|(.., scope)| !scope.is_empty()) {
        let path = path
            .replace("/v1", "")
            .replace("{link_id}", &link)
            .replace("{key_id}", "key_x")
            .replace("{project_id}", "x");
        let path = path
            .replace("{webhook_id}", "wh_x")
            .replace("{delivery_id}", "del_x")
            .replace("{template_id}", "tpl_x");
        let path = path.replace("{asset_id}", "x").replace("{page_id}", "bio_x");
        let missing = app.send(app.request(method, &format!("/api/v1{path}"))).await;
        missing.refused(401, "INVALID_API_KEY", "The API key is missing, malformed or unknown.");
        let call = async |key: &str| app.client(key).send(method, &path, None).await;
        call(&free).await.refused(
            403,
            "FEATURE_NOT_AVAILABLE",
            "API access is not available on the free plan.",
        );
        call(&fast).await.refused(429, "BURST_LIMIT_EXCEEDED", "Too many requests. Retry in 1 s.");
        app.clock.advance(1_000);
        call(&spent).await.refused(
            429,
            "RATE_LIMIT_EXCEEDED",
            "The monthly quota of 0 calls is used up.",
        );
        let others: Vec<_> = Scope::ALL
            .iter()
            .map(|scope| scope.name())
            .filter(|name| ![scope, "*"].contains(name))
            .collect();
        let refused = call(&app.key_of(Plan::Enterprise, &others)).await;
        refused.refused(
            403,
            "INSUFFICIENT_SCOPE",
            &format!("This endpoint requires the {scope} scope."),
        );
        let admitted = call(&app.key_of(Plan::Enterprise, &[scope])).await;
        assert!(
            ![401, 403, 429].contains(&admitted.status),
            "{method} {path}: {}",
            admitted.status
        );
    }
}

/// What each parameter of a path names.
const NAMED: [(&str, &str); 8] = [
    ("link_id", "Link"),
    ("key_id", "Key"),
    ("project_id", "Project"),
    ("template_id", "Template"),
    ("webhook_id", "Webhook"),
    ("delivery_id", "Delivery"),
    ("asset_id", "Asset"),
    ("page_id", "Bio page"),
];

#[cfg(feature = "native")]
#[actix_web::test]
async fn every_operation_reports_missing_and_malformed_input() {
    let app = TestApp::start().await;
    let document = document(Dialect::Xqr);
    let (mut named, mut read) = (0, 0);
    for (method, path, scope) in OPERATIONS.into_iter().filter(|(.., scope)| !scope.is_empty()) {
        let operation = &document["paths"][format!("/api{path}")][method.to_lowercase()];
        let key = app.key_of(Plan::Enterprise, &[scope]);
        let short = path.replace("/v1", "");
        let send = async |path: &str, body: &str| {
            let request = app
                .request(method, &format!("/api/v1{path}"))
                .bearer_auth(&key)
                .header("content-type", "application/json");
            app.send(request.body(body.to_owned())).await
        };
        if operation["requestBody"].is_object() {
            read += 1;
            let known = short.replace(['{', '}'], "");
            send(&known, "{\"a\":").await.refused(
                400,
                "VALIDATION_ERROR",
                "body: Must be valid JSON.",
            );
            send(&known, "[]").await.refused(
                400,
                "VALIDATION_ERROR",
                "body: Must be a JSON object.",
            );
        }
        if let Some((_, what)) =
            NAMED.iter().find(|(name, _)| path.contains(&format!("{{{name}}}")))
        {
            named += 1;
            let body = match path {
                "/v1/links/bulk/status" => continue,
                _ if operation["requestBody"].is_object() => "{}",
                _ => "",
            };
            let query = if path.ends_with("/render") { "?data=x" } else { "" };
            for id in [
                "x",
                "00000000-0000-4000-8000-000000000000",
                "%00",
                "..%2f..",
                "wh_00000000-0000-4000-8000-000000000000",
            ] {
                let unknown = short
                    .split('/')
                    .map(|part| if part.starts_with('{') { id } else { part })
                    .collect::<Vec<_>>()
                    .join("/");
                let answer = send(&format!("{unknown}{query}"), body).await;
                assert_eq!(answer.status, 404, "{method} {unknown}: {}", answer.text());
                answer.refused(404, "RESOURCE_NOT_FOUND", &format!("{what} not found."));
            }
        }
    }
    assert!(named > 30 && read > 15, "{named} {read}");
}

#[cfg(feature = "studio")]
#[actix_web::test]
async fn every_studio_operation_checks_in_the_same_order() {
    let app = TestApp::start().await;
    let locked = app.key_with(Plan::Free, r#"{"api_studio":false,"calls_per_minute":0}"#, &[]);
    let fast = app.key_with(Plan::Pro, r#"{"calls_per_minute":0}"#, &[]);
    for (method, path, scope) in STUDIO.into_iter().filter(|(.., scope)| !scope.is_empty()) {
        let call = async |key: &str| {
            app.send(app.request(method, &format!("/api{path}")).header("x-api-key", key)).await
        };
        let detail = |text: &str| json!({ "detail": text }).to_string();
        let refused = async |key: &str, status: u16, text: &str| {
            let answer = call(key).await;
            assert_eq!((answer.status, answer.text()), (status, detail(text)), "{method} {path}");
            answer
        };
        refused("", 401, "Invalid or revoked API key.").await;
        refused(&locked, 403, "Plan 'free' doesn't include API access.").await;
        assert_eq!(
            refused(&fast, 429, "Too many requests. Retry in 60 seconds.")
                .await
                .header("retry-after"),
            "60"
        );
        let others: Vec<_> = Scope::ALL
            .iter()
            .map(|scope| scope.name())
            .filter(|name| ![scope, "*"].contains(name))
            .collect();
        refused(
            &app.key_of(Plan::Pro, &others),
            403,
            &format!("This endpoint requires the {scope} scope."),
        )
        .await;
        let admitted = call(&app.key_of(Plan::Pro, &[scope])).await;
        assert!(
            ![401, 403, 429].contains(&admitted.status),
            "{method} {path}: {}",
            admitted.status
        );
    }
}

#[actix_web::test]
async fn every_forge_and_hub_operation_checks_in_the_same_order() {
    let app = TestApp::start().await;
    let locked = app.key_with(Plan::Free, r#"{"apis":[],"calls_per_minute":1}"#, &[]);
    let narrow = |scope: &str| {
        Scope::ALL
            .iter()
            .map(|scope| scope.name())
            .filter(|name| ![scope, "*"].contains(name))
            .collect::<Vec<_>>()
    };
    for (dialect, prefix, operations) in
        [(Dialect::Forge, "/v1", &FORGE[..]), (Dialect::Hub, "/api", &HUB[..])]
    {
        if !compiled_in().any(|it| it == dialect) {
            continue;
        }
        for (method, path, scope) in operations.iter().filter(|(.., scope)| !scope.is_empty()) {
            let path =
                path.replace("{id}", "x").replace("{slug}", "x").replace("{project_id}", "x");
            let call = async |key: &str| {
                let body = json!({ "id": "x", "name": "x" });
                app.send(
                    app.request(method, &format!("{prefix}{path}"))
                        .header("x-api-key", key)
                        .json(&body),
                )
                .await
                .status
            };
            let fast = app.key_with(Plan::Pro, r#"{"calls_per_minute":1}"#, &[]);
            let seen = [
                call("").await,
                call(&locked).await,
                call(&fast).await,
                call(&fast).await,
                call(&app.key_of(Plan::Pro, &narrow(scope))).await,
            ];
            assert_eq!(seen, [401, 403, 403, 429, 403], "{method} {path}");
            let admitted = call(&app.key_of(Plan::Pro, &[scope])).await;
            assert!(![401, 403, 429].contains(&admitted), "{method} {path}: {admitted}");
        }
    }
}

#[cfg(feature = "studio")]
#[actix_web::test]
async fn keys_cannot_call_operations_of_signed_in_users() {
    let app = TestApp::start().await;
    for (method, path) in PEOPLE {
        let path = format!("/api{}", path.replace("{short_id}", "abcdefgh").replace("{id}", "1"));
        let without_key = app.send(app.request(method, &path)).await;
        let with_key = app
            .send(app.request(method, &path).header("x-api-key", &app.key).bearer_auth(&app.key))
            .await;
        for answer in [without_key, with_key] {
            let text = "Given token is missing, expired or not valid.";
            assert_eq!(
                (answer.status, answer.text()),
                (401, json!({ "detail": text }).to_string()),
                "{method} {path}"
            );
        }
    }
}
