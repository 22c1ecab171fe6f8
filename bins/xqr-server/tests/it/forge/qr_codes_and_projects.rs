//! The forge dialect: projects, QR codes, every published refusal whole, and the checklist of its
//! reference (section 9).

use std::collections::HashSet;

use insta::assert_snapshot;
use serde_json::{Value, json};
use xqr_engine::plans::Plan;

use crate::support::envelopes::{forge_refused, without_envelope};
use crate::support::pictures::read_png;
use crate::support::snapshots::shown;
use crate::support::test_app::TestApp;

const URL: &str = "https://example.com/api-happy";

async fn create(app: &TestApp, body: Value) -> Value {
    without_envelope(&app.forge(&app.key).post("/qr-codes", body).await.expect(201))
}

#[actix_web::test]
async fn a_code_is_made_scanned_changed_archived_and_brought_back() {
    let app = TestApp::start().await;
    let made =
        create(&app, json!({ "name": "API happy path", "redirect_url": URL, "type": "url" })).await;
    let (id, slug) =
        (made["id"].as_str().unwrap().to_owned(), made["slug"].as_str().unwrap().to_owned());
    assert!(id.len() == 20 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{id}");
    assert!(
        slug.len() == 10
            && slug.starts_with("qr-")
            && slug.bytes().all(|b| !b.is_ascii_uppercase()),
        "{slug}"
    );
    let default =
        without_envelope(&app.forge(&app.key).get("/projects").await.expect(200))["items"][0]
            .clone();
    assert_eq!(
        (&default["name"], &default["is_default"]),
        (&json!("Default Project"), &json!(true))
    );
    let project = default["id"].as_str().unwrap();
    let names = [(&*id, "id"), (project, "project"), (&*slug, "slug")];
    assert_snapshot!(shown(&made, &names), @r#"
        {"created_at":"2026-03-21T14:30:00.000Z","id":"[id]",
        "last_rendered_at":"2026-03-21T14:30:00.000Z","last_scanned_at":null,
        "name":"API happy path","png_url":"https://qr.example/qr/[slug].png",
        "project_id":"[project]","qr_id":"[id]",
        "redirect_url":"https://example.com/api-happy","render_status":"rendered",
        "scan_count":0,"scan_url":"https://qr.example/[slug]","slug":"[slug]",
        "status":"active","svg_url":"https://qr.example/qr/[slug].svg","type":"url",
        "updated_at":"2026-03-21T14:30:00.000Z"}
        "#);
    for (format, media_type) in [("png", "image/png"), ("svg", "image/svg+xml")] {
        let picture = app.get(&format!("/qr/{slug}.{format}")).await.expect(200);
        assert_eq!(picture.header("content-type"), media_type);
        if format == "png" {
            assert_eq!(read_png(&picture.bytes), format!("https://qr.example/{slug}"));
        }
        let tag = picture.header("etag").to_owned();
        let again = app
            .send(app.request("GET", &format!("/qr/{slug}.{format}")).header("if-none-match", tag))
            .await;
        assert!(again.expect(304).bytes.is_empty());
    }
    let scan = app.get(&format!("/{slug}")).await.expect(302);
    assert_eq!((scan.header("location"), scan.header("cache-control")), (URL, "no-store"));
    app.drain().await;
    for path in [
        format!("/qr-codes/{id}"),
        format!("/qr-codes?id={id}"),
        format!("/qr-codes?qr_id={id}"),
        format!("/qr-codes?id={id}&qr_id={id}"),
        format!("/qr-codes/slug/{slug}"),
        format!("/qr-codes?slug={slug}"),
    ] {
        let found = without_envelope(&app.forge(&app.key).get(&path).await.expect(200));
        assert_eq!((&found["id"], &found["scan_count"]), (&json!(id), &json!(1)), "{path}");
    }
    app.clock.advance(1_500);
    let mut n = 0;
    for (method, path, named) in [
        ("PATCH", format!("/qr-codes/{id}"), json!({})),
        ("PUT", format!("/qr-codes/{id}"), json!({})),
        ("POST", format!("/qr-codes/{id}"), json!({})),
        ("PATCH", "/qr-codes".to_owned(), json!({ "id": id })),
        ("PUT", "/qr-codes".to_owned(), json!({ "qr_id": id })),
        ("POST", "/qr-codes".to_owned(), json!({ "qr_id": id })),
        ("PATCH", format!("/qr-codes?qr_id={id}"), json!({})),
    ] {
        n += 1;
        let mut change = named;
        change["redirect_url"] = json!(format!("https://example.com/{n}"));
        let changed = without_envelope(
            &app.forge(&app.key).send(method, &path, Some(change)).await.expect(200),
        );
        assert_eq!(changed["redirect_url"], format!("https://example.com/{n}"), "{method} {path}");
        assert_eq!(
            (&changed["slug"], &changed["updated_at"]),
            (&json!(slug), &json!("2026-03-21T14:30:01.500Z"))
        );
        assert_eq!(
            app.get(&format!("/{slug}")).await.header("location"),
            format!("https://example.com/{n}")
        );
    }
    let change =
        async |change: Value| app.forge(&app.key).patch(&format!("/qr-codes/{id}"), change).await;
    assert_eq!(
        without_envelope(&change(json!({ "status": "archived" })).await.expect(200))["status"],
        "archived"
    );
    app.get(&format!("/{slug}")).await.expect(410);
    app.get(&format!("/qr/{slug}.png")).await.expect(410);
    assert_eq!(
        without_envelope(&app.forge(&app.key).get(&format!("/qr-codes/{id}")).await.expect(200))["status"],
        "archived"
    );
    for input in
        [json!({ "name": "x" }), json!({ "status": "archived" }), json!({ "redirect_url": URL })]
    {
        forge_refused(&change(input).await, 409, "resource_archived", "Resource is archived.");
    }
    let back =
        without_envelope(&change(json!({ "status": "active", "name": "Again" })).await.expect(200));
    assert_eq!((&back["status"], &back["name"]), (&json!("active"), &json!("Again")));
    app.get(&format!("/{slug}")).await.expect(302);
    let deleted = app.forge(&app.key).delete(&format!("/qr-codes/{id}")).await;
    forge_refused(&deleted, 405, "method_not_allowed", "Method not allowed.");
    assert_eq!(deleted.header("allow"), "GET, HEAD, POST, PATCH, PUT");
}

#[actix_web::test]
async fn refusals_are_word_for_word() {
    let app = TestApp::start().await;
    let other = app.key_of(Plan::Pro, &["*"]);
    let foreign = without_envelope(
        &app.forge(&other).post("/qr-codes", json!({ "redirect_url": URL })).await.expect(201),
    );
    let theirs = without_envelope(
        &app.forge(&other).post("/projects", json!({ "name": "P" })).await.expect(201),
    );
    let (foreign, theirs) = (foreign["id"].as_str().unwrap(), theirs["id"].as_str().unwrap());
    let slug =
        without_envelope(&app.forge(&other).get(&format!("/qr-codes/{foreign}")).await)["slug"]
            .as_str()
            .unwrap()
            .to_owned();
    let nowhere = "0nCicGb1mZfPukKp2Fcl";
    let forbidden = (403, "forbidden", "Access to this resource is not allowed.");
    let missing = (404, "not_found", "Resource not found.");
    let no_project = (404, "project_not_found", "Project not found.");
    let no_id = (400, "invalid_request", "Missing QR id (id or qr_id).");
    let payload =
        |field: &str| (400, "invalid_payload", format!("Invalid value for field: {field}"));
    let with = |more: Value| {
        let mut input = json!({ "redirect_url": URL });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Some(input)
    };
    let qr = "/qr-codes".to_owned();
    let rows = [
        (
            "POST",
            qr.clone(),
            Some(json!({})),
            (400, "invalid_request", "Missing required field: redirect_url".into()),
        ),
        ("POST", qr.clone(), Some(json!({ "redirect_url": "ftp://x" })), payload("redirect_url")),
        (
            "POST",
            qr.clone(),
            Some(json!({ "redirect_url": "example.com" })),
            payload("redirect_url"),
        ),
        ("POST", qr.clone(), Some(json!({ "redirect_url": 5 })), payload("redirect_url")),
        ("POST", qr.clone(), with(json!({ "type": "vcard" })), payload("type")),
        ("POST", qr.clone(), with(json!({ "name": 5 })), payload("name")),
        ("POST", qr.clone(), with(json!({ "name": "x".repeat(201) })), payload("name")),
        ("POST", qr.clone(), with(json!({ "project_id": theirs })), own(no_project)),
        ("POST", qr.clone(), with(json!({ "project_id": nowhere })), own(no_project)),
        (
            "POST",
            qr.clone(),
            Some(json!([1])),
            (400, "invalid_request", "Malformed JSON body.".into()),
        ),
        (
            "POST",
            "/projects".into(),
            Some(json!({})),
            (400, "invalid_request", "Missing required field: name".into()),
        ),
        ("POST", "/projects".into(), Some(json!({ "name": 1 })), payload("name")),
        ("GET", format!("/projects/{theirs}"), None, own(no_project)),
        ("GET", format!("/qr-codes/{foreign}"), None, own(forbidden)),
        ("PATCH", format!("/qr-codes/{foreign}"), Some(json!({ "name": "x" })), own(forbidden)),
        ("GET", format!("/qr-codes/{nowhere}"), None, own(missing)),
        ("GET", "/qr-codes/x".into(), None, own(missing)),
        ("GET", format!("/qr-codes/slug/{slug}"), None, own(missing)),
        ("GET", "/qr-codes?id=".into(), None, own(no_id)),
        ("GET", "/qr-codes?qr_id=".into(), None, own(no_id)),
        ("PATCH", qr.clone(), Some(json!({ "name": "x" })), own(no_id)),
        ("PATCH", qr.clone(), Some(json!({ "id": "" })), own(no_id)),
        ("GET", format!("/qr-codes?id={nowhere}&qr_id={foreign}"), None, query("qr_id")),
        ("GET", "/qr-codes?next_page_token=nonsense".into(), None, query("next_page_token")),
        ("GET", "/nothing".into(), None, own(missing)),
        (
            "DELETE",
            "/projects".into(),
            None,
            (405, "method_not_allowed", "Method not allowed.".into()),
        ),
    ];
    for (method, path, input, (status, code, message)) in rows {
        forge_refused(
            &app.forge(&app.key).send(method, &path, input).await,
            status,
            code,
            &message,
        );
    }
    for key in ["", "api_live_", "api_live_aBc12dEfaBc12dEfaBc12dEfaBc12dEf", "nonsense"] {
        let answer = app.forge(key).get("/projects").await;
        forge_refused(&answer, 401, "unauthorized", "Invalid or missing API key.");
    }
    let broken = app
        .request("POST", "/v1/qr-codes")
        .header("x-api-key", &app.key)
        .header("content-type", "application/json");
    forge_refused(
        &app.send(broken.body("{")).await,
        400,
        "invalid_request",
        "Malformed JSON body.",
    );
    let bearer = app.send(app.request("GET", "/v1/projects").bearer_auth(&app.key)).await;
    without_envelope(&bearer.expect(200));
    let both =
        app.request("GET", "/v1/projects").header("x-api-key", "nonsense").bearer_auth(&app.key);
    forge_refused(&app.send(both).await, 401, "unauthorized", "Invalid or missing API key.");
}

fn own((status, code, message): (u16, &'static str, &str)) -> (u16, &'static str, String) {
    (status, code, message.to_owned())
}

fn query(field: &str) -> (u16, &'static str, String) {
    (400, "invalid_request", format!("Invalid query parameter: {field}"))
}

#[actix_web::test]
async fn pages_go_on_by_token() {
    let app = TestApp::start().await;
    let project = without_envelope(
        &app.forge(&app.key).post("/projects", json!({ "name": "Alpha" })).await.expect(201),
    );
    assert_snapshot!(shown(&project, &[(project["id"].as_str().unwrap(), "id")]), @r#"
        {"created_at":"2026-03-21T14:30:00.000Z","created_via":"api","description":null,
        "has_custom_domain":false,"id":"[id]","is_default":false,"name":"Alpha",
        "project_id":"[id]","updated_at":"2026-03-21T14:30:00.000Z"}
        "#);
    for i in 0..60 {
        let mut input = json!({ "redirect_url": URL, "label": format!("Code {i}") });
        if i % 2 == 0 {
            input["project_id"] = project["id"].clone();
        }
        create(&app, input).await;
    }
    let list = async |query: &str| {
        without_envelope(&app.forge(&app.key).get(&format!("/qr-codes{query}")).await.expect(200))
    };
    let count = |page: &Value| page["items"].as_array().unwrap().len();
    for size in ["", "?page_size=0", "?page_size=-1", "?page_size=101", "?page_size=abc"] {
        let page = list(size).await;
        assert_eq!((count(&page), page["next_page_token"].is_string()), (50, true), "{size}");
    }
    assert_eq!(count(&list("?page_size=1").await), 1);
    let (mut names, mut token) = (Vec::new(), String::new());
    loop {
        let page = list(&format!("?page_size=25&next_page_token={token}")).await;
        names.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["name"].as_str().unwrap().to_owned()),
        );
        match page["next_page_token"].as_str() {
            Some(next) => token = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(
        (names.len(), names.iter().collect::<HashSet<_>>().len(), names[0].as_str()),
        (60, 60, "Code 59")
    );
    assert_eq!(list("?page_size=60").await["next_page_token"], Value::Null);
    let id = project["id"].as_str().unwrap();
    assert_eq!(count(&list(&format!("?project_id={id}")).await), 30);
    assert_eq!(count(&list("?status=archived").await), 0);
    // A token is of its list and its account.
    let other = app.key_of(Plan::Pro, &["*"]);
    for (key, path) in [(&other, "/qr-codes"), (&app.key, "/projects")] {
        let stolen = app.forge(key).get(&format!("{path}?next_page_token={token}")).await;
        forge_refused(&stolen, 400, "invalid_request", "Invalid query parameter: next_page_token");
    }
}

#[cfg(feature = "native")]
#[actix_web::test]
async fn all_keys_of_an_account_share_its_minute_and_its_day() {
    let app = TestApp::start().await;
    let get = async |key: &str| app.forge(key).get("/projects").await;
    let key =
        app.key_with(Plan::Pro, r#"{"calls_per_minute":3,"calls_per_day":5,"keys":2}"#, &["*"]);
    let more = json!({ "name": "second", "scopes": ["*"], "expires_at": "2026-03-21T14:40:00Z" });
    let second = app.client(&key).post("/keys", more).await.expect(201).json()["data"]["key"]
        .as_str()
        .unwrap()
        .to_owned();
    for key in [&key, &second, &key] {
        get(key).await.expect(200);
    }
    let refusal = get(&second).await;
    forge_refused(&refusal, 429, "rate_limit_minute", "Too many requests this minute.");
    assert_eq!(refusal.header("retry-after"), "20");
    app.clock.advance(60_000);
    get(&key).await.expect(200);
    // What fails counts, too (section 3.1: evaluated on every authenticated request).
    app.forge(&second).get("/qr-codes/x").await.expect(404);
    let refusal = get(&key).await;
    forge_refused(&refusal, 429, "rate_limit_day", "Daily request quota exceeded.");
    assert_eq!(refusal.header("retry-after"), (9 * 3600 + 29 * 60).to_string());
    let free = app.key_with(Plan::Pro, r#"{"calls_per_minute":0,"calls_per_day":0}"#, &["*"]);
    for _ in 0..100 {
        get(&free).await.expect(200);
    }
}
