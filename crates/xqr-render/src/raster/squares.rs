//! Pictures of squares in flat colours: a scanline per row of modules, and the rest is counting.
//!
//! A PNG of 9,000 × 9,000 px has 9,000 scanlines, of which at most 178 differ: 177 rows of modules
//! and the margin. Each is packed once; the others become copies in the DEFLATE stream, and the
//! checksum of what they stand for follows from a formula. Time and memory hardly depend on the
//! size of the picture.

use super::deflate::{Token, Tokens};
use crate::canvas::{Canvas, Flat};
use crate::design::Rgba;

/// A picture of squares: its palette and its rows of modules, each with the number of scanlines
/// that it fills.
pub(crate) struct Squares {
    pub(crate) palette: Vec<Rgba>,
    /// 1 or 2 bits a px.
    pub(crate) bits: u8,
    /// Packed px of each different scanline, and how often it follows itself.
    pub(crate) lines: Vec<(Vec<u8>, u32)>,
}

impl Squares {
    pub(crate) fn new(canvas: &Canvas, flat: &Flat) -> Self {
        let mut palette: Vec<Rgba> = Vec::with_capacity(4);
        let index = flat.map(|color| {
            palette.iter().position(|known| *known == color).unwrap_or_else(|| {
                palette.push(color);
                palette.len() - 1
            }) as u8
        });
        let bits = if palette.len() <= 2 { 1 } else { 2 };
        let (px, quiet, size) = (canvas.px(), canvas.modules.x as u32, canvas.modules.size());
        let side = size + 2 * quiet;
        let edge = |i: u32| (u64::from(i) * u64::from(px)).div_ceil(u64::from(side)) as u32;
        let mut lines: Vec<(Vec<u8>, u32)> = Vec::with_capacity(size as usize + 2);
        let mut last = vec![u8::MAX; side as usize];
        for row in 0..side {
            let inside = |at: u32| at.checked_sub(quiet).filter(|at| *at < size);
            let color = |column| match (inside(column), inside(row)) {
                (Some(x), Some(y)) => index[usize::from(canvas.modules.flat_color(x, y))],
                _ => index[0],
            };
            let colors: Vec<u8> = (0..side).map(color).collect();
            let height = edge(row + 1) - edge(row);
            match lines.last_mut() {
                Some((_, repeats)) if colors == last => *repeats += height,
                _ => {
                    let mut line = vec![0; (px as usize * usize::from(bits)).div_ceil(8)];
                    let mut at = 0;
                    while at < side {
                        let run = colors[at as usize..]
                            .iter()
                            .take_while(|other| **other == colors[at as usize])
                            .count() as u32;
                        paint(&mut line, bits, edge(at), edge(at + run), colors[at as usize]);
                        at += run;
                    }
                    lines.push((line, height));
                }
            }
            last = colors;
        }
        Self { palette, bits, lines }
    }

    /// Returns the picture as a zlib stream of filtered scanlines (PNG specification, sections 7.3
    /// and 9).
    pub(crate) fn zlib(&self) -> Vec<u8> {
        let mut tokens = Tokens::default();
        let mut adler = Adler { a: 1, b: 0 };
        let length = self.lines.first().map_or(0, |(line, _)| line.len()) + 1;
        // A repeated scanline: short ones are copies of the last; long ones cost less as `Up` and
        // zeros, whose distance is 1.
        let as_copies = length < 512;
        let up_from = tokens.mark();
        let up_sums = push_line(&mut tokens, 2, &vec![0; length - 1]);
        let up = up_from..tokens.mark();
        for (line, repeats) in &self.lines {
            let from = tokens.mark();
            let sums = push_line(&mut tokens, 0, line);
            adler.add(&sums, 1);
            let more = repeats - 1;
            if as_copies {
                // A scanline has at least four bytes, so no rest is too short for a copy.
                tokens.push_copies(length * more as usize, length as u16, 0);
                tokens.emit(from..tokens.mark(), 1);
                adler.add(&sums, more);
            } else {
                tokens.emit(from..tokens.mark(), 1);
                tokens.emit(up.clone(), more);
                adler.add(&up_sums, more);
            }
        }
        let mut stream = vec![0x78, 0x01];
        stream.extend(tokens.deflate());
        stream.extend(adler.value().to_be_bytes());
        stream
    }
}

/// Sets the px `from..to` to a colour's index; they are 0 before.
fn paint(line: &mut [u8], bits: u8, from: u32, to: u32, index: u8) {
    if index == 0 || from == to {
        return;
    }
    let byte = if bits == 1 { index * 0xff } else { index * 0x55 };
    let (from, to) = (from * u32::from(bits), to * u32::from(bits));
    let (first, last) = ((from / 8) as usize, ((to - 1) / 8) as usize);
    let head = 0xff_u8 >> (from % 8);
    let tail = 0xff_u8 << (7 - (to - 1) % 8);
    if first == last {
        line[first] |= byte & head & tail;
    } else {
        line[first] |= byte & head;
        line[first + 1..last].fill(byte);
        line[last] |= byte & tail;
    }
}

/// Adds a scanline behind its filter type: runs of equal bytes become copies of their first.
fn push_line(tokens: &mut Tokens, filter: u8, line: &[u8]) -> Sums {
    let mut sums = Sums::default();
    tokens.push(Token::Literal(filter));
    sums.add(filter, 1);
    for run in line.chunk_by(|a, b| a == b) {
        tokens.push(Token::Literal(run[0]));
        tokens.push_copies(run.len() - 1, 1, run[0]);
        sums.add(run[0], run.len() as u64);
    }
    sums
}

/// The sums of some bytes for Adler-32.
#[derive(Default)]
struct Sums {
    length: u64,
    sum: u64,
    /// The sum in which the last byte counts once, the one before it twice, and so on.
    weighted: u64,
}

impl Sums {
    /// Adds a byte `times` times.
    fn add(&mut self, byte: u8, times: u64) {
        let byte = u64::from(byte);
        self.weighted += times * self.sum + byte * (times * (times + 1) / 2);
        self.sum += byte * times;
        self.length += times;
    }
}

/// Adler-32 (RFC 1950), which adds the same bytes many times at once.
struct Adler {
    a: u64,
    b: u64,
}

impl Adler {
    const PRIME: u64 = 65_521;

    fn add(&mut self, sums: &Sums, times: u32) {
        let times = u64::from(times);
        let (length, sum, weighted) =
            (sums.length, sums.sum % Self::PRIME, sums.weighted % Self::PRIME);
        let pairs = (times * times.saturating_sub(1) / 2) % Self::PRIME;
        self.b += times * (length * self.a % Self::PRIME)
            + times * weighted
            + (length * sum % Self::PRIME) * pairs;
        self.b %= Self::PRIME;
        self.a = (self.a + times * sum) % Self::PRIME;
    }

    fn value(&self) -> u32 {
        (self.b << 16 | self.a) as u32
    }
}
