//! Scans: from the journal into the database, each exactly once.

use std::collections::{BTreeMap, HashMap};

use xqr_errors::{Error, Result};
use xqr_plans::Cycle;
use xqr_store::scans::{self, NewRollup, NewScan};
use xqr_store::{Conn, usage, workspaces};

pub use xqr_store::scans::Position;
use xqr_store::scans::Recorded;

use crate::journal::{Batch, Scan};
use crate::user_agent::{self, Visitor};
use crate::{App, Tx, hooks, keys};

/// Milliseconds of an hour.
const HOUR: i64 = 60 * 60 * 1000;

/// Returns how far this node's journal has been counted.
pub fn position(conn: &mut Conn, node: &str) -> Result<Position> {
    Ok(scans::position(conn, node)?.unwrap_or_default())
}

/// Counts a batch: scans, link counters and hourly roll-ups, and moves the journal's position, in one transaction.
///
/// # Errors
///
/// When the position does not stand where the batch begins: then it was counted already, and nothing is counted twice.
pub async fn count(app: &App, batch: &mut Batch) -> Result<usize> {
    let (node, from, to) = (app.journal.node().to_owned(), batch.from, batch.to);
    let found = std::mem::take(&mut batch.scans);
    let n = found.len();
    app.write(move |tx| {
        if !scans::advance(tx.conn, &node, from, to, tx.now)? {
            return Err(Error::internal("the journal's position has moved"));
        }
        insert(tx, &found)
    })
    .await?;
    Ok(n)
}

fn insert(tx: &mut Tx<'_>, found: &[Scan]) -> Result<()> {
    /// Scans, scans of machines, and the latest moment.
    #[derive(Default)]
    struct Tally(i64, i64, i64);

    let mut ids: Vec<i64> = found.iter().map(|scan| scan.link_id).collect();
    ids.sort_unstable();
    ids.dedup();
    // A link that was deleted meanwhile takes its scans along.
    let owners = scans::owners(tx.conn, &ids)?;
    let mut allowances = allowances(tx, found, &owners)?;
    let mut visitors: HashMap<&[u8], Visitor> = HashMap::new();
    let mut rows = Vec::with_capacity(found.len());
    // Ordered, so that two nodes lock rows in the same order.
    let mut hours: BTreeMap<(i64, i64), Tally> = BTreeMap::new();
    let mut links: BTreeMap<i64, Tally> = BTreeMap::new();
    for scan in found {
        let Some(workspace_id) = owners.get(&scan.link_id).copied() else { continue };
        match allowances.get_mut(&workspace_id) {
            Some(0) => continue,
            Some(left) => *left -= 1,
            None => {}
        }
        let agent = scan.user_agent.as_bytes();
        let visitor = *visitors.entry(agent).or_insert_with(|| user_agent::read(agent));
        rows.push(NewScan {
            link_id: scan.link_id,
            workspace_id,
            at: scan.at,
            country: scan.country.map(|code| String::from_utf8_lossy(&code).into_owned()),
            device: visitor.device,
            agent: visitor.agent,
            referrer: Some(scan.referrer.as_bytes())
                .filter(|host| !host.is_empty())
                .map(|host| String::from_utf8_lossy(host).into_owned()),
            bot: visitor.bot,
            variant: Some(&scan.variant).filter(|name| !name.is_empty()).map(|name| String::from_utf8_lossy(name).into_owned()),
        });
        let hour = scan.at - scan.at.rem_euclid(HOUR);
        for tally in [hours.entry((scan.link_id, hour)).or_default(), links.entry(scan.link_id).or_default()] {
            tally.0 += 1;
            tally.1 += i64::from(visitor.bot);
            tally.2 = tally.2.max(scan.at);
        }
    }
    scans::insert(tx.conn, &rows)?;
    hooks::tell_scans(tx, &rows)?;
    let rollups: Vec<_> = hours
        .into_iter()
        .map(|((link_id, hour), Tally(scans, bots, _))| NewRollup { link_id, hour, workspace_id: owners[&link_id], scans, bots })
        .collect();
    scans::add_rollups(tx.conn, &rollups)?;
    for (link_id, Tally(n, _, at)) in links {
        scans::count(tx.conn, link_id, n, at)?;
    }
    Ok(())
}

/// Takes from the workspaces whose plans cap the scans of a month what these scans need, and returns how many of each count. What is
/// beyond is led to its destination all the same, because codes are printed; it is only not counted.
fn allowances(tx: &mut Tx<'_>, found: &[Scan], owners: &HashMap<i64, i64>) -> Result<HashMap<i64, i64>> {
    let mut wishes: BTreeMap<i64, i64> = BTreeMap::new();
    for workspace in found.iter().filter_map(|scan| owners.get(&scan.link_id)) {
        *wishes.entry(*workspace).or_default() += 1;
    }
    let ids: Vec<i64> = wishes.keys().copied().collect();
    let mut caps = BTreeMap::new();
    for workspace in workspaces::find_many(tx.conn, &ids)? {
        caps.extend(keys::terms(tx.plans, &workspace, None)?.limits.scans_per_month.map(|cap| (workspace.id, cap)));
    }
    let month = Cycle::Month.at(tx.now).to_string();
    let mut take = |(workspace, cap): (i64, u64)| {
        let taken = usage::take_up_to(tx.conn, workspace, usage::SCANS, &month, wishes[&workspace], cap.cast_signed())?;
        Ok((workspace, taken))
    };
    caps.into_iter().map(&mut take).collect()
}

/// Deletes some scans of deleted links, and some events, deliveries, answers and refresh tokens past their time, and returns how many rows went.
pub fn purge(tx: &mut Tx<'_>, retention_ms: i64) -> Result<usize> {
    /// Rows in one transaction: writers wait no longer than this takes.
    const SOME: i64 = 1000;
    /// What is still to be delivered then never will be: no table of retries is longer.
    const DAY: i64 = 24 * HOUR;
    let before = tx.now.saturating_sub(retention_ms);
    let events = xqr_store::outbox::purge(tx.conn, before, SOME)?;
    let events = events + xqr_store::webhooks::purge(tx.conn, before, before.saturating_sub(DAY), SOME)?;
    Ok(scans::purge(tx.conn, SOME)? + events + crate::idempotency::purge(tx, SOME)? + crate::people::purge(tx, SOME)?)
}

/// Returns a workspace's first scans, oldest first.
pub fn list(conn: &mut Conn, workspace: i64, limit: i64) -> Result<Vec<Recorded>> {
    scans::list(conn, workspace, limit)
}
