//! What operators see: health, readiness, metrics, the first start, the end.

use std::sync::Arc;

use serde_json::{Value, json};
use xqr_engine::{OsEntropy, SystemClock};

use crate::app::TestApp;

#[actix_web::test]
async fn health_readiness_and_metrics() {
    let app = TestApp::start().await;
    assert_eq!(app.get("/health").await.expect(200).text(), r#"{"status":"ok"}"#);
    app.send(app.request("HEAD", "/health")).await.expect(200);
    let ready: Value = serde_json::from_slice(&app.get("/ready").await.expect(200).bytes).unwrap();
    let database = if std::env::var_os("XQR_TEST_POSTGRES_URL").is_some() { "postgres" } else { "sqlite" };
    assert_eq!(ready, json!({ "status": "ok", "database": database }));
    app.link(json!({ "url": "https://example.com", "custom_slug": "count-me" })).await;
    app.get("/count-me").await.expect(302);
    app.call("GET", "/links/x", None).await.expect(404);
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
            answer.header("x-request-id").starts_with("req_") && ids.insert(answer.header("x-request-id").to_owned()),
            "{path}"
        );
        assert!(answer.status == 302 || answer.header("x-content-type-options") == "nosniff", "{path}");
    }
}

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
        xqr_server::start(settings, Arc::new(SystemClock), Arc::new(OsEntropy)).unwrap()
    };
    assert!(again.first_key.is_none());
    app.running = again;
    let kept = app.call("GET", &format!("/links/{}", link["id"].as_str().unwrap()), None).await.json();
    assert_eq!((&kept["data"]["short_code"], &kept["data"]["scan_count"]), (&json!("stays"), &json!(1)));
}

#[test]
fn a_bad_setting_is_refused_at_start_in_one_line() {
    for (name, value, words) in [
        ("XQR_BIND", "nonsense", "settings:"),
        ("XQR_EDGE_BODY_MS", "soon", "XQR_EDGE_BODY_MS: must be a whole number"),
        ("XQR_BINDD", "127.0.0.1:0", "XQR_BINDD is not the name of a setting"),
        ("XQR_LOG", "a=b=c", "log: 'a=b=c'"),
        ("XQR_SCANS_GEOIP_FILE", "/nowhere.mmdb", "scans.geoip_file"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_xqr-server"));
        command.env("XQR_DATA_DIR", folder.path()).env("XQR_BIND", "127.0.0.1:0").env(name, value);
        let output = command.output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(told.starts_with("xqr-server: ") && told.contains(words) && told.lines().count() == 1, "{told}");
    }
}
