//! The studio dialect: pictures, batches, quota. Its refusals, word for word, are in
//! `published_refusals.rs`.

use std::io::Read as _;

use insta::assert_snapshot;
use serde_json::{Value, json};
use xqr_engine::plans::Plan;

use crate::support::envelopes::studio_refused;
use crate::support::pictures::{read_png, square};
use crate::support::servers::serve;
use crate::support::snapshots::shown;
use crate::support::studio::{MENU, form, generate, studio_key};
use crate::support::test_app::TestApp;

#[actix_web::test]
async fn a_picture_is_drawn_charged_and_kept() {
    let app = TestApp::start().await;
    let key = studio_key(&app, Plan::Starter);
    let input = json!({ "data": MENU, "size_inches": 2, "dpi": 150 });
    let first = generate(&app, &key, input.clone()).await.expect(200);
    assert_eq!(first.header("content-type"), "image/png");
    assert_eq!((first.header("x-qr-cache"), first.header("x-qr-plan")), ("MISS", "starter"));
    assert_eq!(first.header("x-qr-quota-remaining"), "499");
    assert_eq!(read_png(&first.bytes), MENU);
    let again = generate(&app, &key, input.clone()).await.expect(200);
    assert_eq!((again.header("x-qr-cache"), again.header("x-qr-duration-ms")), ("HIT", "0"));
    assert_eq!((again.header("x-qr-quota-remaining"), &again.bytes), ("498", &first.bytes));
    let other = studio_key(&app, Plan::Pro);
    assert_eq!(
        generate(&app, &other, input.clone()).await.header("x-qr-cache"),
        "HIT",
        "shared among customers"
    );
    app.clock.advance(24 * 60 * 60 * 1000);
    let late = studio_key(&app, Plan::Pro);
    assert_eq!(generate(&app, &late, input).await.header("x-qr-cache"), "MISS", "for a day");
    let vector = generate(&app, &late, json!({ "data": MENU, "size_inches": 2, "format": "svg" }))
        .await
        .expect(200);
    assert_eq!(vector.header("content-type"), "image/svg+xml");
    assert!(!vector.text().contains("<rect"), "transparent by default");
}

#[actix_web::test]
async fn the_sixth_picture_of_a_free_month_is_refused() {
    let app = TestApp::start().await;
    app.clock.advance(898_200_000 - 1_000);
    let key = studio_key(&app, Plan::Free);
    for i in 0..5 {
        let input = json!({ "data": format!("{MENU}/{i}"), "size_inches": 1 });
        assert_eq!(
            generate(&app, &key, input).await.expect(200).header("x-qr-quota-remaining"),
            (4 - i).to_string()
        );
        // What fails is free.
        generate(&app, &key, json!({ "data": "x".repeat(5_000), "size_inches": 1 }))
            .await
            .expect(400);
        app.studio(&key)
            .post("/api/v1/validate/", json!({ "data": MENU, "size_inches": 1 }))
            .await
            .expect(200);
    }
    let sixth = generate(&app, &key, json!({ "data": MENU, "size_inches": 1 })).await;
    studio_refused(
        &sixth,
        429,
        &json!({ "detail": "Monthly quota of 5 exceeded for plan 'free'." }),
    );
    app.clock.advance(1_000);
    generate(&app, &key, json!({ "data": MENU, "size_inches": 1 })).await.expect(200);
}

#[actix_web::test]
async fn usage_is_reported() {
    let app = TestApp::start().await;
    let key = studio_key(&app, Plan::Starter);
    generate(&app, &key, json!({ "data": MENU, "size_inches": 1 })).await.expect(200);
    let dynamic = json!({ "name": "Menu", "destination_url": MENU });
    let input = json!({ "data_type": "dynamic", "payload": dynamic, "size_inches": 2, "background": "white" });
    let made = generate(&app, &key, input).await.expect(200);
    let short_id = made.header("x-qr-short-id").to_owned();
    assert_eq!(short_id.len(), 8);
    assert_eq!(made.header("x-qr-public-url"), format!("https://qr.example/q/{short_id}/"));
    assert_eq!(read_png(&made.bytes), format!("https://qr.example/q/{short_id}/"));
    let usage: Value =
        serde_json::from_slice(&app.studio(&key).get("/api/v1/usage/").await.expect(200).bytes)
            .unwrap();
    let prefix = usage["key_prefix"].clone();
    assert_snapshot!(shown(&usage, &[(prefix.as_str().unwrap(), "prefix")]), @r#"
        {"active_dynamic_qrs":1,"allow_custom_logo":true,"credits_remaining":0,
        "key_prefix":"[prefix]","max_active_dynamic_qrs":10,"max_bulk_items":50,
        "max_dpi":300,"max_size_inches":8,"monthly_quota":500,"plan":"starter",
        "remaining":498,"used_this_month":2}
        "#);
}

#[actix_web::test]
async fn a_form_carries_a_logo() {
    let app = TestApp::start().await;
    let pro = studio_key(&app, Plan::Pro);
    let send = async |key: &str, parts: &[(&str, Option<&str>, &[u8])]| {
        let request = app.request("POST", "/api/v1/generate/").header("x-api-key", key);
        app.send(
            request.header("content-type", "multipart/form-data; boundary=XX").body(form(parts)),
        )
        .await
    };
    let red = square([200, 30, 30]);
    let fields: [(&str, Option<&str>, &[u8]); 4] = [
        ("data", None, MENU.as_bytes()),
        ("size_inches", None, b"2"),
        ("background", None, b"white"),
        ("pattern", None, b"dot"),
    ];
    let logo: (&str, Option<&str>, &[u8]) = ("logo_file", Some("logo.png"), &red);
    let plain = send(&pro, &fields).await.expect(200);
    let drawn = send(&pro, &[&fields[..], &[logo]].concat()).await.expect(200);
    assert_eq!(
        (read_png(&plain.bytes), read_png(&drawn.bytes)),
        (MENU.to_owned(), MENU.to_owned())
    );
    assert_ne!(plain.bytes, drawn.bytes);
    let broken =
        send(&pro, &[&fields[..], &[("logo_file", Some("x"), b"no picture")]].concat()).await;
    let text =
        "Upload a valid image. The file you uploaded was either not an image or a corrupted image.";
    studio_refused(&broken, 400, &json!({ "logo_file": [text] }));
    let request = app.request("POST", "/api/v1/generate/").header("x-api-key", &pro);
    let cut = app
        .send(
            request
                .header("content-type", "multipart/form-data; boundary=XX")
                .body("--XX\r\nConte"),
        )
        .await;
    studio_refused(&cut, 400, &json!({ "detail": "Multipart form parse error." }));
    let usage: Value =
        serde_json::from_slice(&app.studio(&pro).get("/api/v1/usage/").await.bytes).unwrap();
    assert_eq!(usage["used_this_month"], 2, "what failed was given back");
}

#[actix_web::test]
async fn a_batch_is_one_archive() {
    let app = TestApp::start().await;
    let key = studio_key(&app, Plan::Starter);
    let items = json!([
        { "data": MENU, "size_inches": 3, "dpi": 100, "background": "white" },
        { "data_type": "vcard", "payload": { "name": "Alice", "phone": "+15145550001" }, "size_inches": 2, "dpi": 100,
          "background": "white" },
        { "data_type": "dynamic", "payload": { "name": "Promo card 003", "destination_url": MENU }, "size_inches": 1.5, "dpi": 100,
          "background": "white" },
        { "data": MENU, "size_inches": 2, "format": "svg" },
    ]);
    let answer = app
        .studio(&key)
        .post("/api/v1/generate/bulk/", json!({ "items": items }))
        .await
        .expect(200);
    assert_eq!(answer.header("content-type"), "application/zip");
    assert_eq!(
        answer.header("content-disposition"),
        "attachment; filename=\"qrstudio-bulk-4.zip\""
    );
    assert_eq!(
        (answer.header("x-qr-plan"), answer.header("x-qr-quota-remaining")),
        ("starter", "496")
    );
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(answer.bytes)).unwrap();
    let (mut names, mut files) = (Vec::new(), Vec::new());
    for i in 0..archive.len() {
        let mut file = archive.by_index(i).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        names.push(file.name().unwrap().into_owned());
        assert!(
            names[i] != "manifest.json" || file.compression() == zip::CompressionMethod::Stored
        );
        files.push(bytes);
    }
    assert_eq!(
        names,
        ["qr-0001.png", "qr-0002.png", "qr-0003.png", "qr-0004.svg", "manifest.json"]
    );
    assert_eq!(read_png(&files[0]), MENU);
    assert!(read_png(&files[1]).starts_with("BEGIN:VCARD"));
    let manifest: Value = serde_json::from_slice(&files[4]).unwrap();
    assert_eq!((&manifest["count"], &manifest["plan"]), (&json!(4), &json!("starter")));
    for (i, item) in manifest["items"].as_array().unwrap().iter().enumerate() {
        assert_eq!(
            (&item["index"], &item["filename"], &item["bytes"]),
            (&json!(i), &json!(names[i]), &json!(files[i].len()))
        );
    }
    assert_eq!(manifest["items"][2]["size_inches"], 1.5);
    assert_eq!(manifest["items"][2]["public_url"], read_png(&files[2]));
}

#[actix_web::test]
async fn a_slow_batch_is_not_cut_off() {
    let app = TestApp::start_with(|settings| settings.edge.idle_ms = 100).await;
    let items: Vec<_> = (0..100)
        .map(|i| json!({ "data": format!("{MENU}/{i}"), "size_inches": 3, "background": "white" }))
        .collect();
    let started = std::time::Instant::now();
    let answer = app
        .studio(&app.key)
        .post("/api/v1/generate/bulk/", json!({ "items": items }))
        .await
        .expect(200);
    assert!(started.elapsed() > std::time::Duration::from_millis(100), "too fast to show anything");
    assert_eq!(zip::ZipArchive::new(std::io::Cursor::new(answer.bytes)).unwrap().len(), 101);
}

#[actix_web::test]
async fn a_batch_is_refused_whole() {
    let app = TestApp::start().await;
    let starter = studio_key(&app, Plan::Starter);
    let bulk = async |key: &str, items: Vec<Value>| {
        app.studio(key).post("/api/v1/generate/bulk/", json!({ "items": items })).await
    };
    let item = || json!({ "data": MENU, "size_inches": 1, "dpi": 72 });
    studio_refused(
        &bulk(&starter, vec![]).await,
        400,
        &json!({ "items": ["This list may not be empty."] }),
    );
    let mut items = vec![item(); 20];
    items[3]["size_inches"] = json!(9);
    items[17]["color"] = json!("rouge");
    items[5] = json!({ "data_type": "dynamic", "payload": { "name": "n", "destination_url": MENU }, "size_inches": 1 });
    let errors = json!({ "3": "size_inches > plan max (8)", "17": "Invalid color 'rouge'." });
    studio_refused(
        &bulk(&starter, items).await,
        422,
        &json!({ "errors": errors, "rendered_before_failure": 17 }),
    );
    let usage: Value =
        serde_json::from_slice(&app.studio(&starter).get("/api/v1/usage/").await.bytes).unwrap();
    assert_eq!((&usage["used_this_month"], &usage["active_dynamic_qrs"]), (&json!(0), &json!(0)));
    bulk(&starter, vec![item(); 50]).await.expect(200);
    let capped = app.key_with(Plan::Starter, r#"{"monthly_renders":3,"overage":false}"#, &["*"]);
    let text = "Monthly quota of 3 exceeded for plan 'starter'.";
    studio_refused(&bulk(&capped, vec![item(); 4]).await, 429, &json!({ "detail": text }));
    bulk(&capped, vec![item(); 3]).await.expect(200);
}

#[actix_web::test]
async fn health_needs_no_key() {
    let app = TestApp::start().await;
    assert_eq!(app.get("/api/health/").await.expect(200).text(), r#"{"status":"ok"}"#);
    app.send(app.request("HEAD", "/api/health/")).await.expect(200);
    let status: Value =
        serde_json::from_slice(&app.get("/api/status/").await.expect(200).bytes).unwrap();
    assert_eq!(
        status,
        json!({ "status": "ok", "components": { "database": "ok", "cache": "ok" } })
    );
}

#[cfg(feature = "native")]
#[actix_web::test]
async fn a_dynamic_qr_leads_on_or_to_its_pause_page() {
    let app = TestApp::start().await;
    let dynamic = json!({ "name": "Menu", "destination_url": MENU });
    let input = json!({ "data_type": "dynamic", "payload": dynamic, "size_inches": 1 });
    let code = generate(&app, &app.key, input).await.expect(200).header("x-qr-short-id").to_owned();
    for path in [format!("/q/{code}/"), format!("/q/{}/", code.to_uppercase()), format!("/{code}")]
    {
        let scan = app.get(&path).await.expect(302);
        assert_eq!(
            (scan.header("location"), scan.header("cache-control")),
            (MENU, "no-store"),
            "{path}"
        );
    }
    app.drain().await;
    let links = app.owner().get("/links").await.json();
    assert_eq!(
        (&links["data"][0]["scan_count"], &links["data"][0]["short_code"]),
        (&json!(3), &json!(code))
    );
    let path = format!("/links/{}", links["data"][0]["id"].as_str().unwrap());
    app.owner().patch(&path, json!({ "enabled": false })).await.expect(200);
    let paused = app.get(&format!("/q/{code}/")).await.expect(302);
    assert_eq!(paused.header("location"), format!("/q/{code}/paused/"));
    let page = app.get(paused.header("location")).await.expect(200);
    assert!(
        page.text().contains("This QR is paused")
            && page.header("content-security-policy").contains("default-src 'none'")
    );
    app.get(&format!("/{code}")).await.expect(410);
    app.owner().delete(&path).await.expect(204);
    app.get(&format!("/q/{code}/")).await.expect(404);
}

#[actix_web::test]
async fn a_plan_has_so_many_active_dynamic_qrs() {
    let app = TestApp::start().await;
    let key = app.key_with(Plan::Starter, r#"{"dynamic_codes":2,"calls_per_minute":null}"#, &["*"]);
    let input = || json!({ "data_type": "dynamic", "payload": { "name": "n", "destination_url": MENU }, "size_inches": 1 });
    generate(&app, &key, input()).await.expect(200);
    generate(&app, &key, input()).await.expect(200);
    let text = "Plan 'starter' allows 2 active dynamic QRs. Upgrade for more.";
    studio_refused(&generate(&app, &key, input()).await, 403, &json!({ "detail": text }));
    let both = json!({ "items": [{ "data": MENU, "size_inches": 1 }, input()] });
    studio_refused(
        &app.studio(&key).post("/api/v1/generate/bulk/", both).await,
        403,
        &json!({ "detail": text }),
    );
    let usage: Value =
        serde_json::from_slice(&app.studio(&key).get("/api/v1/usage/").await.bytes).unwrap();
    assert_eq!((&usage["used_this_month"], &usage["active_dynamic_qrs"]), (&json!(2), &json!(2)));
}

#[actix_web::test]
async fn probes_answer_during_maintenance() {
    let app = TestApp::start_with(|settings| {
        settings.maintenance_until = "2026-03-21T15:00:00Z".to_owned()
    })
    .await;
    app.get("/api/health/").await.expect(200);
    app.get("/api/status/").await.expect(200);
}

#[cfg(feature = "native")]
#[actix_web::test]
async fn a_logo_is_fetched_from_where_it_may_be() {
    let (port, asked) = serve(square([20, 60, 160]));
    let closed = TestApp::start_with(|settings| settings.fetch.ports = vec![port]).await;
    let open = TestApp::start_with(|settings| {
        settings.fetch.ports = vec![port];
        settings.fetch.allow_nets = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await;
    let url = format!("http://127.0.0.1:{port}/logo.png");
    let input = |url: &str| json!({ "data": MENU, "size_inches": 2, "background": "white", "logo_url": url });
    let seen = || asked.load(std::sync::atomic::Ordering::SeqCst);
    for (url, reported) in [
        (url.clone(), "refusing to fetch 127.0.0.1: resolves to private/internal IP 127.0.0.1"),
        (
            format!("http://localhost:{port}/"),
            "refusing to fetch localhost: resolves to private/internal IP (withheld)",
        ),
        (
            "http://10.0.0.5/logo.png".to_owned(),
            "refusing to fetch 10.0.0.5: resolves to private/internal IP 10.0.0.5",
        ),
        (
            "http://169.254.169.254/latest".to_owned(),
            "refusing to fetch 169.254.169.254: resolves to private/internal IP 169.254.169.254",
        ),
    ] {
        studio_refused(
            &generate(&closed, &closed.key, input(&url)).await,
            400,
            &json!({ "logo_url": reported }),
        );
    }
    assert_eq!(seen(), 0);
    let picture = generate(&open, &open.key, input(&url)).await.expect(200);
    assert_eq!((read_png(&picture.bytes).as_str(), seen()), (MENU, 1));
    let mut items = vec![input(&url); 5];
    items[3]["logo_url"] = json!(format!("{url}?other"));
    let batch = open
        .studio(&open.key)
        .post("/api/v1/generate/bulk/", json!({ "items": items }))
        .await
        .expect(200);
    assert_eq!((batch.bytes.starts_with(b"PK"), seen()), (true, 3), "each address once");
    items[4]["bg_image_url"] = json!("http://127.0.0.2:1/");
    let refusal =
        open.studio(&open.key).post("/api/v1/generate/bulk/", json!({ "items": items })).await;
    let reported = "bg_image_url: The picture cannot be fetched: not an address that may be fetched: port 1 is not allowed.";
    studio_refused(
        &refusal,
        422,
        &json!({ "errors": { "4": reported }, "rendered_before_failure": 4 }),
    );
    assert_eq!(seen(), 5);
    let native =
        json!({ "data": MENU, "design": { "logo_url": url }, "format": "png", "size": 10 });
    let native = open.owner().post("/qr", native).await.expect(200);
    assert_eq!((read_png(&native.bytes).as_str(), seen()), (MENU, 6));
}
