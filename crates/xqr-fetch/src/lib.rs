//! The guarded outbound HTTP client. It fetches images from URLs that users give, and posts to
//! webhooks that users give. It connects to the public Internet only.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! use xqr_fetch::{FetchError, Kind, Outbound, Policy, Target};
//!
//! let outbound = Outbound::new(Policy { http: true, ..Policy::default() });
//! // A private address is refused while parsing, in any spelling.
//! let refused = Target::parse("http://0x7f.1/logo.png", outbound.policy()).unwrap_err();
//! assert!(matches!(refused, FetchError::Internal { literal: true, .. }));
//! // With every attempt, all addresses of a name are checked.
//! let target = Target::parse("http://localhost/logo.png", outbound.policy())?;
//! let refused = outbound.fetch(&target, Kind::Image).await.unwrap_err();
//! assert!(matches!(refused, FetchError::Internal { literal: false, .. }));
//! # Ok::<(), Box<dyn std::error::Error>>(()) })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! An attempt has these steps: [`Target::parse`] checks the URL; [`Outbound`] takes permits, asks
//! the [`Resolve`]r once, checks **every** address with [`is_public`] and the [`Policy`], and
//! connects to exactly those addresses. A redirect is a new attempt. One deadline covers all
//! attempts.
//!
//! The client uses `hyper` and not `reqwest`, because it does less: the layer that connects
//! receives addresses and no names. So there is no look-up, proxy variable, cookie, `Referer` or
//! redirect to switch off, and no second URL parser.
//!
//! [`Unguarded`] is a second client without these checks, only for addresses in the operator's
//! settings.
//!
//! The guarded client has no connection pool (each request is checked, so each connects anew), no
//! HTTP/2, compression, proxies, cookies, client certificates, retries (the caller has the
//! schedule), cache, log (the caller knows the user), DNS resolver of its own, or queue for
//! requests beyond the limits. For a second layer of defence, put an egress firewall rule around
//! the process.

mod address;
mod concurrency;
mod connection;
mod error;
mod guard;
mod outbound;
mod policy;
mod resolve;
mod response;
mod target;
mod unguarded;

pub use address::is_public;

pub use error::{BadRoot, FetchError, UrlFault};
/// Headers of a post.
pub use hyper::header::{HeaderMap, HeaderName, HeaderValue};
/// A network in a [`Policy`].
pub use ipnet::IpNet;
pub use outbound::Outbound;
pub use policy::Policy;
pub use resolve::{Answer, NoAnswer, Resolve, SystemResolver};
pub use response::{Delivered, Fetched, Kind};
pub use target::Target;
pub use unguarded::{Unguarded, UnguardedError};
