//! The error catalogue of xqr: every refusal the service can utter, in the words of each of its
//! four dialects.
//!
//! A [`Condition`] is one thing that can be wrong, with the facts that describe it.
//! [`Condition::reply`] puts it into the words of a [`Dialect`]; [`rows`] lists the whole catalogue
//! for documentation. An [`Error`] carries conditions for the client and a cause for the log.
//!
//! ```
//! use xqr_errors::{Condition, Dialect, Error};
//!
//! fn reserve(slug: &str) -> Result<(), Error> {
//!     Err(Condition::SlugTaken { slug: slug.to_owned() }.into())
//! }
//!
//! let error = reserve("BRAND2026").unwrap_err();
//! let reply = error.conditions()[0].reply(Dialect::Hub);
//! assert_eq!((reply.status, reply.message.as_str()), (409, "Code already in use: BRAND2026"));
//! ```
//!
//! This crate depends on nothing and knows no HTTP framework: a status is a number, a header is
//! somebody else's business.

mod book;
mod catalogue;
mod error;
mod row;

pub use book::markdown;
pub use catalogue::{Condition, rows};
pub use error::{Error, Result};
pub use row::{Cell, Dialect, Place, Reply, Retry, Row};
