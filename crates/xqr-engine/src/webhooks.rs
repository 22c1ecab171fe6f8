//! Webhooks: subscriptions, the fan-out of events, deliveries.

pub mod delivery;
mod fan_out;
pub mod subscriptions;
