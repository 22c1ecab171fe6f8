//! Password hashing: off the event loop, a few at once, with a bounded queue.

use std::sync::Arc;

use tokio::sync::Semaphore;
use xqr_errors::{Condition, Error, Result};

use crate::settings::Accounts;

/// Seats for hashing, and places for those that hash or wait.
pub(crate) struct PasswordHasher {
    seats: Arc<Semaphore>,
    places: Arc<Semaphore>,
}

impl PasswordHasher {
    pub(crate) fn new(settings: &Accounts) -> Self {
        let seats = settings.hash_parallel;
        Self {
            seats: Arc::new(Semaphore::new(seats)),
            places: Arc::new(Semaphore::new(seats + settings.hash_queue)),
        }
    }

    /// Runs `job` at a seat.
    ///
    /// # Errors
    ///
    /// Those of `job`, and [`Condition::Overloaded`] when too many wait.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let overloaded = |_| Error::from(Condition::Overloaded { seconds: 1 });
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(overloaded)?;
        let seat = Arc::clone(&self.seats).acquire_owned().await.map_err(Error::internal)?;
        // The job keeps its seat also when its client has gone: what counts is how many hash.
        let job = move || {
            let _held = (place, seat);
            job()
        };
        tokio::task::spawn_blocking(job).await.unwrap_or_else(|error| Err(Error::internal(error)))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;
    use crate::Settings;

    #[tokio::test]
    async fn two_hash_one_waits_and_the_fourth_is_refused() {
        let hashing = Arc::new(PasswordHasher::new(&Accounts {
            hash_parallel: 2,
            hash_queue: 1,
            ..Settings::defaults().accounts
        }));
        let running = (0..3).map(|i| {
            let (release, wait) = channel::<()>();
            let hashing = Arc::clone(&hashing);
            let job = move || {
                wait.recv().ok();
                Ok(i)
            };
            (release, tokio::spawn(async move { hashing.run(job).await }))
        });
        let running: Vec<_> = running.collect();
        while hashing.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(hashing.seats.available_permits(), 0);
        let refused = hashing.run(|| Ok(())).await.unwrap_err();
        assert_eq!(refused.condition(), &Condition::Overloaded { seconds: 1 });
        for (i, (release, task)) in running.into_iter().enumerate() {
            release.send(()).unwrap();
            assert_eq!(task.await.unwrap().unwrap(), i);
        }
        hashing.run(|| Ok(())).await.unwrap();
    }
}
