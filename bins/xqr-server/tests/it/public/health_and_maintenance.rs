//! What operators see: health, readiness, metrics, the first start, the end.

use std::sync::{Arc, Barrier};

use serde_json::{Value, json};
use xqr_engine::auth::{KeyFormat, SecretKey};
use xqr_engine::callers::workspaces;
use xqr_engine::{Data, OsRandom, Settings, SystemClock};

use crate::support::test_app::{TestApp, database_url};

#[cfg(feature = "native")]
#[actix_web::test]
async fn health_readiness_and_metrics() {
    let app = TestApp::start().await;
    assert_eq!(app.get("/health").await.expect(200).text(), r#"{"status":"ok"}"#);
    app.send(app.request("HEAD", "/health")).await.expect(200);
    let ready: Value = serde_json::from_slice(&app.get("/ready").await.expect(200).bytes).unwrap();
    let database =
        if std::env::var_os("XQR_TEST_POSTGRES_URL").is_some() { "postgres" } else { "sqlite" };
    assert_eq!(ready, json!({ "status": "ok", "database": database }));
    app.link(json!({ "url": "https://example.com", "custom_slug": "count-me" })).await;
    app.get("/count-me").await.expect(302);
    app.owner().get("/links/x").await.expect(404);
    let metrics = app.get("/metrics").await.expect(200).text();
    for name in [
        "xqr_requests_total{route=\"/api/v1/links\",status=\"201\"}",
        "xqr_errors_total{code=\"RESOURCE_NOT_FOUND\"}",
        "xqr_redirects_total{outcome=\"live\"}",
        "xqr_journal_bytes",
        "xqr_journal_lag_seconds",
        "xqr_scans_dropped_total",
        "xqr_request_seconds_bucket",
    ] {
        assert!(metrics.contains(name), "{name} is not in {metrics}");
    }
}

#[cfg(feature = "native")]
#[actix_web::test]
async fn every_answer_has_an_id_and_an_exact_type() {
    let app = TestApp::start().await;
    app.link(json!({ "url": "https://example.com", "custom_slug": "link" })).await;
    let mut ids = std::collections::HashSet::new();
    for path in [
        "/",
        "/health",
        "/ready",
        "/metrics",
        "/docs/errors",
        "/docs/errors/SLUG_TAKEN",
        "/link",
        "/none",
        "/a/b",
        "/api/v1/errors",
        "/api/v1/links",
    ] {
        let answer = app.get(path).await;
        assert!(
            answer.header("x-request-id").starts_with("req_")
                && ids.insert(answer.header("x-request-id").to_owned()),
            "{path}"
        );
        assert!(
            answer.status == 302 || answer.header("x-content-type-options") == "nosniff",
            "{path}"
        );
    }
}

#[cfg(feature = "native")]
#[actix_web::test]
async fn a_second_start_keeps_the_data_and_makes_no_key() {
    let mut app = TestApp::start().await;
    let link = app.link(json!({ "url": "https://example.com", "custom_slug": "stays" })).await;
    app.get("/stays").await.expect(302);
    let settings = app.running.app.settings.clone();
    let again = {
        // The first one has counted its scan before it ends, and let go of its journal.
        let running = std::mem::replace(&mut app.running, TestApp::start().await.running);
        running.stop().await;
        xqr_server::start(settings, Arc::new(SystemClock), Arc::new(OsRandom)).unwrap()
    };
    assert!(again.first_key.is_none());
    app.running = again;
    let kept = app.owner().get(&format!("/links/{}", link["id"].as_str().unwrap())).await.json();
    assert_eq!(
        (&kept["data"]["short_code"], &kept["data"]["scan_count"]),
        (&json!("stays"), &json!(1))
    );
}

#[actix_web::test]
async fn one_of_many_nodes_that_start_at_once_makes_the_first_workspace() {
    const NODES: usize = 8;
    let folder = tempfile::tempdir().unwrap();
    let url = database_url(&folder).await;
    let open = |node: usize| {
        let mut settings = Settings::defaults();
        settings.data_dir = folder.path().join(node.to_string());
        settings.database_url = url.clone();
        settings.secret = "5e".repeat(32);
        let (clock, random) = (Arc::new(SystemClock), Arc::new(OsRandom));
        Data::open(&settings, clock, random, xqr_server::dialects()).unwrap()
    };
    open(0).migrate().unwrap();
    let nodes: Vec<Data> = (0..NODES).map(open).collect();
    let barrier = Barrier::new(NODES);
    let keys = std::thread::scope(|scope| {
        let start = |data| {
            let barrier = &barrier;
            move || {
                barrier.wait();
                Data::write_here(data, workspaces::bootstrap).unwrap()
            }
        };
        let started: Vec<_> = nodes.iter().map(|data| scope.spawn(start(data))).collect();
        started.into_iter().filter_map(|node| node.join().unwrap()).count()
    });
    let made = nodes[0].read_here(workspaces::list).unwrap().len();
    assert_eq!((keys, made), (1, 1));
}

#[test]
fn a_bad_setting_is_refused_at_start_in_one_line() {
    for (name, value, words) in [
        ("XQR_BIND", "nonsense", "XQR_BIND: "),
        ("XQR_EDGE_BODY_MS", "soon", "XQR_EDGE_BODY_MS: must be a whole number"),
        ("XQR_BINDD", "127.0.0.1:0", "XQR_BINDD is not the name of a setting"),
        ("XQR_LOG", "a=b=c", "log: 'a=b=c'"),
        ("XQR_SCANS_GEOIP_FILE", "/nowhere.mmdb", "scans.geoip_file"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_xqr-server"));
        command.env("XQR_DATA_DIR", folder.path().join("data")).env("XQR_BIND", "127.0.0.1:0");
        command.env(name, value);
        let output = command.output().unwrap();
        let reported = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{reported}");
        assert!(
            reported.starts_with("xqr-server: ")
                && reported.contains(words)
                && reported.lines().count() == 1,
            "{reported}"
        );
    }
}

#[cfg(feature = "native")]
#[actix_web::test]
async fn maintenance_closes_the_api_and_keeps_redirects() {
    let app = TestApp::start().await;
    app.link(json!({ "url": "https://example.com", "custom_slug": "open" })).await;
    let switch = |until: Option<i64>| {
        app.running
            .app
            .data
            .write_here(move |tx| xqr_engine::limits::maintenance::set(tx, until))
            .unwrap();
        app.clock.advance(1_000);
    };
    // 2026-03-21T15:00:00Z
    switch(Some(crate::support::test_app::NOW + 30 * 60 * 1000));
    for (method, path) in
        [("GET", "/links"), ("POST", "/links"), ("GET", "/none"), ("GET", "/errors")]
    {
        let refused = app.owner().send(method, path, None).await;
        let message = "Service temporarily unavailable. Maintenance ends 2026-03-21T15:00:00Z.";
        refused.refused(503, "MAINTENANCE", message);
        assert_eq!(refused.header("retry-after"), "1799");
    }
    assert_eq!(app.get("/open").await.expect(302).header("location"), "https://example.com/");
    app.get("/health").await.expect(200);
    app.clock.advance(29 * 60 * 1000 + 59_000);
    app.owner().get("/links").await.expect(200);
    switch(Some(crate::support::test_app::NOW + 24 * 60 * 60 * 1000));
    app.owner().get("/links").await.expect(503);
    switch(None);
    app.owner().get("/links").await.expect(200);
}

#[cfg(feature = "native")]
#[actix_web::test]
async fn https_may_be_demanded() {
    let app = TestApp::start_with(|settings| {
        settings.edge.require_https = true;
        settings.edge.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    })
    .await;
    let plain = app.owner().get("/links").await;
    plain.refused(426, "HTTPS_REQUIRED", "This API requires HTTPS.");
    assert_eq!(plain.header("upgrade"), "TLS/1.2, HTTP/1.1");
    let request = app
        .request("GET", "/api/v1/links")
        .bearer_auth(&app.key)
        .header("x-forwarded-proto", "https");
    app.send(request).await.expect(200);
    app.get("/nowhere").await.expect(404);
    // Who is no proxy cannot claim it.
    let app = TestApp::start_with(|settings| settings.edge.require_https = true).await;
    let request = app
        .request("GET", "/api/v1/links")
        .bearer_auth(&app.key)
        .header("x-forwarded-proto", "https");
    app.send(request).await.expect(426);
}

#[cfg(feature = "native")]
#[actix_web::test]
async fn a_client_that_guesses_keys_is_blocked() {
    let app = TestApp::start_with(|settings| settings.limits.bad_keys_per_minute = 20).await;
    // It has the format of a key, and no workspace has it.
    let bad = SecretKey::mint(KeyFormat::Xqr, &mut |bytes| bytes.fill(1));
    let bad = bad.expose();
    let mut statuses = Vec::new();
    for _ in 0..40 {
        statuses.push(app.client(bad).get("/links").await.status);
    }
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 21);
    let shut_out = app.owner().get("/links").await;
    shut_out.refused(429, "BURST_LIMIT_EXCEEDED", "Too many requests. Retry in 3 s.");
    app.clock.advance(3_000);
    app.owner().get("/links").await.expect(200);
}

#[cfg(feature = "native")]
#[actix_web::test]
async fn a_client_that_guesses_codes_is_slowed_alone() {
    let app = TestApp::start_with(|settings| settings.limits.misses_per_minute = 30).await;
    app.link(json!({ "url": "https://example.com", "custom_slug": "real" })).await;
    let mut missed = 0;
    for i in 0..60 {
        missed += usize::from(app.get(&format!("/guess{i}")).await.status == 404);
        app.get("/real").await.expect(302);
    }
    assert_eq!(missed, 30);
    assert_eq!(app.get("/guess").await.expect(429).header("retry-after"), "2");
}
