//! What happens to links: scans and their counts, events and their deliveries.

pub mod outbox;
pub mod scan_days;
pub mod scans;
pub mod webhooks;
