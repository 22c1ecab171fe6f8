//! Servers that do not want to end, or send what was not asked for.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::timeout;
use xqr_fetch::{FetchError, Kind, Outbound, Policy};

use crate::stage::{PICTURE, Server, get, hasty, local, ok};

/// What a server does once it has read the request.
#[derive(Debug, Clone, Copy)]
enum Mode {
    /// Nothing, and keeps the connection.
    Silent,
    /// Sends a head, then nothing.
    HeadOnly,
    /// One byte of the head every 20 ms.
    DripHead,
    /// One byte of the body every 20 ms.
    DripBody,
    /// Interim answers without end.
    Interim,
}

async fn slow(mode: Mode) -> Server {
    Server::start(move |mut stream, _| async move {
        let head = "HTTP/1.1 200 OK\r\n\r\n";
        let (at_once, then) = match mode {
            Mode::Silent => ("", ""),
            Mode::HeadOnly => (head, ""),
            Mode::DripHead => ("HTTP/1.1 200 OK\r\nX: ", "x"),
            Mode::DripBody => (head, "x"),
            Mode::Interim => ("", "HTTP/1.1 103 Early Hints\r\n\r\n"),
        };
        stream.write_all(at_once.as_bytes()).await.ok();
        let mut pace = tokio::time::interval(Duration::from_millis(20));
        if then.is_empty() {
            // Until the client goes.
            stream.read_u8().await.ok();
        }
        while !then.is_empty() && stream.write_all(then.as_bytes()).await.is_ok() {
            pace.tick().await;
        }
    })
    .await
}

#[tokio::test]
async fn slow_servers_end_at_the_deadline() {
    for mode in [Mode::Silent, Mode::HeadOnly, Mode::DripHead, Mode::DripBody, Mode::Interim] {
        let server = slow(mode).await;
        let outbound = Outbound::new(hasty(server.port));
        let started = Instant::now();
        assert_eq!(
            get(&outbound, &server.url("/"), Kind::Any).await.unwrap_err(),
            FetchError::TooSlow,
            "{mode:?}"
        );
        let took = started.elapsed();
        assert!(
            took >= outbound.policy().deadline
                && took < outbound.policy().deadline + Duration::from_secs(1),
            "{mode:?} {took:?}"
        );
    }
}

#[tokio::test]
async fn the_deadline_is_one_for_all_hops() {
    // Each hop alone would be in time.
    let server = Server::start(|mut stream, _| async move {
        tokio::time::sleep(Duration::from_millis(120)).await;
        stream
            .write_all(b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n")
            .await
            .ok();
    })
    .await;
    let outbound = Outbound::new(Policy { max_redirects: 20, ..hasty(server.port) });
    let started = Instant::now();
    assert_eq!(get(&outbound, &server.url("/"), Kind::Any).await.unwrap_err(), FetchError::TooSlow);
    assert!(started.elapsed() < outbound.policy().deadline + Duration::from_secs(1));
}

#[tokio::test]
async fn closed_and_swallowing_ports_are_one_answer() {
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}/");
    assert_eq!(
        get(&Outbound::new(hasty(port)), &url, Kind::Any).await.unwrap_err(),
        FetchError::Unreachable
    );
    // A listener that accepts nothing: once its queue is full, Linux drops what comes, as a packet
    // filter does.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let full = socket.listen(1).unwrap();
    let address = full.local_addr().unwrap();
    let mut queue = Vec::new();
    while let Ok(waiting) = timeout(Duration::from_millis(200), TcpStream::connect(address)).await {
        queue.push(waiting.unwrap());
    }
    let outbound = Outbound::new(hasty(address.port()));
    let started = Instant::now();
    assert_eq!(
        get(&outbound, &format!("http://{address}/"), Kind::Any).await.unwrap_err(),
        FetchError::Unreachable
    );
    let took = started.elapsed();
    assert!(
        took >= outbound.policy().deadline
            && took < outbound.policy().deadline + Duration::from_secs(1),
        "{took:?}"
    );
}

#[tokio::test]
async fn bodies_are_read_up_to_the_cap() {
    let max = FetchError::TooLarge { max: 1000 };
    let body = |length: usize| vec![b'x'; length];
    let chunked = |length: usize| {
        let chunk = format!("{length:x}\r\n{}\r\n0\r\n\r\n", "x".repeat(length));
        format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}").into_bytes()
    };
    let until_close = |length: usize| [b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), body(length)].concat();
    for (answer, expected) in [
        (ok(&body(0)), Ok(0)),
        (ok(&body(1000)), Ok(1000)),
        (ok(&body(1001)), Err(max.clone())),
        (chunked(1000), Ok(1000)),
        (chunked(1001), Err(max.clone())),
        (until_close(1000), Ok(1000)),
        (until_close(1001), Err(max.clone())),
        // An announcement is believed where it is too much, and not where it is too little.
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n".to_vec(), Err(max.clone())),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort".to_vec(), Err(FetchError::Garbled)),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nlonger".to_vec(), Ok(5)),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nlonger".to_vec(),
            Err(FetchError::Garbled),
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense".to_vec(),
            Err(FetchError::Garbled),
        ),
    ] {
        let server = Server::saying(answer.clone()).await;
        let outbound = Outbound::new(Policy { max_bytes: 1000, ..local(&[server.port]) });
        let fetched =
            get(&outbound, &server.url("/"), Kind::Any).await.map(|fetched| fetched.bytes.len());
        assert_eq!(
            fetched,
            expected,
            "{}",
            String::from_utf8_lossy(&answer[..60.min(answer.len())])
        );
    }
}

#[tokio::test]
async fn a_response_that_is_not_http_is_garbled() {
    let many: String = (0..200).map(|n| format!("X-{n}: y\r\n")).collect();
    for answer in [
        String::new(),
        "\r\n".to_owned(),
        "SSH-2.0-OpenSSH_9.2\r\n".to_owned(),
        "-ERR unknown command 'GET'\r\n".to_owned(),
        "GIF89a without a head".to_owned(),
        "HTTP/1.1 200 OK\r\n".to_owned(),
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n".to_owned(),
        "HTTP/2 200\r\n\r\n".to_owned(),
        // Heads without end: one long line, many lines.
        format!("HTTP/1.1 200 OK\r\nX: {}", "x".repeat(100_000)),
        format!("HTTP/1.1 200 OK\r\n{many}\r\n"),
    ] {
        let server = Server::saying(answer.clone()).await;
        let error = get(&Outbound::new(local(&[server.port])), &server.url("/"), Kind::Any)
            .await
            .unwrap_err();
        assert_eq!(error, FetchError::Garbled, "{}", &answer[..60.min(answer.len())]);
    }
}

#[tokio::test]
async fn an_endless_head_ends() {
    let server = Server::start(|mut stream, _| async move {
        stream.write_all(b"HTTP/1.1 200 OK\r\n").await.ok();
        while stream.write_all(b"X-Endless: yes\r\n").await.is_ok() {}
    })
    .await;
    assert_eq!(
        get(&Outbound::new(local(&[server.port])), &server.url("/"), Kind::Any).await.unwrap_err(),
        FetchError::Garbled
    );
}

#[tokio::test]
async fn compressed_answers_are_refused_unread() {
    for coding in ["gzip", "br", "deflate", "zstd", "identity, gzip", "GZIP", ""] {
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: 6\r\n\r\nGIF89a"
        );
        let server = Server::saying(answer).await;
        let error = get(&Outbound::new(local(&[server.port])), &server.url("/"), Kind::Image)
            .await
            .unwrap_err();
        assert_eq!(error, FetchError::Compressed, "{coding}");
    }
    let plain = Server::saying(
        "HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\nContent-Length: 6\r\n\r\nGIF89a",
    )
    .await;
    get(&Outbound::new(local(&[plain.port])), &plain.url("/"), Kind::Image).await.unwrap();
    // A bomb that does not say what it is, is no picture.
    let bomb = Server::saying(ok(b"\x1f\x8b\x08\0\0\0\0\0\0\x03")).await;
    assert_eq!(
        get(&Outbound::new(local(&[bomb.port])), &bomb.url("/"), Kind::Image).await.unwrap_err(),
        FetchError::NotAnImage
    );
}

#[tokio::test]
async fn a_picture_is_one_by_its_bytes() {
    let said = |kind: &str, body: &str| {
        format!(
            "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let server = Server::saying(said("text/html", "GIF89a")).await;
    let outbound = Outbound::new(local(&[server.port]));
    let fetched = get(&outbound, &server.url("/"), Kind::Image).await.unwrap();
    assert_eq!(
        (fetched.bytes.as_slice(), fetched.content_type.as_deref()),
        (PICTURE, Some("text/html"))
    );
    assert_eq!(format!("{fetched:?}"), "Fetched(6 bytes)");
    let server = Server::saying(said("image/png", "root:x:0:0:root")).await;
    let outbound = Outbound::new(local(&[server.port]));
    let error = get(&outbound, &server.url("/"), Kind::Image).await.unwrap_err();
    assert_eq!(error, FetchError::NotAnImage);
    assert!(!format!("{error:?} {error}").contains("root"));
    assert_eq!(
        get(&outbound, &server.url("/"), Kind::Any).await.unwrap().bytes,
        b"root:x:0:0:root"
    );
}

#[tokio::test]
async fn other_statuses_are_reported() {
    for status in
        [201, 204, 206, 300, 304, 305, 400, 401, 403, 404, 407, 410, 429, 500, 503, 599, 999]
    {
        let server = Server::saying(format!(
            "HTTP/1.1 {status} Secret\r\nX-Secret: secret\r\nContent-Length: 0\r\n\r\n"
        ))
        .await;
        let error = get(&Outbound::new(local(&[server.port])), &server.url("/"), Kind::Any)
            .await
            .unwrap_err();
        assert_eq!(error, FetchError::Status(status));
        assert!(!format!("{error:?} {error}").to_lowercase().contains("secret"));
    }
}
