use std::collections::HashSet;
use std::convert::Infallible;

use proptest::prelude::*;

use super::*;

fn host(text: &str) -> Host {
    text.parse().unwrap_or_else(|_| panic!("{text}"))
}

#[test]
fn a_domain_lists_all_that_is_below_it_and_nothing_beside() {
    let set = HostSet::from_iter(
        &["evil.example", "co.uk", "a.b.example", "1.2.3.4", "2001:db8::1"].map(host),
    );
    let check =
        |text: &str, listed: Option<&str>| assert_eq!(set.find(&host(text)), listed, "{text}");
    check("evil.example", Some("evil.example"));
    check("a.b.c.evil.example", Some("evil.example"));
    check("bbc.co.uk", Some("co.uk"));
    check("x.a.b.example", Some("a.b.example"));
    check("1.2.3.4", Some("1.2.3.4"));
    check("::ffff:1.2.3.4", Some("1.2.3.4"));
    check("2001:db8::1", Some("2001:db8::1"));
    for text in [
        "example",
        "uk",
        "xevil.example",
        "evil.example.com",
        "evil.exampl",
        "evil.examplee",
        "b.example",
        "1.2.3.40",
        "2001:db8::1:1",
    ] {
        check(text, None);
    }
    assert_eq!(
        (set.len(), HostSet::default().len(), HostSet::default().find(&host("a.b"))),
        (5, 0, None)
    );
}

#[test]
fn a_copy_is_the_same_and_a_damaged_one_is_none() {
    let set = HostSet::from_iter(["evil.example", "two.example"].map(host));
    let copy = HostSet::from_bytes(set.as_bytes().to_vec()).unwrap();
    assert_eq!(copy.find(&host("evil.example")), Some("evil.example"));
    for at in 0..set.as_bytes().len() {
        let mut bytes = set.as_bytes().to_vec();
        bytes[at] ^= 1;
        assert!(HostSet::from_bytes(bytes).is_none(), "byte {at}");
        assert!(HostSet::from_bytes(set.as_bytes()[..at].to_vec()).is_none(), "cut at {at}");
    }
}

/// Invented names with the lengths and the common endings of a real feed.
fn invented(n: u64) -> Host {
    let mut x = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d;
    let mut next = |below: u64| {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        x % below
    };
    let mut name: String = (0..6 + next(10)).map(|_| char::from(b'a' + next(26) as u8)).collect();
    if next(4) == 0 {
        name = format!("www{}.{name}", next(9));
    }
    let top = ["com", "net", "top", "xyz", "info", "ru", "cn", "online", "shop", "co.uk"]
        [next(10) as usize];
    host(&format!("{name}{n}.{top}"))
}

#[test]
fn chunks_merge_into_one_exact_set() {
    let hosts: Vec<Host> = (0..3_000).map(invented).collect();
    let mut builder = Builder::default();
    for (n, host) in hosts.iter().chain(&hosts[..500]).enumerate() {
        builder.push(host);
        if n % 700 == 0 {
            builder.close();
        }
    }
    let set = builder.finish();
    assert_eq!(set.len(), 3_000);
    let mut shown = HashSet::new();
    let all: Result<(), Infallible> = set.try_for_each(|host| {
        shown.insert(host);
        Ok(())
    });
    all.unwrap();
    assert_eq!(shown, hosts.into_iter().collect());
}

/// The bar is 32 MiB for a million hosts; a tenth of them has less in common, so it needs more than
/// a tenth.
#[test]
fn hosts_take_few_bytes() {
    let hosts: Vec<Host> = (0..100_000).map(invented).collect();
    let set = HostSet::from_iter(&hosts);
    assert_eq!(set.len(), 100_000);
    assert!(set.as_bytes().len() <= 100_000 * 20, "{} bytes", set.as_bytes().len());
    assert!(hosts.iter().all(|host| set.find(host).is_some()));
    assert!((100_000..110_000).all(|n| set.find(&invented(n)).is_none()));
}

proptest! {
    /// The set against the plainest thing that could be right.
    #[test]
    fn it_finds_what_a_walk_over_a_hash_set_finds(
        listed in prop::collection::vec("([ab]{1,2}\\.){0,3}[ab]{1,2}", 0..12),
        asked in prop::collection::vec("([ab]{1,2}\\.){0,5}[ab]{1,2}", 1..40),
    ) {
        let listed: HashSet<Host> = listed.iter().map(|text| host(text)).collect();
        let set = HostSet::from_iter(&listed);
        for asked in asked.iter().map(|text| host(text)) {
            let naive = asked.candidates().filter(|name| listed.contains(&host(name))).last();
            prop_assert_eq!(set.find(&asked), naive);
        }
    }
}
