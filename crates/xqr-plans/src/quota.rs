//! Quotas: credits first, then the plan's quota, then overage, else nothing (QR Studio reference,
//! section 4).

use crate::Cap;

/// What a workspace has left to spend on a metered thing in this period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purse {
    /// Credits that were granted and not spent.
    pub credits: u64,
    /// The quota of the period.
    pub quota: Cap,
    /// What of it is used.
    pub used: u64,
    /// Whether more than the quota may be used and billed.
    pub overage: bool,
}

/// Where the units of one request come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spend {
    /// From credits.
    pub credits: u64,
    /// From the quota.
    pub quota: u64,
    /// Beyond the quota.
    pub overage: u64,
}

impl Purse {
    /// Returns where `requested` units come from: all of them, or `None`.
    pub fn spend(&self, requested: u64) -> Option<Spend> {
        let credits = requested.min(self.credits);
        let rest = requested - credits;
        let quota = rest.min(self.remaining().unwrap_or(u64::MAX));
        let overage = rest - quota;
        (overage == 0 || self.overage).then_some(Spend { credits, quota, overage })
    }

    /// Returns what is left of the quota, credits aside; `None` is unlimited.
    pub fn remaining(&self) -> Cap {
        self.quota.map(|quota| quota.saturating_sub(self.used))
    }

    /// Returns which of the thresholds 75 % and 100 % the quota crosses when `more` is used.
    pub fn crossed(&self, more: u64) -> impl Iterator<Item = u8> {
        let (before, quota) = (u128::from(self.used), self.quota.map(u128::from));
        let after = before + u128::from(more);
        [75_u8, 100].into_iter().filter(move |percent| {
            quota.is_some_and(|quota| {
                let threshold = (quota * u128::from(*percent)).div_ceil(100);
                quota > 0 && before < threshold && threshold <= after
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn credits_go_first_then_quota_then_overage() {
        let purse = Purse { credits: 2, quota: Some(10), used: 7, overage: true };
        assert_eq!(purse.spend(1), Some(Spend { credits: 1, quota: 0, overage: 0 }));
        assert_eq!(purse.spend(5), Some(Spend { credits: 2, quota: 3, overage: 0 }));
        assert_eq!(purse.spend(9), Some(Spend { credits: 2, quota: 3, overage: 4 }));
        assert_eq!(Purse { overage: false, ..purse }.spend(6), None);
        assert_eq!(
            Purse { quota: None, overage: false, ..purse }.spend(9),
            Some(Spend { credits: 2, quota: 7, overage: 0 })
        );
    }

    #[test]
    fn thresholds_are_crossed_once() {
        let purse = |used| Purse { credits: 0, quota: Some(10), used, overage: false };
        let crossed = |used, more| purse(used).crossed(more).collect::<Vec<_>>();
        assert_eq!(crossed(6, 1), [0_u8; 0]);
        assert_eq!(crossed(7, 1), [75]);
        assert_eq!(crossed(8, 1), [0_u8; 0]);
        assert_eq!(crossed(9, 1), [100]);
        assert_eq!(crossed(10, 5), [0_u8; 0]);
        assert_eq!(crossed(0, 10), [75, 100]);
        assert_eq!(Purse { quota: None, ..purse(0) }.crossed(100).count(), 0);
        assert_eq!(Purse { quota: Some(0), ..purse(0) }.crossed(1).count(), 0);
    }

    proptest! {
        #[test]
        fn nothing_is_spent_that_is_not_there(
            credits in 0..50_u64, quota in prop::option::of(0..50_u64), used in 0..80_u64, overage: bool, requested in 0..100_u64,
        ) {
            let purse = Purse { credits, quota, used, overage };
            let room = quota.map_or(u64::MAX, |quota| quota.saturating_sub(used));
            match purse.spend(requested) {
                Some(spend) => {
                    prop_assert_eq!(spend.credits + spend.quota + spend.overage, requested);
                    prop_assert!(spend.credits <= credits && spend.quota <= room);
                    prop_assert!(spend.overage == 0 || overage && spend.quota == room && spend.credits == credits);
                    prop_assert!(spend.quota + spend.overage == 0 || spend.credits == credits.min(requested));
                }
                None => prop_assert!(!overage && requested > credits + room),
            }
        }
    }
}
