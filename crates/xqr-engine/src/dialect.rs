//! What the engine knows about a dialect: a trait. The engine names no dialect.
//!
//! A server registers the profiles of its dialects when it opens the database. Rows name a dialect
//! by its column of the error catalogue.

pub mod event;
pub mod webhook_format;

use std::fmt;

use xqr_errors::Dialect;

pub use event::Event;
pub use webhook_format::{RetryPolicy, WebhookFormat};

/// The rules of one dialect that use cases follow.
pub trait Profile: fmt::Debug + Send + Sync {
    /// Returns the dialect's column of the error catalogue, and with it its name.
    fn column(&self) -> Dialect;

    /// Returns how long an API key of the dialect's format works on after it was rotated, in
    /// milliseconds.
    fn key_overlap_ms(&self) -> i64 {
        0
    }

    /// Returns the dialect's webhooks, if it has any.
    fn webhooks(&self) -> Option<&dyn WebhookFormat> {
        None
    }
}

/// The dialects of a service.
#[derive(Debug, Clone, Default)]
pub struct Dialects(Vec<&'static dyn Profile>);

impl Dialects {
    /// Registers dialects.
    pub fn new(profiles: impl IntoIterator<Item = &'static dyn Profile>) -> Self {
        Self(profiles.into_iter().collect())
    }

    /// Returns the dialect of this name.
    pub fn find(&self, name: &str) -> Option<&'static dyn Profile> {
        self.0.iter().copied().find(|profile| profile.column().name() == name)
    }

    /// Returns the webhooks of the dialect with this name.
    pub fn webhooks(&self, name: &str) -> Option<&'static dyn WebhookFormat> {
        self.find(name)?.webhooks()
    }
}
