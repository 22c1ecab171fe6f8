//! The statistics of a link or of a whole workspace. They are computed from daily rows, never from
//! single scans.
//!
//! Periods are days in UTC. Visitors are counted per UTC day (see
//! [`visitor_id`](crate::scans::visitor_id)). A time series may use another time zone.

use std::collections::BTreeMap;

use xqr_errors::Result;
use xqr_store::counters::{self, Metric, Span};
use xqr_store::links::Link;
use xqr_store::scan_days::{self, Days, ScanDay, Scope};
use xqr_store::{Conn, LinkId, WorkspaceId, scans};

use crate::Caller;
use crate::runtime::time_format::date;
use crate::scans::daily_stats::{DAY, DayStats};

pub use crate::scans::daily_stats::{Facet, OTHERS};
pub use scan_days::TopLink;

/// Whether scans of machines count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Machines {
    /// They do, as they do in a link's counter.
    Included,
    /// They do not.
    Excluded,
}

impl Machines {
    /// Returns how many of `scans` count, of which `bots` are of machines.
    pub fn count(self, scans: i64, bots: i64) -> i64 {
        if self == Self::Included { scans } else { scans - bots }
    }
}

/// The last days, today included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// This many.
    Days(i64),
    /// All since the first scan.
    All,
}

impl Period {
    /// Returns its days; `now` is Unix milliseconds.
    pub fn days(self, now: i64) -> Days {
        let last = now.div_euclid(DAY);
        Days { first: if let Self::Days(n) = self { last - n + 1 } else { 0 }, last }
    }
}

/// How often each value occurs, most frequent first. A value that is not known is empty; [`OTHERS`]
/// are many rare ones.
pub type Values = Vec<(String, u64)>;

/// How much was scanned.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// Scans of people and machines.
    pub scans: i64,
    /// Scans of machines.
    pub bots: i64,
    /// Unique visitors of each day, added up.
    pub visitors: i64,
}

/// Returns the scope of a link, or of all links where none is named.
pub(super) fn scope_of(link: Option<LinkId>) -> Scope {
    link.map_or(Scope::ALL_LINKS, Scope::from)
}

/// Goes through the days of a link that have scans, oldest first, with some of them in memory at
/// the same time.
pub(super) fn each_day(
    conn: &mut Conn,
    workspace: WorkspaceId,
    scope: Scope,
    days: Days,
    mut take: impl FnMut(&ScanDay) -> Result<()>,
) -> Result<()> {
    const AT_ONCE: i64 = 64;
    let Some(first) = scan_days::first(conn, workspace, scope)? else { return Ok(()) };
    let mut first = first.max(days.first);
    while first <= days.last {
        let some = Days { first, last: days.last.min(first + AT_ONCE - 1) };
        scan_days::list(conn, workspace, scope, some)?.iter().try_for_each(&mut take)?;
        first = some.last + 1;
    }
    Ok(())
}

/// What some days add up to.
#[derive(Default)]
struct Sum {
    values: BTreeMap<Facet, BTreeMap<String, u64>>,
    totals: Totals,
}

impl Sum {
    /// Adds up `facets` of some days.
    fn of(
        conn: &mut Conn,
        workspace: WorkspaceId,
        scope: Scope,
        days: Days,
        facets: &[Facet],
        machines: Machines,
    ) -> Result<Self> {
        let mut sum = Self::default();
        each_day(conn, workspace, scope, days, |row| sum.add(row, facets, machines))?;
        Ok(sum)
    }

    fn add(&mut self, row: &ScanDay, facets: &[Facet], machines: Machines) -> Result<()> {
        let tally = DayStats::read(row)?;
        let counts = std::iter::once(tally.people)
            .chain(Some(tally.machines).filter(|_| machines == Machines::Included));
        for mut counts in counts {
            for facet in facets {
                let sums = self.values.entry(*facet).or_default();
                for (value, n) in counts.facets.remove(facet).into_iter().flatten() {
                    *sums.entry(value).or_default() += n;
                }
            }
        }
        self.totals.scans += machines.count(row.scans, row.bots);
        self.totals.bots += row.bots;
        self.totals.visitors += row.visitors;
        Ok(())
    }

    fn take(&mut self, facet: Facet) -> Values {
        let mut values: Values =
            self.values.remove(&facet).unwrap_or_default().into_iter().collect();
        // What is not known comes last among equals.
        values.sort_by(|a, b| {
            b.1.cmp(&a.1).then_with(|| (a.0.is_empty(), &a.0).cmp(&(b.0.is_empty(), &b.0)))
        });
        values
    }
}

/// Returns how often each value of a facet occurred; of the whole workspace where no link is named.
pub fn values(
    conn: &mut Conn,
    caller: &Caller,
    link: Option<LinkId>,
    days: Days,
    facet: Facet,
    machines: Machines,
) -> Result<Values> {
    Ok(Sum::of(conn, caller.workspace, scope_of(link), days, &[facet], machines)?.take(facet))
}

/// The statistics of a workspace over a period.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Links that there are.
    pub links: i64,
    /// Scans of the period.
    pub totals: Totals,
    /// Scans of as many days before it; `None` where it has no beginning.
    pub scans_before: Option<i64>,
    /// Links that were scanned in the last 30 days.
    pub active_links_30d: i64,
    /// By country.
    pub countries: Values,
    /// By class of device.
    pub devices: Values,
}

/// Returns the statistics of a period; `now` is Unix milliseconds.
pub fn summary(
    conn: &mut Conn,
    caller: &Caller,
    period: Period,
    machines: Machines,
    now: i64,
) -> Result<Summary> {
    let (workspace, days) = (caller.workspace, period.days(now));
    let mut sum = Sum::of(
        conn,
        workspace,
        Scope::ALL_LINKS,
        days,
        &[Facet::Country, Facet::Device],
        machines,
    )?;
    let scans_before = match period {
        Period::All => None,
        Period::Days(n) => {
            let before = Days { first: days.first - n, last: days.first - 1 };
            Some(
                scan_days::totals(conn, workspace, Scope::ALL_LINKS, before)?
                    .iter()
                    .map(|(_, scans, bots, _)| machines.count(*scans, *bots))
                    .sum(),
            )
        }
    };
    Ok(Summary {
        links: counters::get(conn, workspace, Metric::Links, Span::Total)?,
        totals: sum.totals,
        scans_before,
        active_links_30d: scan_days::count_links(conn, workspace, Period::Days(30).days(now))?,
        countries: sum.take(Facet::Country),
        devices: sum.take(Facet::Device),
    })
}

/// Returns how many scans there were in all.
pub fn total(conn: &mut Conn, caller: &Caller, days: Days, machines: Machines) -> Result<i64> {
    let days = scan_days::totals(conn, caller.workspace, Scope::ALL_LINKS, days)?;
    Ok(days.iter().map(|(_, scans, bots, _)| machines.count(*scans, *bots)).sum())
}

/// Returns the caller's links that were scanned most, with their ids for clients and codes, most
/// scans first.
pub fn top_links(
    conn: &mut Conn,
    caller: &Caller,
    days: Days,
    machines: Machines,
    limit: i64,
) -> Result<Vec<(TopLink, (String, String))>> {
    let found =
        scan_days::top_links(conn, caller.workspace, days, machines == Machines::Excluded, limit)?;
    let ids: Vec<LinkId> = found.iter().map(|top| top.link_id).collect();
    let mut names = scans::names(conn, &ids)?;
    Ok(found
        .into_iter()
        .filter_map(|top| names.remove(&top.link_id).map(|name| (top, name)))
        .collect())
}

/// The scans of a link in the last days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfLink {
    /// When it was first scanned, as far as its scans are kept; Unix milliseconds.
    pub first_at: Option<i64>,
    /// How much was scanned.
    pub totals: Totals,
    /// Scans of each day in UTC, such as `2026-03-21`, oldest first; days without scans are there,
    /// too.
    pub by_day: Vec<(String, i64)>,
    /// By each facet.
    pub by: BTreeMap<Facet, Values>,
}

/// Returns the statistics of the caller's link over some days; `daily` are the facets that are
/// listed one by one.
pub fn of_link(
    conn: &mut Conn,
    caller: &Caller,
    link: &Link,
    days: Days,
    daily: Days,
    machines: Machines,
) -> Result<OfLink> {
    let facets = [
        Facet::Country,
        Facet::Device,
        Facet::Browser,
        Facet::System,
        Facet::Referrer,
        Facet::Variant,
    ];
    let mut sum = Sum::of(conn, caller.workspace, link.id.into(), days, &facets, machines)?;
    let known: BTreeMap<i64, i64> =
        scan_days::totals(conn, caller.workspace, link.id.into(), daily)?
            .into_iter()
            .map(|(day, scans, bots, _)| (day, machines.count(scans, bots)))
            .collect();
    let by_day = (daily.first..=daily.last)
        .map(|day| (date(day), known.get(&day).copied().unwrap_or_default()));
    Ok(OfLink {
        first_at: scans::first_at(conn, caller.workspace, link.id)?,
        totals: sum.totals,
        by_day: by_day.collect(),
        by: facets.into_iter().map(|facet| (facet, sum.take(facet))).collect(),
    })
}
