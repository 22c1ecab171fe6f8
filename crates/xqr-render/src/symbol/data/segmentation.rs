//! The segmentation of text that takes the fewest bits. ISO/IEC 18004 Annex J approximates it; this
//! is exact.

use super::kanji;
use super::segment::{Mode, Segment, Segments, alphanumeric};

impl<'a> Segments<'a> {
    /// Returns the shortest segmentation of `text`; of equal ones, one with fewer segments.
    /// `name_utf8` adds the ECI of UTF-8 where there are bytes that are not ASCII.
    ///
    /// Characters that are not ASCII are all in kanji mode or all in byte mode: after the ECI of
    /// UTF-8, decoders read kanji as UTF-8 as well, and lose the text.
    pub(in crate::symbol) fn shortest(text: &'a str, group: usize, name_utf8: bool) -> Self {
        let wide = !text.is_ascii();
        let bytes =
            Self { group, segments: segments(text, group, Mode::Byte), eci: wide && name_utf8 };
        if !wide
            || text
                .chars()
                .any(|character| !character.is_ascii() && kanji::bits(character).is_none())
        {
            return bytes;
        }
        let kanji = Self { group, segments: segments(text, group, Mode::Kanji), eci: false };
        if bytes.bits() < kanji.bits() { bytes } else { kanji }
    }
}

/// The cost of the text so far: sixths of a bit, then segments.
type Cost = (u64, u32);

/// The cost of a character in a mode that lacks it: more than that of any text.
const IMPOSSIBLE: u64 = 1 << 48;

/// Finds the cheapest way through the modes, character by character. Characters that are not ASCII
/// use the mode `wide`.
fn segments(text: &str, group: usize, wide: Mode) -> Vec<Segment<'_>> {
    let headers = Mode::ALL.map(|mode| 6 * (4 + u64::from(mode.count_bits(group))));
    // For each mode, the cost of the text so far with a segment of this mode open behind it.
    let mut open: [Cost; 4] = headers.map(|header| (header, 1));
    // For each character, and each mode open behind it, the mode that holds it.
    let mut holders: Vec<[Mode; 4]> = Vec::with_capacity(text.len());
    for character in text.chars() {
        for ((sixths, _), cost) in open.iter_mut().zip(costs(character, wide)) {
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
    let (mut segments, mut mode, mut end) =
        (Vec::<Segment>::new(), cheapest(&open.map(close)), text.len());
    for ((start, _), holder) in text.char_indices().rev().zip(holders.iter().rev()) {
        mode = holder[mode as usize];
        match segments.last_mut() {
            Some(segment) if segment.mode == mode => {
                segment.text = &text[start..end + segment.text.len()]
            }
            _ => segments.push(Segment { mode, text: &text[start..end] }),
        }
        end = start;
    }
    segments.reverse();
    segments
}

/// Returns the cost of `character` in each mode, in sixths of a bit.
fn costs(character: char, wide: Mode) -> [u64; 4] {
    match character {
        '0'..='9' => [20, 33, 48, IMPOSSIBLE],
        '\0'..='\x7f' => [
            IMPOSSIBLE,
            if alphanumeric(character).is_some() { 33 } else { IMPOSSIBLE },
            48,
            IMPOSSIBLE,
        ],
        _ if wide == Mode::Kanji => [IMPOSSIBLE, IMPOSSIBLE, IMPOSSIBLE, 78],
        _ => [IMPOSSIBLE, IMPOSSIBLE, 48 * character.len_utf8() as u64, IMPOSSIBLE],
    }
}

/// Rounds up to whole bits, as at the end of a segment.
fn close((sixths, segments): Cost) -> Cost {
    (sixths.next_multiple_of(6), segments)
}

fn cheapest(costs: &[Cost; 4]) -> Mode {
    Mode::ALL.into_iter().fold(Mode::Byte, |best, mode| {
        if costs[mode as usize] < costs[best as usize] { mode } else { best }
    })
}
