//! How deliveries of each look are repeated and signed: the published tables, as data.

use xqr_auth::{Look, SigningSecret};
use xqr_store::webhooks::Delivery;

/// Milliseconds of a minute.
const MINUTE: i64 = 60_000;

/// What a look promises about repetition.
pub(super) struct Habits {
    /// Milliseconds from the end of each failed attempt to the next one; after the last, the
    /// delivery has failed.
    pub(super) delays: &'static [i64],
    /// By how many percent a delay varies, either way.
    pub(super) jitter: i64,
    /// Failed attempts in a row after which a webhook is disabled.
    pub(super) disable_after: i64,
}

/// QR Studio reference, section 12.3.
const STUDIO: Habits = Habits {
    delays: &[MINUTE, 5 * MINUTE, 30 * MINUTE, 120 * MINUTE, 720 * MINUTE],
    jitter: 20,
    disable_after: 20,
};
/// xQR reference, section 16.4.
const XQR: Habits = Habits {
    delays: &[5_000, 30_000, 5 * MINUTE, 30 * MINUTE, 120 * MINUTE],
    jitter: 0,
    disable_after: 100,
};

pub(super) fn of(look: Look) -> &'static Habits {
    if look == Look::Studio { &STUDIO } else { &XQR }
}

impl Habits {
    /// The delay after this many failed attempts, varied by `random`; `None` when there were
    /// enough.
    pub(super) fn delay(&self, failed: usize, random: u32) -> Option<i64> {
        let delay = *self.delays.get(failed.checked_sub(1)?)?;
        let reach = delay * self.jitter / 100;
        // The remainder of 2³² by a range of hours favours nobody by more than a percent.
        Some(delay - reach + i64::from(random) % (2 * reach + 1))
    }
}

/// The headers of an attempt at `seconds`: those of the dialect, which the newest secret signs
/// alone because its readers take one signature, and those of Standard Webhooks, which every secret
/// signs.
pub(super) fn headers(
    look: Look,
    secrets: &[SigningSecret],
    delivery: &Delivery,
    seconds: i64,
) -> Vec<(&'static str, String)> {
    let body = delivery.payload.as_bytes();
    let Some(newest) = secrets.first() else { return Vec::new() };
    let mut headers = match look {
        Look::Studio => {
            let signature = newest.sign_as_text(&[format!("{seconds}.").as_bytes(), body]);
            vec![
                ("x-qrstudio-event", delivery.event.clone()),
                ("x-qrstudio-delivery", delivery.uid.clone()),
                ("x-qrstudio-signature", format!("t={seconds},v1={signature}")),
            ]
        }
        _ => vec![
            ("user-agent", "xQR-Webhooks/1.0".to_owned()),
            ("x-xqr-event", delivery.event.clone()),
            ("x-xqr-delivery", delivery.uid.clone()),
            ("x-xqr-signature", format!("sha256={}", newest.sign_as_text(&[body]))),
        ],
    };
    let standard: Vec<_> = secrets
        .iter()
        .map(|secret| format!("v1,{}", secret.sign_standard(&delivery.uid, seconds, body)))
        .collect();
    headers.extend([
        ("content-type", "application/json".to_owned()),
        ("webhook-id", delivery.uid.clone()),
        ("webhook-timestamp", seconds.to_string()),
        ("webhook-signature", standard.join(" ")),
    ]);
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_are_those_of_the_tables_within_the_jitter() {
        for (look, delays, jitter) in [
            (Look::Studio, [60_000, 300_000, 1_800_000, 7_200_000, 43_200_000], 20),
            (Look::Xqr, [5_000, 30_000, 300_000, 1_800_000, 7_200_000], 0),
        ] {
            for (n, delay) in delays.into_iter().enumerate() {
                let reach = delay * jitter / 100;
                let drawn = |random| of(look).delay(n + 1, random).unwrap();
                assert_eq!(drawn(0), delay - reach);
                assert_eq!(drawn(u32::try_from(2 * reach).unwrap()), delay + reach);
                assert!(
                    (0..2_000_u32)
                        .all(|n| (drawn(n.wrapping_mul(2_147_483_659)) - delay).abs() <= reach)
                );
            }
            assert_eq!(of(look).delay(6, 1), None);
            assert_eq!(of(look).delay(0, 1), None);
        }
    }
}
