//! From a text to a symbol: the choice of version, level and mask, and the steps of ISO/IEC 18004
//! clause 7.1.

use std::ops::RangeInclusive;

use xqr_errors::{Advice, Condition, Result};

use super::blocks::Blocks;
use super::mask::Unmasked;
use super::segment::{Segments, group};
use super::template::Template;
use super::{Level, Symbol};

/// How a text becomes a [`Symbol`]. Call the setters that you need, then [`encode`](Self::encode).
#[derive(Debug, Clone, Copy)]
pub struct Encoding {
    level: Level,
    boost: bool,
    version: Option<u8>,
    mask: Option<u8>,
    eci: Eci,
    field: &'static str,
}

/// Whether a symbol says that its bytes are UTF-8, by the Extended Channel Interpretation 26 of
/// ISO/IEC 18004 clause 7.4.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Eci {
    /// Says so if there are bytes that are not ASCII.
    Auto,
    /// Never says so, for scanners that cannot read it. Most of them guess UTF-8 anyway.
    Never,
}

impl Encoding {
    /// Returns an encoding in the smallest version that holds the text at `level`, with the mask
    /// that scans best.
    pub const fn new(level: Level) -> Self {
        Self { level, boost: true, version: None, mask: None, eci: Eci::Auto, field: "data" }
    }

    /// Sets whether the level is raised as far as that costs no larger version. It is, unless told
    /// otherwise.
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

    /// Sets whether the symbol names the character set of its bytes. [`Eci::Auto`], unless told
    /// otherwise.
    #[must_use]
    pub const fn eci(self, eci: Eci) -> Self {
        Self { eci, ..self }
    }

    /// Names the field that holds the text, for the refusal of one that is too long. `data`, unless
    /// told otherwise.
    #[must_use]
    pub const fn field(self, field: &'static str) -> Self {
        Self { field, ..self }
    }

    pub(crate) const fn forces_version(self) -> bool {
        self.version.is_some()
    }

    /// Encodes `text`, in the modes that take the fewest bits.
    ///
    /// # Errors
    ///
    /// [`Condition::ContentTooLong`] when no version, or not the forced one, holds `text` at the
    /// level; [`Condition::NumberTooSmall`] and [`Condition::NumberTooLarge`] for a version or mask
    /// out of range.
    pub fn encode(self, text: &str) -> Result<Symbol> {
        check("version", self.version, 1..=40)?;
        check("mask", self.mask, 0..=7)?;
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
        Ok(Symbol { version, level, mask, rows: unmasked.masked(mask).rows() })
    }

    /// Finds the smallest version that holds `text` at `level`.
    fn fit<'a>(&self, text: &'a str, level: Level) -> Option<(u8, Segments<'a>)> {
        let versions = self.version.map_or(1..=40, |forced| forced..=forced);
        // Three digits take ten bits, and no mode takes less per byte. Nor does a larger group of
        // versions take less.
        let mut least = text.len() * 10 / 3;
        let mut cut = None::<Segments>;
        for version in versions {
            let room = capacity(version, level);
            if least <= room {
                let reused = cut.take().filter(|cut| cut.group == group(version));
                let segments =
                    reused.unwrap_or_else(|| Segments::shortest(text, group(version), self.eci));
                least = segments.bits();
                if least <= room {
                    return Some((version, segments));
                }
                cut = Some(segments);
            }
        }
        None
    }

    /// Says by how much `text` is too long for the largest version allowed, and at which level it
    /// would fit.
    fn too_long(&self, text: &str) -> Condition {
        let largest = self.version.unwrap_or(40);
        let bits = Segments::shortest(text, group(largest), self.eci).bits();
        let over = bits.saturating_sub(capacity(largest, self.level)).div_ceil(8) as u64;
        let fits = |level: &&Level| self.fit(text, **level).is_some();
        let advice = match Level::ALL.iter().rev().find(fits) {
            Some(level) => Advice::FitsAt(level.letter()),
            None => Advice::FitsNowhere,
        };
        Condition::ContentTooLong {
            field: self.field.to_owned(),
            level: self.level.letter().to_string(),
            over,
            advice,
        }
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

/// Refuses a forced `number` out of `range`.
fn check(field: &str, number: Option<u8>, range: RangeInclusive<u8>) -> Result<()> {
    let (field, min, max) = (|| field.to_owned(), range.start(), range.end());
    match number {
        Some(number) if number < *min => {
            Err(Condition::NumberTooSmall { field: field(), min: min.to_string() }.into())
        }
        Some(number) if number > *max => {
            Err(Condition::NumberTooLarge { field: field(), max: max.to_string() }.into())
        }
        _ => Ok(()),
    }
}
