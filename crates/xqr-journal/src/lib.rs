#![doc = include_str!("../README.md")]

mod error;
mod folder;
mod frame;
mod journal;
mod segment;
mod sync;

pub use error::OpenError;
pub use folder::Folder;
pub use frame::MAX_PAYLOAD;
pub use journal::{Batch, Journal, Options};
pub use segment::Position;

#[cfg(test)]
mod tests;
