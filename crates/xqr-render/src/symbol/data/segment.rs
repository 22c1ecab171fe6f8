//! Segments of text, each in one mode, and their bits: ISO/IEC 18004 clause 7.4.

use super::bits::BitWriter;
use super::kanji;

/// The length of the ECI designator for UTF-8, mode indicator included, clause 7.4.2.
const ECI_BITS: u32 = 12;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::symbol) enum Mode {
    Numeric,
    Alphanumeric,
    Byte,
    Kanji,
}

impl Mode {
    pub(in crate::symbol) const ALL: [Self; 4] =
        [Self::Numeric, Self::Alphanumeric, Self::Byte, Self::Kanji];

    /// Returns the bits of the mode indicator, clause 7.4.1, table 2.
    fn indicator(self) -> u32 {
        1 << self as u32
    }

    /// Returns how many bits the character count takes in a [`group`] of versions, clause 7.4.1,
    /// table 3.
    pub(in crate::symbol) fn count_bits(self, group: usize) -> u32 {
        match self {
            Self::Numeric => [10, 12, 14][group],
            Self::Alphanumeric => [9, 11, 13][group],
            Self::Byte => [8, 16, 16][group],
            Self::Kanji => [8, 10, 12][group],
        }
    }
}

/// A part of the text, all in one mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::symbol) struct Segment<'a> {
    pub(in crate::symbol) mode: Mode,
    pub(in crate::symbol) text: &'a str,
}

impl Segment<'_> {
    /// Returns the character count: bytes in byte mode.
    fn count(&self) -> usize {
        if self.mode == Mode::Kanji { self.text.chars().count() } else { self.text.len() }
    }

    fn bits(&self, group: usize) -> usize {
        let (header, count) = (4 + self.mode.count_bits(group) as usize, self.count());
        header
            + match self.mode {
                Mode::Numeric => (10 * count).div_ceil(3),
                Mode::Alphanumeric => (11 * count).div_ceil(2),
                Mode::Byte => 8 * count,
                Mode::Kanji => 13 * count,
            }
    }

    /// Appends mode indicator, character count and data, clauses 7.4.3 to 7.4.6.
    fn write(&self, group: usize, out: &mut BitWriter) {
        out.push(self.mode.indicator(), 4);
        out.push(self.count() as u32, self.mode.count_bits(group));
        let characters = self.text.as_bytes();
        let number = |characters: &[u8], radix: u32| {
            let digits =
                characters.iter().filter_map(|character| alphanumeric(char::from(*character)));
            digits.fold(0, |number, digit| number * radix + digit)
        };
        match self.mode {
            Mode::Numeric => characters
                .chunks(3)
                .for_each(|part| out.push(number(part, 10), [4, 7, 10][part.len() - 1])),
            Mode::Alphanumeric => characters
                .chunks(2)
                .for_each(|part| out.push(number(part, 45), [6, 11][part.len() - 1])),
            Mode::Byte => characters.iter().for_each(|byte| out.push(u32::from(*byte), 8)),
            Mode::Kanji => {
                self.text.chars().filter_map(kanji::bits).for_each(|bits| out.push(bits.into(), 13))
            }
        }
    }
}

/// Text as segments, for the versions of one group.
#[derive(Debug, Clone)]
pub(in crate::symbol) struct Segments<'a> {
    pub(in crate::symbol) group: usize,
    pub(in crate::symbol) segments: Vec<Segment<'a>>,
    /// Whether an ECI designator for UTF-8 precedes the first byte segment.
    pub(in crate::symbol) eci: bool,
}

impl Segments<'_> {
    /// Returns the length in bits, without terminator and padding.
    pub(in crate::symbol) fn bits(&self) -> usize {
        let designator = if self.eci { ECI_BITS } else { 0 };
        designator as usize
            + self.segments.iter().map(|segment| segment.bits(self.group)).sum::<usize>()
    }

    /// Returns the data codewords of a symbol that holds `capacity` of them: segments, terminator
    /// and padding, clause 7.4.10.
    pub(in crate::symbol) fn codewords(&self, capacity: usize) -> Vec<u8> {
        let mut out = BitWriter::with_capacity(capacity);
        let mut eci = self.eci;
        for segment in &self.segments {
            if eci && segment.mode == Mode::Byte {
                out.push(0b0111 << 8 | 26, ECI_BITS);
                eci = false;
            }
            segment.write(self.group, &mut out);
        }
        out.finish(capacity)
    }
}

/// Returns the group of versions, 0 to 2, whose character counts take as many bits as those of
/// `version`.
pub(in crate::symbol) fn group(version: u8) -> usize {
    match version {
        0..10 => 0,
        10..27 => 1,
        _ => 2,
    }
}

/// Returns the value of a character of alphanumeric mode, clause 7.4.4, table 5.
pub(in crate::symbol) fn alphanumeric(character: char) -> Option<u32> {
    match character {
        '0'..='9' | 'A'..='Z' => character.to_digit(36),
        ' ' => Some(36),
        '$' => Some(37),
        '%' => Some(38),
        '*' => Some(39),
        '+' => Some(40),
        '-' => Some(41),
        '.' => Some(42),
        '/' => Some(43),
        ':' => Some(44),
        _ => None,
    }
}
