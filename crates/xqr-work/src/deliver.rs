//! Delivers what webhooks are owed: claims what is due, lets each attempt run in a task of its own,
//! claims anew as they end.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{Id, JoinSet};
use tokio::time::sleep;
use xqr_engine::App;
use xqr_engine::errors::Result;
use xqr_engine::webhooks::delivery::{self, Room};

use crate::{Progress, report};

/// Attempts under way at one time.
pub(crate) const PLACES: usize = 128;
/// Those of webhooks whose last attempt failed, so that a crowd of dead receivers leaves places for
/// the others.
const SUSPECTS: usize = PLACES / 2;
/// How often the database is asked for what another node left, and for what falls due by time
/// alone.
const PERIOD: Duration = Duration::from_secs(1);
/// How often those who wait for attempts of others look.
const GLANCE: Duration = Duration::from_millis(2);

/// The attempts of one loop.
#[derive(Default)]
struct Attempts {
    tasks: JoinSet<()>,
    /// Whether each is of a suspect.
    running: HashMap<Id, bool>,
}

impl Attempts {
    /// Claims as many as there is room for, and starts them.
    async fn start(&mut self, app: &Arc<App>) -> Result<Progress> {
        let suspects = self.running.values().filter(|suspect| **suspect).count();
        let room = Room {
            all: PLACES.saturating_sub(self.running.len()),
            suspects: SUSPECTS.saturating_sub(suspects),
        };
        let now = app.now();
        let due = app.read(move |conn| delivery::due(conn, now)).await?;
        if due.is_empty() || room.all == 0 {
            return Ok(Progress::Idle);
        }
        let node = app.journal.node().to_owned();
        let claimed = app.write(move |tx| delivery::claim(tx, &node, &due, room)).await?;
        let n = claimed.len();
        for attempt in claimed {
            let (app, suspect) = (Arc::clone(app), attempt.is_suspect());
            let task = self.tasks.spawn(async move {
                if let Err(error) = app.attempt(attempt).await {
                    report("deliver", &error);
                }
            });
            self.running.insert(task.id(), suspect);
        }
        Ok(if n == 0 { Progress::Idle } else { Progress::Did(n) })
    }

    /// Waits for an attempt to end; for ever when there is none.
    async fn ended(&mut self) {
        match self.tasks.join_next_with_id().await {
            Some(Ok((id, ()))) => drop(self.running.remove(&id)),
            Some(Err(error)) => drop(self.running.remove(&error.id())),
            None => std::future::pending().await,
        }
    }
}

/// Ends the leases of this node's former life, before anything of this one can hold one.
pub(crate) fn release(app: &App) {
    let node = app.journal.node().to_owned();
    if let Err(error) = app.data.write_here(move |tx| delivery::release(tx, &node)) {
        // Then those leases end by themselves.
        report("release", &error);
    }
}

/// Delivers until it is stopped, then lets attempts end: each has a deadline, and what is cut off
/// is repeated when its lease ends.
pub(crate) async fn run(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    let mut attempts = Attempts::default();
    while !*stopped.borrow() {
        let pause = match attempts.start(&app).await {
            Ok(Progress::Did(_)) => continue,
            Ok(Progress::Idle) => PERIOD,
            Err(error) => report("deliver", &error),
        };
        tokio::select! {
            () = app.data.event_committed() => {}
            () = attempts.ended() => {}
            () = sleep(pause) => {}
            _ = stopped.changed() => {}
        }
    }
    while !attempts.running.is_empty() {
        attempts.ended().await;
    }
}

/// Delivers all that is due now, and waits for attempts under way elsewhere.
pub(crate) async fn drain(app: &Arc<App>) -> Result<()> {
    let mut attempts = Attempts::default();
    loop {
        if attempts.start(app).await? != Progress::Idle {
            continue;
        }
        if !attempts.running.is_empty() {
            attempts.ended().await;
            continue;
        }
        let now = app.now();
        let (due, waiting) = app
            .read(move |conn| Ok((delivery::due(conn, now)?, delivery::any_under_way(conn, now)?)))
            .await?;
        if due.is_empty() && !waiting {
            return Ok(());
        }
        sleep(GLANCE).await;
    }
}
