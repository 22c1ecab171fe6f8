//! Limits of sign-in attempts: by account, so that a password cannot be guessed from many
//! addresses, and by address, so that one guess cannot be tried on many accounts. Per node, in
//! bounded memory.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use xqr_errors::{Condition, Result};

use crate::Clock;
use crate::limits::address_limits::network;
use crate::limits::token_buckets::{Buckets, Taken};
use crate::settings::Accounts;

/// A digest of the e-mail address. Texts of any length would let a client fill the memory.
type Account = [u8; 16];

/// Limits of attempts to sign in and to sign up.
pub(crate) struct SignInLimits {
    per_account: u64,
    per_address: u64,
    accounts: Buckets<Account>,
    addresses: Buckets<IpAddr>,
}

impl SignInLimits {
    pub(crate) fn new(settings: &Accounts, clock: Arc<dyn Clock>) -> Self {
        let minute = Duration::from_secs(60);
        Self {
            per_account: settings.tries_per_account,
            per_address: settings.tries_per_address,
            accounts: Buckets::new(minute, Arc::clone(&clock)),
            addresses: Buckets::new(minute, clock),
        }
    }

    /// Takes an attempt of an address, and then of an account. An attempt refused for its address
    /// does not count against the account.
    ///
    /// # Errors
    ///
    /// [`Condition::RateExceeded`].
    pub(crate) fn admit(&self, from: IpAddr, email_key: Option<&str>) -> Result<()> {
        take(&self.addresses, &network(from), self.per_address)?;
        email_key.map_or(Ok(()), |key| take(&self.accounts, &account(key), self.per_account))
    }
}

fn take<K: std::hash::Hash + Eq + Clone>(buckets: &Buckets<K>, key: &K, size: u64) -> Result<()> {
    match if size == 0 { Taken::Yes(0) } else { buckets.take(key, size) } {
        Taken::Yes(_) => Ok(()),
        Taken::No(seconds) => Err(Condition::RateExceeded { seconds }.into()),
    }
}

fn account(email_key: &str) -> Account {
    let digest = Sha256::digest(email_key);
    std::array::from_fn(|i| digest[i])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ManualClock, Settings};

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn sign_ins() -> (SignInLimits, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::at(1_774_103_400_000));
        (SignInLimits::new(&Settings::defaults().accounts, Arc::clone(&clock) as _), clock)
    }

    #[test]
    fn an_account_has_ten_tries_a_minute_from_wherever() {
        let (sign_ins, clock) = sign_ins();
        for i in 0..10 {
            sign_ins.admit(ip(&format!("198.51.100.{i}")), Some("ann@x.de")).unwrap();
        }
        let refused = sign_ins.admit(ip("198.51.100.99"), Some("ann@x.de")).unwrap_err();
        assert_eq!(refused.condition(), &Condition::RateExceeded { seconds: 6 });
        sign_ins.admit(ip("198.51.100.99"), Some("bob@x.de")).unwrap();
        clock.advance(6_000);
        sign_ins.admit(ip("198.51.100.99"), Some("ann@x.de")).unwrap();
        assert!(sign_ins.admit(ip("198.51.100.99"), Some("ann@x.de")).is_err());
    }

    #[test]
    fn an_address_has_thirty_tries_a_minute_on_whatever() {
        let (sign_ins, clock) = sign_ins();
        for i in 0..30 {
            sign_ins.admit(ip("2001:db8::1"), Some(&format!("{i}@x.de"))).unwrap();
        }
        for _ in 0..100 {
            let refused = sign_ins.admit(ip("2001:db8::2"), Some("ann@x.de")).unwrap_err();
            assert_eq!(refused.condition(), &Condition::RateExceeded { seconds: 2 });
        }
        for _ in 0..10 {
            sign_ins.admit(ip("198.51.100.1"), Some("ann@x.de")).unwrap();
        }
        clock.advance(2_000);
        sign_ins.admit(ip("2001:db8::3"), None).unwrap();
        assert!(sign_ins.admit(ip("2001:db8::3"), None).is_err());
    }

    #[test]
    fn in_an_hour_one_client_has_few_passwords_judged() {
        let (sign_ins, clock) = sign_ins();
        let mut judged = 0;
        for _ in 0..10_000 {
            clock.advance(360);
            judged += u32::from(sign_ins.admit(ip("198.51.100.1"), Some("ann@x.de")).is_ok());
        }
        assert!((600..=10 + 600).contains(&judged), "{judged}");
    }
}
