//! From text to data codewords: segments, their modes and their bits.

mod bits;
pub(super) mod kanji;
pub(super) mod segment;
mod segmentation;
