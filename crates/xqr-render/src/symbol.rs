//! The QR symbol: a square of dark and light modules (ISO/IEC 18004:2015).
//!
//! [`Encoding`] turns text into a symbol: `data` makes data codewords
//! of it, `blocks` and `reed_solomon` add error correction, `template` knows the function patterns
//! and the place of each codeword, `mask` and `penalty` choose the mask. `matrix` is the result,
//! and `reference` encodes it a second time.

mod blocks;
mod damage;
mod data;
mod encoding;
mod grid;
mod mask;
mod matrix;
mod penalty;
mod reed_solomon;
#[cfg(any(feature = "verify", test))]
mod reference;
mod template;

pub use self::damage::Damage;
pub use self::encoding::{Eci, Encoding};
pub use self::matrix::Symbol;

#[cfg(test)]
mod tests;
