//! Resolvers that lie: rebinding, mixed answers, answers that never come.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use xqr_fetch::{FetchError, Kind, NoAnswer, Outbound, Policy, Resolve, Target};

use crate::stage::{Mute, Oracle, Server, get, hasty, internal, ips, local, ok};

const NAME: &str = "rebind.example";

fn url(port: u16) -> String {
    format!("http://{NAME}:{port}/")
}

#[tokio::test]
async fn a_name_that_flips_between_public_and_internal_never_gets_inside() {
    // The allowed half stands for the Internet: a server on one loopback address, the only one that
    // the policy lets pass. On the same port of the others a canary listens.
    let outside =
        Server::on(TcpListener::bind("127.0.0.9:0").await.unwrap(), |mut stream, _| async move {
            stream.write_all(&ok(b"outside")).await.ok();
        });
    let inside =
        Server::on(TcpListener::bind(("127.0.0.1", outside.port)).await.unwrap(), |_, _| async {});
    let policy =
        Policy { allow_nets: vec!["127.0.0.9/32".parse().unwrap()], ..local(&[outside.port]) };
    let oracle = Oracle::new(|_, before| ips(&[["127.0.0.9", "127.0.0.1"][before % 2]]));
    let outbound = Outbound::new(policy).resolving(oracle.clone());
    let target = Target::parse(&url(outside.port), outbound.policy()).unwrap();
    for attempt in 1..=2000 {
        let fetched = outbound.fetch(&target, Kind::Any).await;
        match attempt % 2 {
            1 => assert_eq!(fetched.unwrap().bytes, b"outside"),
            _ => assert_eq!(fetched.unwrap_err(), internal(NAME, Some("127.0.0.1"))),
        }
        assert_eq!(oracle.asked(), attempt, "one look-up for each attempt");
    }
    assert_eq!((outside.hits(), inside.hits()), (1000, 0));
}

#[tokio::test]
async fn the_client_connects_to_the_address_that_it_looked_up() {
    // A second look-up leads to another server.
    let (first, second) = (Server::saying(ok(b"first")).await, Server::canary(0).await.unwrap());
    let oracle = Oracle::new(|_, before| ips(&[["127.0.0.1", "::1"][before]]));
    let outbound = Outbound::new(local(&[first.port])).resolving(oracle.clone());
    let fetched = get(&outbound, &url(first.port), Kind::Any).await.unwrap();
    assert_eq!((fetched.bytes.as_slice(), oracle.asked(), second.hits()), (&b"first"[..], 1, 0));
    assert!(
        first.requests()[0].contains(&format!("host: {NAME}:{}\r\n", first.port)),
        "{:?}",
        first.requests()
    );
}

#[tokio::test]
async fn one_internal_answer_among_public_ones_refuses_the_name() {
    let canary = Server::canary(0).await.unwrap();
    for (answers, culprit) in [
        (&["9.9.9.9", "10.0.0.5"][..], "10.0.0.5"),
        (&["127.0.0.1", "9.9.9.9"], "127.0.0.1"),
        (&["9.9.9.9", "2620:fe::9", "::1"], "::1"),
        (&["9.9.9.9", "::ffff:127.0.0.1"], "::ffff:127.0.0.1"),
        (&["2620:fe::9", "64:ff9b::7f00:1"], "64:ff9b::7f00:1"),
        (
            &["9.9.9.9", "9.9.9.10", "9.9.9.11", "9.9.9.12", "9.9.9.13", "9.9.9.14", "192.168.0.1"],
            "192.168.0.1",
        ),
    ] {
        let policy = Policy { http: true, ports: vec![canary.port], ..Policy::default() };
        let outbound = Outbound::new(policy).resolving(Oracle::new(move |_, _| ips(answers)));
        let error = get(&outbound, &url(canary.port), Kind::Any).await.unwrap_err();
        assert_eq!(error, internal(NAME, Some(culprit)), "{answers:?}");
    }
    assert_eq!(canary.hits(), 0);
}

#[tokio::test]
async fn an_address_that_does_not_answer_is_passed_over() {
    let server = Server::saying(ok(b"here")).await;
    // Nothing listens on the first: the server has 127.0.0.1 only.
    let outbound = Outbound::new(local(&[server.port]))
        .resolving(Oracle::new(|_, _| ips(&["127.0.0.9", "127.0.0.1"])));
    assert_eq!(get(&outbound, &url(server.port), Kind::Any).await.unwrap().bytes, b"here");
    // Two of a family are tried, however many a name has.
    let many = Oracle::new(|_, _| ips(&["127.0.0.9", "127.0.0.8", "127.0.0.1"]));
    let outbound = Outbound::new(local(&[server.port])).resolving(many);
    assert_eq!(
        get(&outbound, &url(server.port), Kind::Any).await.unwrap_err(),
        FetchError::Unreachable
    );
}

#[tokio::test]
async fn the_lists_of_the_policy_decide_before_the_table() {
    let server = Server::saying(ok(b"here")).await;
    let denied = |nets: &[&str]| nets.iter().map(|net| net.parse().unwrap()).collect();
    let policy =
        Policy { deny_nets: denied(&["127.0.0.1/32", "9.9.9.0/24"]), ..local(&[server.port]) };
    for address in ["127.0.0.1", "9.9.9.9"] {
        let outbound =
            Outbound::new(policy.clone()).resolving(Oracle::new(move |_, _| ips(&[address])));
        assert_eq!(
            get(&outbound, &url(server.port), Kind::Any).await.unwrap_err(),
            internal(NAME, Some(address))
        );
        let literal = get(&outbound, &format!("http://{address}:{}/", server.port), Kind::Any)
            .await
            .unwrap_err();
        assert!(matches!(literal, FetchError::Internal { literal: true, .. }), "{literal:?}");
    }
    // A target that was parsed under a wider policy is judged again.
    let narrow =
        Outbound::new(Policy { http: true, ports: vec![server.port], ..Policy::default() });
    let target = Target::parse(&server.url("/"), &local(&[server.port])).unwrap();
    assert!(matches!(
        narrow.fetch(&target, Kind::Any).await.unwrap_err(),
        FetchError::Internal { literal: true, .. }
    ));
    let https_only = Outbound::new(Policy { http: false, ..local(&[server.port]) });
    assert!(matches!(
        https_only.fetch(&target, Kind::Any).await.unwrap_err(),
        FetchError::BadUrl(_)
    ));
    assert_eq!(server.hits(), 0);
}

#[tokio::test]
async fn a_resolver_that_fails_or_never_answers_ends_the_attempt() {
    let cases: [(Arc<dyn Resolve>, FetchError); 4] = [
        (Arc::new(Mute(Some(NoAnswer::Unknown))), FetchError::Unreachable),
        (Arc::new(Mute(Some(NoAnswer::Busy))), FetchError::Busy),
        (Arc::new(Mute(None)), FetchError::Unreachable),
        (Oracle::new(|_, _| Vec::new()), FetchError::Unreachable),
    ];
    for (resolver, expected) in cases {
        let policy = hasty(80);
        let limit = policy.deadline + Duration::from_secs(1);
        let started = Instant::now();
        let outbound = Outbound::new(policy).resolving(resolver);
        assert_eq!(get(&outbound, "http://slow.example/", Kind::Any).await.unwrap_err(), expected);
        assert!(started.elapsed() < limit, "{:?}", started.elapsed());
    }
}

#[tokio::test]
async fn the_system_resolver_knows_this_machine() {
    let outbound = Outbound::new(Policy { http: true, ..Policy::default() });
    let error = get(&outbound, "http://localhost/", Kind::Any).await.unwrap_err();
    assert!(
        matches!(&error, FetchError::Internal { host, address: Some(_), literal: false } if host == "localhost"),
        "{error:?}"
    );
    // The top-level domain that never exists, RFC 6761.
    assert_eq!(
        get(&outbound, "http://xqr.invalid/", Kind::Any).await.unwrap_err(),
        FetchError::Unreachable
    );
}

#[tokio::test]
async fn every_hop_is_looked_up_once() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let server =
        Server::saying("HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n").await;
    let oracle = Oracle::new(move |_, _| {
        counted.fetch_add(1, Ordering::SeqCst);
        ips(&["127.0.0.1"])
    });
    let outbound = Outbound::new(local(&[server.port])).resolving(oracle);
    assert_eq!(
        get(&outbound, &url(server.port), Kind::Any).await.unwrap_err(),
        FetchError::TooManyRedirects
    );
    assert_eq!((asked.load(Ordering::SeqCst), server.hits()), (4, 4));
}
