//! The background steps of xqr: counting scans and bio page views, delivering webhooks, purging,
//! watching the files of the blocklist; and the clients that reach the outside for the engine.
//!
//! A step claims due work, does it, finishes it, and returns [`Progress::Did`] or
//! [`Progress::Idle`]. [`Workers`] runs the steps beside the server; [`drain`] runs them until
//! nothing is left, in tests.

mod deliver_webhooks;
mod flush_bio_counts;
mod image_fetcher;
mod ingest_scans;
mod object_storage;
mod purge;
mod step;
mod storage_error;
mod watch_blocklist;
mod webhook_client;

use std::fmt;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use xqr_engine::App;
use xqr_engine::errors::Result;

use crate::object_storage::Files;
use crate::step::{Pace, repeat};
use crate::webhook_client::Guarded;

pub use step::Progress;
pub use storage_error::StorageError;

/// The running steps.
pub struct Workers {
    app: Arc<App>,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl fmt::Debug for Workers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workers").field("tasks", &self.tasks.len()).finish_non_exhaustive()
    }
}

impl Workers {
    /// Starts the steps on the current Tokio runtime, and gives the engine its object storage and
    /// the clients that dial out.
    ///
    /// # Errors
    ///
    /// [`StorageError`] if the object storage cannot be opened.
    pub fn start(app: &Arc<App>) -> Result<Self, StorageError> {
        app.lend_storage(Arc::new(Files::open(&app.settings)?));
        app.lend_fetcher(Arc::new(image_fetcher::Fetcher::new(&app.settings.fetch)));
        app.lend_outbound(Arc::new(Guarded::new(&app.settings)));
        deliver_webhooks::release(app);
        let (stop, stopped) = watch::channel(false);
        let every = |period| Pace { busy: period, idle: period };
        let scans = Pace {
            busy: Duration::from_millis(app.settings.journal.linger_ms),
            idle: Duration::MAX,
        };
        let mut tasks = vec![
            tokio::spawn(repeat(
                "count",
                Arc::clone(app),
                stopped.clone(),
                scans,
                async |app: Arc<App>| ingest_scans::step(&app).await,
                async |app: Arc<App>| app.journal.appended().await,
            )),
            tokio::spawn(repeat(
                "purge",
                Arc::clone(app),
                stopped.clone(),
                purge::PACE,
                async |app: Arc<App>| purge::step(&app).await,
                |_| pending(),
            )),
            tokio::spawn(repeat(
                "flush",
                Arc::clone(app),
                stopped.clone(),
                every(flush_bio_counts::PERIOD),
                async |app: Arc<App>| flush_bio_counts::step(&app).await,
                |_| pending(),
            )),
            tokio::spawn(deliver_webhooks::run(Arc::clone(app), stopped.clone())),
        ];
        if !app.settings.blocklist.files.is_empty() {
            tasks.push(tokio::spawn(repeat(
                "blocklist",
                Arc::clone(app),
                stopped,
                every(Duration::from_secs(app.settings.blocklist.check_seconds)),
                async |app: Arc<App>| watch_blocklist::step(&app).await,
                |_| pending(),
            )));
        }
        Ok(Self { app: Arc::clone(app), stop, tasks })
    }

    /// Lets running steps end, then counts what the journal still holds, for at most `patience`.
    /// What is left then stays in the journal and among the deliveries for the next start.
    pub async fn stop(self, patience: Duration) {
        self.stop.send_replace(true);
        for task in self.tasks {
            task.await.ok();
        }
        if let Err(error) = flush_bio_counts::step(&self.app).await {
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
    flush_bio_counts::step(app).await?;
    deliver_webhooks::drain(app).await?;
    while purge::step(app).await? != Progress::Idle {}
    Ok(())
}

async fn count_all(app: &App) -> Result<()> {
    while ingest_scans::step(app).await? != Progress::Idle {}
    Ok(())
}
