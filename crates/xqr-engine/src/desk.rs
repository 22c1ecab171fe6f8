//! The drawing desk: how many pictures are drawn at once, and how many may wait.

use std::sync::Arc;

use tokio::sync::Semaphore;
use xqr_errors::{Condition, Error, Result};

use crate::settings::Render;

/// Seats for drawing, and places to wait for one.
pub(crate) struct Desk {
    seats: Arc<Semaphore>,
    /// Seats and places together.
    places: Arc<Semaphore>,
}

impl Desk {
    pub(crate) fn new(settings: &Render) -> Self {
        let processors = || std::thread::available_parallelism().map_or(1, usize::from);
        let seats = if settings.parallel == 0 { processors() } else { settings.parallel };
        Self { seats: Arc::new(Semaphore::new(seats)), places: Arc::new(Semaphore::new(seats + settings.queue)) }
    }

    pub(crate) async fn draw<T: Send + 'static>(&self, job: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let overloaded = || Error::from(Condition::Overloaded { seconds: 1 });
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| overloaded())?;
        let seat = Arc::clone(&self.seats).acquire_owned().await.map_err(|_| overloaded())?;
        // The job keeps its seat also when its client has gone: what is drawn takes a processor either way.
        let work = move || {
            let _held = (place, seat);
            job()
        };
        tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(Error::internal(error)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_finds_no_place_is_told_to_come_back() {
        let desk = Arc::new(Desk::new(&Render { parallel: 1, queue: 1 }));
        let (release, wait) = std::sync::mpsc::channel::<()>();
        let (started, mut first) = tokio::sync::oneshot::channel();
        let job = move || {
            started.send(()).ok();
            wait.recv().ok();
            Ok(1)
        };
        let drawing = tokio::spawn({
            let desk = Arc::clone(&desk);
            async move { desk.draw(job).await }
        });
        (&mut first).await.unwrap();
        let waiting = tokio::spawn({
            let desk = Arc::clone(&desk);
            async move { desk.draw(|| Ok(2)).await }
        });
        while desk.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let refused = desk.draw(|| Ok(3)).await.unwrap_err();
        assert!(matches!(refused.condition(), Condition::Overloaded { .. }), "{refused}");
        release.send(()).unwrap();
        assert_eq!((drawing.await.unwrap().unwrap(), waiting.await.unwrap().unwrap()), (1, 2));
    }
}
