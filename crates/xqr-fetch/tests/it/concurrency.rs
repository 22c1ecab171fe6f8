//! Who may be slow, and how many at once.

use std::sync::Arc;

use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use xqr_fetch::{FetchError, Kind, Outbound, Policy, Target};

use crate::stage::{Oracle, Server, get, ips, local, ok};

/// A server that keeps every connection open.
async fn silent(address: &str) -> Server {
    Server::on(TcpListener::bind(address).await.unwrap(), |mut stream, _| async move {
        stream.read_u8().await.ok();
    })
}

/// Starts a fetch, and waits until it has come to the server.
async fn occupy(
    outbound: &Arc<Outbound>,
    server: &Server,
    url: &str,
) -> tokio::task::JoinHandle<()> {
    let before = server.requests().len();
    let (client, target) = (Arc::clone(outbound), Target::parse(url, outbound.policy()).unwrap());
    let task = tokio::spawn(async move {
        client.fetch(&target, Kind::Any).await.ok();
    });
    while server.requests().len() == before {
        tokio::task::yield_now().await;
    }
    task
}

#[tokio::test]
async fn a_slow_host_holds_its_own_places_only() {
    let quick = Server::saying(ok(b"quick")).await;
    let slow = silent("127.0.0.3:0").await;
    // The slow host has many names, and one address.
    let oracle = Oracle::new(|name, _| {
        ips(&[if name.starts_with("quick") { "127.0.0.1" } else { "127.0.0.3" }])
    });
    let policy =
        Policy { max_requests: 10, max_requests_per_host: 2, ..local(&[slow.port, quick.port]) };
    let outbound = Arc::new(Outbound::new(policy).resolving(oracle));
    let url = |name: &str| format!("http://{name}.example:{}/", slow.port);
    let first = occupy(&outbound, &slow, &url("a")).await;
    let _second = occupy(&outbound, &slow, &url("a")).await;
    assert_eq!(
        get(&outbound, &url("a"), Kind::Any).await.unwrap_err(),
        FetchError::Busy,
        "by name"
    );
    assert_eq!(
        get(&outbound, &url("b"), Kind::Any).await.unwrap_err(),
        FetchError::Busy,
        "by address"
    );
    assert_eq!(slow.hits(), 2, "who finds no place does not dial");
    for _ in 0..5 {
        get(&outbound, &format!("http://quick.example:{}/", quick.port), Kind::Any).await.unwrap();
    }
    // A place comes back when its request ends, however it ends.
    first.abort();
    first.await.unwrap_err();
    occupy(&outbound, &slow, &url("b")).await;
}

#[tokio::test]
async fn all_requests_together_are_limited_without_a_queue() {
    let slow = silent("127.0.0.1:0").await;
    let policy = Policy { max_requests: 2, max_requests_per_host: 9, ..local(&[slow.port]) };
    let outbound = Arc::new(Outbound::new(policy));
    let one = occupy(&outbound, &slow, &slow.url("/1")).await;
    let _two = occupy(&outbound, &slow, &slow.url("/2")).await;
    assert_eq!(get(&outbound, &slow.url("/3"), Kind::Any).await.unwrap_err(), FetchError::Busy);
    let target = Target::parse(&slow.url("/4"), outbound.policy()).unwrap();
    assert_eq!(
        outbound.post(&target, Default::default(), Vec::new()).await.unwrap_err(),
        FetchError::Busy
    );
    one.abort();
    one.await.unwrap_err();
    occupy(&outbound, &slow, &slow.url("/5")).await;
}

#[tokio::test]
async fn bodies_share_one_memory_until_they_are_dropped() {
    let server = Server::saying(ok(&[b'x'; 40_000])).await;
    let policy = Policy { memory: 100_000, max_bytes: 50_000, ..local(&[server.port]) };
    let outbound = Outbound::new(policy);
    let one = get(&outbound, &server.url("/"), Kind::Any).await.unwrap();
    let two = get(&outbound, &server.url("/"), Kind::Any).await.unwrap();
    assert_eq!(get(&outbound, &server.url("/"), Kind::Any).await.unwrap_err(), FetchError::Busy);
    drop(one);
    let three = get(&outbound, &server.url("/"), Kind::Any).await.unwrap();
    assert_eq!(two.bytes, three.bytes);
}
