//! The cut of a text into segments of one mode each, so that they take the fewest bits: ISO/IEC 18004 clause 7.4 and Annex J.

use super::Eci;
use super::bits::BitWriter;
use super::kanji;

/// The length of the ECI designator for UTF-8, mode indicator included, clause 7.4.2.
const ECI_BITS: u32 = 12;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Numeric,
    Alphanumeric,
    Byte,
    Kanji,
}

impl Mode {
    const ALL: [Self; 4] = [Self::Numeric, Self::Alphanumeric, Self::Byte, Self::Kanji];

    /// Returns the bits of the mode indicator, clause 7.4.1, table 2.
    fn indicator(self) -> u32 {
        1 << self as u32
    }

    /// Returns how many bits the character count takes in a [`group`] of versions, clause 7.4.1, table 3.
    fn count_bits(self, group: usize) -> u32 {
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
pub(super) struct Segment<'a> {
    pub(super) mode: Mode,
    pub(super) text: &'a str,
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
            let digits = characters.iter().filter_map(|character| alphanumeric(char::from(*character)));
            digits.fold(0, |number, digit| number * radix + digit)
        };
        match self.mode {
            Mode::Numeric => characters.chunks(3).for_each(|part| out.push(number(part, 10), [4, 7, 10][part.len() - 1])),
            Mode::Alphanumeric => characters.chunks(2).for_each(|part| out.push(number(part, 45), [6, 11][part.len() - 1])),
            Mode::Byte => characters.iter().for_each(|byte| out.push(u32::from(*byte), 8)),
            Mode::Kanji => self.text.chars().filter_map(kanji::bits).for_each(|bits| out.push(bits.into(), 13)),
        }
    }
}

/// A text cut into segments for the versions of one group.
#[derive(Debug, Clone)]
pub(super) struct Segments<'a> {
    pub(super) group: usize,
    pub(super) segments: Vec<Segment<'a>>,
    /// Whether an ECI designator for UTF-8 precedes the first byte segment.
    pub(super) eci: bool,
}

impl<'a> Segments<'a> {
    /// Returns the shortest cut of `text`, and where there is a choice on the way, one with fewer segments.
    pub(super) fn shortest(text: &'a str, group: usize, eci: Eci) -> Self {
        let any = Self { group, segments: cut(text, group, 0), eci: false };
        if eci == Eci::Never || !any.has_wide_bytes() {
            return any;
        }
        let designated = Self { eci: true, ..any };
        let plain = Self { group, segments: cut(text, group, PROHIBITIVE), eci: false };
        if plain.has_wide_bytes() || plain.bits() > designated.bits() { designated } else { plain }
    }

    /// Returns the length in bits, without terminator and padding.
    pub(super) fn bits(&self) -> usize {
        let designator = if self.eci { ECI_BITS } else { 0 };
        designator as usize + self.segments.iter().map(|segment| segment.bits(self.group)).sum::<usize>()
    }

    /// Returns the data codewords of a symbol that holds `capacity` of them: segments, terminator and padding, clause 7.4.10.
    pub(super) fn codewords(&self, capacity: usize) -> Vec<u8> {
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

    fn has_wide_bytes(&self) -> bool {
        self.segments.iter().any(|segment| segment.mode == Mode::Byte && !segment.text.is_ascii())
    }
}

/// What the text takes so far: sixths of a bit, then segments.
type Cost = (u64, u32);

/// The cost of a character in a mode that lacks it: more than that of any text.
const IMPOSSIBLE: u64 = 1 << 48;

/// A surcharge for wide characters that makes byte mode the last resort: more than all that a symbol holds.
const PROHIBITIVE: u64 = 1 << 20;

/// Finds the cheapest way through the modes, character by character. A character that is not ASCII costs `surcharge` more in
/// byte mode, in sixths of a bit.
fn cut(text: &str, group: usize, surcharge: u64) -> Vec<Segment<'_>> {
    let headers = Mode::ALL.map(|mode| 6 * (4 + u64::from(mode.count_bits(group))));
    // For each mode, the cost of the text so far with a segment of this mode open behind it.
    let mut open: [Cost; 4] = headers.map(|header| (header, 1));
    // For each character, and each mode open behind it, the mode that holds it.
    let mut holders: Vec<[Mode; 4]> = Vec::with_capacity(text.len());
    for character in text.chars() {
        for ((sixths, _), cost) in open.iter_mut().zip(costs(character, surcharge)) {
            *sixths += cost;
        }
        let closed = open.map(close);
        let cheapest = cheapest(&closed);
        let (sixths, segments) = closed[cheapest as usize];
        let mut holder = Mode::ALL;
        for mode in Mode::ALL {
            let reopened = (sixths + headers[mode as usize], segments + 1);
            if reopened < open[mode as usize] {
                (open[mode as usize], holder[mode as usize]) = (reopened, cheapest);
            }
        }
        holders.push(holder);
    }
    let (mut segments, mut mode, mut end) = (Vec::<Segment>::new(), cheapest(&open.map(close)), text.len());
    for ((start, _), holder) in text.char_indices().rev().zip(holders.iter().rev()) {
        mode = holder[mode as usize];
        match segments.last_mut() {
            Some(segment) if segment.mode == mode => segment.text = &text[start..end + segment.text.len()],
            _ => segments.push(Segment { mode, text: &text[start..end] }),
        }
        end = start;
    }
    segments.reverse();
    segments
}

/// Returns what `character` takes in each mode, in sixths of a bit.
fn costs(character: char, surcharge: u64) -> [u64; 4] {
    match character {
        '0'..='9' => [20, 33, 48, IMPOSSIBLE],
        '\0'..='\x7f' => [IMPOSSIBLE, if alphanumeric(character).is_some() { 33 } else { IMPOSSIBLE }, 48, IMPOSSIBLE],
        _ => {
            let kanji = if kanji::bits(character).is_some() { 78 } else { IMPOSSIBLE };
            [IMPOSSIBLE, IMPOSSIBLE, 48 * character.len_utf8() as u64 + surcharge, kanji]
        }
    }
}

/// Rounds up to whole bits, as the end of a segment does.
fn close((sixths, segments): Cost) -> Cost {
    (sixths.next_multiple_of(6), segments)
}

fn cheapest(costs: &[Cost; 4]) -> Mode {
    Mode::ALL.into_iter().fold(Mode::Byte, |best, mode| if costs[mode as usize] < costs[best as usize] { mode } else { best })
}

/// Returns the group of versions, 0 to 2, whose character counts take as many bits as those of `version`.
pub(super) fn group(version: u8) -> usize {
    match version {
        0..10 => 0,
        10..27 => 1,
        _ => 2,
    }
}

/// Returns the value of a character of alphanumeric mode, clause 7.4.4, table 5.
fn alphanumeric(character: char) -> Option<u32> {
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
