//! Error correction levels, ISO/IEC 18004 clause 7.5.1.

/// How much of a symbol may be damaged or covered: error correction level, ISO/IEC 18004 clause
/// 7.5.1. `L < M < Q < H`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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

impl Level {
    /// Every level, weakest first.
    pub const ALL: [Self; 4] = [Self::L, Self::M, Self::Q, Self::H];

    /// Returns the letter that names this level.
    pub const fn letter(self) -> char {
        match self {
            Self::L => 'L',
            Self::M => 'M',
            Self::Q => 'Q',
            Self::H => 'H',
        }
    }

    /// Returns the two bits that stand for this level in the format information, clause 7.9.1.
    pub(super) const fn indicator(self) -> u32 {
        match self {
            Self::L => 0b01,
            Self::M => 0b00,
            Self::Q => 0b11,
            Self::H => 0b10,
        }
    }
}
