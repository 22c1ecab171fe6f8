//! Webhooks: subscriptions and deliveries.

pub mod delivery;
pub mod format;
mod signing;
pub mod subscriptions;
