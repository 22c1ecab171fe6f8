//! The rules of this dialect that the engine follows.

use xqr_engine::dialect::Profile;
use xqr_engine::errors::Dialect;

/// How long a rotated key works on (QuickResponseHub reference, section 2.1): 24 hours.
const KEY_OVERLAP_MS: i64 = 24 * 60 * 60 * 1000;

/// The profile of the hub dialect.
#[derive(Debug)]
pub(crate) struct HubProfile;

impl Profile for HubProfile {
    fn column(&self) -> Dialect {
        Dialect::Hub
    }

    fn key_overlap_ms(&self) -> i64 {
        KEY_OVERLAP_MS
    }
}
