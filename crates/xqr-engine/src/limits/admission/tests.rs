use proptest::prelude::*;
use xqr_plans::Plan;
use xqr_store::KeyId;

use super::*;
use crate::limits::token_buckets::Taken;
use crate::testing::{NOW, caller, open};
use crate::{Data, ManualClock};

const HUB: Rates = Rates { pace: Pace::KeyMinute, quota: None };
const FORGE: Rates = Rates { pace: Pace::WorkspaceMinute, quota: Some(Cycle::Day) };

/// Admits calls until one is refused, and returns how many there were and why it ended.
async fn exhaust(
    gate: &AdmissionGate,
    data: &Data,
    caller: &Caller,
    rates: Rates,
) -> (u64, Condition) {
    for admitted in 0.. {
        match gate.admit(data, caller, rates).await.1 {
            Ok(admission) => admission.keep(),
            Err(error) => return (admitted, error.condition().clone()),
        }
    }
    unreachable!("every limit of these tests is finite")
}

#[tokio::test]
async fn a_minute_is_a_bucket_of_a_key() {
    let (data, clock, _folder) = open();
    let gate = AdmissionGate::new(data.clock());
    let first =
        caller(&data, Plan::Pro, r#"{"calls_per_minute":60,"calls_per_day":0,"monthly_calls":0}"#);
    assert_eq!(
        exhaust(&gate, &data, &first, HUB).await,
        (60, Condition::RateExceeded { seconds: 1 })
    );
    let mut second = first.clone();
    second.principal = Principal::Key(KeyId(i64::MAX));
    assert_eq!(
        exhaust(&gate, &data, &second, HUB).await.0,
        60,
        "another key of the workspace has its own"
    );
    clock.advance(30_000);
    assert_eq!(exhaust(&gate, &data, &first, HUB).await.0, 30);
}

#[tokio::test]
async fn a_minute_and_a_day_are_of_a_workspace() {
    let (data, clock, _folder) = open();
    let gate = AdmissionGate::new(data.clock());
    let first = caller(
        &data,
        Plan::Pro,
        r#"{"calls_per_minute":60,"calls_per_day":100,"monthly_calls":0}"#,
    );
    let mut second = first.clone();
    second.principal = Principal::Key(KeyId(i64::MAX));
    assert_eq!(exhaust(&gate, &data, &first, FORGE).await.0, 60);
    assert_eq!(exhaust(&gate, &data, &second, FORGE).await.0, 0);
    clock.advance(60_000);
    // 2026-03-21T14:31:00Z: the day has 34,140 s left.
    assert_eq!(
        exhaust(&gate, &data, &second, FORGE).await,
        (40, Condition::DailyQuotaSpent { seconds: 34_140 })
    );
    clock.advance(34_140_000 - 1);
    assert_eq!(
        exhaust(&gate, &data, &first, FORGE).await,
        (0, Condition::DailyQuotaSpent { seconds: 1 })
    );
    clock.advance(1);
    // The call that was refused just now took a token of the minute.
    assert_eq!(exhaust(&gate, &data, &first, FORGE).await.0, 59, "at midnight UTC the day is new");
    let other = caller(&data, Plan::Pro, r#"{"calls_per_minute":2}"#);
    assert_eq!(exhaust(&gate, &data, &other, FORGE).await.0, 2);
}

#[tokio::test]
async fn a_failed_call_goes_back_to_its_day() {
    let (data, clock, _folder) = open();
    let gate = AdmissionGate::new(data.clock());
    let caller = caller(&data, Plan::Pro, r#"{"calls_per_minute":null,"calls_per_day":5}"#);
    for _ in 0..20 {
        drop(gate.admit(&data, &caller, FORGE).await.1.unwrap());
    }
    let late = gate.admit(&data, &caller, FORGE).await.1.unwrap();
    clock.advance(24 * 60 * 60 * 1000);
    drop(late);
    assert_eq!(
        exhaust(&gate, &data, &caller, FORGE).await.0,
        5,
        "yesterday's call is none of today's"
    );
}

proptest! {
    /// In every window of time, a bucket admits what it holds, what flowed in, and at most one
    /// more.
    #[test]
    fn no_window_admits_more_than_the_bucket_and_its_inflow(
        size in 1_u64..40,
        pauses in prop::collection::vec(prop_oneof![Just(0_i64), 1_i64..50, 200_i64..3_000], 1..300),
    ) {
        let clock = Arc::new(ManualClock::at(NOW));
        let buckets = Buckets::new(Duration::from_secs(1), Arc::clone(&clock) as _);
        let mut admitted = Vec::new();
        for pause in pauses {
            clock.advance(pause);
            match buckets.take(&1, size) {
                Taken::Yes(_) => admitted.push(clock.now()),
                Taken::No(seconds) => prop_assert_eq!(seconds, 1),
            }
        }
        for (i, from) in admitted.iter().enumerate() {
            for (j, to) in admitted.iter().enumerate().skip(i) {
                let (count, window) = ((j - i + 1) as u64, (to - from).unsigned_abs());
                prop_assert!(count * 1000 <= size * 1000 + size * window + 1000, "{} in {} ms of {}", count, window, size);
            }
        }
    }
}
