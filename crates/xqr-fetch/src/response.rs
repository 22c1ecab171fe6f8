//! What comes back: the body within its bounds, the headers that count, and the type of an image.

mod answer;
pub(crate) mod body;
pub(crate) mod image_sniff;
pub(crate) mod retry_after;

pub use answer::{Delivered, Fetched, Kind};
