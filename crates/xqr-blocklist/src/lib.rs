//! Blocklists: whether a host, or a parent domain of it, is on a list. The crate opens no file; it
//! reads from any [`BufRead`](std::io::BufRead).
//!
//! [`Host`] is the normal form in which hosts are compared, whatever spelling a URL or a list uses.
//! [`Entries`] reads lists: plain ones, hosts files and PhishTank's CSV. [`HostSet`] holds millions
//! of hosts exactly, in about fifteen bytes each.
//!
//! ```
//! use xqr_blocklist::url::Url;
//! use xqr_blocklist::{Entries, Host, HostSet};
//!
//! let list = "# abuse\nbücher.example\n198.51.100.7\n";
//! let set = HostSet::read(Entries::new(list.as_bytes(), None, 1_000_000))?;
//! let listed = |url: &str| {
//!     let host = Host::of(&Url::parse(url).ok()?)?;
//!     set.find(&host).map(str::to_owned)
//! };
//! let found = listed("https://shop.BÜCHER.example.:8443/");
//! assert_eq!(found.as_deref(), Some("xn--bcher-kva.example"));
//! assert_eq!(listed("http://0xC6.51.25607/").as_deref(), Some("198.51.100.7"));
//! assert_eq!(listed("https://ucher.example/"), None);
//! # Ok::<_, xqr_blocklist::Refusal>(())
//! ```

mod entries;
mod host;
mod set;

pub use entries::{Entries, Format, Refusal, UnknownFormat};
pub use host::{Host, NotAHost};
pub use set::HostSet;
/// The crate of the URLs that [`Host::of`] takes.
pub use url;

/// Runs the example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
