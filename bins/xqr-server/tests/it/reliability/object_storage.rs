//! Assets in a bucket: against a small server that has the part of S3 that is needed, and refuses
//! requests without a signature.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use actix_web::http::header::HeaderMap;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::json;
use xqr_engine::Settings;
use xqr_engine::settings::{Hidden, StoreKind};

use crate::support::pictures::PNG;
use crate::support::test_app::TestApp;

#[derive(Default)]
struct Bucket {
    objects: HashMap<String, Vec<u8>>,
    parts: HashMap<String, Vec<Vec<u8>>>,
    /// Method and query of each request.
    seen: Vec<String>,
    down: bool,
}

type Shared = web::Data<Mutex<Bucket>>;

/// Signature Version 4: who, when, over what. The signature itself is the library's business.
fn is_signed(headers: &HeaderMap) -> bool {
    let text =
        |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let authorization = text("authorization");
    let signature = authorization.rsplit("Signature=").next().unwrap_or_default();
    authorization.starts_with("AWS4-HMAC-SHA256 Credential=ACCESS/")
        && authorization.contains("/eu-test-1/s3/aws4_request")
        && authorization.contains("SignedHeaders=")
        && signature.len() == 64
        && text("x-amz-date").len() == 16
        && !text("x-amz-content-sha256").is_empty()
}

async fn answer(request: HttpRequest, body: web::Bytes, bucket: Shared) -> HttpResponse {
    let mut bucket = bucket.lock().unwrap();
    let (method, query) = (request.method().to_string(), request.query_string().to_owned());
    if !is_signed(request.headers()) {
        return HttpResponse::Forbidden().finish();
    }
    bucket.seen.push(format!("{method} {query}"));
    if bucket.down {
        return HttpResponse::BadRequest().body("<Error><Code>Down</Code></Error>");
    }
    let Some(key) = request.path().strip_prefix("/pile/").map(str::to_owned) else {
        return HttpResponse::NotFound().finish();
    };
    let parameter = |name: &str| {
        query
            .split('&')
            .find_map(|pair| Some(pair.strip_prefix(name)?.trim_start_matches('=').to_owned()))
    };
    match (method.as_str(), parameter("uploadId"), parameter("uploads")) {
        ("POST", None, Some(_)) => {
            bucket.parts.insert(key, Vec::new());
            HttpResponse::Ok().body("<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>")
        }
        ("PUT", Some(_), _) => {
            let number: usize = parameter("partNumber").unwrap().parse().unwrap();
            // A piece that was under way when its upload was ended comes too late.
            let Some(parts) = bucket.parts.get_mut(&key) else {
                return HttpResponse::NotFound().finish();
            };
            parts.resize(parts.len().max(number), Vec::new());
            parts[number - 1] = body.to_vec();
            HttpResponse::Ok().insert_header(("etag", format!("\"p{number}\""))).finish()
        }
        ("POST", Some(_), _) => {
            let whole = bucket.parts.remove(&key).unwrap().concat();
            bucket.objects.insert(key, whole);
            HttpResponse::Ok().body(
                "<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>",
            )
        }
        ("DELETE", Some(_), _) => {
            bucket.parts.remove(&key);
            HttpResponse::NoContent().finish()
        }
        ("PUT", ..) => {
            bucket.objects.insert(key, body.to_vec());
            HttpResponse::Ok().insert_header(("etag", "\"e\"")).finish()
        }
        ("DELETE", ..) => {
            bucket.objects.remove(&key);
            HttpResponse::NoContent().finish()
        }
        ("GET", ..) => {
            let Some(object) = bucket.objects.get(&key) else {
                return HttpResponse::NotFound().finish();
            };
            let range = request
                .headers()
                .get("range")
                .unwrap()
                .to_str()
                .unwrap()
                .strip_prefix("bytes=")
                .unwrap()
                .to_owned();
            let (first, last) = range.split_once('-').unwrap();
            let (first, last): (usize, usize) = (first.parse().unwrap(), last.parse().unwrap());
            HttpResponse::PartialContent()
                .insert_header(("content-range", format!("bytes {first}-{last}/{}", object.len())))
                .insert_header(("last-modified", "Sat, 21 Mar 2026 14:30:00 GMT"))
                .insert_header(("etag", "\"e\""))
                .body(object[first..=last].to_vec())
        }
        _ => HttpResponse::NotImplemented().finish(),
    }
}

fn serve() -> (Shared, u16) {
    let bucket: Shared = web::Data::from(Arc::new(Mutex::new(Bucket::default())));
    let data = bucket.clone();
    let app = move || {
        App::new()
            .app_data(data.clone())
            .app_data(web::PayloadConfig::new(64 << 20))
            .default_service(web::to(answer))
    };
    let server = HttpServer::new(app).workers(1).bind("127.0.0.1:0").unwrap();
    let port = server.addrs()[0].port();
    actix_web::rt::spawn(server.run());
    (bucket, port)
}

fn settings(port: u16) -> impl FnOnce(&mut Settings) {
    move |settings| {
        let assets = &mut settings.assets;
        assets.store = StoreKind::S3;
        (assets.bucket, assets.prefix) = ("pile".into(), "xqr/".into());
        (assets.endpoint, assets.region) =
            (format!("http://127.0.0.1:{port}").parse().unwrap(), "eu-test-1".into());
        (assets.access_key, assets.secret_key) = (Hidden::new("ACCESS"), Hidden::new("TOP-SECRET"));
    }
}

#[actix_web::test]
async fn files_lie_in_a_bucket() {
    let (bucket, port) = serve();
    let app = TestApp::start_with(settings(port)).await;
    assert!(!format!("{:?}", app.running.app.settings).contains("TOP-SECRET"));
    // Small, in one piece.
    let (view, path) = app.published("a.png", "image/png", PNG).await;
    assert_eq!(app.get(&path).await.expect(200).bytes, PNG);
    {
        let bucket = bucket.lock().unwrap();
        let (name, object) = bucket.objects.iter().next().unwrap();
        assert_eq!((bucket.objects.len(), object.as_slice()), (1, PNG));
        assert!(
            name.starts_with(&format!("xqr/{}/", view["id"].as_str().unwrap())) && name.len() == 77,
            "{name}"
        );
        assert!(bucket.seen.iter().all(|request| !request.contains("upload")), "{:?}", bucket.seen);
    }
    // Large, in several.
    let large: Vec<u8> =
        PNG.iter().copied().chain((0..11 << 20).map(|n: u32| (n >> 7) as u8)).collect();
    let (view, path) = app.published("b.png", "image/png", &large).await;
    let part = app
        .send(app.request("GET", &path).header("range", "bytes=5242870-5242899"))
        .await
        .expect(206);
    assert_eq!(part.bytes, &large[5_242_870..5_242_900]);
    assert!(app.get(&path).await.expect(200).bytes == large);
    let parts = bucket
        .lock()
        .unwrap()
        .seen
        .iter()
        .filter(|request| request.starts_with("PUT partNumber"))
        .count();
    assert_eq!(parts, 3);
    // Refused near its end: nothing stays.
    let link = app.presign("c.png", "image/png", large.len() - 1).await;
    let mut stream = TcpStream::connect(app.running.address).unwrap();
    let head = format!(
        "PUT {} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n",
        link.path
    );
    let chunk = format!("{:x}\r\n", large.len());
    let sent = [head.as_bytes(), chunk.as_bytes(), &large, b"\r\n0\r\n\r\n"]
        .iter()
        .try_for_each(|piece| stream.write_all(piece));
    let mut answer = String::new();
    assert!(
        sent.is_err()
            || stream.read_to_string(&mut answer).is_err()
            || answer.starts_with("HTTP/1.1 400"),
        "{answer}"
    );
    app.owner().post(&format!("/assets/{}/confirm", link.id), None).await.expect(409);
    while !bucket.lock().unwrap().parts.is_empty() {
        actix_web::rt::task::yield_now().await;
    }
    assert_eq!(bucket.lock().unwrap().objects.len(), 2);
    app.owner().delete(&format!("/assets/{}", view["id"].as_str().unwrap())).await.expect(204);
    assert_eq!(bucket.lock().unwrap().objects.len(), 1);
}

#[actix_web::test]
async fn a_bucket_that_is_down_loses_nothing() {
    let (bucket, port) = serve();
    let app = TestApp::start_with(settings(port)).await;
    let (view, path) = app.published("a.png", "image/png", PNG).await;
    let link = app.presign("b.png", "image/png", PNG.len()).await;
    bucket.lock().unwrap().down = true;
    let refused = app.get(&path).await;
    assert_eq!((refused.status, refused.header("retry-after")), (503, "5"));
    assert!(!refused.text().contains("127.0.0.1"), "{}", refused.text());
    app.put(&link, PNG).await.expect(503);
    // It is deleted for its owner, and from the bucket when that is back.
    app.owner().delete(&format!("/assets/{}", view["id"].as_str().unwrap())).await.expect(204);
    app.get(&path).await.expect(404);
    xqr_work::drain(&app.running.app).await.unwrap();
    assert_eq!(bucket.lock().unwrap().objects.len(), 1);
    bucket.lock().unwrap().down = false;
    app.put(&link, PNG).await.expect(200);
    xqr_work::drain(&app.running.app).await.unwrap();
    let names: Vec<String> = bucket.lock().unwrap().objects.keys().cloned().collect();
    assert!(names.len() == 1 && names[0].contains(&link.id), "{names:?}");
    assert_eq!(app.owner().get("/assets").await.json()["data"][0]["status"], json!("pending"));
}
