#![doc = include_str!("../README.md")]

mod catalogue;
mod dialect;
mod error;
mod expected;
mod markdown;
mod state;

pub use catalogue::{
    Cell, Code, Condition, FORGE_VERSION, Place, Reply, Retry, Row, native_codes, rows, rows_of,
};
pub use dialect::{Dialect, UnknownName};
pub use error::{Error, Result};
pub use expected::Expected;
pub use markdown::markdown;
pub use state::{Advice, Amount, Instead, Resource, State};

#[cfg(test)]
mod tests;
