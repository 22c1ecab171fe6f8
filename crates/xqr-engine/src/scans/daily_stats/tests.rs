use std::hash::Hasher as _;

use proptest::prelude::*;
use siphasher::sip::SipHasher24;
use xqr_store::{LinkId, WorkspaceId};

use super::*;

fn scan(at: i64, referrer: &str, bot: bool) -> NewScan {
    NewScan {
        link_id: LinkId(1),
        workspace_id: WorkspaceId(1),
        at,
        country: Some("DE".to_owned()),
        device: "mobile",
        agent: "Safari",
        referrer: Some(referrer.to_owned()).filter(|host| !host.is_empty()),
        bot,
        variant: None,
        system: "iOS",
    }
}

fn row() -> ScanDay {
    ScanDay {
        workspace_id: WorkspaceId(1),
        scope: LinkId(1).into(),
        day: 0,
        scans: 0,
        bots: 0,
        visitors: 0,
        tally: String::new(),
    }
}

fn hash(n: u64) -> u64 {
    let mut hasher = SipHasher24::new_with_keys(1, 2);
    hasher.write_u64(n);
    hasher.finish()
}

#[test]
fn a_day_is_written_and_read_again() {
    let mut tally = DayStats::default();
    tally.add(&scan(0, "", false), Some(7));
    tally.add(&scan(QUARTER - 1, "a.example", false), Some(7));
    tally.add(&scan(DAY - 1, "a.example", false), Some(8));
    tally.add(&scan(DAY + 1, "", true), Some(9));
    let mut row = row();
    tally.write(&mut row).unwrap();
    assert_eq!((row.scans, row.bots, row.visitors), (4, 1, 2), "machines are no visitors");
    let again = DayStats::read(&row).unwrap();
    assert_eq!(again.people.quarters, BTreeMap::from([(0, 2), (95, 1)]));
    assert_eq!(
        again.people.facets[&Facet::Referrer],
        BTreeMap::from([(String::new(), 1), ("a.example".to_owned(), 2)])
    );
    assert_eq!(again.machines.facets[&Facet::System], BTreeMap::from([("iOS".to_owned(), 1)]));
    assert_eq!(
        (again.people, again.machines, again.visitors),
        (tally.people, tally.machines, tally.visitors)
    );
    assert!(DayStats::read(&ScanDay { tally: "{\"v\":\"sAAAA\"}".to_owned(), ..row }).is_err());
}

#[test]
fn a_flood_of_referrers_does_not_enlarge_rows() {
    let mut tally = DayStats::default();
    for n in 0..10_000 {
        tally.add(&scan(0, "often.example", false), None);
        tally.add(&scan(0, &format!("{n}.example"), false), None);
    }
    tally.add(&scan(0, "WWW.Example.COM", false), None);
    tally.add(&scan(0, "direct", false), None);
    tally.add(&scan(0, &format!("{}.example", "x".repeat(240)), false), None);
    let referrers = &tally.people.facets[&Facet::Referrer];
    assert!(referrers.len() <= 2 * VALUES, "{}", referrers.len());
    assert_eq!(
        (referrers["often.example"], referrers.values().sum::<u64>()),
        (10_000, 20_003),
        "none is lost"
    );
    assert_eq!(
        (referrers["www.example.com"], referrers[""], referrers[&"x".repeat(REFERRER)]),
        (1, 1, 1)
    );
}

#[test]
fn visitors_are_exact_and_then_close() {
    let mut visitors = UniqueVisitors::default();
    let mut added = 0;
    for (count, tolerance) in
        [(512, 0.0), (600, 0.05), (5_000, 0.05), (20_000, 0.05), (300_000, 0.05), (2_000_000, 0.05)]
    {
        while added < count {
            visitors.add(hash(added));
            added += 1;
        }
        let error = (visitors.count() as f64 / count as f64 - 1.0).abs();
        assert!(error <= tolerance, "{count}: {}", visitors.count());
    }
}

proptest! {
    #[test]
    fn nobody_counts_twice_and_order_does_not_matter(hashes in prop::collection::vec(any::<u64>(), 0..2_000)) {
        let gather = |hashes: &mut dyn Iterator<Item = u64>| {
            let mut visitors = UniqueVisitors::default();
            hashes.for_each(|hash| visitors.add(hash));
            visitors
        };
        let once = gather(&mut hashes.iter().copied());
        prop_assert_eq!(&once, &gather(&mut hashes.iter().rev().chain(&hashes).copied()));
        let text = serde_json::to_string(&once).unwrap();
        prop_assert_eq!(once, serde_json::from_str(&text).unwrap());
    }
}
