//! Timestamps as text, and the periods of counters.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use xqr_plans::{Cycle, Period};
use xqr_store::counters::Span;

/// Returns Unix milliseconds as RFC 3339 in UTC with seconds, such as `2026-03-21T14:30:00Z`. Years
/// beyond 9999 are shown as the end of 9999.
pub fn rfc3339(millis: i64) -> String {
    Timestamp::from_second(millis.div_euclid(1000))
        .unwrap_or(Timestamp::MAX)
        .strftime("%Y-%m-%dT%H:%M:%SZ")
        .to_string()
}

/// Returns Unix milliseconds as RFC 3339 in UTC with milliseconds.
pub fn rfc3339_millis(millis: i64) -> String {
    let timestamp = Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX);
    timestamp.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// Returns the date of a day, counted from 1970-01-01 in UTC.
pub(crate) fn day_of(day: i64) -> Date {
    const DAY_MS: i64 = 24 * 60 * 60 * 1000;
    let start = Timestamp::from_millisecond(day.saturating_mul(DAY_MS)).unwrap_or(Timestamp::MAX);
    start.to_zoned(TimeZone::UTC).date()
}

/// Returns the date of a day as text, such as `2026-03-21`.
pub(crate) fn date(day: i64) -> String {
    day_of(day).to_string()
}

/// Returns the span of the counters of a quota's period.
pub(crate) fn span_of(period: Period) -> Span {
    let (year, month, day) = period.first_day();
    match period.cycle() {
        Cycle::Month => Span::Month { year, month },
        Cycle::Day => Span::Day { year, month, day },
    }
}

/// Returns the span of the counters of the month that a time is in, Unix milliseconds.
pub(crate) fn month_of(now: i64) -> Span {
    span_of(Cycle::Month.at(now))
}
