//! Daily visitor ids: a keyed hash of IP address and user agent. The key changes each day (UTC) and
//! is deleted, so visitors cannot be linked across days.

use std::hash::Hasher as _;
use std::net::IpAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{PoisonError, RwLock};

use siphasher::sip::SipHasher24;
use xqr_errors::{Error, Result};
use xqr_store::service_state;

use crate::limits::address_limits::network;
use crate::scans::daily_stats::DAY;
use crate::{App, Tx};

/// What the names of the keys begin with in the database.
const PREFIX: &str = "visitor_salt_";
/// Milliseconds after a try without another try: redirects go on without visitors while the
/// database is away.
const PAUSE: i64 = 1000;

/// The keys of some days.
pub(crate) struct VisitorKeys {
    known: RwLock<Vec<(i64, [u8; 16])>>,
    tried_at: AtomicI64,
}

impl VisitorKeys {
    /// Keeps what [`fetch`] has found.
    pub(crate) fn new(known: Vec<(i64, [u8; 16])>) -> Self {
        Self { known: RwLock::new(known), tried_at: AtomicI64::new(0) }
    }

    fn of(&self, day: i64) -> Option<[u8; 16]> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.iter().find(|(known, _)| *known == day).map(|(_, salt)| *salt)
    }
}

/// Returns the hash of a visitor (IPv6: its first 64 bits) at `now`, Unix milliseconds; `None`
/// while the day's key cannot be had.
pub async fn visitor(
    app: &App,
    address: Option<IpAddr>,
    user_agent: &[u8],
    now: i64,
) -> Option<u64> {
    let (address, day) = (address?, now.div_euclid(DAY));
    let salt = match app.visitor_keys.of(day) {
        Some(salt) => salt,
        None => first(app, day, now).await?,
    };
    let mut hasher = SipHasher24::new_with_key(&salt);
    match network(address) {
        IpAddr::V4(v4) => hasher.write(&v4.octets()),
        IpAddr::V6(v6) => hasher.write(&v6.octets()),
    }
    hasher.write(user_agent);
    Some(hasher.finish())
}

/// Gets the key of a day that is not prepared.
async fn first(app: &App, day: i64, now: i64) -> Option<[u8; 16]> {
    let tried_at = app.visitor_keys.tried_at.swap(now, Ordering::Relaxed);
    if (tried_at..tried_at + PAUSE).contains(&now) {
        return None;
    }
    prepare(app).await.ok();
    app.visitor_keys.of(day)
}

/// Has the keys of today and tomorrow ready.
pub async fn prepare(app: &App) -> Result<()> {
    let today = app.now().div_euclid(DAY);
    if app.visitor_keys.of(today + 1).is_none() {
        let found = app.write(fetch).await?;
        *app.visitor_keys.known.write().unwrap_or_else(PoisonError::into_inner) = found;
    }
    Ok(())
}

/// Returns the keys of today and tomorrow, and deletes all others. The first node that asks makes
/// them.
pub(crate) fn fetch(tx: &mut Tx<'_>) -> Result<Vec<(i64, [u8; 16])>> {
    let today = tx.now.div_euclid(DAY);
    let days = [today, today + 1];
    let names = days.map(|day| format!("{PREFIX}{day}"));
    for name in &names {
        let mut fresh = [0; 16];
        tx.random(&mut fresh);
        service_state::claim(tx.conn, name, &format!("{:032x}", u128::from_be_bytes(fresh)))?;
    }
    service_state::keep_only(tx.conn, PREFIX, &names)?;
    let read = |(day, name): (i64, &String)| {
        let text = service_state::get(tx.conn, name)?.unwrap_or_default();
        Ok((day, u128::from_str_radix(&text, 16).map(u128::to_be_bytes).map_err(Error::internal)?))
    };
    days.into_iter().zip(&names).map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn every_node_has_the_key_of_a_day_and_nobody_has_old_ones() {
        let (data, clock, _folder) = testing::open();
        let today = data.now().div_euclid(DAY);
        let first = data.write_here(fetch).unwrap();
        assert_eq!(first.iter().map(|(day, _)| *day).collect::<Vec<_>>(), [today, today + 1]);
        assert_ne!(first[0].1, first[1].1);
        assert_eq!(data.write_here(fetch).unwrap(), first, "who comes later takes what is there");
        clock.advance(DAY);
        assert_eq!(data.write_here(fetch).unwrap()[0], first[1]);
        let kept = |day: i64| {
            data.read_here(|conn| service_state::get(conn, &format!("{PREFIX}{day}")))
                .unwrap()
                .is_some()
        };
        assert_eq!([today, today + 1, today + 2].map(kept), [false, true, true]);
    }
}
