//! The loop of a background step, written once.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use xqr_engine::App;
use xqr_engine::errors::{Error, Result};

/// What a step has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// It did this much; there may be more.
    Did(usize),
    /// There is nothing to do.
    Idle,
}

impl From<usize> for Progress {
    fn from(n: usize) -> Self {
        if n == 0 { Self::Idle } else { Self::Did(n) }
    }
}

/// The pause after a failure: the work is still there, and often so is the reason.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// When a step runs again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// The pause while there is work.
    pub(crate) busy: Duration,
    /// The pause when there is none.
    pub(crate) idle: Duration,
}

/// Runs `step` until it is stopped. `wake` ends the pause of an idle step early.
pub(crate) async fn repeat<S, W>(
    name: &'static str,
    app: Arc<App>,
    mut stopped: watch::Receiver<bool>,
    pace: Pace,
    step: impl Fn(Arc<App>) -> S,
    wake: impl Fn(Arc<App>) -> W,
) where
    S: Future<Output = Result<Progress>>,
    W: Future<Output = ()>,
{
    while !*stopped.borrow() {
        let (pause, is_idle) = match step(Arc::clone(&app)).await {
            Ok(Progress::Did(_)) => (pace.busy, false),
            Ok(Progress::Idle) => (pace.idle, true),
            Err(error) => (report(name, &error), false),
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = wake(Arc::clone(&app)), if is_idle => {}
            _ = stopped.changed() => {}
        }
    }
}

/// Logs a failed step, and returns the pause before the next try.
pub(crate) fn report(step: &str, error: &Error) -> Duration {
    tracing::warn!(
        step, error = %error.report(), at = %error.location(), "a background step failed and will be tried again"
    );
    AFTER_FAILURE
}
