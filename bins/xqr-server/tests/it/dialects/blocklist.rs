//! The blocklist over HTTP: every route that stores a destination, in every dialect, and redirects
//! where that is configured.

use std::path::Path;

use serde_json::{Value, json};
use xqr_engine::destinations::blocklist::{self, Entries, HostSet};
use xqr_engine::plans::Plan;

use crate::support::envelopes::{forge_refused, hub_refused, without_envelope};
use crate::support::test_app::{Answer, TestApp};

const NATIVE: &str = "url: Destination URL is not allowed (host on abuse blocklist).";
const STUDIO: &str = "Destination URL is not allowed (host on abuse blocklist).";

/// A server with a file that lists `evil.example`.
async fn start(at_redirect: bool) -> (TestApp, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("feed");
    write(&path, "evil.example\nbücher.example\n198.51.100.7\n");
    let app = TestApp::start_with(|settings| {
        settings.blocklist.files = vec![path];
        settings.blocklist.at_redirect = at_redirect;
        // The tests check the files themselves.
        settings.blocklist.check_seconds = 86_400;
    });
    (app.await, folder)
}

fn write(path: &Path, list: &str) {
    let draft = path.with_extension("new");
    std::fs::write(&draft, list).unwrap();
    std::fs::rename(draft, path).unwrap();
}

fn list(app: &TestApp, host: &str) {
    let host = blocklist::host(host).unwrap();
    app.running.app.data.write_here(move |tx| blocklist::add(tx, &host, "a test")).unwrap();
}

async fn make(app: &TestApp, url: &str) -> Answer {
    app.owner().post("/links", json!({ "url": url })).await
}

#[cfg(feature = "native")]
#[actix_web::test]
async fn no_disguise_gets_a_listed_host_into_a_link() {
    let (app, _folder) = start(false).await;
    for url in [
        "https://evil.example/",
        "HTTPS://EVIL.EXAMPLE",
        "http://evil.example./x",
        "https://user:secret@evil.example:8443/x?q#f",
        "https://good.example@evil.example/",
        "https://ev%69l.example/",
        "https://ｅｖｉｌ。example/",
        "https://e\u{ad}vil.example/",
        "https://a.b.c.evil.example/",
        "https:///evil.example/",
        "https://BÜCHER.example/",
        "https://xn--bcher-kva.example/",
        "http://198.51.100.7/",
        "http://0xC6.0x33.25607/",
        "http://3325256711/",
        "http://[::ffff:198.51.100.7]/",
        "http://[64:ff9b::c633:6407]/",
    ] {
        make(&app, url).await.refused(422, "VALIDATION_ERROR", NATIVE);
    }
    for url in [
        "https://notevil.example/",
        "https://evil.example.com/",
        "https://example/evil.example",
        "https://good.example/?u=https://evil.example/",
        "https://evil.example@good.example/",
        "http://198.51.100.70/",
        "https://bucher.example/",
    ] {
        make(&app, url).await.expect(201);
    }
}

#[cfg(feature = "native")]
#[actix_web::test]
async fn native_links_are_checked_when_made_in_bulk_and_changed() {
    let (app, _folder) = start(false).await;
    let link = app.link(json!({ "url": "https://good.example/", "custom_slug": "mine" })).await;
    let path = format!("/links/{}", link["id"].as_str().unwrap());
    app.owner().patch(&path, json!({ "url": "https://a.evil.example/" })).await.refused(
        422,
        "VALIDATION_ERROR",
        NATIVE,
    );
    assert_eq!(app.get("/mine").await.expect(302).header("location"), "https://good.example/");
    app.owner().patch("/links/none", json!({ "url": "https://evil.example/" })).await.expect(404);

    let usage = async || {
        app.owner().get("/workspace/usage").await.json()["data"]["usage"]["total_links"]
            .as_u64()
            .unwrap()
    };
    let before = usage().await;
    let items = json!({ "links": [{ "url": "https://one.example/" }, { "url": "https://evil.example/x" }, { "url": "no" }] });
    let bulk = app.owner().post("/links/bulk", items).await.expect(201).json()["data"].clone();
    assert_eq!(bulk["created"].as_array().unwrap().len(), 1);
    assert_eq!(
        bulk["errors"][0],
        json!({ "index": 1, "url": "https://evil.example/x", "code": "VALIDATION_ERROR", "message": NATIVE })
    );
    assert_eq!(bulk["errors"][1]["index"], 2);
    assert_eq!(usage().await, before + 1, "what was refused is not counted");
}

#[cfg(all(feature = "native", feature = "studio"))]
#[actix_web::test]
async fn each_variant_is_checked() {
    let (app, _folder) = start(true).await;
    let with = |second: &str| {
        json!({ "url": "https://good.example/", "custom_slug": "split", "variants": [
        { "url": "https://good.example/a" }, { "url": second }
    ] })
    };
    let words = format!("variants[1].{NATIVE}");
    app.owner().post("/links", with("https://a.evil.example/")).await.refused(
        422,
        "VALIDATION_ERROR",
        &words,
    );
    let link = app.link(with("https://other.example/")).await;
    let path = format!("/links/{}", link["id"].as_str().unwrap());
    let change = json!({ "variants": [{ "url": "https://EVIL.example/" }] });
    let words = format!("variants[0].{NATIVE}");
    app.owner().patch(&path, change).await.refused(422, "VALIDATION_ERROR", &words);

    let key = app.key_with(Plan::Agency, "{}", &["*"]);
    let payload = json!({ "name": "M", "destination_url": "https://good.example/", "variants": [
        { "destination_url": "https://evil.example/" }
    ] });
    let input = json!({ "data_type": "dynamic", "payload": payload, "size_inches": 2 });
    for path in ["generate/", "validate/"] {
        let answer = app.studio(&key).post(&format!("/api/v1/{path}"), input.clone()).await;
        let found: Value = serde_json::from_slice(&answer.bytes).unwrap();
        assert_eq!((answer.status, found), (400, json!({ "variants[0].destination_url": STUDIO })));
    }
    list(&app, "other.example");
    app.get("/split").await.expect(410);
}

#[cfg(all(feature = "native", feature = "studio"))]
#[actix_web::test]
async fn the_studio_is_checked_when_a_code_is_made_drawn_and_changed() {
    let (app, _folder) = start(false).await;
    let body = json!({ "email": "ann@example.com", "password": "a horse of another colour" });
    let session: Value = {
        let answer =
            app.send(app.request("POST", "/api/auth/signup/").json(&body)).await.expect(201);
        serde_json::from_slice(&answer.bytes).unwrap()
    };
    let token = session["access"].as_str().unwrap();
    let call = async |method: &str, path: &str, body: Value| {
        app.send(
            app.request(method, &format!("/api/v1/dynamic/{path}")).bearer_auth(token).json(&body),
        )
        .await
    };
    let refused = |answer: Answer, field: &str| {
        let found: Value = serde_json::from_slice(&answer.bytes).unwrap();
        assert_eq!((answer.status, found), (400, json!({ field: STUDIO })));
    };
    let made =
        call("POST", "", json!({ "name": "Menu", "destination_url": "https://good.example/" }))
            .await
            .expect(201);
    let made: Value = serde_json::from_slice(&made.bytes).unwrap();
    let bad = json!({ "name": "Menu", "destination_url": "https://evil.example/" });
    refused(call("POST", "", bad).await, "destination_url");
    let path = format!("{}/", made["short_id"].as_str().unwrap());
    refused(
        call("PATCH", &path, json!({ "destination_url": "https://evil.example./" })).await,
        "destination_url",
    );
    assert_eq!(
        app.get(&format!("/q/{path}")).await.expect(302).header("location"),
        "https://good.example/"
    );

    let key = app.key_with(Plan::Pro, "{}", &["*"]);
    let post = async |path: &str, body: Value| {
        app.studio(&key).post(&format!("/api/v1/{path}"), body).await
    };
    let dynamic = |url: &str| json!({ "data_type": "dynamic", "payload": { "name": "M", "destination_url": url }, "size_inches": 2 });
    let (good, bad) = (dynamic("https://good.example/"), dynamic("https://EVIL.example/"));
    refused(post("generate/", bad.clone()).await, "destination_url");
    refused(post("validate/", bad.clone()).await, "destination_url");
    let batch =
        post("generate/bulk/", json!({ "items": [good, bad, good, bad] })).await.expect(422);
    let words = format!("destination_url: {STUDIO}");
    let found: Value = serde_json::from_slice(&batch.bytes).unwrap();
    assert_eq!(
        found,
        json!({ "errors": { "1": words, "3": words }, "rendered_before_failure": 3 })
    );
    let usage = app.studio(&key).get("/api/v1/usage/").await.expect(200);
    let usage: Value = serde_json::from_slice(&usage.bytes).unwrap();
    assert_eq!(
        (&usage["used_this_month"], &usage["active_dynamic_qrs"]),
        (&json!(0), &json!(0)),
        "{usage}"
    );
}

#[cfg(feature = "native")]
#[actix_web::test]
async fn an_entry_of_the_table_holds_from_the_next_call_on_every_node() {
    let (app, _folder) = start(false).await;
    let other = app.node();
    make(&other, "https://shop.late.example/").await.expect(201);
    list(&app, "https://LATE.example./");
    make(&app, "https://shop.late.example/").await.refused(422, "VALIDATION_ERROR", NATIVE);
    make(&other, "https://shop.late.example/").await.refused(422, "VALIDATION_ERROR", NATIVE);
    list(&app, "co.uk");
    make(&app, "https://bbc.co.uk/").await.refused(422, "VALIDATION_ERROR", NATIVE);
    make(&app, "https://bbc.uk/").await.expect(201);
    let host = blocklist::host("late.example").unwrap();
    assert!(app.running.app.data.write_here(move |tx| blocklist::remove(tx, &host)).unwrap());
    make(&other, "https://shop.late.example/").await.expect(201);
}

#[cfg(feature = "native")]
#[actix_web::test]
async fn an_imported_list_holds_from_the_next_call_on() {
    let (app, _folder) = start(false).await;
    let list: String = (0..4_500).map(|n| format!("0.0.0.0 h{n}.example\n")).collect();
    let hosts = HostSet::read(Entries::new(list.as_bytes(), None, 10_000)).unwrap();
    let import = || blocklist::import(&app.running.app.data, &hosts, "a feed").unwrap();
    assert_eq!((import(), import()), (4_500, 0));
    for n in [0, 1_999, 2_000, 4_499] {
        make(&app, &format!("https://a.h{n}.example/")).await.refused(
            422,
            "VALIDATION_ERROR",
            NATIVE,
        );
    }
    make(&app, "https://h4500.example/").await.expect(201);
}

#[cfg(feature = "native")]
#[actix_web::test]
async fn a_changed_file_holds_without_a_restart_and_a_bad_one_raises_the_alarm() {
    let (app, folder) = start(false).await;
    let path = folder.path().join("feed");
    app.running.app.refresh_blocklist().await;
    let metric = async |line: &str| {
        assert!(app.get("/metrics").await.text().lines().any(|l| l == line), "{line}")
    };
    make(&app, "https://new.example/").await.expect(201);
    metric("xqr_blocklist_hosts 3").await;
    metric("xqr_blocklist_stale 0").await;
    write(&path, "new.example\n");
    app.running.app.refresh_blocklist().await;
    make(&app, "https://new.example/").await.refused(422, "VALIDATION_ERROR", NATIVE);
    make(&app, "https://evil.example/").await.expect(201);
    for bad in ["", "<!doctype html>\n<title>502</title>\n", "new.example\n\0"] {
        write(&path, bad);
        app.running.app.refresh_blocklist().await;
        make(&app, "https://new.example/").await.refused(422, "VALIDATION_ERROR", NATIVE);
        metric("xqr_blocklist_hosts 1").await;
        metric("xqr_blocklist_stale 1").await;
    }
    write(&path, "newer.example\n");
    app.running.app.refresh_blocklist().await;
    metric("xqr_blocklist_stale 0").await;
}

#[cfg(feature = "native")]
#[actix_web::test]
async fn links_that_were_made_before_stop_leading_there_where_that_is_configured() {
    for at_redirect in [false, true] {
        let (app, _folder) = start(at_redirect).await;
        for (slug, url) in
            [("early", "https://shop.later.example/x"), ("other", "https://good.example/")]
        {
            app.link(json!({ "url": url, "custom_slug": slug })).await;
        }
        let studio =
            app.link(json!({ "url": "https://later.example/", "custom_slug": "studio-one" })).await;
        list(&app, "later.example");
        app.get("/other").await.expect(302);
        if at_redirect {
            app.get("/early").await.expect(410);
            let paused = app.get("/q/studio-one/").await.expect(302);
            assert_eq!(paused.header("location"), "/q/studio-one/paused/");
        } else {
            assert_eq!(
                app.get("/early").await.expect(302).header("location"),
                "https://shop.later.example/x"
            );
        }
        // Its owner may lead it elsewhere, and sees it until then.
        let path = format!("/links/{}", studio["id"].as_str().unwrap());
        app.owner().get(&path).await.expect(200);
        app.owner().patch(&path, json!({ "url": "https://good.example/" })).await.expect(200);
        assert_eq!(
            app.get("/studio-one").await.expect(302).header("location"),
            "https://good.example/"
        );
    }
}

#[cfg(all(feature = "forge", feature = "hub"))]
#[actix_web::test]
async fn the_hub_and_the_forge_are_checked() {
    let (app, _folder) = start(false).await;
    let call = async |method: &str, path: &str, body: Value| {
        app.send(app.request(method, path).header("x-api-key", &app.key).json(&body)).await
    };
    let words = "Destination URL is not allowed (host on abuse blocklist)";
    let made = call("POST", "/api/shorten", json!({ "url": "https://good.example/" }))
        .await
        .expect(200)
        .body();
    hub_refused(
        &call("POST", "/api/shorten", json!({ "url": "https://EVIL.example" })).await,
        422,
        words,
    );
    let update = json!({ "code": made["code"], "passcode": made["passcode"], "url": "https://a.evil.example/" });
    hub_refused(&call("POST", "/api/update", update.clone()).await, 422, words);
    let mut wrong = update;
    wrong["passcode"] = json!("wrong");
    call("POST", "/api/update", wrong).await.expect(403);
    let batch = json!({ "urls": ["https://good.example/1", "https://evil.example/"] });
    hub_refused(&call("POST", "/api/bulk-shorten", batch).await, 422, words);
    let listed = app.hub(&app.key).get("/list").await.expect(200).body();
    assert_eq!(listed["codes"].as_array().unwrap().len(), 1, "all or nothing");

    let words = "Invalid value for field: redirect_url";
    let refused = |answer: Answer| forge_refused(&answer, 400, "invalid_payload", words);
    refused(call("POST", "/v1/qr-codes", json!({ "redirect_url": "https://evil.example/" })).await);
    let qr = json!({ "redirect_url": "https://good.example/" });
    let qr = without_envelope(&call("POST", "/v1/qr-codes", qr).await.expect(201));
    let id =
        qr["id"].as_str().or_else(|| qr["qr_code"]["id"].as_str()).or_else(|| qr["qr_id"].as_str());
    let path = format!("/v1/qr-codes/{}", id.unwrap_or_else(|| panic!("{qr}")));
    refused(call("PATCH", &path, json!({ "redirect_url": "http://198.51.100.7/" })).await);
}
