//! A large list against disguised hosts, through everything that a destination goes through:
//! nothing listed gets in, and nothing else is refused.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::sync::Arc;

use xqr_engine::Data;
use xqr_engine::ManualClock;
use xqr_engine::SeededRandom;
use xqr_engine::Settings;
use xqr_engine::destinations::destination::Destination;
use xqr_engine::dialect::Dialects;

/// Hosts of the list.
const LISTED: u64 = 1_000_000;
/// Hosts that are asked for, as many listed ones as others.
const ASKED: u64 = 10_000;
/// What the list may take, in bytes.
const BYTES: usize = 32 << 20;

/// An invented host of a realistic length; every eighth has letters beyond ASCII.
fn invented(n: u64) -> String {
    let mut x = (n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut next = |below: u64| {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        x % below
    };
    let mut name: String = (0..5 + next(12)).map(|_| char::from(b'a' + next(26) as u8)).collect();
    if n % 8 == 7 {
        name.push('ü');
    }
    let top = ["com", "net", "top", "xyz", "info", "рф", "cn", "online", "shop", "co.uk"]
        [next(10) as usize];
    format!("{name}{n}.{top}")
}

/// Twelve ways to write a host into a URL.
fn disguises(host: &str) -> [String; 12] {
    let upper: String = host.chars().flat_map(char::to_uppercase).collect();
    let (first, rest) = host.split_at(1);
    let wide =
        |c: char| if c.is_ascii_graphic() { char::from_u32(c as u32 + 0xfee0).unwrap() } else { c };
    let wide: String = host.chars().map(wide).collect();
    let puny = url::Url::parse(&format!("http://{host}/"))
        .unwrap()
        .host_str()
        .unwrap()
        .to_ascii_uppercase();
    let mut escaped = String::new();
    host.bytes().for_each(|byte| write!(escaped, "%{byte:02X}").unwrap());
    [
        format!("https://{host}/"),
        format!("HTTPS://{upper}"),
        format!("https://{host}./login"),
        format!("https://good.example:pass@{host}/"),
        format!("http://{host}:8443/?q=1#f"),
        format!("https://{escaped}/"),
        format!("https://{puny}/"),
        format!("https://www.secure.login.{host}/"),
        format!("https://{wide}/"),
        format!("https://{first}\u{ad}{rest}/"),
        format!("https://{}/", host.replace('.', "。")),
        format!("http://\\\\{first}%{:02x}{}\\x", rest.as_bytes()[0], &rest[1..]),
    ]
}

#[test]
fn nothing_listed_gets_in_and_nothing_else_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let feed = folder.path().join("feed");
    let mut list = String::new();
    (0..LISTED).for_each(|n| writeln!(list, "{}", invented(n)).unwrap());
    std::fs::write(&feed, list).unwrap();
    let mut settings = Settings::defaults();
    settings.data_dir = folder.path().to_owned();
    settings.database_url = folder.path().join("xqr.db").display().to_string();
    settings.blocklist.files = vec![feed];
    let data = Data::open(
        &settings,
        Arc::new(ManualClock::at(0)),
        Arc::new(SeededRandom::new(1)),
        Dialects::default(),
    )
    .unwrap();
    let files = data.files();
    files.open();
    let state = &files.state()[0];
    assert_eq!((state.hosts as u64, &state.trouble), (LISTED, &None));
    assert!(state.bytes <= BYTES, "{} bytes", state.bytes);

    let asked = |n: u64| {
        disguises(&invented(n)).map(|text| {
            let destination =
                text.parse::<Destination>().unwrap_or_else(|_| panic!("{text} does not parse"));
            (files.find(destination.host()).is_some(), text)
        })
    };
    for n in 0..ASKED {
        for (blocked, text) in asked(n * (LISTED / ASKED)) {
            assert!(blocked, "{text} got in");
        }
        for (blocked, text) in asked(LISTED + n) {
            assert!(!blocked, "{text} was refused");
        }
    }
}
