//! Files as visitors get them, and what attackers try with uploads (reliability note, F-3, F-4,
//! F-5).

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::json;

use crate::support::pictures::PNG;
use crate::support::resources::{UploadLink, url_query};
use crate::support::test_app::{Answer, TestApp};

const SANDBOX: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

#[actix_web::test]
async fn a_file_is_served_whole_in_part_and_not_again() {
    let app = TestApp::start().await;
    let mut file = PNG.to_vec();
    file.extend((0..1000_u32).map(|n| n as u8));
    let (view, path) = app.published("a photo (1).png", "image/png", &file).await;
    assert!(path.ends_with("/a%20photo%20%281%29.png"), "{path}");
    let size = file.len();
    let get = async |method: &str, headers: &[(&str, &str)]| {
        let request = headers.iter().fold(app.request(method, &path), |request, (name, value)| {
            request.header(*name, *value)
        });
        app.send(request).await
    };
    let whole = get("GET", &[]).await.expect(200);
    assert_eq!(whole.bytes, file);
    let headers = |answer: &Answer| {
        [
            "content-type",
            "content-length",
            "content-disposition",
            "accept-ranges",
            "cache-control",
            "x-content-type-options",
        ]
        .map(|name| answer.header(name).to_owned())
    };
    let expected = [
        "image/png",
        &size.to_string(),
        "inline; filename=\"a photo (1).png\"",
        "bytes",
        "public, max-age=3600",
        "nosniff",
    ];
    assert_eq!(headers(&whole), expected);
    assert!(whole.header("content-security-policy").starts_with("default-src 'none';"));
    assert!(whole.header("x-request-id").starts_with("req_"));
    let (etag, modified) =
        (whole.header("etag").to_owned(), whole.header("last-modified").to_owned());
    assert_eq!((etag.len(), modified.as_str()), (34, "Sat, 21 Mar 2026 14:30:00 GMT"));
    let head = get("HEAD", &[]).await.expect(200);
    assert_eq!((headers(&head), head.bytes.len()), (expected.map(str::to_owned), 0));

    for (range, from, to) in [
        ("bytes=0-0", 0, 1),
        ("bytes=5-9", 5, 10),
        ("bytes=60-", 60, size),
        ("bytes=-7", size - 7, size),
        ("bytes=-99999", 0, size),
        ("bytes=5-99999", 5, size),
    ] {
        let part = get("GET", &[("range", range)]).await.expect(206);
        assert_eq!(part.bytes, &file[from..to], "{range}");
        assert_eq!(part.header("content-range"), format!("bytes {from}-{}/{size}", to - 1));
        assert_eq!(
            (part.header("etag"), part.header("content-type")),
            (etag.as_str(), "image/png")
        );
        let head = get("HEAD", &[("range", range)]).await.expect(206);
        assert_eq!(head.header("content-length"), (to - from).to_string());
    }
    for range in [format!("bytes={size}-"), "bytes=99999-100000".into(), "bytes=-0".into()] {
        let refused = get("GET", &[("range", &range)]).await;
        refused.refused(416, "RANGE_NOT_SATISFIABLE", &format!("The file has {size} bytes."));
        assert_eq!(refused.header("content-range"), format!("bytes */{size}"));
    }
    // What is no range that we serve is none at all.
    for range in [
        "bytes=5-4",
        "bytes=0-1,3-4",
        "lines=1-2",
        "bytes=a-b",
        "bytes=",
        "bytes=-",
        "bytes=+1-2",
        "bytes=1-+2",
    ] {
        assert_eq!(get("GET", &[("range", range)]).await.expect(200).bytes.len(), size, "{range}");
    }
    for (condition, status) in [
        (etag.as_str(), 206),
        (modified.as_str(), 206),
        ("\"other\"", 200),
        ("Sat, 21 Mar 2020 14:30:00 GMT", 200),
    ] {
        get("GET", &[("range", "bytes=0-1"), ("if-range", condition)]).await.expect(status);
    }
    let weak = format!("W/{etag}");
    for (headers, status) in [
        (vec![("if-none-match", etag.as_str())], 304),
        (vec![("if-none-match", "\"a\", *")], 200),
        (vec![("if-none-match", weak.as_str())], 304),
        (vec![("if-none-match", "*")], 304),
        (vec![("if-none-match", "\"other\"")], 200),
        (vec![("if-modified-since", modified.as_str())], 304),
        (vec![("if-modified-since", "Sat, 21 Mar 2026 14:29:59 GMT")], 200),
        (vec![("if-none-match", "\"other\""), ("if-modified-since", modified.as_str())], 200),
    ] {
        let answer = get("GET", &headers).await.expect(status);
        assert_eq!(
            (answer.header("etag"), answer.bytes.is_empty()),
            (etag.as_str(), status == 304),
            "{headers:?}"
        );
    }
    for method in ["POST", "DELETE", "PATCH", "PUT"] {
        let refused = get(method, &[]).await;
        refused.refused(405, "METHOD_NOT_ALLOWED", "Method not allowed.");
        assert_eq!(refused.header("allow"), "GET, HEAD");
    }
    let id = view["id"].as_str().unwrap();
    let refused = app.get(&format!("/assets/{id}")).await;
    refused.refused(405, "METHOD_NOT_ALLOWED", "Method not allowed.");
    assert_eq!(refused.header("allow"), "PUT");
    for absent in [
        format!("/assets/{id}/other.png"),
        format!("/assets/{id}/"),
        "/assets/x/a".into(),
        format!("/assets/{}/a", "0".repeat(36)),
    ] {
        assert_eq!(app.get(&absent).await.status, 404, "{absent}");
    }
}

#[actix_web::test]
async fn files_have_the_type_of_their_content_and_run_no_script() {
    let app = TestApp::start().await;
    let svg = b"<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    let polyglot = b"GIF89a\x01\0\x01\0\0\0\0;/*<html><script>alert(1)</script>*/=1;";
    let pdf = b"%PDF-1.7\n1 0 obj\n<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>";
    let octets = "application/octet-stream";
    for (name, declared, file, served, disposition) in [
        ("a.svg", "image/svg+xml", &svg[..], "image/svg+xml", "inline"),
        ("a.svg", octets, svg, "image/svg+xml", "inline"),
        ("a.gif", "image/gif", polyglot, "image/gif", "inline"),
        ("a.html", "image/gif", polyglot, "image/gif", "inline"),
        ("a.html", "text/html", b"<html><script>alert(1)</script>", "text/html", "attachment"),
        ("a.png", octets, b"<!doctype html><script>alert(1)</script>", "text/html", "attachment"),
        (
            "a.xhtml",
            "text/xml",
            b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>",
            "",
            "",
        ),
        ("a.xml", "text/xml", b"<?xml version='1.0'?><a/>", "text/xml", "attachment"),
        ("a.js", "text/javascript", b"alert(1)", "text/javascript", "attachment"),
        ("a.pdf", "application/pdf", pdf, "application/pdf", "inline"),
        ("a.txt", "text/plain", b"hello", "text/plain", "attachment"),
        ("a.bin", octets, b"\x01\x02\x03", octets, "attachment"),
        (
            "a.swf",
            "application/x-shockwave-flash",
            b"\x01FWS",
            "application/x-shockwave-flash",
            "attachment",
        ),
    ] {
        if served.is_empty() {
            let link = app.presign(name, declared, file.len()).await;
            app.put(&link, file).await.refused(
                400,
                "VALIDATION_ERROR",
                "content_type: Must be the type of the file, which is text/html.",
            );
            continue;
        }
        let (view, path) = app.published(name, declared, file).await;
        assert_eq!(view["mime_type"], served, "{name} {declared}");
        let answer = app.get(&path).await.expect(200);
        assert_eq!(
            (answer.header("content-type"), answer.header("x-content-type-options")),
            (served, "nosniff"),
            "{name} {declared}"
        );
        assert_eq!(
            answer.header("content-disposition"),
            format!("{disposition}; filename=\"{name}\"")
        );
        let policy = answer.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; ") && !policy.contains("script-src"),
            "{policy}"
        );
        if served == "image/svg+xml" || disposition == "attachment" {
            assert_eq!(policy, SANDBOX, "{name} {declared}");
        }
        assert_eq!(answer.bytes, file);
    }
    // Lies.
    for (declared, file, found) in [
        ("image/png", &b"<html><script>alert(1)</script>"[..], "text/html"),
        ("image/png", polyglot, "image/gif"),
        ("image/svg+xml", b"<html><svg/></html>", "text/html"),
        ("text/plain", b"<script>alert(1)</script>", "text/html"),
        ("text/html", polyglot, "image/gif"),
        ("application/pdf", b"hello", "text/plain"),
        ("image/jpeg", PNG, "image/png"),
        ("video/mp4", b"\x01\x02\x03", octets),
        ("application/json", b"\x01\x02\x03", octets),
    ] {
        let link = app.presign("a", declared, file.len()).await;
        let message = format!("content_type: Must be the type of the file, which is {found}.");
        app.put(&link, file).await.refused(400, "VALIDATION_ERROR", &message);
        app.owner().post(&format!("/assets/{}/confirm", link.id), None).await.expect(409);
    }
    assert_eq!(app.stored().0, 12, "of what was refused nothing is left");
}

#[actix_web::test]
async fn a_hundred_names_that_climb_stay_in_the_store() {
    let app = TestApp::start().await;
    let outside: Vec<_> = app
        .files()
        .into_iter()
        .filter(|(name, _)| !name.contains(".db"))
        .map(|(name, _)| name)
        .collect();
    let climbs = [
        "../",
        "..\\",
        "..%2f",
        "..%5c",
        "%2e%2e/",
        "%2e%2e%2f",
        "..%c0%af",
        "..%252f",
        "....//",
        "..;/",
        "/",
        "\\",
        "C:\\",
        "//host/",
        "~/",
        "./",
        ".../",
        "file:///",
        "..\u{2215}",
        "\u{ff0e}\u{ff0e}/",
    ];
    let ends = ["etc/passwd", "xqr.db", "secret.key", "a\0.png", "x"];
    let names: Vec<String> = climbs
        .iter()
        .flat_map(|climb| ends.map(|end| format!("{climb}{climb}{climb}{end}")))
        .collect();
    assert_eq!(names.len(), 100);
    let mut taken = 0;
    for name in &names {
        let query = url_query(&[("filename", name), ("file_size", "5")]);
        let made = app.owner().post(&format!("/assets/presign?{query}"), None).await;
        if made.status == 400 {
            continue;
        }
        taken += 1;
        let made = made.expect(200).json();
        let path = made["data"]["upload_url"]
            .as_str()
            .unwrap()
            .strip_prefix("https://qr.example")
            .unwrap()
            .to_owned();
        let link = UploadLink {
            id: made["data"]["asset_id"].as_str().unwrap().into(),
            path,
            media_type: "application/octet-stream".into(),
        };
        app.put(&link, b"hello").await.expect(200);
        app.owner().post(&format!("/assets/{}/confirm", link.id), None).await.expect(200);
        let view = app
            .owner()
            .post(&format!("/assets/{}/publish", link.id), None)
            .await
            .expect(200)
            .json()["data"]
            .clone();
        assert_eq!(view["filename"], json!(name));
        let public = view["public_url"]
            .as_str()
            .unwrap()
            .strip_prefix("https://qr.example")
            .unwrap()
            .to_owned();
        let served = app.get(&public).await.expect(200);
        assert_eq!(
            (served.text().as_str(), served.header("content-type")),
            ("hello", "text/plain")
        );
    }
    assert!((10..60).contains(&taken), "{taken} are text and no path");
    let folder = app.running.app.settings.assets_folder().display().to_string();
    let (mut inside, mut others) = (0, Vec::new());
    for (name, _) in app.files().into_iter().filter(|(name, _)| !name.contains(".db")) {
        match name.strip_prefix(&folder) {
            // Two UUIDs.
            Some(ours) => {
                inside += 1;
                assert!(
                    ours.len() == 74
                        && ours.bytes().all(|b| b.is_ascii_hexdigit() || b"-/".contains(&b)),
                    "{ours}"
                );
            }
            None => others.push(name),
        }
    }
    assert_eq!((inside, others), (taken, outside));
    // Nor does a name in the address.
    for path in [
        "/assets/../xqr.db",
        "/assets/..%2fxqr.db/x",
        "/assets/x/..%2f..%2fxqr.db",
        "/assets/%2e%2e/xqr.db",
        "/assets/%00/%00",
    ] {
        let mut stream = TcpStream::connect(app.running.address).unwrap();
        let text = raw(
            &mut stream,
            &format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
        );
        assert!(text.starts_with("HTTP/1.1 40"), "{path}: {text}");
    }
}

fn raw(stream: &mut TcpStream, request: &str) -> String {
    stream.write_all(request.as_bytes()).unwrap();
    let mut text = Vec::new();
    stream.read_to_end(&mut text).ok();
    String::from_utf8_lossy(&text).into_owned()
}

#[actix_web::test]
async fn an_upload_link_is_good_for_one_file_until_it_ends() {
    let app = TestApp::start().await;
    let link = app.presign("a.png", "image/png", PNG.len()).await;
    let other = app.presign("b.png", "image/png", PNG.len()).await;
    let invalid = "This upload link is not valid.";
    let (head, signature) = link.path.rsplit_once('=').unwrap();
    let flipped = signature
        .strip_prefix('0')
        .map_or_else(|| format!("0{}", &signature[1..]), |rest| format!("1{rest}"));
    for path in [
        link.path.replace(&link.id, &other.id),
        link.path.replace("expires=177", "expires=277"),
        format!("{head}={flipped}"),
        format!("{head}={}", &signature[..62]),
        format!("{head}={}", signature.to_uppercase()),
        format!("{head}="),
        format!("{}&signature={flipped}", link.path),
        link.path.split('?').next().unwrap().to_owned(),
        link.path.replace(&link.id, "x"),
        link.path.replace(&link.id, "00000000-0000-4000-8000-000000000000"),
    ] {
        app.put_at(&path, "image/png", PNG).await.refused(403, "UPLOAD_LINK_INVALID", invalid);
    }
    // A key does not help.
    let with_key = app
        .request("PUT", &format!("/assets/{}", link.id))
        .bearer_auth(&app.key)
        .body(PNG.to_vec());
    app.send(with_key).await.refused(403, "UPLOAD_LINK_INVALID", invalid);
    // Another size.
    let size = format!("file_size: The file must have {} bytes, as declared.", PNG.len());
    let mut longer = PNG.to_vec();
    longer.push(0);
    app.put(&link, &longer).await.refused(400, "VALIDATION_ERROR", &size);
    app.put(&link, &PNG[1..]).await.refused(400, "VALIDATION_ERROR", &size);
    app.put(&link, b"").await.refused(400, "VALIDATION_ERROR", &size);
    // Another type, said or sent.
    let said = "content_type: Must be the type of the file, which is image/gif.";
    app.put_at(&link.path, "image/gif", PNG).await.refused(400, "VALIDATION_ERROR", said);
    let mut gif = b"GIF89a".to_vec();
    gif.resize(PNG.len(), 0);
    app.put(&link, &gif).await.refused(400, "VALIDATION_ERROR", said);
    // Without a length, more than was declared: megabytes are sent, and none of them kept.
    let mut stream = TcpStream::connect(app.running.address).unwrap();
    let head = format!(
        "PUT {} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n",
        link.path
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(format!("{:x}\r\n", PNG.len()).as_bytes()).unwrap();
    stream.write_all(PNG).unwrap();
    for _ in 0..64 {
        if stream.write_all(b"\r\n10000\r\n").and_then(|()| stream.write_all(&[7; 65_536])).is_err()
        {
            break;
        }
        assert!(app.stored().1 <= PNG.len() as u64);
    }
    let answer = raw(&mut stream, "\r\n0\r\n\r\n");
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert_eq!(app.stored(), (0, 0));
    // Broken off: nothing is left, and the link is still good.
    let mut stream = TcpStream::connect(app.running.address).unwrap();
    let head =
        format!("PUT {} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", link.path, PNG.len());
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&PNG[..20]).unwrap();
    drop(stream);
    loop {
        match app.put(&link, PNG).await {
            sent if sent.status == 200 => break,
            // The broken one is still being taken back.
            busy => busy.refused(409, "STATE_CONFLICT", "The resource is being uploaded."),
        }
    }
    assert_eq!(app.stored(), (1, PNG.len() as u64));
    app.owner().post(&format!("/assets/{}/confirm", link.id), None).await.expect(200);
    app.put(&link, PNG).await.refused(409, "STATE_CONFLICT", "The resource is confirmed already.");
    app.clock.advance(900_000 - 1);
    app.put(&other, PNG).await.expect(200);
    app.clock.advance(1);
    app.put(&other, PNG).await.refused(403, "UPLOAD_LINK_EXPIRED", "This upload link has expired.");
    app.put(&link, PNG).await.expect(409);
    // What was there in time stays, and may be confirmed.
    app.owner().post(&format!("/assets/{}/confirm", other.id), None).await.expect(200);
    assert_eq!(app.stored(), (2, 2 * PNG.len() as u64));
}

/// Begins to send a file, and returns once some of it is in the store's hands.
async fn half(app: &TestApp, link: &UploadLink, file: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(app.running.address).unwrap();
    let head = format!(
        "PUT {} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        link.path,
        file.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&file[..file.len() / 2]).unwrap();
    while app.stored().1 == 0 {
        actix_web::rt::task::yield_now().await;
    }
    stream
}

#[actix_web::test]
async fn an_upload_that_is_overtaken_changes_nothing() {
    let app = TestApp::start().await;
    let file = [PNG, &vec![7; 2_000_000]].concat();
    // One at a time; who is deleted meanwhile is gone.
    let link = app.presign("a.png", "image/png", file.len()).await;
    let mut running = half(&app, &link, &file).await;
    app.put(&link, &file).await.refused(409, "STATE_CONFLICT", "The resource is being uploaded.");
    app.owner().post(&format!("/assets/{}/confirm", link.id), None).await.expect(409);
    app.clock.advance(24 * 3_600_000 + 1);
    app.owner().delete(&format!("/assets/{}", link.id)).await.expect(204);
    running.write_all(&file[file.len() / 2..]).unwrap();
    assert!(raw(&mut running, "").starts_with("HTTP/1.1 403"));
    assert_eq!(app.stored(), (0, 0));
    // Whose lease has run out while it stood still is overtaken by the next, and what that has sent
    // stays.
    let link = app.presign("b.png", "image/png", file.len()).await;
    let mut slow = half(&app, &link, &file).await;
    app.clock.advance(11 * 60 * 1000);
    app.put(&link, &file).await.expect(200);
    app.owner().post(&format!("/assets/{}/confirm", link.id), None).await.expect(200);
    slow.write_all(&file[file.len() / 2..]).unwrap();
    assert!(raw(&mut slow, "").starts_with("HTTP/1.1 409"));
    assert_eq!(app.stored(), (1, file.len() as u64));
}

#[actix_web::test]
async fn what_a_killed_process_left_goes_with_its_asset() {
    let app = TestApp::start().await;
    let (view, _) = app.published("a.png", "image/png", PNG).await;
    let id = view["id"].as_str().unwrap();
    let folder = app.running.app.settings.assets_folder().join(id);
    let object = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    std::fs::write(format!("{}#1", object.display()), b"half a file").unwrap();
    app.owner().delete(&format!("/assets/{id}")).await.expect(204);
    assert_eq!(app.stored(), (0, 0));
}

#[actix_web::test]
async fn of_many_uploads_at_once_one_is_kept() {
    let app = TestApp::start().await;
    let mut files: Vec<Vec<u8>> = (0..8_u8).map(|n| [PNG, &[n; 200_000]].concat()).collect();
    let link = app.presign("a.png", "image/png", files[0].len()).await;
    let all = files.iter().map(|file| app.put(&link, file));
    let answers = futures_util::future::join_all(all).await;
    let kept: Vec<usize> = (0..8).filter(|n| answers[*n].status == 200).collect();
    assert!(!kept.is_empty() && answers.iter().all(|answer| [200, 409].contains(&answer.status)));
    app.owner().post(&format!("/assets/{}/confirm", link.id), None).await.expect(200);
    let view =
        app.owner().post(&format!("/assets/{}/publish", link.id), None).await.expect(200).json();
    let path = view["data"]["public_url"]
        .as_str()
        .unwrap()
        .strip_prefix("https://qr.example")
        .unwrap()
        .to_owned();
    let served = app.get(&path).await.expect(200).bytes;
    assert!(kept.iter().any(|n| served == files[*n]), "one of those that were acknowledged, whole");
    assert_eq!(app.stored(), (1, files.remove(0).len() as u64));
}
