//! Takes changed files of the blocklist, at once after a start, because a start takes their last
//! good state.

use xqr_engine::App;
use xqr_engine::errors::Result;

use crate::step::Progress;

pub(crate) async fn step(app: &App) -> Result<Progress> {
    app.refresh_blocklist().await;
    Ok(Progress::Idle)
}
