//! The rules of the native API that the engine follows.

use xqr_engine::dialect::{Profile, WebhookFormat};
use xqr_engine::errors::Dialect;

use crate::webhook_format::Format;

/// The profile of the native dialect.
#[derive(Debug)]
pub(crate) struct NativeProfile;

impl Profile for NativeProfile {
    fn column(&self) -> Dialect {
        Dialect::Xqr
    }

    fn webhooks(&self) -> Option<&dyn WebhookFormat> {
        Some(&Format)
    }
}
