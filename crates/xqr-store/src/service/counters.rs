//! Counters per workspace: how many there are of what a plan limits, without counting rows.

use std::fmt;

use diesel::prelude::*;
use xqr_errors::Result;

use crate::Conn;
use crate::database::failed;
use crate::database::schema::usage;
use crate::ids::{KeyId, UserId, WorkspaceId};

text_enum! {
    /// A monthly quota whose thresholds are reported.
    QuotaMetric {
        /// API calls.
        Calls = "calls",
        /// Pictures.
        Renders = "renders",
    }
}

/// What a counter counts. `Display` is the text in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Metric {
    /// The links of a workspace.
    Links,
    /// The links of a workspace that are enabled.
    ActiveLinks,
    /// The keys of a workspace that are not revoked.
    Keys,
    /// The webhooks of a workspace.
    Webhooks,
    /// The QR templates of a workspace.
    Templates,
    /// The bytes of a workspace's assets, those included that are still to be uploaded.
    Storage,
    /// The bio pages of a workspace.
    BioPages,
    /// The projects of a workspace.
    Projects,
    /// The links that a workspace made in a month.
    LinksCreated,
    /// The API calls of a workspace in a month; leases included.
    Calls,
    /// The pictures of a month that credits did not pay for; overage included.
    Renders,
    /// The pictures of a month beyond the quota.
    Overage,
    /// The pictures of a month with one key.
    RendersOfKey(KeyId),
    /// The pictures of a month by one user.
    RendersOfUser(UserId),
    /// The balance of a workspace's credits.
    Credits,
    /// The scans of a month, where a plan caps them.
    Scans,
    /// A threshold of a quota that was reported.
    Reported {
        /// The quota.
        of: QuotaMetric,
        /// The percentage.
        percent: u8,
        /// The size of the quota.
        quota: u64,
    },
}

impl From<QuotaMetric> for Metric {
    fn from(quota: QuotaMetric) -> Self {
        match quota {
            QuotaMetric::Calls => Self::Calls,
            QuotaMetric::Renders => Self::Renders,
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Links => "links",
            Self::ActiveLinks => "links_active",
            Self::Keys => "keys",
            Self::Webhooks => "webhooks",
            Self::Templates => "templates",
            Self::Storage => "storage",
            Self::BioPages => "bio_pages",
            Self::Projects => "projects",
            Self::LinksCreated => "links_created",
            Self::Calls => "calls",
            Self::Renders => "renders",
            Self::Overage => "renders_overage",
            Self::Credits => "credits",
            Self::Scans => "scans",
            Self::RendersOfKey(key) => return write!(f, "renders_key_{key}"),
            // Users had negative numbers among keys, and their counters go on.
            Self::RendersOfUser(user) => return write!(f, "renders_key_-{user}"),
            Self::Reported { of, percent, quota } => {
                return write!(f, "{of}_{percent}_of_{quota}");
            }
        })
    }
}

/// The time in which a counter counts. `Display` is the text in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Span {
    /// A counter that never starts anew.
    Total,
    /// A month.
    Month {
        /// The year.
        year: i16,
        /// The month, from 1.
        month: i8,
    },
    /// A day.
    Day {
        /// The year.
        year: i16,
        /// The month, from 1.
        month: i8,
        /// The day of the month, from 1.
        day: i8,
    },
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Total => Ok(()),
            Self::Month { year, month } => write!(f, "{year:04}-{month:02}"),
            Self::Day { year, month, day } => write!(f, "{year:04}-{month:02}-{day:02}"),
        }
    }
}

/// Begins a counter at zero, and returns whether it was not there before. It must be there before
/// the first [`take`].
pub fn begin(
    conn: &mut Conn,
    workspace_id: WorkspaceId,
    metric: Metric,
    period: Span,
) -> Result<bool> {
    let row = (
        usage::workspace_id.eq(workspace_id),
        usage::metric.eq(metric.to_string()),
        usage::period.eq(period.to_string()),
        usage::value.eq(0),
    );
    let begun = on_backend!(conn, |c| diesel::insert_into(usage::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c));
    Ok(begun.map_err(failed)? == 1)
}

/// Adds `n` to a counter that nothing limits and that may not be there yet.
pub fn add(
    conn: &mut Conn,
    workspace_id: WorkspaceId,
    metric: Metric,
    period: Span,
    n: i64,
) -> Result<()> {
    let row = (
        usage::workspace_id.eq(workspace_id),
        usage::metric.eq(metric.to_string()),
        usage::period.eq(period.to_string()),
        usage::value.eq(n),
    );
    on_backend!(conn, |c| {
        diesel::insert_into(usage::table)
            .values(row)
            .on_conflict((usage::workspace_id, usage::metric, usage::period))
            .do_update()
            .set(usage::value.eq(usage::value + n))
            .execute(c)
    })
    .map_err(failed)?;
    Ok(())
}

/// Adds `n` unless that would pass `cap`, and returns whether it did. Concurrent callers learn
/// apart by the row's lock.
pub fn take(
    conn: &mut Conn,
    workspace_id: WorkspaceId,
    metric: Metric,
    period: Span,
    n: i64,
    cap: Option<i64>,
) -> Result<bool> {
    let row = usage::table.find((workspace_id, metric.to_string(), period.to_string()));
    let more = usage::value.eq(usage::value + n);
    let taken = on_backend!(conn, |c| match cap {
        Some(cap) => diesel::update(row.filter(usage::value.le(cap - n))).set(more).execute(c),
        None => diesel::update(row).set(more).execute(c),
    });
    Ok(taken.map_err(failed)? == 1)
}

/// Adds `n`, or as much of it as `cap` leaves room for, and returns how much that was.
pub fn take_up_to(
    conn: &mut Conn,
    workspace_id: WorkspaceId,
    metric: Metric,
    period: Span,
    n: i64,
    cap: i64,
) -> Result<i64> {
    begin(conn, workspace_id, metric, period)?;
    // Locks the row: what is read next stays true until the commit.
    take(conn, workspace_id, metric, period, 0, None)?;
    let taken = n.min(cap - get(conn, workspace_id, metric, period)?).max(0);
    take(conn, workspace_id, metric, period, taken, None)?;
    Ok(taken)
}

/// Takes `n` away again.
pub fn give_back(
    conn: &mut Conn,
    workspace_id: WorkspaceId,
    metric: Metric,
    period: Span,
    n: i64,
) -> Result<()> {
    take(conn, workspace_id, metric, period, -n, None)?;
    Ok(())
}

/// Returns a counter's value.
pub fn get(
    conn: &mut Conn,
    workspace_id: WorkspaceId,
    metric: Metric,
    period: Span,
) -> Result<i64> {
    let value = usage::table
        .find((workspace_id, metric.to_string(), period.to_string()))
        .select(usage::value)
        .first(conn)
        .optional()
        .map_err(failed)?;
    Ok(value.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counters of earlier versions go on under these texts.
    #[test]
    fn metrics_and_spans_have_their_stored_texts() {
        let reported =
            Metric::Reported { of: QuotaMetric::Renders, percent: 75, quota: 5_000_000_000 };
        for (metric, text) in [
            (Metric::ActiveLinks, "links_active"),
            (Metric::Overage, "renders_overage"),
            (Metric::RendersOfKey(KeyId(7)), "renders_key_7"),
            (Metric::RendersOfUser(UserId(7)), "renders_key_-7"),
            (QuotaMetric::Calls.into(), "calls"),
            (reported, "renders_75_of_5000000000"),
        ] {
            assert_eq!(metric.to_string(), text);
        }
        for (span, text) in [
            (Span::Total, ""),
            (Span::Month { year: 2026, month: 3 }, "2026-03"),
            (Span::Day { year: 2026, month: 11, day: 7 }, "2026-11-07"),
        ] {
            assert_eq!(span.to_string(), text);
        }
    }
}
