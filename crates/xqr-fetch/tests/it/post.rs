//! Posts: what a webhook's receiver gets, and what is made of its answer.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use xqr_fetch::{Delivered, FetchError, HeaderMap, HeaderName, HeaderValue, Outbound, Target};

use crate::stage::{Server, hasty, local};

async fn post(
    server: &Server,
    headers: &[(&'static str, &'static str)],
) -> Result<Delivered, FetchError> {
    let outbound = Outbound::new(local(&[server.port]));
    let target = Target::parse(&server.url("/hook?k=v"), outbound.policy()).unwrap();
    let headers = headers
        .iter()
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
    outbound.post(&target, headers.collect(), br#"{"a":1}"#.to_vec()).await
}

fn answer(status: u16, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status} X\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
}

#[tokio::test]
async fn the_receiver_gets_these_bytes_and_these_headers() {
    let server = Server::saying(answer(202, "", "taken")).await;
    let delivered = post(
        &server,
        &[
            ("content-type", "application/json"),
            ("webhook-id", "msg_1"),
            ("user-agent", "Studio-Webhooks/1"),
            // None of these may be sent: they would name another host, or another end of the body.
            ("host", "internal.example"),
            ("content-length", "3"),
            ("transfer-encoding", "chunked"),
            ("connection", "keep-alive, webhook-id"),
            ("expect", "100-continue"),
            ("upgrade", "h2c"),
            ("te", "trailers"),
            ("accept-encoding", "gzip"),
            ("proxy-authorization", "Basic eA=="),
        ],
    )
    .await
    .unwrap();
    assert_eq!(
        (delivered.status, delivered.retry_after, delivered.body_excerpt.as_str()),
        (202, None, "taken")
    );
    let expected = format!(
        "POST /hook?k=v HTTP/1.1\r\ncontent-type: application/json\r\nwebhook-id: msg_1\r\nuser-agent: Studio-Webhooks/1\r\n\
         host: 127.0.0.1:{}\r\naccept-encoding: identity\r\nconnection: close\r\ncontent-length: 7\r\n\r\n{{\"a\":1}}",
        server.port
    );
    let sent = &server.requests()[0];
    let sorted = |text: &str| {
        let mut lines: Vec<_> = text.split("\r\n").map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(sent), sorted(&expected));
}

#[tokio::test]
async fn every_status_is_an_answer_and_no_redirect_is_followed() {
    let canary = Server::canary(0).await.unwrap();
    for status in [200, 204, 301, 302, 303, 307, 308, 400, 404, 410, 429, 500, 503] {
        let location = format!("Location: http://127.0.0.1:{}/\r\n", canary.port);
        let server = Server::saying(answer(status, &location, "")).await;
        assert_eq!(post(&server, &[]).await.unwrap().status, status);
    }
    assert_eq!(canary.hits(), 0);
}

#[tokio::test]
async fn retry_after_is_read() {
    for (header, expected) in [
        ("Retry-After: 120\r\n", Some(120)),
        (
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: Sun, 06 Nov 1994 08:50:37 GMT\r\n",
            Some(60),
        ),
        ("Retry-After: later\r\n", None),
        ("", None),
    ] {
        let server = Server::saying(answer(503, header, "")).await;
        assert_eq!(
            post(&server, &[]).await.unwrap().retry_after,
            expected.map(Duration::from_secs),
            "{header}"
        );
    }
}

#[tokio::test]
async fn an_excerpt_is_short_and_legible_and_stays_out_of_logs() {
    for (body, expected) in [
        ("x".repeat(5000), "x".repeat(1024)),
        (format!("x{}", "é".repeat(600)), format!("x{}", "é".repeat(511))),
        ("a\0b\x1b[31m\r\n\tc".to_owned(), "a\u{fffd}b\u{fffd}[31m\r\n\tc".to_owned()),
    ] {
        let server = Server::saying(answer(500, "", &body)).await;
        let delivered = post(&server, &[]).await.unwrap();
        assert_eq!(delivered.body_excerpt, expected);
        assert!(!format!("{delivered:?}").contains(&delivered.body_excerpt));
    }
    let packed = Server::saying(answer(500, "Content-Encoding: gzip\r\n", "packed")).await;
    assert_eq!(post(&packed, &[]).await.unwrap().body_excerpt, "");
}

#[tokio::test]
async fn a_receiver_that_does_not_end_has_answered_all_the_same() {
    let endless = Server::start(|mut stream, _| async move {
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.ok();
        while stream.write_all(&[b'x'; 4096]).await.is_ok() {}
    })
    .await;
    let delivered = post(&endless, &[]).await.unwrap();
    assert_eq!((delivered.status, delivered.body_excerpt.len()), (200, 1024));

    let stuck = Server::start(|mut stream, _| async move {
        stream.write_all(b"HTTP/1.1 410 Gone\r\n\r\npart").await.ok();
        stream.read_u8().await.ok();
    })
    .await;
    let outbound = Outbound::new(hasty(stuck.port));
    let target = Target::parse(&stuck.url("/"), outbound.policy()).unwrap();
    let started = Instant::now();
    let delivered = outbound.post(&target, HeaderMap::new(), Vec::new()).await.unwrap();
    assert_eq!((delivered.status, delivered.body_excerpt.as_str()), (410, "part"));
    assert!(
        delivered.duration >= outbound.policy().deadline
            && started.elapsed() < outbound.policy().deadline + Duration::from_secs(1)
    );

    let mute = Server::start(|mut stream, _| async move {
        stream.read_u8().await.ok();
    })
    .await;
    let outbound = Outbound::new(hasty(mute.port));
    let target = Target::parse(&mute.url("/"), outbound.policy()).unwrap();
    assert_eq!(
        outbound.post(&target, HeaderMap::new(), Vec::new()).await.unwrap_err(),
        FetchError::TooSlow
    );
}
