//! Periods of quotas: calendar months and days in UTC.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A calendar month in UTC. Displayed as `2026-03`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Month(Date);

/// A calendar day in UTC. Displayed as `2026-03-21`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Day(Date);

fn date(now: i64) -> Date {
    let moment = Timestamp::from_millisecond(now).unwrap_or(Timestamp::MAX);
    TimeZone::UTC.to_datetime(moment).date()
}

fn millis(date: Date) -> i64 {
    date.to_zoned(TimeZone::UTC).map_or(i64::MAX, |zoned| zoned.timestamp().as_millisecond())
}

impl Month {
    /// Returns the month of a moment, Unix milliseconds.
    pub fn of(now: i64) -> Self {
        Self(date(now).first_of_month())
    }

    /// Returns when the month begins, Unix milliseconds.
    pub fn start(self) -> i64 {
        millis(self.0)
    }

    /// Returns when the next month begins, Unix milliseconds.
    pub fn end(self) -> i64 {
        self.0.last_of_month().tomorrow().map_or(i64::MAX, millis)
    }
}

impl Day {
    /// Returns the day of a moment, Unix milliseconds.
    pub fn of(now: i64) -> Self {
        Self(date(now))
    }

    /// Returns when the next day begins, Unix milliseconds.
    pub fn end(self) -> i64 {
        self.0.tomorrow().map_or(i64::MAX, millis)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0.year(), self.0.month())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn months_turn_at_midnight_utc() {
        for (moment, month, end) in [
            ("2026-03-21T14:30:00Z", "2026-03", "2026-04-01T00:00:00Z"),
            ("2026-03-31T23:59:59.999Z", "2026-03", "2026-04-01T00:00:00Z"),
            ("2026-04-01T00:00:00Z", "2026-04", "2026-05-01T00:00:00Z"),
            ("2028-02-29T12:00:00Z", "2028-02", "2028-03-01T00:00:00Z"),
            ("2026-12-31T23:59:59Z", "2026-12", "2027-01-01T00:00:00Z"),
            ("2026-03-31T23:00:00-05:00", "2026-04", "2026-05-01T00:00:00Z"),
        ] {
            let found = Month::of(at(moment));
            assert_eq!((found.to_string().as_str(), found.end()), (month, at(end)), "{moment}");
        }
        assert_eq!(Month::of(at("2026-03-21T14:30:00Z")).start(), at("2026-03-01T00:00:00Z"));
    }

    #[test]
    fn days_turn_at_midnight_utc() {
        let day = Day::of(at("2028-02-28T23:59:59.999Z"));
        assert_eq!((day.to_string().as_str(), day.end()), ("2028-02-28", at("2028-02-29T00:00:00Z")));
    }

    #[test]
    fn no_moment_is_out_of_reach() {
        for now in [i64::MIN, -1, 0, i64::MAX] {
            assert!(Month::of(now).end() > Month::of(now).start() || now == i64::MAX, "{now}");
            assert!(!Day::of(now).to_string().is_empty());
        }
    }
}
