//! Scans over time, in hours, days, weeks and months of a time zone. Empty buckets are included.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use xqr_errors::{Amount, Condition, Error, Result};
use xqr_store::scan_days::{self, Days};
use xqr_store::{Conn, LinkId};

use super::analytics::{Machines, each_day, scope_of};
use crate::Caller;
use crate::runtime::time_format::day_of;
use crate::scans::daily_stats::{DAY, DayStats, QUARTER};

/// Milliseconds of a minute.
const MINUTE: i64 = 60 * 1000;
/// The most buckets of a series: a year and more of hours.
pub const MOST: usize = 10_000;

/// The length of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interval {
    /// An hour of the clock.
    Hour,
    /// A day from midnight to midnight.
    Day,
    /// A week from Monday.
    Week,
    /// A month of the calendar.
    Month,
}

impl Interval {
    /// Every interval with its name.
    pub const ALL: [(&str, Self); 4] =
        [("hour", Self::Hour), ("day", Self::Day), ("week", Self::Week), ("month", Self::Month)];

    /// Returns its name.
    pub fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, interval)| *interval == self).map_or("", |(name, _)| name)
    }
}

/// What a series is of.
#[derive(Debug, Clone)]
pub struct SeriesRequest {
    /// The length of its buckets.
    pub interval: Interval,
    /// Its first day.
    pub from: Date,
    /// Its last day.
    pub to: Date,
    /// The zone of its days.
    pub zone: TimeZone,
    /// Whether scans of machines count.
    pub machines: Machines,
    /// The present time, Unix milliseconds.
    pub now: i64,
}

/// A bucket of a series. The first and the last one may begin before, or end after, the days that
/// were asked for; those do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// When it begins, Unix milliseconds.
    pub at: i64,
    /// The day on which it begins, in the zone of the series.
    pub date: Date,
    /// Scans; those of machines where they count.
    pub scans: i64,
    /// Unique visitors of each day, added up; `None` where the days are not those of UTC, in which
    /// visitors are known.
    pub visitors: Option<i64>,
}

/// Returns the scans of a link over time; of the whole workspace where none is named.
///
/// # Errors
///
/// [`Condition::NumberTooLarge`] where there would be more than [`MOST`] buckets.
pub fn read(
    conn: &mut Conn,
    caller: &Caller,
    link: Option<LinkId>,
    request: &SeriesRequest,
) -> Result<Vec<Point>> {
    let start = midnight(request.from, &request.zone)?;
    let end = midnight(request.to.tomorrow().map_err(Error::internal)?, &request.zone)?;
    let mut points = buckets(request, end)?;
    let days = Days { first: start.div_euclid(DAY), last: (end - 1).div_euclid(DAY) };
    let (workspace, scope) = (caller.workspace, scope_of(link));
    let mut add = |at: i64, scans: i64, visitors: i64| {
        let bucket = points.partition_point(|point| point.at <= at).checked_sub(1);
        if let Some(point) =
            bucket.and_then(|i| points.get_mut(i)).filter(|_| (start..end).contains(&at))
        {
            point.scans += scans;
            point.visitors = point.visitors.map(|known| known + visitors);
        }
    };
    if is_of_days(request) {
        for (day, scans, bots, visitors) in scan_days::totals(conn, workspace, scope, days)? {
            add(day * DAY, request.machines.count(scans, bots), visitors);
        }
        return Ok(points);
    }
    each_day(conn, workspace, scope, days, |row| {
        let tally = DayStats::read(row)?;
        let machines = Some(&tally.machines).filter(|_| request.machines == Machines::Included);
        for (quarter, n) in
            std::iter::once(&tally.people).chain(machines).flat_map(|counts| &counts.quarters)
        {
            add(row.day * DAY + i64::from(*quarter) * QUARTER, n.cast_signed(), 0);
        }
        Ok(())
    })?;
    Ok(points)
}

/// Returns the first day with scans, or `to` where there is none.
pub fn begin(conn: &mut Conn, caller: &Caller, link: Option<LinkId>, to: Date) -> Result<Date> {
    let first = scan_days::first(conn, caller.workspace, scope_of(link))?;
    Ok(first.map_or(to, day_of).min(to))
}

/// Whether each day in UTC falls into one bucket.
fn is_of_days(request: &SeriesRequest) -> bool {
    request.zone == TimeZone::UTC && request.interval != Interval::Hour
}

fn buckets(request: &SeriesRequest, end: i64) -> Result<Vec<Point>> {
    let visitors = is_of_days(request).then_some(0);
    let mut points = Vec::new();
    let mut date = match request.interval {
        Interval::Hour | Interval::Day => request.from,
        Interval::Week if request.from.weekday() == Weekday::Monday => request.from,
        Interval::Week => request.from.nth_weekday(-1, Weekday::Monday).map_err(Error::internal)?,
        Interval::Month => request.from.first_of_month(),
    };
    let mut at = midnight(date, &request.zone)?;
    // Hours that have not begun yet are left out.
    let end = if request.interval == Interval::Hour { end.min(request.now + 1) } else { end };
    while at < end {
        if points.len() == MOST {
            return Err(Condition::NumberTooLarge {
                field: "interval".to_owned(),
                max: Amount::Points(MOST).to_string(),
            }
            .into());
        }
        points.push(Point { at, date, scans: 0, visitors });
        let step = match request.interval {
            Interval::Hour => {
                // To the next full hour of the clock, also where it was moved by half an hour.
                let local = |at: i64| {
                    Timestamp::from_millisecond(at)
                        .map(|at| request.zone.to_datetime(at))
                        .map_err(Error::internal)
                };
                at += (60 - i64::from(local(at)?.minute())) * MINUTE;
                date = local(at)?.date();
                continue;
            }
            Interval::Day => 1.day(),
            Interval::Week => 1.week(),
            Interval::Month => 1.month(),
        };
        date = date.checked_add(step).map_err(Error::internal)?;
        at = midnight(date, &request.zone)?;
    }
    Ok(points)
}

/// Returns when a day begins, Unix milliseconds: later than midnight where clocks were put forward
/// then.
fn midnight(date: Date, zone: &TimeZone) -> Result<i64> {
    Ok(date.to_zoned(zone.clone()).map_err(Error::internal)?.timestamp().as_millisecond())
}
