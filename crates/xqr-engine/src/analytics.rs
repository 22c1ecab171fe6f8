//! What scans tell of a link.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use xqr_errors::Result;
use xqr_store::Conn;
use xqr_store::links::Link;
use xqr_store::scans::{self, By};

use crate::Caller;

/// Milliseconds of a day.
const DAY: i64 = 24 * 60 * 60 * 1000;
/// The most values of a kind; the most frequent come first.
const TOP: i64 = 50;

/// The scans of a link in the last days. A value that is not known is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Analytics {
    /// When the first of them was, Unix milliseconds.
    pub first_at: Option<i64>,
    /// Scans of each day in UTC, such as `2026-03-21`, oldest first; days without scans are there, too.
    pub by_day: Vec<(String, i64)>,
    /// By country, ISO 3166-1 alpha-2.
    pub by_country: Vec<(Option<String>, i64)>,
    /// By class of device.
    pub by_device: Vec<(Option<String>, i64)>,
    /// By browser family.
    pub by_agent: Vec<(Option<String>, i64)>,
    /// By the host of the referrer.
    pub by_referrer: Vec<(Option<String>, i64)>,
    /// By the variant that was served.
    pub by_variant: Vec<(Option<String>, i64)>,
}

/// Returns what the scans of the last `days`, today included, tell of the caller's link at `now`, Unix milliseconds.
pub fn of_link(conn: &mut Conn, caller: &Caller, link: &Link, now: i64, days: i64) -> Result<Analytics> {
    let from = now - now.rem_euclid(DAY) - (days - 1) * DAY;
    let mut by_day: Vec<(String, i64)> = (0..days).map(|day| (date(from + day * DAY), 0)).collect();
    for (hour, count, _) in scans::rollups(conn, caller.workspace, link.id)? {
        let day = usize::try_from((hour - from).div_euclid(DAY));
        if let Some(entry) = day.ok().and_then(|day| by_day.get_mut(day)) {
            entry.1 += count;
        }
    }
    let mut by = |by: By| scans::count_by(conn, caller.workspace, link.id, from, by, TOP);
    Ok(Analytics {
        by_country: by(By::Country)?,
        by_device: by(By::Device)?,
        by_agent: by(By::Agent)?,
        by_referrer: by(By::Referrer)?,
        by_variant: by(By::Variant)?,
        first_at: scans::first_at(conn, caller.workspace, link.id)?,
        by_day,
    })
}

fn date(millis: i64) -> String {
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX).to_zoned(TimeZone::UTC).date().to_string()
}
