//! The rules of this dialect that the engine follows.

use xqr_engine::dialect::{Profile, WebhookFormat};
use xqr_engine::errors::Dialect;

use crate::webhook_format::Format;

/// The profile of the studio dialect.
#[derive(Debug)]
pub(crate) struct StudioProfile;

impl Profile for StudioProfile {
    fn column(&self) -> Dialect {
        Dialect::Studio
    }

    fn webhooks(&self) -> Option<&dyn WebhookFormat> {
        Some(&Format)
    }
}
