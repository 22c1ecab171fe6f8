//! Limits by address, for requests without a valid key. Per node, in bounded memory.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;
use xqr_auth::SecretKey;
use xqr_errors::{Condition, Result};

use crate::Clock;
use crate::limits::failure_limits::Failures;
use crate::limits::token_buckets::{Buckets, Taken};
use crate::settings::Limits;

/// Keys that are remembered as good.
const REMEMBERED: u64 = 100_000;

/// Requests that a client without a valid key may make.
pub struct AddressLimits {
    limits: Limits,
    bad_keys: Failures<IpAddr>,
    misses: Buckets<IpAddr>,
    lookups: Buckets<IpAddr>,
    /// Digests of keys that were good within the hour.
    good: Cache<[u8; 32], ()>,
}

impl fmt::Debug for AddressLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AddressLimits").finish_non_exhaustive()
    }
}

impl AddressLimits {
    pub(crate) fn new(limits: &Limits, clock: Arc<dyn Clock>) -> Self {
        let buckets = || Buckets::new(Duration::from_secs(60), Arc::clone(&clock));
        let good = Cache::builder()
            .max_capacity(REMEMBERED)
            .time_to_live(Duration::from_secs(3600))
            .build();
        let bad_keys = Failures::new(limits.bad_keys_per_minute, Arc::clone(&clock));
        Self { limits: limits.clone(), bad_keys, misses: buckets(), lookups: buckets(), good }
    }

    /// Refuses an address that has tried too many keys, before its next key is looked at; unless
    /// that key was good of late: behind one address there may be many, and not all of them guess.
    ///
    /// # Errors
    ///
    /// [`Condition::RateExceeded`].
    pub fn check_key_tries(&self, address: IpAddr, key: &SecretKey) -> Result<()> {
        if self.good.contains_key(key.digest().as_bytes()) {
            return Ok(());
        }
        self.bad_keys
            .wait(&network(address))
            .map_or(Ok(()), |seconds| Err(Condition::RateExceeded { seconds }.into()))
    }

    /// Notes that a key is good.
    pub fn note_good_key(&self, key: &SecretKey) {
        let digest = key.digest();
        if !self.good.contains_key(digest.as_bytes()) {
            self.good.insert(digest.as_bytes().to_owned(), ());
        }
    }

    /// Notes that an address showed a key that is not one.
    pub fn note_bad_key(&self, address: IpAddr) {
        self.bad_keys.note(network(address));
    }

    /// Refuses an address that asks for too many codes that lead nowhere: codes can be guessed.
    ///
    /// # Errors
    ///
    /// [`Condition::RateExceeded`].
    pub fn check_miss(&self, address: IpAddr) -> Result<()> {
        take(&self.misses, address, self.limits.misses_per_minute)
    }

    /// Takes a look-up or a picture that needs no key.
    ///
    /// # Errors
    ///
    /// [`Condition::RateExceeded`].
    pub fn check_lookup(&self, address: IpAddr) -> Result<()> {
        take(&self.lookups, address, self.limits.lookups_per_minute)
    }
}

/// Takes a token of an address; where `size` is 0, there is no limit.
fn take(buckets: &Buckets<IpAddr>, address: IpAddr, size: u64) -> Result<()> {
    match if size == 0 { Taken::Yes(0) } else { buckets.take(&network(address), size) } {
        Taken::Yes(_) => Ok(()),
        Taken::No(seconds) => Err(Condition::RateExceeded { seconds }.into()),
    }
}

/// Returns what one subscriber has: an IPv4 address, or the first 64 bits of an IPv6 one.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ManualClock;

    fn strangers() -> (AddressLimits, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::at(1_774_103_400_000));
        let limits =
            Limits { bad_keys_per_minute: 10, misses_per_minute: 5, lookups_per_minute: 60 };
        (AddressLimits::new(&limits, Arc::clone(&clock) as _), clock)
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_with_wrong_keys_is_blocked_for_a_while() {
        let (strangers, clock) = strangers();
        let [key, good] = [1, 2]
            .map(|seed| SecretKey::mint(xqr_auth::KeyFormat::Xqr, &mut |bytes| bytes.fill(seed)));
        strangers.note_good_key(&good);
        for _ in 0..10 {
            strangers.check_key_tries(ip("198.51.100.1"), &key).unwrap();
            strangers.note_bad_key(ip("198.51.100.1"));
        }
        strangers.check_key_tries(ip("198.51.100.1"), &key).unwrap();
        strangers.note_bad_key(ip("198.51.100.1"));
        let refused = strangers.check_key_tries(ip("::ffff:198.51.100.1"), &key).unwrap_err();
        assert_eq!(refused.condition(), &Condition::RateExceeded { seconds: 6 });
        strangers.check_key_tries(ip("198.51.100.2"), &key).unwrap();
        strangers.check_key_tries(ip("198.51.100.1"), &good).unwrap();
        clock.advance(6_000);
        strangers.check_key_tries(ip("198.51.100.1"), &key).unwrap();
    }

    #[test]
    fn an_ipv6_subscriber_is_one_stranger() {
        let (strangers, _) = strangers();
        for i in 0..5 {
            strangers.check_miss(ip(&format!("2001:db8::{i}"))).unwrap();
        }
        assert!(strangers.check_miss(ip("2001:db8::ffff:1")).is_err());
        strangers.check_miss(ip("2001:db8:0:1::1")).unwrap();
    }
}
