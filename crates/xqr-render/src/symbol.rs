//! The QR symbol: a square of dark and light modules (ISO/IEC 18004).

use qrcodegen::{QrCode, QrCodeEcc};
use xqr_errors::{Condition, Result};

/// How much of a symbol may be damaged or covered: error correction level, ISO/IEC 18004 clause 6.5.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// About 7 %.
    L,
    /// About 15 %.
    M,
    /// About 25 %.
    Q,
    /// About 30 %.
    H,
}

/// A QR symbol of version 1 to 40.
pub struct Symbol(QrCode);

impl Symbol {
    /// Encodes `text` in the smallest version that holds it, and raises the level where that costs no larger version.
    ///
    /// # Errors
    ///
    /// [`Condition::ContentTooLong`] when no version holds `text` at `level`.
    pub fn encode(text: &str, level: Level) -> Result<Self> {
        let ecc = match level {
            Level::L => QrCodeEcc::Low,
            Level::M => QrCodeEcc::Medium,
            Level::Q => QrCodeEcc::Quartile,
            Level::H => QrCodeEcc::High,
        };
        match QrCode::encode_text(text, ecc) {
            Ok(code) => Ok(Self(code)),
            Err(_) => Err(Condition::ContentTooLong { field: "data".to_owned() }.into()),
        }
    }

    /// Returns the side in modules, without a quiet zone: 21 to 177.
    pub fn size(&self) -> u32 {
        self.0.size().unsigned_abs()
    }

    /// Returns whether the module in column `x` and row `y` is dark. Outside of the symbol it is light.
    pub fn is_dark(&self, x: u32, y: u32) -> bool {
        self.0.get_module(x.cast_signed(), y.cast_signed())
    }
}
