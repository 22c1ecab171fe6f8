//! The render pool: how many pictures are drawn at once, and how many requests may wait. Its
//! threads have low priority, so a redirect does not wait for a picture.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use xqr_errors::{Condition, Error, Result};

use crate::runtime::threads::lower_priority;
use crate::settings::Render;

type Job = Box<dyn FnOnce() + Send>;

/// Threads that draw, and places for what they have taken up and what waits.
pub(crate) struct RenderPool {
    jobs: Sender<Job>,
    places: Arc<Semaphore>,
}

impl RenderPool {
    pub(crate) fn new(settings: &Render) -> Self {
        let processors = || thread::available_parallelism().map_or(1, usize::from);
        let seats = if settings.parallel == 0 { processors() } else { settings.parallel };
        let (jobs, waiting) = channel();
        let waiting = Arc::new(Mutex::new(waiting));
        for seat in 0..seats {
            let waiting = Arc::clone(&waiting);
            let work = move || sit(&waiting);
            thread::Builder::new()
                .name(format!("draw-{seat}"))
                .spawn(work)
                .expect("the system gives a few threads at start");
        }
        Self { jobs, places: Arc::new(Semaphore::new(seats + settings.queue)) }
    }

    /// Runs `job` at a seat. A job that has begun is finished also when its client has gone; one
    /// that has not is dropped.
    pub(crate) async fn draw<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let overloaded = |_| Error::from(Condition::Overloaded { seconds: 1 });
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(overloaded)?;
        let (sender, receiver) = oneshot::channel();
        let work = move || {
            let _held: OwnedSemaphorePermit = place;
            if !sender.is_closed() {
                sender.send(job()).ok();
            }
        };
        let lost = || Error::from(Condition::RenderFailed).because("a drawing thread ended early");
        self.jobs.send(Box::new(work)).map_err(|_| lost())?;
        receiver.await.unwrap_or_else(|_| Err(lost()))
    }
}

/// Draws until the pool is gone.
fn sit(waiting: &Mutex<Receiver<Job>>) {
    lower_priority();
    loop {
        let job = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        // A picture that panics is the loss of one client, which gets an error; the seat is needed
        // by the others.
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(job)).ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_picture_that_panics_is_the_loss_of_one_client() {
        let pool = RenderPool::new(&Render { parallel: 1, queue: 1, shelf_bytes: 0 });
        let failed = pool.draw::<()>(|| panic!("a defect of the render engine")).await.unwrap_err();
        let reply = failed.condition().reply(xqr_errors::Dialect::Studio);
        assert_eq!(
            (reply.status, reply.message.as_str()),
            (500, "Render engine failure. Retry once or contact support.")
        );
        assert_eq!(pool.draw(|| Ok(1)).await.unwrap(), 1, "the seat is still there");
    }

    #[tokio::test]
    async fn a_job_beyond_the_queue_is_refused() {
        let pool = Arc::new(RenderPool::new(&Render { parallel: 1, queue: 1, shelf_bytes: 0 }));
        let (release, wait) = channel::<()>();
        let (started, mut first) = oneshot::channel();
        let job = move || {
            started.send(()).ok();
            wait.recv().ok();
            Ok(1)
        };
        let drawing = tokio::spawn({
            let pool = Arc::clone(&pool);
            async move { pool.draw(job).await }
        });
        (&mut first).await.unwrap();
        let waiting = tokio::spawn({
            let pool = Arc::clone(&pool);
            async move { pool.draw(|| Ok(2)).await }
        });
        while pool.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let refused = pool.draw(|| Ok(3)).await.unwrap_err();
        assert!(matches!(refused.condition(), Condition::Overloaded { .. }), "{refused}");
        release.send(()).unwrap();
        assert_eq!((drawing.await.unwrap().unwrap(), waiting.await.unwrap().unwrap()), (1, 2));
    }
}
