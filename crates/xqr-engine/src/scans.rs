//! Scans: from the journal into daily statistics.

pub mod analytics;
pub mod daily_stats;
pub mod ingest;
pub(crate) mod journal;
pub mod live_feed;
pub mod record;
pub mod time_series;
mod unique_visitors;
pub mod visitor_id;
