//! Counts scans: from the journal into the database.

use std::sync::Arc;

use xqr_engine::errors::{Error, Result};
use xqr_engine::{App, scans};

use crate::Progress;

pub(crate) async fn step(app: &App) -> Result<Progress> {
    let node = app.journal.node().to_owned();
    if app.journal.backlog_bytes() == 0 {
        return Ok(Progress::Idle);
    }
    let from = app.read(move |conn| scans::position(conn, &node)).await?;
    let journal = Arc::clone(&app.journal);
    let max = app.settings.journal.batch;
    let read = tokio::task::spawn_blocking(move || journal.read(from, max)).await;
    let mut batch = read.map_err(Error::internal)?.map_err(Error::internal)?;
    if batch.to == from {
        return Ok(Progress::Idle);
    }
    let n = scans::count(app, &mut batch).await?;
    app.journal.settle(&batch);
    Ok(Progress::Did(n))
}
