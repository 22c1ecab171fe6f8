//! The HTTP edge, on raw sockets: limits, ambiguous messages, connections that make no progress.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::contract::is_served;
use crate::support::test_app::TestApp;

/// Sends bytes and reads until the server closes, on a thread that may block.
async fn exchange(app: &TestApp, bytes: &[u8]) -> String {
    let (address, bytes) = (app.running.address, bytes.to_vec());
    blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(&bytes).ok();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok();
        String::from_utf8_lossy(&answer).into_owned()
    })
    .await
}

async fn blocking<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> T {
    actix_web::web::block(f).await.unwrap()
}

#[actix_web::test]
async fn ambiguous_messages_get_400_and_a_closed_connection() {
    let app = TestApp::start().await;
    let post = |fields: &str, body: &str| {
        format!("POST /api/v1/links HTTP/1.1\r\nHost: x\r\n{fields}\r\n{body}")
    };
    let get = |fields: &str| format!("GET /x HTTP/1.1\r\n{fields}\r\n");
    let messages = [
        post(
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
            "0\r\n\r\nGET /y HTTP/1.1\r\nHost: x\r\n\r\n",
        ),
        post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"),
        post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello!"),
        post("Content-Length: +5\r\n", "hello"),
        post("Content-Length: -5\r\n", "hello"),
        post("Content-Length: 5, 5\r\n", "hello"),
        post("Content-Length: 0x5\r\n", "hello"),
        post("Content-Length: five\r\n", "hello"),
        post("Content-Length: 99999999999999999999999\r\n", "hello"),
        post("Content-Length:\r\n", "hello"),
        post("Content-Length: 5 5\r\n", "hello"),
        post("Transfer-Encoding: gzip\r\n", "hello"),
        post("Transfer-Encoding: identity\r\n", "hello"),
        post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"),
        post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"),
        post("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n"),
        post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n"),
        post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"),
        post("Content-Length : 5\r\n", "hello"),
        post(" Content-Length: 5\r\n", "hello"),
        "POST /api/v1/links HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            .to_owned(),
        get("Host: x\r\nX: a\r\n b\r\n"),
        get("Host: x\r\n\tfolded: a\r\n"),
        get("Host: x\r\nX: a\0b\r\n"),
        get("Host: x\r\nX\0: a\r\n"),
        get("Host: x\r\nX: a\rb\r\n"),
        get("Host: x\r\nX Y: a\r\n"),
        get("Host: x\r\n: a\r\n"),
        get("Host: x\r\nno-colon\r\n"),
        get("Host: x\r\nHost: y\r\n"),
        get("X: no host\r\n"),
        get("Host: x\r\nX(y): a\r\n"),
        "GET /x HTTP/9.9\r\nHost: x\r\n\r\n".to_owned(),
        "GET /x\0 HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
        "G\0T /x HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
        "GET  /x HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
        "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\u{fc}\u{3}\u{3}\r\n\r\n".to_owned(),
    ];
    assert!(messages.len() >= 30);
    for message in messages {
        let answer = exchange(&app, message.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{message:?} -> {answer:?}");
        assert_eq!(
            answer.matches("HTTP/1.1 ").count(),
            1,
            "two answers to {message:?}: {answer:?}"
        );
    }
}

#[actix_web::test]
async fn limits_of_target_and_head() {
    let app = TestApp::start().await;
    let long = format!("/api/v1/links?q={}", "x".repeat(8_192));
    app.get(&long).await.refused(414, "URI_TOO_LONG", "The request target exceeds 8192 bytes.");
    app.get(&format!("/{}", "x".repeat(8_192))).await.refused(
        414,
        "URI_TOO_LONG",
        "The request target exceeds 8192 bytes.",
    );
    let message = "The request head exceeds 64 fields or 32768 bytes.";
    for path in ["/api/v1/links", "/code"] {
        let many = (0..65)
            .fold(app.request("GET", path), |request, n| request.header(format!("x-{n}"), "y"));
        app.send(many).await.refused(431, "HEADERS_TOO_LARGE", message);
        app.send(app.request("GET", path).header("x-large", "y".repeat(32_768))).await.refused(
            431,
            "HEADERS_TOO_LARGE",
            message,
        );
    }
    let huge = format!("GET /x HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "y".repeat(200_000));
    assert!(exchange(&app, huge.as_bytes()).await.starts_with("HTTP/1.1 431 "));
    app.link(json!({ "url": "https://example.com" })).await;
}

#[actix_web::test]
async fn connections_without_progress_are_closed() {
    let app = TestApp::start_with(|settings| {
        let edge = &mut settings.edge;
        (edge.first_head_ms, edge.later_head_ms, edge.body_ms, edge.unread_ms, edge.idle_ms) =
            (1_000, 800, 800, 800, 1_600);
    })
    .await;
    let address = app.running.address;
    let key = app.key.clone();
    let timed = |first: Vec<u8>, drip: Vec<u8>| {
        blocking(move || {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
            stream.write_all(&first).unwrap();
            let (started, mut answer, mut buffer) = (Instant::now(), Vec::new(), [0; 4096]);
            let mut drip = drip.iter().cycle();
            while started.elapsed() < Duration::from_secs(15) {
                match stream.read(&mut buffer) {
                    Ok(0) => {
                        return (started.elapsed(), String::from_utf8_lossy(&answer).into_owned());
                    }
                    Ok(n) => answer.extend_from_slice(&buffer[..n]),
                    Err(error)
                        if matches!(
                            error.kind(),
                            std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                        ) =>
                    {
                        if let Some(byte) = drip.next() {
                            stream.write_all(&[*byte]).ok();
                        }
                    }
                    Err(_) => {
                        return (started.elapsed(), String::from_utf8_lossy(&answer).into_owned());
                    }
                }
            }
            panic!("still open: {}", String::from_utf8_lossy(&answer));
        })
    };
    let whole = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n";
    let body = format!(
        "POST /api/v1/links HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{{"
    );
    for (name, first, drip) in [
        ("no byte", String::new(), ""),
        ("part of the first head", "GET /he".to_owned(), ""),
        ("a slow first head", "GET /he".to_owned(), "x"),
        ("idle after an answer", whole.to_owned(), ""),
        ("part of a later head", format!("{whole}GET /he"), ""),
        ("a slow later head", whole.to_owned(), "x"),
        ("a slow body", body, " "),
    ] {
        let (elapsed, answer) = timed(first.into_bytes(), drip.as_bytes().to_vec()).await;
        assert!(elapsed < Duration::from_secs(5), "{name}: {elapsed:?}");
        if name.contains("later") || name.contains("idle") {
            assert!(answer.starts_with("HTTP/1.1 200"), "{name}: {answer}");
        }
        if name == "a slow body" {
            assert!(
                answer.starts_with("HTTP/1.1 408") && answer.contains("REQUEST_TIMEOUT"),
                "{answer}"
            );
        }
    }
}

#[actix_web::test]
async fn unread_answers_are_dropped() {
    let app = TestApp::start_with(|settings| {
        settings.edge.unread_ms = 800;
        settings.edge.idle_ms = 1_600;
        settings.edge.later_head_ms = 800;
    })
    .await;
    for _ in 0..2 {
        let links =
            vec![json!({ "url": format!("https://example.com/{}", "x".repeat(1900)) }); 100];
        app.owner().post("/links/bulk", json!({ "links": links })).await.expect(201);
    }
    let (address, key) = (app.running.address, app.key.clone());
    let closed = blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_write_timeout(Some(Duration::from_millis(200))).unwrap();
        let request = format!(
            "GET /api/v1/links?limit=200 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n"
        );
        let started = Instant::now();
        // Ask for ever more answers of half a megabyte, and read none.
        while started.elapsed() < Duration::from_secs(15) {
            match stream.write_all(request.as_bytes()) {
                Err(error)
                    if !matches!(
                        error.kind(),
                        std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                    ) =>
                {
                    return true;
                }
                _ => {}
            }
        }
        false
    })
    .await;
    assert!(closed, "the connection was still open after 15 s");
    app.get("/health").await.expect(200);
}

#[actix_web::test]
async fn where_there_is_get_there_is_head() {
    let app = TestApp::start().await;
    app.link(json!({ "url": "https://example.com", "custom_slug": "headed" })).await;
    for path in [
        "/api/v1/links",
        "/api/v1/usage/",
        "/api/health/",
        "/api/list",
        "/api/lookup/headed",
        "/api/qr-image/headed",
        "/v1/projects",
        "/qr/headed.png",
        "/api/v1/nothing",
    ]
    .into_iter()
    .filter(|path| is_served(path))
    {
        let ask = async |method: &str| {
            app.send(app.request(method, path).header("x-api-key", &app.key).bearer_auth(&app.key))
                .await
        };
        let (get, head) = (ask("GET").await, ask("HEAD").await);
        assert_eq!(
            (head.status, head.header("content-type")),
            (get.status, get.header("content-type")),
            "{path}"
        );
        assert!(head.bytes.is_empty() && !get.bytes.is_empty(), "{path}");
        let length: usize = head.header("content-length").parse().unwrap();
        // The figures in a body have more digits or fewer at the next call.
        assert!(length.abs_diff(get.bytes.len()) < 8, "{path}: {length}");
    }
    let post = app.send(app.request("HEAD", "/api/v1/links/bulk").bearer_auth(&app.key)).await;
    assert_eq!((post.status, post.header("allow")), (405, "POST"));
}
