//! From text to a symbol: the choice of version, level and mask, and the steps of ISO/IEC 18004
//! clause 7.1.

use super::blocks::Blocks;
use super::data::segment::{Segments, group};
use super::mask::Unmasked;
use super::matrix::Symbol;
use super::template::Template;
use crate::error::{Error, Input, Result};
use crate::level::Level;
use crate::names::names;
use crate::range::within;

/// How text becomes a [`Symbol`]. Call the setters that you need, then [`encode`](Self::encode).
///
/// ```
/// use xqr_render::{Eci, Encoding, Level};
///
/// let symbol = Encoding::new(Level::Q).version(5).mask(3).eci(Eci::Never).encode("café")?;
/// assert_eq!((symbol.version(), symbol.mask()), (5, 3));
/// # Ok::<(), xqr_render::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoding {
    level: Level,
    boost: bool,
    version: Option<u8>,
    mask: Option<u8>,
    eci: Eci,
}

/// Whether a symbol declares its bytes as UTF-8, by the Extended Channel Interpretation 26 of
/// ISO/IEC 18004 clause 7.4.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Eci {
    /// Declares it if there are bytes that are not ASCII.
    #[default]
    Auto,
    /// Never declares it, for scanners that cannot read the declaration. Most of them guess UTF-8.
    Never,
}

names!(Eci {
    Auto => "auto",
    Never => "never",
});

impl Encoding {
    /// Returns an encoding in the smallest version that holds the text at `level`, with the mask
    /// that scans best.
    pub const fn new(level: Level) -> Self {
        Self { level, boost: true, version: None, mask: None, eci: Eci::Auto }
    }

    /// Sets whether the level is raised as far as the version allows. The default is true.
    #[must_use]
    pub const fn boost(self, boost: bool) -> Self {
        Self { boost, ..self }
    }

    /// Forces a version, 1 to 40: the side is 17 modules and 4 for each version, ISO/IEC 18004
    /// clause 6.3.2.
    #[must_use]
    pub const fn version(self, version: u8) -> Self {
        Self { version: Some(version), ..self }
    }

    /// Forces a mask, 0 to 7, ISO/IEC 18004 clause 7.8.2.
    #[must_use]
    pub const fn mask(self, mask: u8) -> Self {
        Self { mask: Some(mask), ..self }
    }

    /// Sets whether the symbol declares the character set of its bytes. The default is
    /// [`Eci::Auto`].
    #[must_use]
    pub const fn eci(self, eci: Eci) -> Self {
        Self { eci, ..self }
    }

    pub(crate) const fn forces_version(self) -> bool {
        self.version.is_some()
    }

    /// Encodes `text`, in the modes that take the fewest bits.
    ///
    /// # Errors
    ///
    /// [`Error::ContentTooLong`] if no version, or not the forced one, holds `text` at the level;
    /// [`Error::TooSmall`] or [`Error::TooLarge`] for a version or mask out of range.
    pub fn encode(self, text: &str) -> Result<Symbol> {
        self.version.map_or(Ok(()), |version| within(Input::Version, version, 1, 40))?;
        self.mask.map_or(Ok(()), |mask| within(Input::Mask, mask, 0, 7))?;
        let (version, segments) = self.fit(text, self.level).ok_or_else(|| self.too_long(text))?;
        let level = if self.boost {
            highest_level(version, segments.bits()).unwrap_or(self.level)
        } else {
            self.level
        };
        let blocks = Blocks::new(version, level);
        let codewords = blocks.interleave(&segments.codewords(blocks.data()));
        let template = Template::of_version(version);
        let unmasked = Unmasked { modules: template.filled(&codewords), template, level };
        let mask = self.mask.unwrap_or_else(|| unmasked.best_mask());
        let symbol = Symbol { version, level, mask, rows: unmasked.masked(mask).rows() };
        #[cfg(feature = "verify")]
        debug_assert!(symbol.agrees_with_reference(text), "a second encoder draws other modules");
        Ok(symbol)
    }

    /// Finds the smallest version that holds `text` at `level`.
    fn fit<'a>(&self, text: &'a str, level: Level) -> Option<(u8, Segments<'a>)> {
        let versions = self.version.map_or(1..=40, |forced| forced..=forced);
        // Three digits take ten bits, and no mode takes less per byte. Nor does a larger group of
        // versions take less.
        let mut least = text.len() * 10 / 3;
        let mut previous = None::<Segments>;
        for version in versions {
            let capacity = capacity(version, level);
            if least <= capacity {
                let reused = previous.take().filter(|segments| segments.group == group(version));
                let segments = reused.unwrap_or_else(|| self.segments(text, version));
                least = segments.bits();
                if least <= capacity {
                    return Some((version, segments));
                }
                previous = Some(segments);
            }
        }
        None
    }

    fn segments<'a>(&self, text: &'a str, version: u8) -> Segments<'a> {
        Segments::shortest(text, group(version), self.eci == Eci::Auto)
    }

    /// Returns by how much `text` is too long for the largest version allowed, and at which level
    /// it would fit.
    fn too_long(&self, text: &str) -> Error {
        let largest = self.version.unwrap_or(40);
        let bits = self.segments(text, largest).bits();
        let over = bits.saturating_sub(capacity(largest, self.level)).div_ceil(8) as u64;
        let fits = Level::ALL.into_iter().rev().find(|level| self.fit(text, *level).is_some());
        Error::ContentTooLong { level: self.level, over, fits }
    }
}

impl Symbol {
    /// Encodes `text` in the smallest version that holds it, and raises the level as far as that
    /// version allows.
    ///
    /// # Errors
    ///
    /// [`Error::ContentTooLong`] if no version holds `text` at `level`.
    pub fn encode(text: &str, level: Level) -> Result<Self> {
        Encoding::new(level).encode(text)
    }
}

/// Returns how many bits of data a symbol holds.
fn capacity(version: u8, level: Level) -> usize {
    8 * Blocks::new(version, level).data()
}

/// Returns the highest level at which `version` holds so many bits of data.
fn highest_level(version: u8, bits: usize) -> Option<Level> {
    Level::ALL.into_iter().rev().find(|level| bits <= capacity(version, *level))
}
