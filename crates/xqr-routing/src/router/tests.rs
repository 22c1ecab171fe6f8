use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// 2026-03-21T14:30:00Z, a Saturday.
const NOW: i64 = 1_774_103_400_000;
const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1";

fn router(rules: &[Value]) -> Router {
    let rule = |(i, rule): (usize, &Value)| {
        let mut rule = rule.clone();
        let members = rule.as_object_mut().unwrap();
        members.entry("destination").or_insert(json!(format!("https://example.com/{i}")));
        members.entry("priority").or_insert(json!(0));
        serde_json::from_value(rule).unwrap()
    };
    let rules: Vec<Rule> = rules.iter().enumerate().map(rule).collect();
    Router::new(&rules).unwrap()
}

fn visit(draw: &dyn Fn(Stickiness, usize) -> u64) -> Visit<'_> {
    Visit {
        country: Some(*b"AT"),
        user_agent: PHONE.as_bytes(),
        languages: b"de-AT,de;q=0.9,en;q=0.8",
        referrer: b"www.news.example:443",
        at: NOW,
        draw,
    }
}

const HALF: fn(Stickiness, usize) -> u64 = |_, _| 1 << 63;

#[test]
fn each_condition_holds_or_not() {
    for (conditions, holds) in [
        (json!({}), true),
        (json!({ "countries": ["DE", "AT", "CH"] }), true),
        (json!({ "countries": ["DE"] }), false),
        (json!({ "countries": ["DE"], "country_mode": "exclude" }), true),
        (json!({ "countries": ["AT"], "country_mode": "exclude" }), false),
        (json!({ "device_types": ["mobile", "tablet"] }), true),
        (json!({ "device_types": ["desktop"] }), false),
        (json!({ "operating_systems": ["iOS"] }), true),
        (json!({ "operating_systems": ["Android"] }), false),
        (json!({ "languages": ["de"] }), true),
        (json!({ "languages": ["en"] }), false),
        (json!({ "referrers": ["news.example"] }), true),
        (json!({ "referrers": ["ews.example"] }), false),
        (json!({ "weekdays": ["sat", "sun"] }), true),
        (json!({ "weekdays": ["fri"] }), false),
        // At half past two in UTC it is Sunday on the other side of the world, and early.
        (json!({ "weekdays": ["sun"], "time_zone": "Pacific/Auckland" }), true),
        (json!({ "hours": { "start": 3, "end": 4 }, "time_zone": "Pacific/Auckland" }), true),
        (json!({ "hours": { "start": 14, "end": 15 } }), true),
        (json!({ "hours": { "start": 15, "end": 16 } }), false),
        (json!({ "hours": { "start": 13, "end": 14 } }), false),
        (json!({ "hours": { "start": 20, "end": 6 } }), false),
        (json!({ "hours": { "start": 12, "end": 6 } }), true),
        (json!({ "hours": { "start": 7, "end": 7 } }), true),
        (json!({ "percentage": 50.1 }), true),
        (json!({ "percentage": 50 }), false),
        (json!({ "percentage": 0 }), false),
        (json!({ "percentage": 100 }), true),
        (json!({ "starts_at": "2026-03-21T14:30:00Z" }), true),
        (json!({ "starts_at": "2026-03-21T14:30:01Z" }), false),
        (json!({ "expires_at": "2026-03-21T14:30:01Z" }), true),
        (json!({ "expires_at": "2026-03-21T14:30:00Z" }), false),
        (json!({ "countries": ["AT"], "device_types": ["mobile"], "languages": ["de"] }), true),
        (json!({ "countries": ["AT"], "device_types": ["desktop"], "languages": ["de"] }), false),
    ] {
        let found = router(&[json!({ "conditions": conditions })]).route(&visit(&HALF)).is_some();
        assert_eq!(found, holds, "{conditions}");
    }
}

#[test]
fn what_is_not_known_passes_no_list() {
    let unknown =
        Visit { country: None, user_agent: b"", languages: b"", referrer: b"", ..visit(&HALF) };
    for (conditions, holds) in [
        (json!({ "countries": ["AT"] }), false),
        (json!({ "countries": ["AT"], "country_mode": "exclude" }), true),
        (json!({ "device_types": ["mobile"] }), false),
        (json!({ "languages": ["de"] }), false),
        (json!({ "referrers": ["news.example"] }), false),
    ] {
        assert_eq!(
            router(&[json!({ "conditions": conditions })]).route(&unknown).is_some(),
            holds,
            "{conditions}"
        );
    }
}

#[test]
fn the_first_by_priority_wins_and_equals_keep_their_order() {
    let rules = router(&[
        json!({ "priority": 2, "conditions": {} }),
        json!({ "priority": 1, "conditions": { "countries": ["US"] } }),
        json!({ "priority": 1, "conditions": {} }),
        json!({ "priority": 1, "conditions": {} }),
    ]);
    assert_eq!(rules.route(&visit(&HALF)).unwrap(), "https://example.com/2");
    let traces: Vec<_> =
        rules.trace(&visit(&HALF)).into_iter().map(|trace| (trace.index, trace.failed)).collect();
    assert_eq!(traces, [(1, Some("countries")), (2, None)]);
}

#[test]
fn languages_go_by_weight() {
    let check =
        |header: &str, tag: Option<&str>| assert_eq!(preferred(header.as_bytes()), tag, "{header}");
    check("en", Some("en"));
    check("en-GB;q=0.5, de", Some("de"));
    check("fr;q=0.8,en;q=0.8", Some("fr"));
    check("*, it;q=0.1", Some("it"));
    check("en;q=0", None);
    check("", None);
    check(";;;,,,", None);
    assert_eq!(preferred(b"\xff"), None);
}

#[test]
fn shares_of_several_rules_are_independent() {
    let rules = router(&[
        json!({ "conditions": { "percentage": 50 } }),
        json!({ "conditions": { "percentage": 50 } }),
    ]);
    let mut seen = [0; 3];
    for i in 0..40_000_u64 {
        let draw = move |_, index| mix(i, index);
        let route = rules.route(&visit(&draw)).map(|location| location[location.len() - 1] - b'0');
        seen[route.map_or(2, usize::from)] += 1;
    }
    for (found, wanted) in seen.into_iter().zip([20_000, 10_000, 10_000]) {
        assert!((wanted * 95 / 100..wanted * 105 / 100).contains(&found), "{seen:?}");
    }
}

proptest! {
    #[test]
    fn no_header_is_too_odd(agent: Vec<u8>, languages: Vec<u8>, referrer: Vec<u8>, at: i64, draw: u64) {
        let rules = router(&[json!({ "conditions": {
            "device_types": ["mobile"], "languages": ["de"], "referrers": ["a.example"], "percentage": 50, "hours": { "start": 1, "end": 2 },
            "weekdays": ["mon"], "time_zone": "Asia/Kathmandu"
        } })]);
        let draw = move |_, _| draw;
        rules.route(&Visit { country: None, user_agent: &agent, languages: &languages, referrer: &referrer, at, draw: &draw });
    }
}
