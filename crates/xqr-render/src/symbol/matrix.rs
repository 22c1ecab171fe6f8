//! The finished symbol, a square of modules.

use std::fmt;

use super::template::Template;
use crate::level::Level;

/// A QR symbol of version 1 to 40.
///
/// ```
/// use xqr_render::{Level, Symbol};
///
/// let symbol = Symbol::encode("https://example.com/", Level::M)?;
/// assert_eq!((symbol.version(), symbol.size()), (2, 25));
/// // The corner of a finder pattern.
/// assert!(symbol.is_dark(0, 0) && symbol.is_function(0, 0));
/// # Ok::<(), xqr_render::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Symbol {
    pub(super) version: u8,
    pub(super) level: Level,
    pub(super) mask: u8,
    pub(super) rows: Vec<[u64; 3]>,
}

impl Symbol {
    /// Returns the side in modules, without a quiet zone: 21 to 177.
    pub fn size(&self) -> u32 {
        self.rows.len() as u32
    }

    /// Returns the version, 1 to 40, ISO/IEC 18004 clause 6.3.2.
    pub fn version(&self) -> u8 {
        self.version
    }

    /// Returns the level, which may be higher than the one asked for.
    pub fn level(&self) -> Level {
        self.level
    }

    /// Returns the mask, 0 to 7, ISO/IEC 18004 clause 7.8.2.
    pub fn mask(&self) -> u8 {
        self.mask
    }

    /// Returns the rows from top to bottom. In each, bit `x % 64` of word `x / 64` is the module in
    /// column `x`, set if dark.
    pub fn rows(&self) -> &[[u64; 3]] {
        &self.rows
    }

    /// Returns whether the module in column `x` and row `y` is dark. Outside of the symbol it is
    /// light.
    pub fn is_dark(&self, x: u32, y: u32) -> bool {
        let word = self.rows.get(y as usize).and_then(|row| row.get(x as usize / 64));
        word.is_some_and(|word| word >> (x % 64) & 1 == 1)
    }

    /// Returns whether the module in column `x` and row `y` holds no data: finder pattern,
    /// separator, timing or alignment pattern, format or version information, or the dark module,
    /// ISO/IEC 18004 clause 6.3. Outside of the symbol the answer is false.
    pub fn is_function(&self, x: u32, y: u32) -> bool {
        let inside = x < self.size() && y < self.size();
        inside && !Template::of_version(self.version).free.get(x as usize, y as usize)
    }
}

impl fmt::Debug for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { version, level, mask, .. } = self;
        f.debug_struct("Symbol")
            .field("version", version)
            .field("level", level)
            .field("mask", mask)
            .finish_non_exhaustive()
    }
}
