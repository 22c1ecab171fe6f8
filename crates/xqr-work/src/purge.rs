//! Deletes what is past its time: unconfirmed uploads, files without an asset, scans of deleted
//! links, old deliveries and stored answers. Prepares the visitor key of the next day.

use std::time::Duration;

use xqr_engine::errors::Result;
use xqr_engine::scans::visitor_id;
use xqr_engine::{App, purge};

use crate::step::{Pace, Progress};

/// A short pause between batches, a minute between looks.
pub(crate) const PACE: Pace =
    Pace { busy: Duration::from_millis(10), idle: Duration::from_secs(60) };

pub(crate) async fn step(app: &App) -> Result<Progress> {
    let retention =
        i64::try_from(app.settings.outbox.retention_hours * 3_600_000).unwrap_or(i64::MAX);
    visitor_id::prepare(app).await?;
    let rows = app.write(move |tx| purge::purge(tx, retention)).await?;
    Ok(Progress::from(rows + app.purge_assets().await?))
}
