//! Periods of quotas: calendar months and days in UTC.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// How often a quota starts anew, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cycle {
    /// On the 1st of a month, 00:00.
    Month,
    /// At 00:00.
    Day,
}

/// A calendar month or day in UTC. Displayed as `2026-03` or `2026-03-21`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Period {
    cycle: Cycle,
    first: Date,
}

impl Cycle {
    /// Returns the period that a time is in, Unix milliseconds.
    pub fn at(self, now: i64) -> Period {
        let time = Timestamp::from_millisecond(now).unwrap_or(Timestamp::MAX);
        let date = TimeZone::UTC.to_datetime(time).date();
        Period {
            cycle: self,
            first: if self == Self::Month { date.first_of_month() } else { date },
        }
    }
}

impl Period {
    /// Returns how often the quota of the period starts anew.
    pub fn cycle(self) -> Cycle {
        self.cycle
    }

    /// Returns the year, month and day of the first day in UTC.
    pub fn first_day(self) -> (i16, i8, i8) {
        (self.first.year(), self.first.month(), self.first.day())
    }

    /// Returns when it begins, Unix milliseconds.
    pub fn start(self) -> i64 {
        millis(self.first)
    }

    /// Returns when the next one begins, Unix milliseconds.
    pub fn end(self) -> i64 {
        let last = if self.cycle == Cycle::Month { self.first.last_of_month() } else { self.first };
        last.tomorrow().map_or(i64::MAX, millis)
    }
}

fn millis(date: Date) -> i64 {
    date.to_zoned(TimeZone::UTC).map_or(i64::MAX, |zoned| zoned.timestamp().as_millisecond())
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.cycle {
            Cycle::Month => write!(f, "{:04}-{:02}", self.first.year(), self.first.month()),
            Cycle::Day => write!(f, "{}", self.first),
        }
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
        for (time, month, end) in [
            ("2026-03-21T14:30:00Z", "2026-03", "2026-04-01T00:00:00Z"),
            ("2026-03-31T23:59:59.999Z", "2026-03", "2026-04-01T00:00:00Z"),
            ("2026-04-01T00:00:00Z", "2026-04", "2026-05-01T00:00:00Z"),
            ("2028-02-29T12:00:00Z", "2028-02", "2028-03-01T00:00:00Z"),
            ("2026-12-31T23:59:59Z", "2026-12", "2027-01-01T00:00:00Z"),
            ("2026-03-31T23:00:00-05:00", "2026-04", "2026-05-01T00:00:00Z"),
        ] {
            let found = Cycle::Month.at(at(time));
            assert_eq!((found.to_string().as_str(), found.end()), (month, at(end)), "{time}");
        }
        assert_eq!(Cycle::Month.at(at("2026-03-21T14:30:00Z")).start(), at("2026-03-01T00:00:00Z"));
    }

    #[test]
    fn days_turn_at_midnight_utc() {
        let day = Cycle::Day.at(at("2028-02-28T23:59:59.999Z"));
        assert_eq!(
            (day.to_string().as_str(), day.end()),
            ("2028-02-28", at("2028-02-29T00:00:00Z"))
        );
    }

    #[test]
    fn no_time_is_out_of_reach() {
        for now in [i64::MIN, -1, 0, i64::MAX] {
            assert!(
                Cycle::Month.at(now).end() > Cycle::Month.at(now).start() || now == i64::MAX,
                "{now}"
            );
            assert!(
                Cycle::Day.at(now).end() > Cycle::Day.at(now).start() || now == i64::MAX,
                "{now}"
            );
        }
    }
}
