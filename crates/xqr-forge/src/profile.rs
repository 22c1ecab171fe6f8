//! The rules of this dialect that the engine follows.

use xqr_engine::dialect::Profile;
use xqr_engine::errors::Dialect;

/// The profile of the forge dialect.
#[derive(Debug)]
pub(crate) struct ForgeProfile;

impl Profile for ForgeProfile {
    fn column(&self) -> Dialect {
        Dialect::Forge
    }
}
