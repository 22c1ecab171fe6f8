//! Scans: from the journal into the database, each exactly once.

use std::collections::{BTreeMap, HashMap};

use xqr_errors::{Error, Result};
use xqr_journal::{Batch, Position};
use xqr_store::counters::{self, Metric};
use xqr_store::scan_days::{self, ScanDay, Scope};
use xqr_store::scans::{self, NewScan, Recorded};
use xqr_store::{Conn, LinkId, WorkspaceId, workspaces};

use crate::routing::{AgentInfo, parse_user_agent};
use crate::runtime::caller;
use crate::runtime::time_format::month_of;
use crate::scans::daily_stats::{DAY, DayStats};
use crate::scans::record::Scan;
use crate::scans::{journal, live_feed};
use crate::{App, Tx, events};

/// Returns how far a node's journal has been counted.
pub fn position(conn: &mut Conn, node: &str) -> Result<Position> {
    Ok(scans::position(conn, node)?.map(journal::from_row).unwrap_or_default())
}

/// Counts a batch in one transaction: scans, link counters, daily statistics, and the position of
/// the journal. Subscribers of the live feed get the scans after the commit. Returns the number of
/// scans.
///
/// # Errors
///
/// If the position is not where the batch begins: then the batch was counted already, and nothing
/// is counted twice.
pub async fn count(app: &App, batch: &Batch) -> Result<usize> {
    let found: Vec<Scan> = batch.records().filter_map(Scan::decode).collect();
    if let Some(first) = found.first() {
        app.journal.set_oldest(first.at);
    }
    count_scans(app, found, batch.from, batch.to).await
}

/// As [`count`], for scans between two positions of the journal.
///
/// # Errors
///
/// Those of [`count`].
pub async fn count_scans(
    app: &App,
    found: Vec<Scan>,
    from: Position,
    to: Position,
) -> Result<usize> {
    let (node, n) = (app.journal.node().to_owned(), found.len());
    let (from, to) = (journal::to_row(from), journal::to_row(to));
    let has_listeners = app.live_feed.is_heard();
    let counted = app.write_alone(move |tx| {
        if !scans::advance(tx.conn, &node, from, to, tx.now)? {
            return Err(Error::internal("the journal's position has moved"));
        }
        let counted = insert(tx, &found)?;
        if has_listeners { live_feed::live_scans(tx, counted) } else { Ok(Vec::new()) }
    });
    app.live_feed.send(counted.await?);
    Ok(n)
}

/// Inserts scans and returns those that count.
fn insert(tx: &mut Tx<'_>, found: &[Scan]) -> Result<Vec<NewScan>> {
    let mut ids: Vec<LinkId> = found.iter().map(|scan| scan.link_id).collect();
    ids.sort_unstable();
    ids.dedup();
    // A link that was deleted meanwhile takes its scans along.
    let owners = scans::owners(tx.conn, &ids)?;
    let mut allowances = allowances(tx, found, &owners)?;
    let mut agents: HashMap<&[u8], AgentInfo> = HashMap::new();
    let (mut rows, mut visitors) =
        (Vec::with_capacity(found.len()), Vec::with_capacity(found.len()));
    // Ordered, so that two nodes lock rows in the same order: the number of scans, and the latest
    // time.
    let mut links: BTreeMap<LinkId, (i64, i64)> = BTreeMap::new();
    for scan in found {
        let Some(workspace_id) = owners.get(&scan.link_id).copied() else { continue };
        match allowances.get_mut(&workspace_id) {
            Some(0) => continue,
            Some(left) => *left -= 1,
            None => {}
        }
        let agent = scan.user_agent.as_bytes();
        rows.push(row(
            scan,
            workspace_id,
            *agents.entry(agent).or_insert_with(|| parse_user_agent(agent)),
        ));
        visitors.push(scan.visitor);
        let (n, last) = links.entry(scan.link_id).or_default();
        (*n, *last) = (*n + 1, scan.at.max(*last));
    }
    scans::insert(tx.conn, &rows)?;
    for (link_id, (n, at)) in links {
        if let Some(total) = scans::count(tx.conn, link_id, n, at)? {
            events::scan_threshold(tx, owners[&link_id], link_id, total - n, total)?;
        }
    }
    tally(tx, &rows, &visitors)?;
    events::scans_counted(tx, &rows)?;
    Ok(rows)
}

fn row(scan: &Scan, workspace_id: WorkspaceId, visitor: AgentInfo) -> NewScan {
    let text =
        |bytes: &[u8]| (!bytes.is_empty()).then(|| String::from_utf8_lossy(bytes).into_owned());
    NewScan {
        link_id: scan.link_id,
        workspace_id,
        at: scan.at,
        country: scan.country.as_ref().and_then(|code| text(code)),
        device: visitor.device,
        agent: visitor.agent,
        referrer: text(scan.referrer.as_bytes()),
        bot: visitor.bot,
        variant: text(&scan.variant),
        system: visitor.system,
    }
}

/// Adds scans to the daily statistics of their links and of their workspaces.
fn tally(tx: &mut Tx<'_>, rows: &[NewScan], visitors: &[Option<u64>]) -> Result<()> {
    let mut days: BTreeMap<scan_days::Key, Vec<usize>> = BTreeMap::new();
    for (i, scan) in rows.iter().enumerate() {
        for scope in [Scope::ALL_LINKS, scan.link_id.into()] {
            days.entry((scan.workspace_id, scope, scan.at.div_euclid(DAY))).or_default().push(i);
        }
    }
    let keys: Vec<scan_days::Key> = days.keys().copied().collect();
    let known = scan_days::lock(tx.conn, &keys)?;
    let mut known: HashMap<_, _> =
        known.into_iter().map(|row| ((row.workspace_id, row.scope, row.day), row)).collect();
    let mut changed = Vec::with_capacity(days.len());
    for ((workspace_id, scope, day), scans) in days {
        let empty = || ScanDay {
            workspace_id,
            scope,
            day,
            scans: 0,
            bots: 0,
            visitors: 0,
            tally: String::new(),
        };
        let mut row = known.remove(&(workspace_id, scope, day)).unwrap_or_else(empty);
        let mut tally = DayStats::read(&row)?;
        scans.into_iter().for_each(|i| tally.add(&rows[i], visitors[i]));
        tally.write(&mut row)?;
        changed.push(row);
    }
    scan_days::save(tx.conn, &changed)
}

/// Takes from the workspaces whose plans cap the scans of a month what these scans need, and
/// returns how many of each count. What is beyond is led to its destination all the same, because
/// codes are printed; it is only not counted.
fn allowances(
    tx: &mut Tx<'_>,
    found: &[Scan],
    owners: &HashMap<LinkId, WorkspaceId>,
) -> Result<HashMap<WorkspaceId, i64>> {
    let mut requested: BTreeMap<WorkspaceId, i64> = BTreeMap::new();
    for workspace in found.iter().filter_map(|scan| owners.get(&scan.link_id)) {
        *requested.entry(*workspace).or_default() += 1;
    }
    let ids: Vec<WorkspaceId> = requested.keys().copied().collect();
    let mut caps = BTreeMap::new();
    for workspace in workspaces::find_many(tx.conn, &ids)? {
        caps.extend(
            caller::terms(tx.plans, &workspace, None)?
                .limits
                .scans_per_month
                .map(|cap| (workspace.id, cap)),
        );
    }
    let month = month_of(tx.now);
    let mut take = |(workspace, cap): (WorkspaceId, u64)| {
        let taken = counters::take_up_to(
            tx.conn,
            workspace,
            Metric::Scans,
            month,
            requested[&workspace],
            cap.cast_signed(),
        )?;
        Ok((workspace, taken))
    };
    caps.into_iter().map(&mut take).collect()
}

/// Returns a workspace's first scans, oldest first.
pub fn list(conn: &mut Conn, workspace: WorkspaceId, limit: i64) -> Result<Vec<Recorded>> {
    scans::list(conn, workspace, limit)
}
