//! State of the service itself: its counters, stored answers, blocklist and settings.

pub mod blocklist;
pub mod counters;
pub mod idempotency;
pub mod service_state;
