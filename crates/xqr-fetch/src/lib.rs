//! The guarded outbound client: it fetches logos and backgrounds from addresses that users name,
//! and posts to webhooks that users name, and never reaches anything but the public Internet.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! use xqr_fetch::{FetchError, Kind, Outbound, Policy, Target};
//!
//! let outbound = Outbound::new(Policy { http: true, ..Policy::default() });
//! // An address in any spelling is refused as it is parsed.
//! let refused = Target::parse("http://0x7f.1/logo.png", outbound.policy()).unwrap_err();
//! assert!(matches!(refused, FetchError::Internal { literal: true, .. }));
//! // A name is judged by every address that it has, with every attempt.
//! let target = Target::parse("http://localhost/logo.png", outbound.policy())?;
//! let refused = outbound.fetch(&target, Kind::Picture).await.unwrap_err();
//! assert!(matches!(refused, FetchError::Internal { literal: false, .. }));
//! # Ok::<(), Box<dyn std::error::Error>>(()) })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! An attempt is: [`Target::parse`] judges the text; [`Outbound`] takes places, asks the
//! [`Resolve`]r once, judges **every** answer with [`is_public`] and the [`Policy`], and dials
//! exactly those addresses. A redirect is a new attempt. One deadline covers it all.
//!
//! It stands on `hyper` instead of `reqwest`, for the least behaviour: the layer that connects is
//! given addresses and no names, so there is no look-up, proxy variable, cookie, `Referer` or
//! redirect to switch off, and no second parser of addresses.
//!
//! [`Direct`] is another client, which judges nothing: for addresses that the operator names in the
//! settings, and for no other.
//!
//! Deliberately absent from the guarded client: connections that are kept (each request is judged,
//! so each is dialled), HTTP/2, compression, proxies, cookies, client certificates, retries (the
//! caller has the schedule), caches, logs (the caller knows the user), a resolver of our own, a
//! queue for those who find no place. An operator who wants a second wall puts an egress rule
//! around the process.

mod address;
mod answer;
mod body;
mod error;
mod guard;
mod operator;
mod outbound;
mod picture;
mod places;
mod policy;
mod resolve;
mod retry;
mod target;
mod wire;

pub use address::is_public;
pub use answer::{Delivered, Fetched, Kind};
pub use error::{FetchError, UrlFault};
/// Headers of a post.
pub use hyper::header::{HeaderMap, HeaderName, HeaderValue};
/// A network in a [`Policy`].
pub use ipnet::IpNet;
pub use operator::{Direct, NoReply};
pub use outbound::{BadRoot, Outbound};
pub use policy::Policy;
pub use resolve::{Answer, NoAnswer, Resolve, SystemResolver};
pub use target::Target;
