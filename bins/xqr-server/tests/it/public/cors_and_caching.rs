//! What browsers and caches need: other origins, content codings, conditional requests.

use std::sync::Arc;

use actix_web::rt;
use serde_json::json;
use xqr_engine::plans::Plan;

use crate::support::contract::is_served;
use crate::support::pictures::PNG;
use crate::support::test_app::{Answer, TestApp};

const ORIGIN: &str = "https://app.example.com";

async fn open_to(origins: &[&str]) -> TestApp {
    TestApp::start_with(|settings| {
        settings.cors.origins = origins.iter().map(ToString::to_string).collect()
    })
    .await
}

/// One path of each dialect, and the picture that needs no key.
const PATHS: [&str; 5] =
    ["/api/v1/links", "/api/v1/usage/", "/api/list", "/v1/projects", "/qr/nothing.png"];

#[actix_web::test]
async fn pages_of_listed_origins_may_read_every_answer() {
    let app = open_to(&[ORIGIN, "http://localhost:3000"]).await;
    let ask = async |method: &str, path: &str, origin: &str| {
        let request = app
            .request(method, path)
            .header("origin", origin)
            .header("x-api-key", &app.key)
            .bearer_auth(&app.key);
        app.send(request).await
    };
    let missing = PATHS.iter().map(|path| (*path, "GET"));
    let odd = [
        ("/api/v1/nothing", "GET"),
        ("/api/nothing/", "GET"),
        ("/api/nothing", "GET"),
        ("/v1/nothing", "GET"),
    ];
    let wrong = PATHS[..4].iter().map(|path| (*path, "BREW"));
    for (path, method) in missing.chain(odd).chain(wrong).filter(|(path, _)| is_served(path)) {
        let answer = ask(method, path, ORIGIN).await;
        assert_eq!(
            answer.header("access-control-allow-origin"),
            ORIGIN,
            "{method} {path} {}",
            answer.status
        );
        assert!(
            answer.header("access-control-expose-headers").contains("X-Request-Id"),
            "{method} {path}"
        );
        assert!(
            answer.headers.get_all("vary").iter().any(|value| value == "Origin"),
            "{method} {path}"
        );
        assert!(answer.headers.get("access-control-allow-credentials").is_none());
        let other = ask(method, path, "https://evil.example").await;
        assert!(other.headers.get("access-control-allow-origin").is_none(), "{method} {path}");
        assert!(
            other.headers.get_all("vary").iter().any(|value| value == "Origin"),
            "{method} {path}"
        );
    }
    let refused =
        app.send(app.request("GET", "/api/v1/links").header("origin", ORIGIN)).await.expect(401);
    assert_eq!(refused.header("access-control-allow-origin"), ORIGIN);
    let code = app.link(json!({ "url": "https://example.com" })).await["short_code"]
        .as_str()
        .unwrap()
        .to_owned();
    let followed = app
        .send(app.request("GET", &format!("/{code}")).header("origin", ORIGIN))
        .await
        .expect(302);
    assert!(
        followed.headers.get("access-control-allow-origin").is_none()
            && followed.headers.get("vary").is_none()
    );
}

#[actix_web::test]
async fn a_preflight_needs_no_key() {
    let app = open_to(&[ORIGIN]).await;
    let preflight = async |path: &str, origin: &str| {
        let request = app
            .request("OPTIONS", path)
            .header("origin", origin)
            .header("access-control-request-method", "PATCH");
        app.send(
            request
                .header("access-control-request-headers", "authorization, content-type, x-api-key"),
        )
        .await
    };
    app.running
        .app
        .data
        .write_here(|tx| xqr_engine::limits::maintenance::set(tx, Some(i64::MAX)))
        .unwrap();
    for path in PATHS[..4].iter().filter(|path| is_served(path)) {
        let answer = preflight(path, ORIGIN).await.expect(204);
        assert_eq!(answer.header("access-control-allow-origin"), ORIGIN, "{path}");
        assert_eq!(
            answer.header("access-control-allow-methods"),
            "GET, HEAD, POST, PUT, PATCH, DELETE"
        );
        assert_eq!(
            answer.header("access-control-allow-headers"),
            "authorization, content-type, x-api-key"
        );
        assert_eq!((answer.header("access-control-max-age"), answer.bytes.len()), ("7200", 0));
        assert!(!answer.header("x-request-id").is_empty());
    }
    let stranger = preflight("/api/v1/links", "https://evil.example").await;
    assert_ne!(stranger.status, 204);
    assert!(stranger.headers.get("access-control-allow-origin").is_none());
    assert!(stranger.headers.get("access-control-allow-methods").is_none());
}

#[actix_web::test]
async fn a_star_opens_to_all_and_nothing_to_none() {
    let (open, closed) = (open_to(&["*"]).await, TestApp::start().await);
    for (app, expected) in [(&open, "*"), (&closed, "")] {
        let answer = app
            .send(app.request("GET", "/api/v1/links").header("origin", "https://any.example"))
            .await
            .expect(401);
        assert_eq!(answer.header("access-control-allow-origin"), expected);
        assert!(answer.headers.get_all("vary").iter().all(|value| value != "Origin"));
    }
    let request = closed.request("OPTIONS", "/api/v1/links").header("origin", ORIGIN);
    let answer =
        closed.send(request.header("access-control-request-method", "GET")).await.expect(405);
    assert_eq!(answer.header("allow"), "GET, HEAD, POST");
}

/// Asks with an `Accept-Encoding`.
async fn coded(app: &TestApp, method: &str, path: &str, accept: &str) -> Answer {
    app.send(
        app.request(method, path)
            .bearer_auth(&app.key)
            .header("x-api-key", &app.key)
            .header("accept-encoding", accept),
    )
    .await
}

#[cfg(all(feature = "forge", feature = "hub"))]
#[actix_web::test]
async fn texts_are_coded_and_pictures_are_not() {
    let app = TestApp::start().await;
    let links = vec![json!({ "url": "https://example.com/menu" }); 30];
    let made = app.owner().post("/links/bulk", json!({ "links": links })).await.expect(201).json();
    let id = made["data"]["created"][0]["id"].as_str().unwrap().to_owned();
    let plain = app.owner().get("/links").await.expect(200);
    assert_eq!((plain.header("content-encoding"), plain.header("vary")), ("", "accept-encoding"));
    for (accept, coding) in [
        ("gzip", "gzip"),
        ("br, gzip", "br"),
        ("gzip;q=1, br;q=0.5", "gzip"),
        ("zstd", ""),
        ("*;q=0", ""),
    ] {
        let answer = coded(&app, "GET", "/api/v1/links", accept).await.expect(200);
        assert_eq!(
            (answer.header("content-encoding"), answer.header("vary")),
            (coding, "accept-encoding"),
            "{accept}"
        );
        assert_eq!(
            answer.bytes.len() < plain.bytes.len() / 4,
            !coding.is_empty(),
            "{accept}: {}",
            answer.bytes.len()
        );
    }
    let answer = coded(&app, "GET", "/api/v1/links", "gzip").await;
    let mut text = String::new();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&answer.bytes[..]), &mut text)
        .unwrap();
    let links: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(links["data"].as_array().unwrap().len(), 30);
    for (path, coding) in [
        (format!("/api/v1/links/{id}/qr?format=svg"), "br"),
        (format!("/api/v1/links/{id}/qr?format=png&size=50"), ""),
        (format!("/api/v1/links/{id}/qr?format=pdf"), ""),
        (format!("/api/v1/links/{id}/qr?format=jpeg"), ""),
        ("/api/list".to_owned(), "br"),
        ("/v1/qr-codes".to_owned(), "br"),
        ("/api/v1/errors".to_owned(), "br"),
        ("/docs/errors".to_owned(), "br"),
        // Not worth it.
        (format!("/api/v1/links/{id}"), ""),
    ] {
        let answer = coded(&app, "GET", &path, "br, gzip").await.expect(200);
        assert_eq!(answer.header("content-encoding"), coding, "{path}");
        assert_eq!(answer.header("content-length").is_empty(), !coding.is_empty(), "{path}");
    }
}

#[actix_web::test]
async fn answers_with_secrets_are_never_coded() {
    let app = TestApp::start().await;
    let links = vec![json!({ "url": "https://example.com/menu", "passcode": true }); 30];
    let request = app
        .request("POST", "/api/v1/links/bulk")
        .bearer_auth(&app.key)
        .header("accept-encoding", "br, gzip");
    let made = app.send(request.json(&json!({ "links": links }))).await.expect(201);
    assert!(made.header("content-encoding").is_empty() && made.bytes.len() > 4096);
    assert!(made.json()["data"]["created"][29]["passcode"].is_string());
}

#[actix_web::test]
async fn a_conditional_request_draws_no_picture() {
    let app = TestApp::start_with(|settings| {
        (settings.render.parallel, settings.render.queue, settings.render.shelf_bytes) = (1, 4, 0);
    })
    .await;
    let key = app.key_with(Plan::Pro, r#"{"monthly_calls":20,"burst_per_second":1000}"#, &["*"]);
    let made = app
        .client(&key)
        .post("/links", json!({ "url": "https://example.com" }))
        .await
        .expect(201)
        .json();
    let (id, code) =
        (made["data"]["id"].as_str().unwrap(), made["data"]["short_code"].as_str().unwrap());
    let template =
        app.client(&key).post("/qr/templates", json!({ "name": "t" })).await.expect(201).json();
    let template = template["data"]["id"].as_str().unwrap();
    let ask = async |path: &str, tag: &str| {
        app.send(app.request("GET", path).bearer_auth(&key).header("if-none-match", tag)).await
    };
    let paths = [
        (format!("/api/v1/links/{id}/qr?format=png"), "&size=3"),
        (format!("/api/v1/links/{id}/qr?template_id={template}"), "&format=png"),
        (format!("/api/v1/qr/templates/{template}/render?data=x"), "y"),
        (format!("/qr/{code}.svg"), ""),
    ];
    let mut firsts = Vec::new();
    for (path, other) in &paths {
        let first = ask(path, "\"other\"").await.expect(200);
        assert!(
            first.header("etag").len() > 20 && !first.header("cache-control").is_empty(),
            "{path}"
        );
        if !other.is_empty() {
            assert_ne!(
                ask(&format!("{path}{other}"), "W/\"\"").await.expect(200).header("etag"),
                first.header("etag"),
                "{path}"
            );
        }
        firsts.push(first);
    }
    // From here on the only thread of the render pool is busy, and its queue is full.
    let (release, wait) = std::sync::mpsc::channel::<()>();
    let (sit, seated) = std::sync::mpsc::channel::<()>();
    let (busy, queue) = (Arc::clone(&app.running.app), Arc::clone(&app.running.app));
    let work = move || {
        sit.send(()).ok();
        wait.recv().ok();
        Ok(())
    };
    rt::spawn(async move { busy.draw(work).await });
    rt::task::spawn_blocking(move || seated.recv().unwrap()).await.unwrap();
    for _ in 0..5 {
        let queue = Arc::clone(&queue);
        rt::spawn(async move { queue.draw(|| Ok(())).await });
    }
    for ((path, _), first) in paths.iter().zip(&firsts) {
        ask(path, "\"other\"").await.expect(503);
        let tag = first.header("etag");
        for known in [
            tag.to_owned(),
            "*".to_owned(),
            format!("\"x\", {tag}"),
            tag.trim_start_matches("W/").to_owned(),
        ] {
            let again = ask(path, &known).await.expect(304);
            assert_eq!((again.header("etag"), again.bytes.len()), (tag, 0), "{path} {known}");
            assert_eq!(again.header("cache-control"), first.header("cache-control"));
        }
        let unknown =
            path.replace(id, "nothing").replace(template, "nothing").replace(code, "nothing");
        ask(&unknown, "*").await.expect(404);
    }
    release.send(()).unwrap();
    let left = app.client(&key).get("/workspace").await.expect(200);
    assert_eq!(
        left.header("x-ratelimit-remaining"),
        "11",
        "2 made, 6 drawn, 1 asked; what was not modified costs nothing"
    );
}

#[actix_web::test]
async fn a_head_costs_what_a_get_costs() {
    let app = TestApp::start().await;
    let key = app.key_with(Plan::Pro, r#"{"monthly_calls":10}"#, &["*"]);
    let ask = async |method: &str| app.client(&key).send(method, "/links", None).await.expect(200);
    let left = [ask("GET").await, ask("HEAD").await, ask("GET").await];
    assert_eq!(
        left.each_ref().map(|answer| answer.header("x-ratelimit-remaining")),
        ["9", "8", "7"]
    );
    let [get, head, _] = &left;
    assert_eq!(head.header("content-length"), get.header("content-length"));
    assert!(head.bytes.is_empty() && head.header("content-length") == get.bytes.len().to_string());
}

#[actix_web::test]
async fn a_page_of_a_listed_origin_may_upload_and_show_files() {
    let app = open_to(&[ORIGIN]).await;
    let link = app.presign("logo.png", "image/png", PNG.len()).await;
    let preflight = app
        .request("OPTIONS", &link.path)
        .header("origin", ORIGIN)
        .header("access-control-request-method", "PUT");
    let preflight = app
        .send(preflight.header("access-control-request-headers", "content-type"))
        .await
        .expect(204);
    assert_eq!(preflight.header("access-control-allow-origin"), ORIGIN);
    let put = app
        .request("PUT", &link.path)
        .header("origin", ORIGIN)
        .header("content-type", "image/png")
        .body(PNG.to_vec());
    assert_eq!(app.send(put).await.expect(200).header("access-control-allow-origin"), ORIGIN);
    let (_, path) = app.published("logo.png", "image/png", PNG).await;
    let shown = app.send(app.request("GET", &path).header("origin", ORIGIN)).await.expect(200);
    assert_eq!(
        (shown.header("access-control-allow-origin"), shown.header("vary")),
        (ORIGIN, "Origin")
    );
    let other = app
        .send(app.request("GET", &path).header("origin", "https://evil.example"))
        .await
        .expect(200);
    assert!(other.headers.get("access-control-allow-origin").is_none());
}
