//! Resolves names to addresses. The guard checks the addresses.

use std::future::Future;
use std::net::{IpAddr, ToSocketAddrs as _};
use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::Semaphore;

/// The future of a look-up.
pub type Answer<'a> = Pin<Box<dyn Future<Output = Result<Vec<IpAddr>, NoAnswer>> + Send + 'a>>;

/// Why a look-up gave no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoAnswer {
    /// The name does not exist, or no server answered.
    Unknown,
    /// Too many look-ups are running.
    Busy,
}

/// A resolver of names. It is asked once for every attempt; exactly the addresses that it returns
/// are checked and connected to.
pub trait Resolve: Send + Sync {
    /// Returns all addresses of a name.
    fn resolve<'a>(&'a self, name: &'a str) -> Answer<'a>;
}

/// How many look-ups run at the same time. They use Tokio's 512 threads for blocking work.
const LOOK_UPS: usize = 32;

/// The resolver of the system, `getaddrinfo`. It follows the configuration of the operator (hosts
/// file, container DNS, search domains), and adds no parser of hostile answers to this process.
///
/// A look-up cannot be cancelled: the caller gets an error at its deadline, but the thread stays
/// until the C library gives up. So the number of look-ups is capped, and a look-up beyond it fails
/// at once.
#[derive(Debug)]
pub struct SystemResolver {
    permits: Arc<Semaphore>,
}

impl Default for SystemResolver {
    fn default() -> Self {
        Self { permits: Arc::new(Semaphore::new(LOOK_UPS)) }
    }
}

impl Resolve for SystemResolver {
    fn resolve<'a>(&'a self, name: &'a str) -> Answer<'a> {
        let name = name.to_owned();
        Box::pin(async move {
            let permit =
                Arc::clone(&self.permits).try_acquire_owned().map_err(|_| NoAnswer::Busy)?;
            let look_up = tokio::task::spawn_blocking(move || {
                let answer = (name, 0)
                    .to_socket_addrs()
                    .map(|all| all.map(|address| address.ip()).collect());
                drop(permit);
                answer
            });
            look_up.await.ok().and_then(Result::ok).ok_or(NoAnswer::Unknown)
        })
    }
}
