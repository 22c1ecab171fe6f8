//! Counts scans: from the journal into the database.

use std::sync::Arc;

use xqr_engine::App;
use xqr_engine::errors::{Error, Result};
use xqr_engine::scans::ingest;

use crate::Progress;

pub(crate) async fn step(app: &App) -> Result<Progress> {
    let node = app.journal.node().to_owned();
    if app.journal.backlog_bytes() == 0 {
        return Ok(Progress::Idle);
    }
    let from = app.read(move |conn| ingest::position(conn, &node)).await?;
    let journal = Arc::clone(&app.journal);
    let max = app.settings.journal.batch;
    let read = tokio::task::spawn_blocking(move || journal.read(from, max)).await;
    let batch = read.map_err(Error::internal)?.map_err(Error::internal)?;
    if batch.to == from {
        return Ok(Progress::Idle);
    }
    let n = ingest::count(app, &batch).await?;
    app.journal.acknowledge(&batch);
    Ok(Progress::Did(n))
}
