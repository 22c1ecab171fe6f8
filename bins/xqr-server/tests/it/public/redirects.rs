//! `GET|HEAD /{code}`, from the outside.

use serde_json::json;
use xqr_engine::rows::{Conn, WorkspaceId};

use crate::support::test_app::{NOW, TestApp};

#[actix_web::test]
async fn a_change_shows_on_the_very_next_request() {
    let app = TestApp::start().await;
    let id = app.link(json!({ "url": "https://example.com/0", "custom_slug": "menu" })).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/links/{id}");
    for n in 0..20 {
        assert_eq!(
            app.get("/menu").await.expect(302).header("location"),
            format!("https://example.com/{n}")
        );
        app.owner()
            .patch(&path, json!({ "url": format!("https://example.com/{}", n + 1) }))
            .await
            .expect(200);
    }
    app.owner().patch(&path, json!({ "enabled": false })).await.expect(200);
    app.get("/menu").await.expect(410);
    app.owner()
        .patch("/links/bulk/status", json!({ "ids": [id], "enabled": true }))
        .await
        .expect(200);
    app.get("/menu").await.expect(302);
    app.owner().delete(&path).await.expect(204);
    app.get("/menu").await.expect(404);
    app.link(json!({ "url": "https://example.com/new", "custom_slug": "menu" })).await;
    assert_eq!(app.get("/menu").await.expect(302).header("location"), "https://example.com/new");
}

#[actix_web::test]
async fn a_miss_is_forgotten_when_the_code_is_made() {
    let app = TestApp::start().await;
    app.get("/later").await.expect(404);
    app.get("/later").await.expect(404);
    app.link(json!({ "url": "https://example.com", "custom_slug": "Later" })).await;
    app.get("/later").await.expect(302);
}

#[actix_web::test]
async fn links_expire_by_the_clock() {
    let app = TestApp::start().await;
    app.link(json!({ "url": "https://example.com", "custom_slug": "soon", "expires_at": "2026-03-21T14:30:10Z" })).await;
    app.get("/soon").await.expect(302);
    app.clock.advance(9_999);
    app.get("/soon").await.expect(302);
    app.clock.advance(1);
    app.get("/soon").await.expect(410);
}

#[actix_web::test]
async fn browsers_get_pages_and_programs_get_json() {
    let app = TestApp::start().await;
    let id = app.link(json!({ "url": "https://example.com", "custom_slug": "closed" })).await["id"]
        .clone();
    app.owner()
        .patch(&format!("/links/{}", id.as_str().unwrap()), json!({ "enabled": false }))
        .await
        .expect(200);
    for (path, status, words) in [
        ("/closed", 410, "No longer active"),
        ("/unknown", 404, "Nothing here"),
        ("/a/b", 404, "Nothing here"),
        ("/%3Cscript%3E", 404, "Nothing here"),
    ] {
        let page = app.get(path).await.expect(status);
        assert!(
            page.header("content-type").starts_with("text/html") && page.text().contains(words),
            "{path}"
        );
        assert!(
            !page.text().contains("<script")
                && page.header("content-security-policy").contains("default-src 'none'")
        );
        assert_eq!(page.header("cache-control"), "no-store");
        assert!(page.header("x-request-id").starts_with("req_"));
    }
    let asked =
        |path: &str| app.send(app.request("GET", path).header("accept", "application/json"));
    asked("/closed").await.refused(410, "LINK_GONE", "This link is no longer active.");
    asked("/unknown").await.refused(404, "RESOURCE_NOT_FOUND", "Link not found.");
    asked("/a/b").await.refused(404, "RESOURCE_NOT_FOUND", "No such endpoint.");
}

#[actix_web::test]
async fn codes_ignore_case() {
    let app = TestApp::start().await;
    app.link(json!({ "url": "https://example.com", "custom_slug": "Summer-24" })).await;
    for path in ["/Summer-24", "/summer-24", "/SUMMER-24"] {
        app.get(path).await.expect(302);
    }
}

#[actix_web::test]
async fn a_scan_is_recorded_with_what_is_known_of_it() {
    let app = TestApp::start_with(|settings| {
        settings.edge.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
        settings.scans.country_header = "CF-IPCountry".to_owned();
    })
    .await;
    let id = app.link(json!({ "url": "https://example.com", "custom_slug": "scan" })).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1";
    let scan = app
        .request("GET", "/scan")
        .header("user-agent", phone)
        .header("referer", "https://news.example/a?b")
        .header("cf-ipcountry", "DE");
    app.send(scan).await.expect(302);
    app.send(app.request("HEAD", "/scan").header("user-agent", "Googlebot/2.1")).await.expect(302);
    app.drain().await;
    assert_eq!(app.owner().get(&format!("/links/{id}")).await.json()["data"]["scan_count"], 2);
    let rows = app
        .running
        .app
        .data
        .read_here(|conn: &mut Conn| xqr_engine::scans::ingest::list(conn, WorkspaceId(1), 10))
        .unwrap();
    let texts: Vec<_> = rows.iter().map(|row| format!("{row:?}")).collect();
    assert_eq!(
        texts,
        [
            format!(
                "Recorded {{ at: {NOW}, country: Some(\"DE\"), device: \"mobile\", agent: \"Safari\", referrer: Some(\"news.example\"), bot: false, variant: None, system: \"iOS\" }}"
            ),
            format!(
                "Recorded {{ at: {NOW}, country: None, device: \"other\", agent: \"Other\", referrer: None, bot: true, variant: None, system: \"Other\" }}"
            ),
        ]
    );
}

#[actix_web::test]
async fn forged_proxy_headers_have_no_effect() {
    let app =
        TestApp::start_with(|settings| settings.scans.country_header = "CF-IPCountry".to_owned())
            .await;
    app.link(json!({ "url": "https://example.com", "custom_slug": "scan" })).await;
    let forged = app
        .request("GET", "/scan")
        .header("cf-ipcountry", "DE")
        .header("x-forwarded-for", "8.8.8.8")
        .header("x-forwarded-host", "evil.example");
    assert_eq!(app.send(forged).await.expect(302).header("location"), "https://example.com/");
    app.drain().await;
    let rows = app
        .running
        .app
        .data
        .read_here(|conn: &mut Conn| xqr_engine::scans::ingest::list(conn, WorkspaceId(1), 10))
        .unwrap();
    assert!(format!("{rows:?}").contains("country: None"), "{rows:?}");
}

#[actix_web::test]
async fn every_scan_is_counted_once_however_many_at_once() {
    let app = TestApp::start_with(|settings| {
        settings.journal.segment_bytes = 4_000;
        settings.journal.batch = 37;
    })
    .await;
    let id = app.link(json!({ "url": "https://example.com", "custom_slug": "busy" })).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    for _ in 0..500 {
        app.get("/busy").await.expect(302);
    }
    app.drain().await;
    assert_eq!(app.owner().get(&format!("/links/{id}")).await.json()["data"]["scan_count"], 500);
}
