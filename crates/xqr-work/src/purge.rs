//! Has the keys of visitors ready for tomorrow; purges scans of deleted links, and events and stored answers past their retention.

use xqr_engine::errors::Result;
use xqr_engine::{App, salts, scans};

use crate::Progress;

pub(crate) async fn step(app: &App) -> Result<Progress> {
    let retention = i64::try_from(app.settings.outbox.retention_hours * 3_600_000).unwrap_or(i64::MAX);
    salts::prepare(app).await?;
    Ok(match app.write(move |tx| scans::purge(tx, retention)).await? {
        0 => Progress::Idle,
        n => Progress::Did(n),
    })
}
