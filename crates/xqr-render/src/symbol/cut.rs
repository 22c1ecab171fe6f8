//! The cut of a text into the segments that take the fewest bits: what ISO/IEC 18004 Annex J approximates, done exactly.

use super::segment::{Mode, Segment, Segments, alphanumeric};
use super::{Eci, kanji};

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
