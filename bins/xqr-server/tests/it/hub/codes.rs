//! The hub dialect: the twelve published refusals whole, and the checklist of its reference
//! (section 11).

use serde_json::{Value, json};
use xqr_engine::plans::Plan;

use crate::support::envelopes::hub_refused;
use crate::support::pictures::read_png;
use crate::support::test_app::TestApp;

const V1: &str = "https://example.com/v1";

const V2: &str = "https://example.com/v2";

async fn shorten(app: &TestApp, key: &str, url: &str) -> (String, String) {
    let made = app.hub(key).post("/shorten", json!({ "url": url })).await.expect(200).body();
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    (text("code"), text("passcode"))
}

#[actix_web::test]
async fn the_worked_example() {
    let app = TestApp::start().await;
    let made = app.hub(&app.key).post("/shorten", json!({ "url": V1 })).await.expect(200).body();
    let (code, passcode) =
        (made["code"].as_str().unwrap().to_owned(), made["passcode"].as_str().unwrap().to_owned());
    let unambiguous =
        |text: &str| text.bytes().all(|byte| b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ".contains(&byte));
    assert!(
        code.len() == 10 && passcode.len() == 24 && unambiguous(&code) && unambiguous(&passcode)
    );
    let short_url = format!("https://qr.example/{code}");
    let created_at = "2026-03-21T14:30:00.000Z";
    assert_eq!(
        made,
        json!({ "code": code, "passcode": passcode, "url": V1, "short_url": short_url, "created_at": created_at })
    );
    let input = json!({ "code": code, "passcode": passcode, "url": V2 });
    let updated = app.hub(&app.key).post("/update", input.clone()).await.expect(200).body();
    assert_eq!(
        updated.to_string(),
        json!({ "code": code, "url": V2, "short_url": short_url, "updated": true }).to_string()
    );
    let scan = app.send(app.request("HEAD", &format!("/{code}"))).await.expect(302);
    assert_eq!(scan.header("location"), V2);
    app.drain().await;
    for path in [format!("/api/lookup/{code}"), format!("/api/lookup/{}", code.to_lowercase())] {
        let found = app.get(&path).await.expect(200).body();
        assert_eq!(
            found,
            json!({ "code": code, "url": V2, "created_at": created_at, "hit_count": 1 })
        );
    }
    let listed = app.hub(&app.key).get("/list").await.expect(200).body();
    let one = json!({ "code": code, "url": V2, "short_url": short_url, "created_at": created_at, "hit_count": 1 });
    assert_eq!(listed, json!({ "codes": [one], "next_cursor": null }));
    app.no_file_holds(&passcode);
    let gone = app
        .hub(&app.key)
        .post("/delete", json!({ "code": code, "passcode": passcode }))
        .await
        .expect(200)
        .body();
    assert_eq!(gone, json!({ "code": code, "deleted": true }));
    hub_refused(
        &app.get(&format!("/api/lookup/{code}")).await,
        404,
        &format!("Code not found: {code}"),
    );
}

#[actix_web::test]
async fn the_published_refusals() {
    let app = TestApp::start_with(|settings| settings.redirect.refusals = "hub".to_owned()).await;
    let url = "Invalid URL: must start with http:// or https://";
    for input in [
        json!({ "url": "example.com" }),
        json!({ "url": "ftp://x" }),
        json!({ "url": "" }),
        json!({ "url": 123 }),
        json!({}),
    ] {
        hub_refused(&app.hub(&app.key).post("/shorten", input.clone()).await, 400, url);
        hub_refused(
            &app.hub(&app.key)
                .post("/bulk-shorten", json!({ "urls": [{ "url": V1 }, input] }))
                .await,
            400,
            url,
        );
    }
    hub_refused(
        &app.hub(&app.key).post("/bulk-shorten", json!({ "urls": [V1, "x"] })).await,
        400,
        url,
    );
    let format = "Invalid code: must be 6-20 alphanumeric characters";
    for code in [
        json!("BRAND"),
        json!("A".repeat(21)),
        json!("AB-CDEF"),
        json!("AB_CDEF"),
        json!("AB CDEF"),
        json!("été123"),
        json!(1234567),
    ] {
        hub_refused(
            &app.hub(&app.key).post("/reserve", json!({ "code": code })).await,
            400,
            format,
        );
    }
    hub_refused(&app.hub(&app.key).post("/reserve", json!({})).await, 400, format);
    for code in ["ABCDEF".to_owned(), "Z".repeat(20)] {
        app.hub(&app.key).post("/reserve", json!({ "code": code })).await.expect(200);
        hub_refused(
            &app.hub(&app.key).post("/reserve", json!({ "code": code.to_lowercase() })).await,
            409,
            &format!("Code already in use: {code}"),
        );
    }
    hub_refused(
        &app.hub(&app.key).post("/reserve", json!({ "code": "Dashboard" })).await,
        409,
        "Code already in use: DASHBOARD",
    );
    let (code, passcode) = shorten(&app, &app.key, V1).await;
    let full = json!({ "code": code, "passcode": passcode, "url": V2 });
    for missing in ["code", "passcode", "url"] {
        let mut input = full.clone();
        input.as_object_mut().unwrap().remove(missing);
        let message = format!("Missing required field: {missing}");
        hub_refused(&app.hub(&app.key).post("/update", input.clone()).await, 400, &message);
        if missing != "url" {
            hub_refused(&app.hub(&app.key).post("/delete", input.clone()).await, 400, &message);
        }
    }
    for bad in [json!(""), json!(5), Value::Null, json!("gopher://x")] {
        let mut input = full.clone();
        input["url"] = bad;
        hub_refused(&app.hub(&app.key).post("/update", input.clone()).await, 400, url);
    }
    let size = "urls must contain between 1 and 100 items";
    for urls in [json!([]), json!(vec![V1; 101]), json!("x"), Value::Null] {
        hub_refused(
            &app.hub(&app.key).post("/bulk-shorten", json!({ "urls": urls })).await,
            400,
            size,
        );
    }
    for n in [1, 100] {
        let made = app
            .hub(&app.key)
            .post("/bulk-shorten", json!({ "urls": vec![V1; n] }))
            .await
            .expect(200)
            .body();
        assert_eq!((&made["count"], made["results"].as_array().unwrap().len()), (&json!(n), n));
    }
    for path in ["shorten", "update", "delete", "reserve", "bulk-shorten"] {
        for key in ["", "qrh_", "nonsense", "qrh_abcdefghijklmnopqrstuvwxyz012345"] {
            hub_refused(
                &app.hub(key).post(&format!("/{}", path), full.clone()).await,
                401,
                "Invalid or missing API key",
            );
        }
    }
    hub_refused(&app.get("/api/list").await, 401, "Invalid or missing API key");
    let wrong = format!("Invalid passcode for code {code}");
    let other = app.key_of(Plan::Pro, &["*"]);
    let (_, others) = shorten(&app, &app.key, V1).await;
    for (key, passcode) in
        [(&app.key, others.as_str()), (&app.key, ""), (&other, passcode.as_str()), (&other, "x")]
    {
        let mut input = full.clone();
        input["passcode"] = json!(passcode);
        hub_refused(&app.hub(key).post("/update", input.clone()).await, 403, &wrong);
        hub_refused(&app.hub(key).post("/delete", input.clone()).await, 403, &wrong);
    }
    hub_refused(
        &app.hub(&app.key)
            .post("/update", json!({ "code": "zzzzzzzzzz", "passcode": "x", "url": V1 }))
            .await,
        404,
        "Code not found: ZZZZZZZZZZ",
    );
    for path in [
        "/api/lookup/zzzzzzzzzz",
        "/api/qr/ZZZZZZZZZZ",
        "/api/qr-image/ZZZZZZZZZZ",
        "/ZZZZZZZZZZ",
        "/zzzzzzzzzz",
    ] {
        hub_refused(&app.get(path).await, 404, "Code not found: ZZZZZZZZZZ");
    }
    hub_refused(&app.get("/api/nothing").await, 404, "Not found");
    let method = app.send(app.request("GET", "/api/shorten")).await;
    assert_eq!(method.header("allow"), "POST");
    hub_refused(&method, 405, "Method not allowed");
    let broken = app.request("POST", "/api/shorten").header("x-api-key", &app.key).body("{");
    hub_refused(&app.send(broken).await, 400, "Invalid JSON body");
}

#[actix_web::test]
async fn a_bulk_call_makes_all_or_nothing() {
    let app = TestApp::start().await;
    let key = app.key_with(Plan::Pro, r#"{"links":5}"#, &["*"]);
    let list = async || app.hub(&key).get("/list").await.expect(200).body();
    assert_eq!(
        app.hub(&key).post("/bulk-shorten", json!({ "urls": vec![V1; 6] })).await.status,
        403
    );
    assert_eq!(list().await["codes"], json!([]));
    app.hub(&key).post("/bulk-shorten", json!({ "urls": vec![V1; 5] })).await.expect(200);
    let first = app.hub(&key).get("/list?limit=3").await.expect(200).body();
    let cursor = first["next_cursor"].as_str().unwrap();
    let path = format!("/api/list?limit=3&cursor={cursor}");
    let second =
        app.send(app.request("GET", &path).header("x-api-key", &key)).await.expect(200).body();
    assert_eq!(
        (second["codes"].as_array().unwrap().len(), &second["next_cursor"]),
        (2, &Value::Null)
    );
    hub_refused(
        &app.send(app.request("GET", &path).header("x-api-key", &app.key)).await,
        400,
        "Invalid parameter: cursor",
    );
    assert!(!list().await.to_string().contains("passcode"));
}

#[actix_web::test]
async fn a_reserved_code_is_absent_until_it_leads_somewhere() {
    let app = TestApp::start().await;
    let reserved =
        app.hub(&app.key).post("/reserve", json!({ "code": "brand2026" })).await.expect(200).body();
    let passcode = reserved["passcode"].as_str().unwrap();
    let short_url = "https://qr.example/BRAND2026";
    assert_eq!(
        reserved,
        json!({ "code": "BRAND2026", "passcode": passcode, "short_url": short_url, "reserved": true })
    );
    let paths =
        ["/api/lookup/BRAND2026", "/api/qr/BRAND2026", "/api/qr-image/BRAND2026", "/BRAND2026"];
    for path in paths {
        app.get(path).await.expect(404);
    }
    let listed = app.hub(&app.key).get("/list").await.expect(200).body();
    assert_eq!(
        (&listed["codes"][0]["code"], &listed["codes"][0]["url"]),
        (&json!("BRAND2026"), &Value::Null)
    );
    app.hub(&app.key)
        .post("/update", json!({ "code": "Brand2026", "passcode": passcode, "url": V1 }))
        .await
        .expect(200);
    for (path, status) in paths.into_iter().zip([200, 200, 200, 302]) {
        app.get(path).await.expect(status);
    }
}

#[actix_web::test]
async fn pictures_of_codes() {
    let app = TestApp::start().await;
    let (code, _) = shorten(&app, &app.key, V1).await;
    let short_url = format!("https://qr.example/{code}");
    let answer = app.get(&format!("/api/qr/{code}")).await.expect(200).body();
    let data =
        answer["qr_data_url"].as_str().unwrap().strip_prefix("data:image/png;base64,").unwrap();
    use base64::Engine as _;
    assert_eq!(
        read_png(&base64::engine::general_purpose::STANDARD.decode(data).unwrap()),
        short_url
    );
    assert_eq!((&answer["code"], &answer["short_url"]), (&json!(code), &json!(short_url)));
    assert_eq!(answer["qr_image_url"], format!("https://qr.example/api/qr-image/{code}"));
    let image = async |query: &str| app.get(&format!("/api/qr-image/{code}{query}")).await;
    for query in [
        "",
        "?size=64",
        "?size=2048&ecc=H",
        "?margin=0&size=300",
        "?color=112233&bg=ffeedd&ecc=L",
        "?margin=16",
    ] {
        let picture = image(query).await.expect(200);
        assert_eq!(
            (picture.header("content-type"), picture.header("cache-control")),
            ("image/png", "public, max-age=86400")
        );
        if !query.contains("margin=0") {
            assert_eq!(read_png(&picture.bytes), short_url, "{query}");
        }
    }
    let vector = image("?format=svg").await.expect(200);
    assert_eq!(vector.header("content-type"), "image/svg+xml");
    assert_ne!(vector.header("etag"), image("").await.header("etag"));
    for (tag, status) in [(vector.header("etag"), 304), ("*", 304), ("\"other\", W/\"x\"", 200)] {
        let again = app
            .request("GET", &format!("/api/qr-image/{code}?format=svg"))
            .header("if-none-match", tag);
        let again = app.send(again).await.expect(status);
        assert_eq!(
            (again.bytes.is_empty(), again.header("etag")),
            (status == 304, vector.header("etag"))
        );
    }
    for (query, name) in [
        ("?size=63", "size"),
        ("?size=2049", "size"),
        ("?size=x", "size"),
        ("?format=gif", "format"),
        ("?margin=17", "margin"),
        ("?color=red", "color"),
        ("?bg=12345", "bg"),
        ("?ecc=X", "ecc"),
    ] {
        let refusal = image(query).await;
        hub_refused(&refusal, 400, &format!("Invalid parameter: {name}"));
        assert_eq!(refusal.header("cache-control"), "no-store");
    }
}

#[cfg(feature = "native")]
#[actix_web::test]
async fn rates_and_rotation_and_maintenance() {
    let app = TestApp::start().await;
    let free = app.key_of(Plan::Free, &["*"]);
    let list = async |key: &str| app.hub(key).get("/list").await;
    for i in 0..60 {
        let answer = list(&free).await.expect(200);
        assert_eq!(
            (answer.header("x-ratelimit-limit"), answer.header("x-ratelimit-remaining")),
            ("60", (59 - i).to_string().as_str())
        );
    }
    let limited = list(&free).await;
    hub_refused(&limited, 429, "Rate limit exceeded. Retry in 1 seconds.");
    assert_eq!(limited.header("retry-after"), "1");
    // Clients without a key are limited by address.
    for _ in 0..60 {
        app.get("/api/lookup/ZZZZZZZZZZ").await.expect(404);
    }
    hub_refused(
        &app.get("/api/lookup/ZZZZZZZZZZ").await,
        429,
        "Rate limit exceeded. Retry in 1 seconds.",
    );

    let made = app
        .owner()
        .post("/keys", json!({ "name": "hub", "dialect": "hub", "scopes": ["*"] }))
        .await
        .expect(201)
        .json();
    let (id, old) = (made["data"]["id"].as_str().unwrap(), made["data"]["key"].as_str().unwrap());
    assert!(old.starts_with("qrh_"));
    let rotated = app.owner().post(&format!("/keys/{id}/rotate"), None).await.expect(201).json();
    let new = rotated["data"]["key"].as_str().unwrap();
    app.clock.advance((24 * 60 - 1) * 60_000);
    list(old).await.expect(200);
    list(new).await.expect(200);
    app.clock.advance(60_000);
    hub_refused(&list(old).await, 401, "Invalid or missing API key");
    list(new).await.expect(200);

    let (code, _) = shorten(&app, &app.key, V1).await;
    let until = (app.running.app.now() / 1000 + 90) * 1000;
    app.running
        .app
        .data
        .write_here(move |tx| xqr_engine::limits::maintenance::set(tx, Some(until)))
        .unwrap();
    app.clock.advance(1_000);
    let closed = list(&app.key).await;
    let error = closed.body()["error"].clone();
    assert_eq!(
        (closed.status, error),
        (503, json!("Service temporarily unavailable. Maintenance ends 2026-03-22T14:31:30Z."))
    );
    assert_eq!(closed.header("retry-after"), "89");
    assert_eq!(closed.body()["request_id"], closed.header("x-request-id"));
    for path in ["/api/lookup/X", "/api/qr/X", "/api/qr-image/X"] {
        app.get(path).await.expect(503);
    }
    app.get(&format!("/{code}")).await.expect(302);
    app.drain().await;
}

#[actix_web::test]
async fn ten_thousand_wrong_passcodes_are_stopped() {
    let app = TestApp::start().await;
    let [key, thief] =
        [0, 1].map(|_| app.key_with(Plan::Enterprise, r#"{"calls_per_minute":null}"#, &["*"]));
    let (code, passcode) = shorten(&app, &key, V1).await;
    for who in [&key, &thief] {
        let (mut wrong, mut stopped) = (0, 0);
        for i in 0..10_000 {
            let input = json!({ "code": code, "passcode": format!("{i:024}"), "url": V2 });
            let answer = app.hub(who).post("/update", input.clone()).await;
            match answer.status {
                403 => wrong += 1,
                429 => {
                    stopped += 1;
                    if stopped == 1 {
                        hub_refused(&answer, 429, "Rate limit exceeded. Retry in 6 seconds.");
                    }
                }
                status => panic!("{status}"),
            }
        }
        assert!((10..=12).contains(&wrong) && wrong + stopped == 10_000, "{wrong}");
    }
    let input = json!({ "code": code, "passcode": passcode, "url": V2 });
    assert_eq!(app.hub(&key).post("/update", input.clone()).await.status, 429);
    app.clock.advance(6_000);
    app.hub(&key).post("/update", input.clone()).await.expect(200);
}
