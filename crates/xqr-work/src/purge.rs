//! Has the keys of visitors ready for tomorrow; purges uploads that nobody confirmed, files that
//! belong to nothing, scans of deleted links, and events and stored answers past their retention.

use xqr_engine::errors::Result;
use xqr_engine::scans::visitor_id;
use xqr_engine::{App, purge};

use crate::Progress;

pub(crate) async fn step(app: &App) -> Result<Progress> {
    let retention =
        i64::try_from(app.settings.outbox.retention_hours * 3_600_000).unwrap_or(i64::MAX);
    visitor_id::prepare(app).await?;
    let rows = app.write(move |tx| purge::purge(tx, retention)).await?;
    Ok(match rows + app.purge_assets().await? {
        0 => Progress::Idle,
        n => Progress::Did(n),
    })
}
