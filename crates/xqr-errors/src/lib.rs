#![doc = include_str!("../README.md")]
#![deny(missing_debug_implementations)]

mod by_code;
mod catalogue;
mod condition;
mod dialect;
mod error;
mod expected;
mod json;
mod macros;
mod markdown;
mod reply;
mod row;
mod state;

pub use by_code::{native_codes, rows_of};
pub use catalogue::{Code, Condition, rows};
pub use dialect::{Dialect, UnknownName};
pub use error::{Error, Result};
pub use expected::Expected;
pub use markdown::markdown;
pub use reply::{FORGE_VERSION, Reply};
pub use row::{Cell, Place, Retry, Row};
pub use state::{Advice, State};

#[cfg(test)]
mod tests;
