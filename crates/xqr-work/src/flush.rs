//! Writes down how often bio pages were seen and followed, which is gathered in memory.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use xqr_engine::App;
use xqr_engine::errors::Result;

use crate::{Progress, report};

/// What a killed process loses of the counts.
const PERIOD: Duration = Duration::from_secs(2);

pub(crate) async fn step(app: &App) -> Result<Progress> {
    Ok(match app.flush_bio_counts().await? {
        0 => Progress::Idle,
        n => Progress::Did(n),
    })
}

/// Writes the counts down every now and then until it is stopped.
pub(crate) async fn run(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        tokio::select! {
            () = tokio::time::sleep(PERIOD) => {}
            _ = stopped.changed() => {}
        }
        if let Err(error) = step(&app).await {
            report("flush", &error);
        }
    }
}
