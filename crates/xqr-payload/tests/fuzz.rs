//! Arbitrary fields: nothing panics, and every refusal has a 4xx status.
//!
//! `XQR_TEST_FUZZ_CASES` sets how many cases each target runs.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::cell::Cell;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use xqr_errors::{Dialect, Result};
use xqr_payload::{
    Dynamic, Email, Event, Geo, Payload, Phone, Security, Sms, Text, Url, VCard, When, Wifi,
};

/// Runs a target with inputs that are the same every time. The target returns whether it accepted
/// the input; at least one input in twenty must be accepted, so that the test also covers success.
fn fuzz<S: Strategy>(input: &S, target: impl Fn(S::Value) -> bool) {
    let cases = std::env::var("XQR_TEST_FUZZ_CASES").map_or(64, |cases| cases.parse().unwrap());
    let config =
        Config { cases, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let accepted = Cell::new(0);
    let run = |value| {
        accepted.set(accepted.get() + u32::from(target(value)));
        Ok(())
    };
    if let Err(error) = TestRunner::new_with_rng(config, rng).run(input, run) {
        panic!("{error}");
    }
    assert!(accepted.get() >= cases / 20, "{} of {cases} accepted", accepted.get());
}

/// Asserts that an error has a 4xx status.
#[track_caller]
fn fine<T>(result: Result<T>) -> Option<T> {
    result
        .map_err(|error| {
            let status = error.condition().reply(Dialect::Xqr).status;
            assert!((400..500).contains(&status), "{status}: {error:?}");
        })
        .ok()
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>(),
        -400.0..400.0,
        select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, f64::MIN_POSITIVE])
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,80}",
        ".{0,40}",
        "[\u{0}-\u{ff}]{0,40}",
        "https://[a-z.:@/?#%]{0,30}",
        "[ا-ي א-ת A-Za-zà-ÿ]{0,30}"
    ]
}

fn payload() -> impl Strategy<Value = Payload> {
    let words = || vec(text(), 5);
    let security = select(vec![
        Security::Wpa,
        Security::Wpa2,
        Security::Wpa3,
        Security::Wep,
        Security::Nopass,
    ]);
    prop_oneof![
        text().prop_map(|text| Url::new(text).into()),
        text().prop_map(|text| Text::new(text).into()),
        text().prop_map(|text| Dynamic::new(text).into()),
        text().prop_map(|text| Phone::new(text).into()),
        (number(), number(), number())
            .prop_map(|(lat, lng, high)| Geo::new(lat, lng).altitude(high).into()),
        (text(), text(), security, any::<bool>()).prop_map(|(name, password, security, hidden)| {
            Wifi::new(name, security).password(password).hidden(hidden).into()
        }),
        words().prop_map(|t| Email::new(&t[0])
            .to(&t[1])
            .cc(&t[2])
            .bcc(&t[3])
            .subject(&t[4])
            .body(&t[0])
            .into()),
        (text(), text()).prop_map(|(phone, message)| Sms::new(phone).message(message).into()),
        words().prop_map(|t| VCard::new(&t[0])
            .org(&t[1])
            .phone(&t[2])
            .email(&t[3])
            .url(&t[4])
            .note(&t[0])
            .into()),
        (words(), select(vec!["2026-03-21", "2026-03-21T14:30:00Z", "2026-03-21T14:30:00+01:00"]))
            .prop_map(|(t, time)| {
                let start: When = time.parse().unwrap();
                Event::new(&t[0], start).location(&t[1]).description(&t[2]).into()
            }),
    ]
}

#[test]
fn payloads() {
    fuzz(&payload(), |payload| fine(payload.content()).is_some());
}

#[test]
fn times() {
    let date = "20[0-9]{2}-[01][0-9]-[0-3][0-9](T[0-2][0-9]:[0-5][0-9](:[0-6][0-9])?(Z|[+-][01][0-9]:00)?)?";
    fuzz(&prop_oneof![1 => text().boxed(), 3 => date.boxed()], |time| time.parse::<When>().is_ok());
}
