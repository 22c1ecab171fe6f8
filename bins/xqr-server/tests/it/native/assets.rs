//! Assets over the API: from a signed link to a public address, and each refusal; the store is a
//! folder, or a bucket.

use std::io::Write as _;
use std::net::TcpStream;

use insta::assert_snapshot;
use serde_json::json;
use xqr_engine::plans::Plan;

use crate::support::pictures::PNG;
use crate::support::receiver::{Receiver, reaching};
use crate::support::resources::{UploadLink, url_query};
use crate::support::snapshots::shown;
use crate::support::test_app::TestApp;

#[actix_web::test]
async fn a_file_is_uploaded_confirmed_published_and_deleted() {
    let receiver = Receiver::start();
    let app = TestApp::start_with(reaching(&[receiver.port])).await;
    app.owner()
        .post("/webhooks", json!({ "url": receiver.url(), "events": ["asset.uploaded"] }))
        .await
        .expect(201);
    let query = format!(
        "filename=logo.png&content_type=image%2Fpng&file_size={}&tags=brand,%20red,brand",
        PNG.len()
    );
    let made = app.owner().post(&format!("/assets/presign?{query}"), None).await.expect(200);
    assert_eq!(
        (made.header("cache-control"), made.header("content-type")),
        ("no-store", "application/json")
    );
    let made = made.json();
    let (id, url) = (
        made["data"]["asset_id"].as_str().unwrap().to_owned(),
        made["data"]["upload_url"].as_str().unwrap().to_owned(),
    );
    let signature = url.rsplit('=').next().unwrap();
    assert_snapshot!(shown(&made["data"], &[(&id, "id"), (signature, "signature")]), @r#"
        {"asset_id":"[id]","headers":{"Content-Type":"image/png"},"method":"PUT",
        "upload_url":"https://qr.example/assets/[id]?expires=1774104300&signature=[signature]"}
        "#);
    assert_eq!(
        (id.len(), signature.len(), made["meta"]["request_id"].as_str()),
        (36, 64, Some("req_"))
    );
    let path = format!("/assets/{id}");
    let mut whole = json!({
        "id": id, "filename": "logo.png", "mime_type": "image/png", "file_size": PNG.len(), "status": "pending", "is_public": false,
        "public_url": null, "tags": ["brand", "red"], "created_at": "2026-03-21T14:30:00Z", "updated_at": "2026-03-21T14:30:00Z"
    });
    let get = async || app.owner().get(&path).await.expect(200).json()["data"].clone();
    assert_eq!(get().await, whole);
    assert_eq!(app.usage().await["storage_bytes"], PNG.len());

    let confirm = async |form: &str| app.owner().post(form, None).await;
    let (confirm_path, other_form) =
        (format!("{path}/confirm"), format!("/assets/presign/{id}/confirm"));
    confirm(&confirm_path).await.refused(
        409,
        "STATE_CONFLICT",
        "The resource is not uploaded yet.",
    );
    app.owner().post(&format!("{path}/publish"), None).await.refused(
        409,
        "STATE_CONFLICT",
        "The resource is not confirmed yet.",
    );
    app.clock.advance(45_000);
    let link = UploadLink {
        id: id.clone(),
        path: url.strip_prefix("https://qr.example").unwrap().to_owned(),
        media_type: "image/png".into(),
    };
    let sent = app.put(&link, PNG).await.expect(200);
    assert_eq!(
        (sent.bytes.len(), sent.header("x-content-type-options"), sent.header("etag").len()),
        (0, "nosniff", 34)
    );
    // Until it is confirmed, it may be sent again.
    app.put(&link, PNG).await.expect(200);
    assert_eq!(app.stored(), (1, PNG.len() as u64));
    whole["updated_at"] = json!("2026-03-21T14:30:45Z");
    assert_eq!(get().await, whole);
    whole["status"] = json!("confirmed");
    assert_eq!(confirm(&other_form).await.expect(200).json()["data"], whole);
    app.clock.advance(1000);
    assert_eq!(
        confirm(&confirm_path).await.expect(200).json()["data"],
        whole,
        "nothing happens the second time"
    );
    app.get(&format!("/assets/{id}/logo.png")).await.expect(404);
    for _ in 0..2 {
        whole["is_public"] = json!(true);
        whole["public_url"] = json!(format!("https://qr.example/assets/{id}/logo.png"));
        whole["updated_at"] = json!("2026-03-21T14:30:46Z");
        assert_eq!(
            app.owner().post(&format!("{path}/publish"), None).await.expect(200).json()["data"],
            whole
        );
        app.clock.advance(1000);
    }
    assert_eq!(app.get(&format!("/assets/{id}/logo.png")).await.expect(200).bytes, PNG);
    let listed = app.owner().get("/assets").await.expect(200).json();
    assert_eq!((&listed["data"], &listed["meta"]["total"]), (&json!([whole]), &json!(1)));

    xqr_work::drain(&app.running.app).await.unwrap();
    let heard = receiver.heard();
    assert_eq!(heard.len(), 1, "confirmed once");
    assert_snapshot!(shown(&heard[0].json(), &[(&id, "id")]), @r#"
        {"data":{"asset_id":"[id]","file_size":67,"filename":"logo.png",
        "mime_type":"image/png"},"event":"asset.uploaded",
        "timestamp":"2026-03-21T14:30:45Z"}
        "#);
    let deleted = app.owner().delete(&path).await.expect(204);
    assert!(deleted.bytes.is_empty());
    assert_eq!((app.stored(), app.usage().await["storage_bytes"].as_u64()), ((0, 0), Some(0)));
    app.get(&format!("/assets/{id}/logo.png")).await.refused(
        404,
        "RESOURCE_NOT_FOUND",
        "Asset not found.",
    );
    for (method, path) in [
        ("GET", path.clone()),
        ("DELETE", path.clone()),
        ("POST", confirm_path),
        ("POST", format!("{path}/publish")),
    ] {
        app.owner().send(method, &path, None).await.refused(
            404,
            "RESOURCE_NOT_FOUND",
            "Asset not found.",
        );
    }
    app.put(&link, PNG).await.refused(403, "UPLOAD_LINK_INVALID", "This upload link is not valid.");
}

#[actix_web::test]
async fn bad_upload_links_are_explained() {
    let app = TestApp::start().await;
    for (query, message) in [
        ("", "filename: This field is required."),
        ("filename=&file_size=1", "filename: Must not be empty."),
        ("filename=a.png", "file_size: This field is required."),
        ("filename=a.png&file_size=x", "file_size: Must be a whole number."),
        ("filename=a.png&file_size=0", "file_size: Must be at least 1."),
        ("filename=a.png&file_size=26214401", "file_size: Must be at most 26214400."),
        (
            "filename=a%2Fb.png&file_size=1",
            "filename: Must be the name of a file, without a folder.",
        ),
        ("filename=..&file_size=1", "filename: Must be the name of a file, without a folder."),
        (
            "filename=a.png&file_size=1&content_type=png",
            "content_type: Must be a media type such as image/png.",
        ),
        ("filename=a.png&filename=b.png&file_size=1", "filename: Must be given once."),
        (
            "filename=a.png&file_size=1&tags=1,2,3,4,5,6,7,8,9,10,11",
            "tags: Must have at most 10 items.",
        ),
    ] {
        let refused = app.owner().post(&format!("/assets/presign?{query}"), None).await;
        assert_eq!(
            (refused.status, &refused.json()["error"]["message"]),
            (400, &json!(message)),
            "{query}"
        );
    }
    let long = app
        .owner()
        .post(&format!("/assets/presign?filename={}&file_size=1", "x".repeat(256)), None)
        .await;
    long.refused(400, "VALIDATION_ERROR", "filename: Must have at most 255 characters.");
    // Without a type, and in another spelling of one.
    let made = app
        .owner()
        .post("/assets/presign?filename=a&file_size=26214400", None)
        .await
        .expect(200)
        .json();
    assert_eq!(made["data"]["headers"]["Content-Type"], "application/octet-stream");
    let made = app
        .owner()
        .post("/assets/presign?filename=a&file_size=1&content_type=IMAGE%2FJPG%3B+q%3D1", None)
        .await
        .expect(200)
        .json();
    assert_eq!(made["data"]["headers"]["Content-Type"], "image/jpeg");
    for query in ["limit=0", "limit=201", "offset=-1", "limit=x"] {
        app.owner().get(&format!("/assets?{query}")).await.expect(400);
    }
    for id in [
        "x",
        "0",
        "..",
        "a1b2c3d4-e5f6-7890-abcd-ef123456789",
        "A1B2C3D4-E5F6-7890-ABCD-EF1234567890",
        "%00",
        "presign",
    ] {
        let (get, path) = (if id == "presign" { 405 } else { 404 }, format!("/assets/{id}"));
        app.owner().get(&path).await.expect(get);
        app.owner().post(&format!("{path}/publish"), None).await.expect(404);
    }
}

#[actix_web::test]
async fn assets_are_listed_newest_first_and_are_their_owners() {
    let app = TestApp::start().await;
    for n in 0..3 {
        app.presign(&format!("{n}.bin"), "application/octet-stream", 10).await;
    }
    let names = async |query: &str| {
        let listed = app.owner().get(&format!("/assets?{query}")).await.expect(200).json();
        let names: Vec<_> = listed["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["filename"].as_str().unwrap().to_owned())
            .collect();
        (
            names,
            listed["meta"]["total"].clone(),
            listed["meta"]["limit"].clone(),
            listed["meta"]["offset"].clone(),
        )
    };
    let all = ["2.bin", "1.bin", "0.bin"].map(str::to_owned).to_vec();
    assert_eq!(names("").await, (all.clone(), json!(3), json!(50), json!(0)));
    assert_eq!(names("limit=1&offset=1").await, (all[1..2].to_vec(), json!(3), json!(1), json!(1)));
    assert_eq!(names("offset=9").await.0, Vec::<String>::new());

    let (view, _) = app.published("mine.png", "image/png", PNG).await;
    let path = format!("/assets/{}", view["id"].as_str().unwrap());
    for (method, path) in [
        ("GET", path.clone()),
        ("DELETE", path.clone()),
        ("POST", format!("{path}/confirm")),
        ("POST", format!("{path}/publish")),
    ] {
        app.stranger().send(method, &path, None).await.refused(
            404,
            "RESOURCE_NOT_FOUND",
            "Asset not found.",
        );
    }
    assert_eq!(app.stranger().get("/assets").await.json()["data"], json!([]));
    app.owner().get(&path).await.expect(200);
}

#[actix_web::test]
async fn storage_is_reserved_and_given_back() {
    let app = TestApp::start().await;
    let key = app.key_with(Plan::Pro, r#"{"storage_bytes":100}"#, &["*"]);
    let presign = async |size: u64| {
        app.client(&key).post(&format!("/assets/presign?filename=a&file_size={size}"), None).await
    };
    let made = presign(60).await.expect(200).json();
    let full = "The pro plan allows 100 bytes of storage.";
    presign(41).await.refused(403, "PLAN_LIMIT_EXCEEDED", full);
    presign(40).await.expect(200);
    presign(1).await.refused(403, "PLAN_LIMIT_EXCEEDED", full);
    let id = made["data"]["asset_id"].as_str().unwrap();
    app.client(&key).delete(&format!("/assets/{id}")).await.expect(204);
    presign(60).await.expect(200);
    let none = app.key_with(Plan::Pro, r#"{"storage_bytes":0}"#, &["*"]);
    let refused = app.client(&none).post("/assets/presign?filename=a&file_size=1", None).await;
    refused.refused(
        403,
        "FEATURE_NOT_AVAILABLE",
        "Asset storage is not available on the pro plan.",
    );
    // Of any number at once, only those that fit.
    let key =
        app.key_with(Plan::Enterprise, r#"{"storage_bytes":50,"burst_per_second":null}"#, &["*"]);
    let all =
        (0..20).map(|_| app.client(&key).post("/assets/presign?filename=a&file_size=10", None));
    let made = futures_util::future::join_all(all)
        .await
        .iter()
        .filter(|answer| answer.status == 200)
        .count();
    assert_eq!(made, 5);
    let usage = app.client(&key).get("/workspace/usage").await.json();
    assert_eq!(
        (&usage["data"]["usage"]["storage_bytes"], &usage["data"]["usage"]["storage_mb"]),
        (&json!(50), &json!(0.0))
    );
}

#[actix_web::test]
async fn an_unconfirmed_upload_is_deleted() {
    let app = TestApp::start().await;
    let link = app.presign("a.png", "image/png", PNG.len()).await;
    app.put(&link, PNG).await.expect(200);
    let (kept, _) = app.published("b.png", "image/png", PNG).await;
    app.clock.advance(24 * 3_600_000);
    xqr_work::drain(&app.running.app).await.unwrap();
    assert_eq!(app.stored().0, 2, "not before the hour");
    app.clock.advance(1);
    xqr_work::drain(&app.running.app).await.unwrap();
    assert_eq!(app.stored(), (1, PNG.len() as u64));
    app.owner().get(&format!("/assets/{}", link.id)).await.expect(404);
    app.owner().get(&format!("/assets/{}", kept["id"].as_str().unwrap())).await.expect(200);
    assert_eq!(app.usage().await["storage_bytes"], PNG.len());
}

#[actix_web::test]
async fn a_repeated_request_gets_the_same_link() {
    let app = TestApp::start().await;
    let ask = async |query: &str| {
        let request =
            app.request("POST", &format!("/api/v1/assets/presign?{query}")).bearer_auth(&app.key);
        app.send(request.header("idempotency-key", "once")).await
    };
    let first = ask("filename=a&file_size=5").await.expect(200);
    let again = ask("filename=a&file_size=5").await.expect(200);
    assert_eq!((first.bytes, again.header("idempotent-replayed")), (again.bytes.clone(), "true"));
    assert_eq!(
        ask("filename=b&file_size=5").await.status,
        409,
        "the key is that of another request"
    );
    assert_eq!(app.usage().await["storage_bytes"], 5);
}

#[actix_web::test]
async fn a_logo_may_be_an_asset_of_ones_own() {
    let app = TestApp::start().await;
    let svg =
        br##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><rect width="10" height="10" fill="#00ff00"/></svg>"##;
    let (view, _) = app.published("logo.svg", "image/svg+xml", svg).await;
    let url = view["public_url"].as_str().unwrap();
    let input = json!({ "name": "x", "design": { "logo_url": url, "error_correction": "H" } });
    let template = app.owner().post("/qr/templates", input).await.expect(201).json()["data"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let render = format!("/qr/templates/{template}/render?data=hello&format=png");
    let picture = app.owner().get(&render).await.expect(200);
    let mut reader = png::Decoder::new(std::io::Cursor::new(picture.bytes)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut pixels).unwrap();
    let palette = reader.info().palette.as_ref().map(|it| it.to_vec()).unwrap_or(pixels);
    assert!(palette.chunks(3).any(|rgb| rgb == [0, 255, 0]), "the logo is in the picture");
    app.owner().delete(&format!("/assets/{}", view["id"].as_str().unwrap())).await.expect(204);
    let refused = app.owner().get(&render).await;
    assert_eq!(refused.status, 400);
    assert!(refused.text().contains("there is no such published asset"), "{}", refused.text());
    // What is no picture is none here either.
    let (text, _) = app.published("logo.txt", "text/plain", b"hello").await;
    let input = json!({ "data": "x", "design": { "logo_url": text["public_url"] } });
    assert_eq!(app.owner().post("/qr", input).await.status, 400);
}

#[actix_web::test]
async fn one_workspace_leaves_capacity_for_uploads_of_others() {
    let app = TestApp::start().await;
    let mut held = Vec::new();
    for _ in 0..8 {
        let link = app.presign("slow.png", "image/png", PNG.len()).await;
        let mut stream = TcpStream::connect(app.running.address).unwrap();
        write!(
            stream,
            "PUT {} HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\nContent-Length: {}\r\n\r\n",
            link.path,
            PNG.len()
        )
        .unwrap();
        held.push(stream);
    }
    // Each of them is about to take its place.
    let own = app.presign("own.png", "image/png", PNG.len()).await;
    let mut tries = 0;
    while app.put(&own, PNG).await.status != 503 {
        tries += 1;
        assert!(tries < 100, "no upload is refused");
        let _ = app.get("/health").await;
    }
    let key = app.key_of(Plan::Enterprise, &["*"]);
    let query = url_query(&[
        ("filename", "a.png"),
        ("content_type", "image/png"),
        ("file_size", &PNG.len().to_string()),
    ]);
    let made =
        app.client(&key).post(&format!("/assets/presign?{query}"), None).await.expect(200).json();
    let path = made["data"]["upload_url"]
        .as_str()
        .unwrap()
        .strip_prefix("https://qr.example")
        .unwrap()
        .to_owned();
    app.put_at(&path, "image/png", PNG).await.expect(200);
}
