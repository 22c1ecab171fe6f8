//! What a dialect defines for its webhooks: names of events, payloads, signatures, retries.

use std::fmt;

use serde_json::Value;
use xqr_auth::SigningSecret;

use super::Event;

/// The webhooks of a dialect.
pub trait WebhookFormat: fmt::Debug + Send + Sync {
    /// Returns the names of the events to which a webhook may subscribe.
    fn events(&self) -> &'static [&'static str];

    /// Returns the name that subscribes to every event, if there is one.
    fn every_event(&self) -> Option<&'static str> {
        None
    }

    /// Returns the name of scan events, if the dialect has them.
    fn scan_event(&self) -> Option<&'static str>;

    /// Returns the name and the data of an event; `None` if the dialect does not report it.
    fn payload(&self, event: &Event) -> Option<(&'static str, Value)>;

    /// Returns the bytes to send; `at` is the time of the event in Unix milliseconds.
    fn envelope(&self, delivery_id: &str, event: &str, at: i64, data: &Value) -> String;

    /// Returns the dialect's own headers. `secret` is the newest, because their readers take one
    /// signature; `seconds` is the time of the attempt, Unix seconds.
    fn headers(
        &self,
        secret: &SigningSecret,
        delivery: &Outgoing<'_>,
        seconds: i64,
    ) -> Vec<(&'static str, String)>;

    /// Returns when failed deliveries are repeated.
    fn retries(&self) -> &'static RetryPolicy;
}

impl dyn WebhookFormat {
    /// Returns whether a webhook with these subscriptions, a JSON list of names, gets an event.
    pub(crate) fn is_subscribed(&self, names: &str, event: &str) -> bool {
        let names: Vec<String> = serde_json::from_str(names).unwrap_or_default();
        names.iter().any(|name| name == event || Some(name.as_str()) == self.every_event())
    }
}

/// A delivery on its way out.
#[derive(Debug, Clone, Copy)]
pub struct Outgoing<'a> {
    /// The id of the delivery, the same at each attempt.
    pub id: &'a str,
    /// The name of the event.
    pub event: &'a str,
    /// The bytes to send.
    pub body: &'a [u8],
}

/// When failed deliveries are repeated.
#[derive(Debug)]
pub struct RetryPolicy {
    /// Milliseconds from the end of each failed attempt to the next one. After the last, the
    /// delivery has failed.
    pub delays: &'static [i64],
    /// By how many percent a delay varies, either way.
    pub jitter: i64,
    /// Failed attempts in a row after which a webhook is disabled.
    pub disable_after: i64,
}

impl RetryPolicy {
    /// Returns the delay after this many failed attempts in milliseconds, varied by `random`;
    /// `None` after the last attempt.
    pub fn delay(&self, failed: usize, random: u32) -> Option<i64> {
        let delay = *self.delays.get(failed.checked_sub(1)?)?;
        let reach = delay * self.jitter / 100;
        // The remainder of 2³² by a range of hours favours no value by more than a percent.
        Some(delay - reach + i64::from(random) % (2 * reach + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_are_those_of_the_policy_within_the_jitter() {
        for (delays, jitter) in
            [(&[60_000, 300_000, 43_200_000][..], 20), (&[5_000, 30_000, 7_200_000][..], 0)]
        {
            let policy = RetryPolicy { delays, jitter, disable_after: 20 };
            for (n, delay) in delays.iter().enumerate() {
                let reach = delay * jitter / 100;
                let drawn = |random| policy.delay(n + 1, random).unwrap();
                assert_eq!(drawn(0), delay - reach);
                assert_eq!(drawn(u32::try_from(2 * reach).unwrap()), delay + reach);
                let spread = |n: u32| (drawn(n.wrapping_mul(2_147_483_659)) - delay).abs();
                assert!((0..2_000_u32).all(|n| spread(n) <= reach));
            }
            assert_eq!(policy.delay(delays.len() + 1, 1), None);
            assert_eq!(policy.delay(0, 1), None);
        }
    }
}
