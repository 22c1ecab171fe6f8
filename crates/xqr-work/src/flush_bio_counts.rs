//! Writes the views and clicks of bio pages, which are gathered in memory, to the database.

use std::time::Duration;

use xqr_engine::App;
use xqr_engine::errors::Result;

use crate::step::Progress;

/// How often; a killed process loses the counts of this time.
pub(crate) const PERIOD: Duration = Duration::from_secs(2);

pub(crate) async fn step(app: &App) -> Result<Progress> {
    app.flush_bio_counts().await.map(Progress::from)
}
