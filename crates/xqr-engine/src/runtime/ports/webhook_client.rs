//! The client that sends webhooks, as a trait. The program that has the guarded client implements
//! it.

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::time::Duration;

/// An answer, later.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Posts to addresses that users name, and to nothing that is not public.
pub trait Outbound: Send + Sync {
    /// Judges an address without dialling it, and returns it as it will be requested. A name that
    /// the resolver does not know passes: it is judged again with every attempt.
    fn judge<'a>(&'a self, url: &'a str) -> Later<'a, Result<String, Refusal>>;

    /// Posts JSON, once, after judging the address anew.
    fn post<'a>(
        &'a self,
        url: &'a str,
        headers: Vec<(&'static str, String)>,
        body: String,
    ) -> Later<'a, Outcome>;
}

/// Why an address may not be posted to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// Its text is wrong: why, in lower case.
    Text(String),
    /// It leads to an address that is not public.
    Internal {
        /// The host as named.
        host: String,
        /// The address, where the user may know it.
        address: Option<IpAddr>,
    },
}

/// What became of a post.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The receiver answered.
    Answered {
        /// With this status.
        status: u16,
        /// And wants to be left alone this long.
        retry_after: Option<Duration>,
        /// After this time.
        took: Duration,
    },
    /// It was refused, not reached, or did not answer in time.
    Unanswered {
        /// Why, for the log.
        reason: String,
    },
    /// There was no place to try from: not an error of the receiver, and no attempt.
    Busy,
}
