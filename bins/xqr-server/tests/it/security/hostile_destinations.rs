//! Hostile destinations: refused when written, so that no redirect can fail or be abused.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::test_app::TestApp;

/// Control characters and line separators, alone and as an injected field, at every place of a URL
/// and of a slug.
#[actix_web::test]
async fn injections_reach_no_header() {
    let app = TestApp::start().await;
    let mut tried = 0;
    let controls = (0..0x20_u8).map(char::from).chain(['\u{7f}', '\u{85}', '\u{9f}']);
    for control in controls {
        for (n, url) in [
            format!("https://example.com/{control}X-Injected: 1"),
            format!("https://exa{control}mple.com/"),
            format!("https://example.com/?q={control}\r\nSet-Cookie: a=b"),
            format!("https://example.com/#{control}"),
            format!("https://user{control}:p@example.com/"),
            format!("{control}https://example.com/"),
            format!("https://example.com/{control}"),
        ]
        .into_iter()
        .enumerate()
        {
            app.owner().post("/links", json!({ "url": url })).await.refused(
                400,
                "VALIDATION_ERROR",
                "url: Invalid URL format. Must start with http:// or https://",
            );
            tried += 1;
            if n == 0 {
                app.owner().post("/links", json!({ "url": "https://example.com", "custom_slug": format!("ab{control}cd") }))
                .await
                .expect(400);
                tried += 1;
            }
        }
    }
    // Unicode that a sloppy serialiser turns into CR, LF or a slash; these are legal, and leave as
    // ASCII.
    for trick in [
        "\u{560a}\u{560d}",
        "\u{ff0f}",
        "\u{2028}",
        "\u{2029}",
        "嘊嘍Set-Cookie:a=b",
        "%0d%0aX-Injected:1",
        "%E5%98%8A",
        "\u{feff}",
        "\u{202e}",
    ] {
        for place in
            ["https://example.com/{}", "https://example.com/?q={}", "https://example.com/#{}"]
        {
            let url = place.replace("{}", trick);
            let link = app.link(json!({ "url": url })).await;
            let code = link["short_code"].as_str().unwrap();
            let scan = app.get(&format!("/{code}")).await.expect(302);
            assert!(
                scan.header("location").is_ascii()
                    && scan.headers.get("x-injected").is_none()
                    && scan.headers.get("set-cookie").is_none()
            );
            assert_eq!(scan.header("location"), link["destination"]);
            tried += 1;
        }
    }
    assert!(tried >= 300, "{tried}");
}

#[actix_web::test]
async fn schemes_that_run_code_are_refused() {
    let app = TestApp::start().await;
    let id =
        app.link(json!({ "url": "https://example.com" })).await["id"].as_str().unwrap().to_owned();
    let mut items = Vec::new();
    for scheme in ["javascript", "data", "vbscript", "file", "blob", "intent", "ftp", "about"] {
        let upper = scheme.to_uppercase();
        let mixed: String = scheme
            .chars()
            .enumerate()
            .map(|(i, c)| if i % 2 == 0 { c.to_ascii_uppercase() } else { c })
            .collect();
        let (first, rest) = scheme.split_at(2);
        for form in [
            format!("{scheme}:alert(1)"),
            format!("{upper}:x"),
            format!("{mixed}:x"),
            format!(" {scheme}:x"),
            format!("\t{scheme}:x"),
            format!("\u{1}{scheme}:x"),
            format!("{first}\t{rest}:x"),
            format!("{first}\n{rest}:x"),
            format!("{first}\r\n{rest}:x"),
            format!("{scheme}://example.com/"),
            format!("{scheme}\t:x"),
            format!("{first}&#9;{rest}:x"),
            format!("&#x6a;{rest}:x"),
            format!("{first}%09{rest}:x"),
            format!("{scheme}&colon;x"),
            format!("\u{feff}{scheme}:x"),
        ] {
            app.owner().patch(&format!("/links/{id}"), json!({ "url": form })).await.refused(
                400,
                "VALIDATION_ERROR",
                "url: Invalid URL format. Must start with http:// or https://",
            );
            items.push(json!({ "url": form }));
        }
    }
    assert!(items.len() >= 120, "{}", items.len());
    for chunk in items.chunks(100) {
        let answer =
            app.owner().post("/links/bulk", json!({ "links": chunk })).await.expect(201).json();
        assert_eq!(answer["data"]["created"], json!([]));
        assert_eq!(answer["data"]["errors"].as_array().unwrap().len(), chunk.len());
    }
}

/// The URL standard's own test data, as the package `url` ships it.
fn standard_cases() -> Vec<Value> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--locked"])
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let manifest =
        packages.iter().find(|package| package["name"] == "url").unwrap()["manifest_path"]
            .as_str()
            .unwrap();
    let data =
        std::fs::read_to_string(Path::new(manifest).with_file_name("tests/urltestdata.json"))
            .unwrap();
    let cases: Vec<Value> = serde_json::from_str(&data).unwrap();
    cases.into_iter().filter(Value::is_object).collect()
}

#[actix_web::test]
async fn the_url_standards_cases() {
    let app = TestApp::start().await;
    let (cases, mut created, mut refused) = (standard_cases(), 0, 0);
    assert!(cases.len() > 800, "{}", cases.len());
    for chunk in cases.chunks(100) {
        let links: Vec<_> = chunk.iter().map(|case| json!({ "url": case["input"] })).collect();
        let answer =
            app.owner().post("/links/bulk", json!({ "links": links })).await.expect(201).json();
        let failed: Vec<_> = answer["data"]["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| error["index"].as_u64().unwrap() as usize)
            .collect();
        for (index, case) in chunk.iter().enumerate() {
            assert!(
                case["failure"] != true || failed.contains(&index),
                "{} must be refused",
                case["input"]
            );
        }
        refused += failed.len();
        for link in answer["data"]["created"].as_array().unwrap() {
            let destination = link["destination"].as_str().unwrap();
            assert!(destination.is_ascii(), "{destination}");
            let again = app.link(json!({ "url": destination })).await;
            assert_eq!(again["destination"], destination, "not a fixpoint");
            let scan =
                app.get(&format!("/{}", link["short_code"].as_str().unwrap())).await.expect(302);
            assert_eq!(scan.header("location"), destination);
            created += 1;
        }
    }
    assert!(created > 100 && refused > 273, "{created} {refused}");
}

#[actix_web::test]
async fn a_link_leads_to_no_other_link() {
    let app = TestApp::start().await;
    let reported = |field: &str| format!("{field}: Must not be a short link of this service.");
    let made = app.link(json!({ "url": "https://example.com", "custom_slug": "first" })).await;
    for url in [
        "https://qr.example/first",
        "http://QR.Example/FIRST?x#y",
        "https://qr.example/q/other/",
        "https://qr.example/%66irst",
    ] {
        app.owner().post("/links", json!({ "url": url })).await.refused(
            400,
            "VALIDATION_ERROR",
            &reported("url"),
        );
        let path = format!("/links/{}", made["id"].as_str().unwrap());
        app.owner().patch(&path, json!({ "url": url })).await.refused(
            400,
            "VALIDATION_ERROR",
            &reported("url"),
        );
        let variants = json!([{ "url": "https://example.com" }, { "url": url }]);
        let split = app.owner().patch(&path, json!({ "variants": variants })).await;
        split.refused(400, "VALIDATION_ERROR", &reported("variants[1].url"));
    }
    for url in [
        "https://qr.example/",
        "https://qr.example/docs",
        "https://www.qr.example/first",
        "https://qr.example:8443/first",
    ] {
        app.link(json!({ "url": url })).await;
    }
    assert_eq!(app.get("/first").await.expect(302).header("location"), "https://example.com/");
}
