//! From a name to addresses. What an answer is worth is not judged here.

use std::future::Future;
use std::net::{IpAddr, ToSocketAddrs as _};
use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::Semaphore;

/// The answer of a look-up, later.
pub type Answer<'a> = Pin<Box<dyn Future<Output = Result<Vec<IpAddr>, NoAnswer>> + Send + 'a>>;

/// Why a look-up brought nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoAnswer {
    /// There is no such name, or nobody who knows answered.
    Unknown,
    /// Too many look-ups are under way.
    Busy,
}

/// Whoever turns names into addresses. It is asked once for every attempt, and exactly what it
/// answers is judged and dialled.
pub trait Resolve: Send + Sync {
    /// All addresses of a name.
    fn resolve<'a>(&'a self, name: &'a str) -> Answer<'a>;
}

/// Look-ups that may be under way in one process. They live on Tokio's threads for blocking work,
/// of which there are 512.
const LOOK_UPS: usize = 32;

/// The resolver of the machine, `getaddrinfo`: it heeds what the operator has set up (hosts file,
/// container DNS, search domains), as a resolver of our own would not, and adds no parser of
/// hostile answers to this process.
///
/// Its price: a look-up cannot be called off. A caller is told at its deadline, while the thread
/// stays until the C library gives up; so the number of look-ups under way is capped, and a caller
/// who finds no place is told at once.
pub struct SystemResolver {
    places: Arc<Semaphore>,
}

impl Default for SystemResolver {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(LOOK_UPS)) }
    }
}

impl Resolve for SystemResolver {
    fn resolve<'a>(&'a self, name: &'a str) -> Answer<'a> {
        let name = name.to_owned();
        Box::pin(async move {
            let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| NoAnswer::Busy)?;
            let look_up = tokio::task::spawn_blocking(move || {
                let answer = (name, 0)
                    .to_socket_addrs()
                    .map(|all| all.map(|address| address.ip()).collect());
                drop(place);
                answer
            });
            look_up.await.ok().and_then(Result::ok).ok_or(NoAnswer::Unknown)
        })
    }
}
