//! Redirects: each hop is a new attempt under the same rules.

use tokio::io::AsyncWriteExt as _;
use xqr_fetch::{FetchError, Kind, Outbound, Policy, UrlFault};

use crate::stage::{Oracle, PICTURE, Server, get, internal, ips, local, ok};

fn moved(status: u16, location: &str) -> String {
    format!("HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n")
}

/// A policy that allows one loopback address, where the redirecting server is, and nothing else of
/// this machine.
fn one(ports: &[u16]) -> Policy {
    Policy { allow_nets: vec!["127.0.0.1/32".parse().unwrap()], ..local(ports) }
}

#[tokio::test]
async fn redirects_inside_are_refused_with_the_host_that_the_caller_named() {
    let canary = Server::canary(0).await.unwrap();
    let p = canary.port;
    for status in [301, 302, 303, 307, 308] {
        for location in [
            format!("http://127.0.0.2:{p}/"),
            format!("http://[::1]:{p}/"),
            format!("http://[::ffff:127.0.0.1]:{p}/"),
            format!("http://0x7f.2:{p}/"),
            format!("http://0:{p}/"),
            format!("//127.2:{p}/"),
            format!("\\\\127.2:{p}\\"),
            format!("http://inside.example:{p}/"),
            "http://169.254.169.254/latest/meta-data/".to_owned(),
            "http://10.0.0.5/".to_owned(),
            "http://[fd00:ec2::254]/".to_owned(),
        ] {
            let server = Server::saying(moved(status, &location)).await;
            let oracle = Oracle::new(|name, _| {
                ips(&[if name == "inside.example" { "10.0.0.5" } else { "127.0.0.1" }])
            });
            let outbound = Outbound::new(one(&[server.port, p])).resolving(oracle);
            let error =
                get(&outbound, &format!("http://outside.example:{}/", server.port), Kind::Image)
                    .await
                    .unwrap_err();
            assert_eq!(error, internal("outside.example", None), "{status} {location}");
            assert_eq!(server.hits(), 1);
        }
    }
    assert_eq!(canary.hits(), 0);
}

#[tokio::test]
async fn redirects_to_what_may_not_be_fetched_are_refused() {
    let long = format!("/{}", "a".repeat(3000));
    for location in [
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "gopher://127.0.0.1/",
        "data:image/gif,GIF89a",
        "http://u:p@127.0.0.1/",
        "http://127.0.0.1:22/",
        "http://[::1",
        &long,
    ] {
        let server = Server::saying(moved(302, location)).await;
        let outbound = Outbound::new(local(&[server.port]));
        let error = get(&outbound, &server.url("/"), Kind::Any).await.unwrap_err();
        assert_eq!(error, FetchError::BadUrl(UrlFault::Redirect), "{location}");
    }
    // Without a place to go it is a status like others.
    let server = Server::saying("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n").await;
    assert_eq!(
        get(&Outbound::new(local(&[server.port])), &server.url("/"), Kind::Any).await.unwrap_err(),
        FetchError::Status(302)
    );
}

/// A server whose `/n` leads to `/n-1`, and whose `/0` is a picture.
async fn chain() -> Server {
    Server::start(|mut stream, request| async move {
        let path = request.split(' ').nth(1).unwrap();
        let answer = match path[1..].parse::<u32>().unwrap() {
            0 => ok(PICTURE),
            left => {
                moved(if left % 2 == 0 { 302 } else { 307 }, &(left - 1).to_string()).into_bytes()
            }
        };
        stream.write_all(&answer).await.ok();
    })
    .await
}

#[tokio::test]
async fn chains_are_followed_as_far_as_the_policy_goes() {
    for (length, max, expected, hits) in [
        (3, 3, Ok(()), 4),
        (4, 3, Err(FetchError::TooManyRedirects), 4),
        (20, 3, Err(FetchError::TooManyRedirects), 4),
        (1, 0, Err(FetchError::TooManyRedirects), 1),
        (0, 0, Ok(()), 1),
    ] {
        let server = chain().await;
        let outbound = Outbound::new(Policy { max_redirects: max, ..local(&[server.port]) });
        let fetched = get(&outbound, &server.url(&format!("/{length}")), Kind::Image).await;
        assert_eq!(
            fetched.map(|fetched| assert_eq!(fetched.bytes, PICTURE)),
            expected,
            "{length} of {max}"
        );
        assert_eq!(server.hits(), hits, "{length} of {max}");
    }
    // A chain of 20 hops that ends inside does not even get there.
    let canary = Server::canary(0).await.unwrap();
    let server = chain().await;
    let outbound = Outbound::new(Policy { max_redirects: 30, ..one(&[server.port]) });
    get(&outbound, &server.url("/20"), Kind::Image).await.unwrap();
    assert_eq!((server.hits(), canary.hits()), (21, 0));
}

#[tokio::test]
async fn nothing_of_one_hop_reaches_the_next() {
    let last = Server::saying(ok(PICTURE)).await;
    let location = last.url("/logo#fragment");
    let first = Server::saying(format!(
        "HTTP/1.1 302 Found\r\nSet-Cookie: a=b\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
    ))
    .await;
    let outbound = Outbound::new(local(&[first.port, last.port]));
    get(&outbound, &first.url("/secret"), Kind::Image).await.unwrap();
    let version = env!("CARGO_PKG_VERSION");
    let expected = format!(
        "GET /logo HTTP/1.1\r\naccept: image/*\r\nuser-agent: xqr/{version}\r\nhost: 127.0.0.1:{}\r\naccept-encoding: identity\r\n\
         connection: close\r\n\r\n",
        last.port
    );
    assert_eq!(last.requests(), [expected], "no cookie, no Referer, no fragment");
}
