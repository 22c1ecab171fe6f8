//! Error correction levels, ISO/IEC 18004 clause 7.5.1.

use crate::names::names;

/// How much of a symbol may be damaged or covered: error correction level, ISO/IEC 18004 clause
/// 7.5.1. `L < M < Q < H`.
///
/// ```
/// use xqr_render::Level;
///
/// let level: Level = "Q".parse()?;
/// assert_eq!((level, level.to_string()), (Level::Q, "Q".to_owned()));
/// # Ok::<(), xqr_render::UnknownName>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

names!(Level {
    L => "L",
    M => "M",
    Q => "Q",
    H => "H",
});

impl Level {
    /// Returns the letter of this level.
    pub const fn letter(self) -> char {
        match self {
            Self::L => 'L',
            Self::M => 'M',
            Self::Q => 'Q',
            Self::H => 'H',
        }
    }

    /// Returns the two bits of this level in the format information, clause 7.9.1.
    pub(crate) const fn indicator(self) -> u32 {
        match self {
            Self::L => 0b01,
            Self::M => 0b00,
            Self::Q => 0b11,
            Self::H => 0b10,
        }
    }
}
