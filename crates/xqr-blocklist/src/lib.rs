//! Whether a host, or a domain above it, is on a list. Pure: it reads what it is given, and opens
//! no file.
//!
//! [`Host`] is the normal form in which hosts are compared, whatever a URL or a list disguises them
//! as. [`Entries`] reads lists: plain ones, hosts files and PhishTank's CSV. [`HostSet`] holds
//! millions of hosts exactly, in about fifteen bytes each.
//!
//! ```
//! use xqr_blocklist::{Entries, Host, HostSet};
//!
//! let list = "# abuse\nbücher.example\n198.51.100.7\n";
//! let set = HostSet::read(Entries::new(list.as_bytes(), None, 1_000_000))?;
//! let listed = |url: &str| set.find(&Host::of(&url::Url::parse(url).unwrap()).unwrap()).map(str::to_owned);
//! assert_eq!(listed("https://shop.BÜCHER.example.:8443/"), Some("xn--bcher-kva.example".to_owned()));
//! assert_eq!(listed("http://0xC6.51.25607/"), Some("198.51.100.7".to_owned()));
//! assert_eq!(listed("https://ucher.example/"), None);
//! # Ok::<_, xqr_blocklist::Refusal>(())
//! ```

mod entries;
mod host;
mod set;

pub use entries::{Entries, Format, Refusal};
pub use host::Host;
pub use set::HostSet;
