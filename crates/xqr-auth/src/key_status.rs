//! Whether a known key still works.

use xqr_errors::{Condition, Result};

/// The dates of a key, Unix milliseconds.
#[derive(Debug, Clone, Copy, Default)]
pub struct KeyStatus {
    /// When it expires.
    pub expires_at: Option<i64>,
    /// When it was revoked or rotated out.
    pub revoked_at: Option<i64>,
    /// Until when it works on after rotation.
    pub overlap_until: Option<i64>,
}

impl KeyStatus {
    /// Judges the key at `now`. A revoked key that has also expired is reported as revoked.
    ///
    /// # Errors
    ///
    /// [`Condition::KeyRevoked`] or [`Condition::KeyExpired`].
    pub fn admit(&self, now: i64) -> Result<()> {
        if self.revoked_at.is_some() && self.overlap_until.is_none_or(|until| now >= until) {
            return Err(Condition::KeyRevoked.into());
        }
        if self.expires_at.is_some_and(|at| now >= at) {
            return Err(Condition::KeyExpired.into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states() {
        let check = |expires_at, revoked_at, overlap_until, expected: Option<Condition>| {
            let verdict = KeyStatus { expires_at, revoked_at, overlap_until }.admit(100);
            assert_eq!(verdict.err().map(|e| e.condition().clone()), expected);
        };
        check(None, None, None, None);
        check(Some(101), None, None, None);
        check(Some(100), None, None, Some(Condition::KeyExpired));
        check(None, Some(50), None, Some(Condition::KeyRevoked));
        check(Some(60), Some(50), None, Some(Condition::KeyRevoked));
        check(None, Some(50), Some(101), None);
        check(None, Some(50), Some(100), Some(Condition::KeyRevoked));
        check(Some(99), Some(50), Some(101), Some(Condition::KeyExpired));
    }
}
