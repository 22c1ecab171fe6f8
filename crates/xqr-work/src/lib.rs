//! The background steps of xqr: counting scans and views of bio pages, delivering to webhooks,
//! purging what is past its time, looking at the blocklist's files.
//!
//! A step claims due work, does it, settles it, and says [`Progress::Did`] or [`Progress::Idle`].
//! [`Workers`] runs the steps beside the server; [`drain`] runs them until nothing is left, in
//! tests.

mod count;
mod deliver;
mod files;
mod flush;
mod outbound;
mod pictures;
mod purge;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use xqr_engine::App;
use xqr_engine::errors::{Error, Result};

use crate::files::Files;
use crate::outbound::Guarded;

/// What a step has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// It did this much; there may be more.
    Did(usize),
    /// There is nothing to do.
    Idle,
}

/// Pause after a step failed: its work is still there, and so, often, is the reason.
const PAUSE: Duration = Duration::from_secs(1);
/// Period of the purge.
const PURGE_PERIOD: Duration = Duration::from_secs(60);

/// The running steps.
pub struct Workers {
    app: Arc<App>,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Workers {
    /// Starts the steps on the current Tokio runtime, and lends the engine the store of files and
    /// the clients that dial out.
    ///
    /// # Errors
    ///
    /// A text for the operator, when the store of files cannot be opened.
    pub fn start(app: &Arc<App>) -> Result<Self, String> {
        app.lend_storage(Arc::new(Files::open(&app.settings)?));
        app.lend_fetcher(Arc::new(pictures::Fetcher::new(&app.settings.fetch)));
        app.lend_outbound(Arc::new(Guarded::new(&app.settings)));
        deliver::release(app);
        let (stop, stopped) = watch::channel(false);
        let tasks = vec![
            tokio::spawn(count_loop(Arc::clone(app), stopped.clone())),
            tokio::spawn(purge_loop(Arc::clone(app), stopped.clone())),
            tokio::spawn(blocklist_loop(Arc::clone(app), stopped.clone())),
            tokio::spawn(flush::run(Arc::clone(app), stopped.clone())),
            tokio::spawn(deliver::run(Arc::clone(app), stopped)),
        ];
        Ok(Self { app: Arc::clone(app), stop, tasks })
    }

    /// Lets running steps end, then counts what the journal still holds, for at most `patience`.
    /// What is left then stays in the journal and among the deliveries for the next start.
    pub async fn stop(self, patience: Duration) {
        self.stop.send_replace(true);
        for task in self.tasks {
            task.await.ok();
        }
        if let Err(error) = flush::step(&self.app).await {
            tracing::warn!(error = %error.report(), "some views and clicks of bio pages are not counted");
        }
        match tokio::time::timeout(patience, count_all(&self.app)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::warn!(error = %error.report(), "scans stay in the journal until the next start")
            }
            Err(_) => {
                tracing::warn!("scans stay in the journal until the next start: out of patience")
            }
        }
    }
}

/// Counts until the journal is empty, delivers all that is due, purges.
///
/// # Errors
///
/// The first failure of a step.
pub async fn drain(app: &Arc<App>) -> Result<()> {
    count_all(app).await?;
    flush::step(app).await?;
    deliver::drain(app).await?;
    while purge::step(app).await? != Progress::Idle {}
    Ok(())
}

async fn count_all(app: &App) -> Result<()> {
    while count::step(app).await? != Progress::Idle {}
    Ok(())
}

/// Waits for scans, counts them until none is left, and lets some gather before the next batch.
async fn count_loop(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    let linger = Duration::from_millis(app.settings.journal.linger_ms);
    while !*stopped.borrow() {
        let pause = match count::step(&app).await {
            Ok(Progress::Did(_)) => linger,
            Ok(Progress::Idle) => {
                tokio::select! {
                    () = app.journal.appended() => {}
                    _ = stopped.changed() => {}
                }
                continue;
            }
            Err(error) => report("count", &error),
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stopped.changed() => {}
        }
    }
}

async fn purge_loop(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        let pause = match purge::step(&app).await {
            Ok(Progress::Did(_)) => Duration::from_millis(10),
            Ok(Progress::Idle) => PURGE_PERIOD,
            Err(error) => report("purge", &error),
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stopped.changed() => {}
        }
    }
}

/// Looks at the blocklist's files, at once after a start, because that took their last good state.
async fn blocklist_loop(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    if app.settings.blocklist.files.is_empty() {
        return;
    }
    let period = Duration::from_secs(app.settings.blocklist.check_seconds);
    while !*stopped.borrow() {
        app.refresh_blocklist().await;
        tokio::select! {
            () = tokio::time::sleep(period) => {}
            _ = stopped.changed() => {}
        }
    }
}

fn report(step: &str, error: &Error) -> Duration {
    tracing::warn!(step, error = %error.report(), at = %error.location(), "a background step failed and will be tried again");
    PAUSE
}
