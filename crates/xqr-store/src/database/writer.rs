//! The write path: jobs from any thread, each atomic, committed in groups.
//!
//! SQLite has one writer thread. It runs every job that waits, each in a savepoint, in one
//! transaction: one sync pays for all of them, and no caller is answered before it. A job that no
//! caller waits with has no savepoint, and one of thousands of rows wants none: for as long as
//! there is one, SQLite keeps a copy of every page that changes. PostgreSQL has several writer
//! threads and one transaction per job.

use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use diesel::Connection;
use diesel::connection::{AnsiTransactionManager, TransactionManager};
use xqr_errors::{Condition, Error, Result};

use super::backend::failed;
use super::connections::Target;
use crate::Conn;

/// Jobs that may wait; one more is refused, so that overload is reported at once and memory stays
/// bounded.
const QUEUE: usize = 4096;
/// Jobs in one group: bounds how long the first of them waits for its answer.
const GROUP: usize = 128;

/// Receives the fate of a job's transaction: `None` is committed.
type Settle = Box<dyn FnOnce(Option<Error>) + Send>;
/// Does a job's work. `Err` has answered its caller already and wants a rollback.
type Work = Box<dyn FnOnce(&mut Conn) -> Result<Settle, ()> + Send>;

struct Job {
    work: Work,
    /// It has a transaction of its own.
    alone: bool,
}

pub(crate) struct Writer {
    jobs: Option<SyncSender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

impl Writer {
    pub(crate) fn start(target: &Target, threads: usize) -> Self {
        let (jobs, queue) = sync_channel(QUEUE);
        let queue = Arc::new(Mutex::new(queue));
        let (threads, group) = if target.is_sqlite() { (1, GROUP) } else { (threads, 1) };
        let threads = (0..threads)
            .map(|n| {
                let (target, queue) = (target.clone(), Arc::clone(&queue));
                std::thread::Builder::new()
                    .name(format!("xqr-writer-{n}"))
                    .spawn(move || run(&target, &queue, group))
                    .expect("the operating system gives a thread at start")
            })
            .collect();
        Self { jobs: Some(jobs), threads }
    }

    /// Queues `job`, which shares a transaction with others unless it is `alone`; `done` hears its
    /// result once the transaction is committed or rolled back.
    pub(crate) fn submit<T: Send + 'static>(
        &self,
        alone: bool,
        job: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static,
        done: impl FnOnce(Result<T>) + Send + 'static,
    ) {
        let promise = Promise(Some(done), PhantomData);
        let work: Work = Box::new(move |conn| match catch_unwind(AssertUnwindSafe(|| job(conn))) {
            Ok(Ok(value)) => Ok(Box::new(move |failure: Option<Error>| {
                promise.keep(failure.map_or(Ok(value), Err))
            }) as Settle),
            Ok(Err(error)) => {
                promise.keep(Err(error));
                Err(())
            }
            Err(_) => {
                promise.keep(Err(Error::internal("a database job panicked")));
                Err(())
            }
        });
        // A job that finds no room is dropped here, and its promise answers the caller.
        self.jobs
            .as_ref()
            .expect("the queue lives as long as the writer")
            .try_send(Job { work, alone })
            .ok();
    }
}

/// A callback that is called exactly once, even when the job that owns it is dropped unrun.
struct Promise<T, F: FnOnce(Result<T>)>(Option<F>, PhantomData<fn(T)>);

impl<T, F: FnOnce(Result<T>)> Promise<T, F> {
    fn keep(mut self, result: Result<T>) {
        if let Some(done) = self.0.take() {
            done(result);
        }
    }
}

impl<T, F: FnOnce(Result<T>)> Drop for Promise<T, F> {
    fn drop(&mut self) {
        if let Some(done) = self.0.take() {
            done(Err(Condition::Overloaded { seconds: 1 }.into()));
        }
    }
}

impl Drop for Writer {
    /// Lets the threads finish what is queued.
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            thread.join().ok();
        }
    }
}

fn run(target: &Target, queue: &Mutex<Receiver<Job>>, group: usize) {
    let mut conn: Option<Conn> = None;
    let mut waiting: Option<Job> = None;
    let take = || queue.lock().unwrap_or_else(PoisonError::into_inner).try_recv().ok();
    loop {
        let received = waiting
            .take()
            .ok_or(())
            .or_else(|()| queue.lock().unwrap_or_else(PoisonError::into_inner).recv());
        let Ok(first) = received else { return };
        if conn.is_none() {
            conn = target
                .open()
                .inspect_err(
                    |error| tracing::error!(%error, "the writer cannot reach the database"),
                )
                .ok();
        }
        let Some(open) = &mut conn else { continue };
        waiting = if first.alone || group == 1 { None } else { take() };
        let mut notifies: Vec<Settle> = Vec::new();
        let outcome = if waiting.as_ref().is_none_or(|second| second.alone) {
            transact(open, |open| (first.work)(open).map(|notify| notifies.push(notify)).is_ok())
        } else {
            transact(open, |open| {
                let mut job = Some(first);
                for count in 1.. {
                    let Some(it) = job.take() else { break };
                    // A job that fails rolls back to its own savepoint; the others of its group
                    // stay.
                    notifies.extend(
                        open.transaction::<_, Rollback, _>(|open| {
                            (it.work)(open).map_err(|()| Rollback)
                        })
                        .ok(),
                    );
                    if waiting.is_none() && count < group {
                        waiting = take();
                    }
                    job = waiting.take_if(|next| !next.alone && count < group);
                }
                true
            })
        };
        if let Err(error) = &outcome {
            tracing::warn!(error = %error.report(), "a write transaction failed");
            // A connection whose transaction failed is in an unknown state; a fresh one is cheap.
            conn = None;
        }
        for notify in notifies {
            notify(outcome.as_ref().err().map(|_| Condition::Overloaded { seconds: 1 }.into()));
        }
    }
}

/// Runs `work` in a transaction, and takes all of it back unless `work` says that it is to stay.
/// SQLite takes its write lock at the beginning.
fn transact(conn: &mut Conn, work: impl FnOnce(&mut Conn) -> bool) -> Result<()> {
    on_backend!(
        conn,
        sqlite = |c| AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE"),
        postgres = |c| AnsiTransactionManager::begin_transaction(c)
    )
    .map_err(failed)?;
    let stays = work(conn);
    on_backend!(conn, |c| match stays {
        true => AnsiTransactionManager::commit_transaction(c),
        false => AnsiTransactionManager::rollback_transaction(c),
    })
    .map_err(failed)
}

/// Asks Diesel's transaction for a rollback to the savepoint.
struct Rollback;

impl From<diesel::result::Error> for Rollback {
    fn from(_: diesel::result::Error) -> Self {
        Self
    }
}
