//! Hostile addresses (`hostile.txt`): each gets the exact error, and no canary gets a connection.

use std::net::IpAddr;

use tokio::net::TcpStream;
use xqr_fetch::{FetchError, Kind, Outbound, Policy, Target, UrlFault};

use crate::stage::{Oracle, Server, get, ips, local};

/// A row of the corpus.
pub(crate) struct Row {
    pub(crate) url: String,
    pub(crate) refusal: Refusal,
}

/// What an address gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The host is this address.
    Literal(IpAddr),
    /// The host is a name; the resolver answers this address.
    Name(IpAddr),
    /// The address is refused.
    Fault(UrlFault),
}

/// The rows, with a port in place of `{p}`.
pub(crate) fn rows(port: u16) -> Vec<Row> {
    let lines = include_str!("hostile.txt")
        .split('\n')
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| row(line, port)).collect()
}

fn row(line: &str, port: u16) -> Row {
    let (refusal, url) = line.split_once(" | ").unwrap_or_else(|| panic!("{line:?}"));
    let mut url = url.replace("{p}", &port.to_string());
    for (name, character) in [("{tab}", "\t"), ("{lf}", "\n"), ("{cr}", "\r"), ("{nul}", "\0")] {
        url = url.replace(name, character);
    }
    let (kind, value) = refusal.split_once(' ').unwrap_or((refusal, ""));
    let refusal = match kind {
        "literal" => Refusal::Literal(value.parse().unwrap()),
        "name" => Refusal::Name(value.parse().unwrap()),
        "scheme" => Refusal::Fault(UrlFault::Scheme),
        "credentials" => Refusal::Fault(UrlFault::Credentials),
        "port" => Refusal::Fault(UrlFault::Port(value.parse().unwrap())),
        "syntax" => Refusal::Fault(UrlFault::Syntax),
        "nohost" => Refusal::Fault(UrlFault::NoHost),
        _ => panic!("{line:?}"),
    };
    Row { url, refusal }
}

/// Returns an error in the notation of the corpus.
fn said(error: FetchError) -> Option<Refusal> {
    match error {
        FetchError::BadUrl(fault) => Some(Refusal::Fault(fault)),
        FetchError::Internal { address: Some(address), literal: true, .. } => {
            Some(Refusal::Literal(address))
        }
        FetchError::Internal { address: Some(address), literal: false, .. } => {
            Some(Refusal::Name(address))
        }
        _ => None,
    }
}

#[tokio::test]
async fn every_hostile_address_is_refused_for_what_it_is() {
    let canary = Server::canary(0).await.unwrap();
    // Where the machine gives them, the ports that need no policy too.
    let usual = [Server::canary(80).await, Server::canary(443).await];
    let policy = Policy { http: true, ports: vec![canary.port], ..Policy::default() };
    let rows = rows(canary.port);
    assert!(rows.len() >= 200, "{} rows", rows.len());
    let mut wrong = Vec::new();
    for Row { url, refusal } in rows {
        // Rows that are no names have a resolver too: who took one for a name would be sent to the
        // canary's address.
        let answer = if let Refusal::Name(address) = refusal {
            address
        } else {
            IpAddr::from([127, 0, 0, 1])
        };
        let oracle = Oracle::new(move |_, _| vec![answer]);
        let outbound = Outbound::new(policy.clone()).resolving(oracle.clone());
        let error = get(&outbound, &url, Kind::Image).await.unwrap_err();
        if said(error.clone()) != Some(refusal) {
            wrong.push(format!("{url:?}: expected {refusal:?}, got {error:?}"));
        }
        let posted = match Target::parse(&url, &policy) {
            Ok(target) => {
                outbound.post(&target, Default::default(), b"{}".to_vec()).await.unwrap_err()
            }
            Err(error) => error,
        };
        assert_eq!(posted, error, "a post is refused like a fetch: {url:?}");
        let look_ups = if matches!(refusal, Refusal::Name(_)) { 2 } else { 0 };
        assert!(
            oracle.asked() == look_ups || !wrong.is_empty(),
            "{url:?} was looked up {} times",
            oracle.asked()
        );
    }
    assert_eq!(wrong, Vec::<String>::new());
    let hits = canary.hits() + usual.iter().flatten().map(Server::hits).sum::<usize>();
    assert_eq!(hits, 0, "connections at the canaries");

    // The canaries are reachable, so only the guard kept connections away.
    for address in ["127.0.0.1", "::1"] {
        TcpStream::connect((address, canary.port)).await.unwrap();
    }
}

#[tokio::test]
async fn the_same_addresses_are_fetched_where_the_policy_allows_the_network() {
    let canary = Server::canary(0).await.unwrap();
    let mut fetched = 0;
    for Row { url, refusal } in rows(canary.port) {
        let (Refusal::Literal(address) | Refusal::Name(address)) = refusal else { continue };
        let here =
            ips(&["127.0.0.1", "127.0.0.2", "127.255.255.254", "127.0.1.1", "127.1.2.3", "::1"])
                .contains(&address);
        let outbound =
            Outbound::new(local(&[canary.port])).resolving(Oracle::new(move |_, _| vec![address]));
        match Target::parse(&url, outbound.policy()) {
            Ok(target)
                if here
                    && target.as_str().starts_with(&format!(
                        "http://{}:{}/",
                        target.host(),
                        canary.port
                    )) =>
            {
                outbound
                    .fetch(&target, Kind::Image)
                    .await
                    .unwrap_or_else(|error| panic!("{url:?}: {error}"));
                fetched += 1;
            }
            _ => {}
        }
    }
    assert!(fetched >= 70, "only {fetched} fetched");
    assert_eq!(canary.hits(), fetched);
}

#[test]
fn the_length_of_an_address_is_limited_before_and_after_parsing() {
    let policy = Policy::default();
    let of_length = |length: usize| format!("https://example.com/{}", "a".repeat(length - 20));
    assert!(Target::parse(&of_length(2048), &policy).is_ok());
    let refused = Err(FetchError::BadUrl(UrlFault::TooLong { max: 2048 }));
    assert_eq!(Target::parse(&of_length(2049), &policy), refused);
    // Each of these becomes nine characters.
    assert_eq!(
        Target::parse(&format!("https://example.com/{}", "が".repeat(300)), &policy),
        refused
    );
    assert_eq!(Target::parse(&"\t".repeat(3000), &policy), refused);
}

#[test]
fn the_parsed_url_is_the_requested_one() {
    let policy = Policy { http: true, ports: vec![8443], ..Policy::default() };
    for (text, parsed) in [
        ("https://Example.COM", "https://example.com/"),
        ("https://example.com:443/a b?c d#secret", "https://example.com/a%20b?c%20d"),
        ("http://example.com:80/../x", "http://example.com/x"),
        ("https://例え.example/é", "https://xn--r8jz45g.example/%C3%A9"),
        ("https://9.9.9.9:8443/", "https://9.9.9.9:8443/"),
        ("https://[2620:fe::9]/|^`{}[]\\", "https://[2620:fe::9]/|^%60%7B%7D[]/"),
        ("https://@example.com/", "https://example.com/"),
    ] {
        assert_eq!(Target::parse(text, &policy).unwrap().as_str(), parsed, "{text}");
    }
    let https_only = Policy::default();
    assert_eq!(
        Target::parse("http://example.com/", &https_only),
        Err(FetchError::BadUrl(UrlFault::Scheme))
    );
    let hook = Target::parse("https://hooks.example/T00/secret?key=secret", &https_only).unwrap();
    assert_eq!(format!("{hook:?}"), "Target(https://hooks.example)");
}
