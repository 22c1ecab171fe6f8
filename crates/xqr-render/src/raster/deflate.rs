//! DEFLATE (RFC 1951) for streams whose tokens are known in advance: one block with codes of its
//! own, and parts that repeat are counted once and emitted many times.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;

/// A byte, or a copy of earlier bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token {
    Literal(u8),
    /// `length` is 3 to 258, `distance` 1 to 32,768.
    Match {
        length: u16,
        distance: u16,
    },
}

pub(crate) const MAX_MATCH: usize = 258;

/// Tokens, in parts that each occur several times in a row.
#[derive(Default)]
pub(crate) struct Tokens {
    tokens: Vec<Token>,
    parts: Vec<(Range<usize>, u32)>,
}

impl Tokens {
    /// Returns the place of the next token.
    pub(crate) fn mark(&self) -> usize {
        self.tokens.len()
    }

    pub(crate) fn push(&mut self, token: Token) {
        self.tokens.push(token);
    }

    /// Adds copies of `length` bytes; the last one or two become literals of `byte`, as no match is
    /// so short.
    pub(crate) fn push_copies(&mut self, mut length: usize, distance: u16, byte: u8) {
        while length >= 3 {
            // No rest of one or two bytes, where it can be avoided.
            let take = if length > MAX_MATCH && length < MAX_MATCH + 3 {
                length - 3
            } else {
                length.min(MAX_MATCH)
            };
            self.push(Token::Match { length: take as u16, distance });
            length -= take;
        }
        (0..length).for_each(|_| self.push(Token::Literal(byte)));
    }

    /// Emits the tokens from `range` `times` times.
    pub(crate) fn emit(&mut self, range: Range<usize>, times: u32) {
        if times > 0 && !range.is_empty() {
            self.parts.push((range, times));
        }
    }

    /// Writes one final block with dynamic codes (RFC 1951 section 3.2.7).
    pub(crate) fn deflate(&self) -> Vec<u8> {
        let (mut symbols, mut distances) = ([0_u64; 286], [0_u64; 30]);
        symbols[END] = 1;
        for (range, times) in &self.parts {
            for token in &self.tokens[range.clone()] {
                match *token {
                    Token::Literal(byte) => symbols[usize::from(byte)] += u64::from(*times),
                    Token::Match { length, distance } => {
                        symbols[length_code(length).0] += u64::from(*times);
                        distances[distance_code(distance).0] += u64::from(*times);
                    }
                }
            }
        }
        // A block without matches still names one distance code.
        distances[0] = distances[0].max(1);
        let symbols = Code::new(&symbols, 15);
        let distances = Code::new(&distances, 15);
        let mut bits = Bits::default();
        write_header(&mut bits, &symbols, &distances);
        let mut packed: Vec<(u64, u32)> = Vec::new();
        for (range, times) in &self.parts {
            packed.clear();
            for token in &self.tokens[range.clone()] {
                let (value, length) = pack(*token, &symbols, &distances);
                match packed.last_mut() {
                    Some((before, taken)) if *taken + length <= Bits::MOST => {
                        *before |= value << *taken;
                        *taken += length;
                    }
                    _ => packed.push((value, length)),
                }
            }
            for _ in 0..*times {
                packed.iter().for_each(|(value, length)| bits.push(*value, *length));
            }
        }
        bits.push(symbols.values[END].into(), symbols.lengths[END].into());
        bits.finish()
    }
}

const END: usize = 256;

/// Returns a token's bits: code and extra bits of its length and distance, 48 at most.
fn pack(token: Token, symbols: &Code, distances: &Code) -> (u64, u32) {
    let (mut value, mut bits) = (0_u64, 0_u32);
    let mut add = |more: u16, length: u32| {
        value |= u64::from(more) << bits;
        bits += length;
    };
    match token {
        Token::Literal(byte) => {
            add(symbols.values[usize::from(byte)], symbols.lengths[usize::from(byte)].into())
        }
        Token::Match { length, distance } => {
            let (code, extra, extra_bits) = length_code(length);
            add(symbols.values[code], symbols.lengths[code].into());
            add(extra, extra_bits);
            let (code, extra, extra_bits) = distance_code(distance);
            add(distances.values[code], distances.lengths[code].into());
            add(extra, extra_bits);
        }
    }
    (value, bits)
}

/// Returns a length's symbol, its extra value and the number of extra bits (RFC 1951 section
/// 3.2.5).
fn length_code(length: u16) -> (usize, u16, u32) {
    if length == MAX_MATCH as u16 {
        return (285, 0, 0);
    }
    let from_three = length - 3;
    if from_three < 8 {
        return (257 + usize::from(from_three), 0, 0);
    }
    let bits = from_three.ilog2() - 2;
    let group = usize::from(from_three >> bits & 3);
    (257 + 4 * (bits as usize + 1) + group, from_three & ((1 << bits) - 1), bits)
}

/// Returns a distance's symbol, its extra value and the number of extra bits.
fn distance_code(distance: u16) -> (usize, u16, u32) {
    let from_one = distance - 1;
    if from_one < 4 {
        return (usize::from(from_one), 0, 0);
    }
    let bits = from_one.ilog2() - 1;
    (
        2 * (bits as usize + 1) + usize::from(from_one >> bits & 1),
        from_one & ((1 << bits) - 1),
        bits,
    )
}

/// Writes the block's head and its two codes.
fn write_header(bits: &mut Bits, symbols: &Code, distances: &Code) {
    const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
    let used = |lengths: &[u8], min: usize| {
        lengths.iter().rposition(|length| *length > 0).map_or(min, |last| (last + 1).max(min))
    };
    let (symbol_count, distance_count) = (used(&symbols.lengths, 257), used(&distances.lengths, 1));
    let lengths = [&symbols.lengths[..symbol_count], &distances.lengths[..distance_count]].concat();
    let runs = run_lengths(&lengths);
    let mut counts = [0_u64; 19];
    runs.iter().for_each(|(symbol, ..)| counts[usize::from(*symbol)] += 1);
    let code = Code::new(&counts, 7);
    let order_count = ORDER
        .iter()
        .rposition(|symbol| code.lengths[*symbol] > 0)
        .map_or(4, |last| (last + 1).max(4));
    bits.push(0b101, 3);
    bits.push(symbol_count as u64 - 257, 5);
    bits.push(distance_count as u64 - 1, 5);
    bits.push(order_count as u64 - 4, 4);
    ORDER[..order_count].iter().for_each(|symbol| bits.push(code.lengths[*symbol].into(), 3));
    for (symbol, extra, extra_bits) in runs {
        bits.push(
            code.values[usize::from(symbol)].into(),
            code.lengths[usize::from(symbol)].into(),
        );
        bits.push(extra.into(), extra_bits);
    }
}

/// Shortens code lengths: 16 repeats the last one 3 to 6 times, 17 and 18 stand for 3 to 10 and 11
/// to 138 zeros.
fn run_lengths(lengths: &[u8]) -> Vec<(u8, u8, u32)> {
    let mut runs = Vec::with_capacity(64);
    let mut at = 0;
    while at < lengths.len() {
        let length = lengths[at];
        let run = lengths[at..].iter().take_while(|other| **other == length).count();
        let (token, taken) = match (length, run) {
            (0, 11..) => ((18, run.min(138) as u8 - 11, 7), run.min(138)),
            (0, 3..) => ((17, run.min(10) as u8 - 3, 3), run.min(10)),
            (_, 4..) if length > 0 => {
                runs.push((length, 0, 0));
                ((16, (run - 1).min(6) as u8 - 3, 2), (run - 1).min(6) + 1)
            }
            _ => ((length, 0, 0), 1),
        };
        runs.push(token);
        at += taken;
    }
    runs
}

/// A prefix code: for each symbol its bits, first bit lowest, and their number; 0 for symbols that
/// do not occur.
struct Code {
    values: Vec<u16>,
    lengths: Vec<u8>,
}

impl Code {
    /// Builds Huffman's code of at most `limit` bits: counts are flattened until it is no deeper.
    fn new(counts: &[u64], limit: u8) -> Self {
        let mut counts = counts.to_vec();
        let lengths = loop {
            let lengths = huffman(&counts);
            if lengths.iter().all(|length| *length <= limit) {
                break lengths;
            }
            counts.iter_mut().filter(|count| **count > 0).for_each(|count| *count = *count / 2 + 1);
        };
        // Canonical values (RFC 1951 section 3.2.2), turned around as the stream wants them.
        let mut next = [0_u16; 17];
        for bits in 1..16 {
            let shorter =
                lengths.iter().filter(|length| usize::from(**length) == bits).count() as u16;
            next[bits + 1] = (next[bits] + shorter) << 1;
        }
        let values = lengths.iter().map(|length| match length {
            0 => 0,
            length => {
                let value = next[usize::from(*length)];
                next[usize::from(*length)] += 1;
                value.reverse_bits() >> (16 - u32::from(*length))
            }
        });
        Self { values: values.collect(), lengths }
    }
}

/// Returns the depth of each symbol in Huffman's tree.
fn huffman(counts: &[u64]) -> Vec<u8> {
    let mut lengths = vec![0; counts.len()];
    let mut heap: BinaryHeap<_> =
        (0..counts.len()).filter(|i| counts[*i] > 0).map(|i| Reverse((counts[i], i))).collect();
    if heap.len() == 1 {
        heap.drain().for_each(|Reverse((_, symbol))| lengths[symbol] = 1);
        return lengths;
    }
    let mut parents = vec![0; counts.len()];
    while let (Some(Reverse((a, left))), Some(Reverse((b, right)))) = (heap.pop(), heap.pop()) {
        let parent = parents.len();
        (parents[left], parents[right]) = (parent, parent);
        parents.push(0);
        if !heap.is_empty() {
            heap.push(Reverse((a + b, parent)));
        }
    }
    let root = parents.len() - 1;
    let mut depths = vec![0_u8; parents.len()];
    for node in (0..root).rev() {
        if parents[node] > 0 {
            depths[node] = depths[parents[node]].saturating_add(1);
        }
    }
    lengths.copy_from_slice(&depths[..counts.len()]);
    lengths
}

/// Bits, the first one lowest in its byte.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    pending: u64,
    count: u32,
}

impl Bits {
    /// The most bits that can be added at once.
    const MOST: u32 = 48;

    /// Adds up to [`MOST`](Self::MOST) bits.
    fn push(&mut self, value: u64, length: u32) {
        self.pending |= value << self.count;
        self.count += length;
        if self.count >= 16 {
            let whole = self.count / 8;
            // A copy of fixed length is one instruction: all eight bytes are added, and the
            // unfinished ones taken back.
            self.bytes.extend_from_slice(&self.pending.to_le_bytes());
            self.bytes.truncate(self.bytes.len() - 8 + whole as usize);
            self.pending >>= 8 * whole;
            self.count %= 8;
        }
    }

    fn finish(mut self) -> Vec<u8> {
        let rest = self.count.div_ceil(8) as usize;
        self.bytes.extend_from_slice(&self.pending.to_le_bytes()[..rest]);
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use proptest::prelude::*;

    use super::*;

    /// Unpacks with a library.
    fn inflate(bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        flate2::read::DeflateDecoder::new(bytes).read_to_end(&mut out).unwrap();
        out
    }

    /// What tokens stand for, by the letter of the RFC.
    fn expand(tokens: &Tokens) -> Vec<u8> {
        let mut out: Vec<u8> = Vec::new();
        for (range, times) in &tokens.parts {
            for token in (0..*times).flat_map(|_| &tokens.tokens[range.clone()]) {
                match *token {
                    Token::Literal(byte) => out.push(byte),
                    Token::Match { length, distance } => {
                        (0..length).for_each(|_| out.push(out[out.len() - usize::from(distance)]));
                    }
                }
            }
        }
        out
    }

    proptest! {
        #[test]
        fn any_tokens_unpack_to_what_they_stand_for(
            head in prop::collection::vec(any::<u8>(), 1..300),
            parts in prop::collection::vec((prop::collection::vec((any::<bool>(), any::<u8>(), 3..=258_u16, 1..300_u16), 0..20), 0..5_u32), 0..6),
        ) {
            let mut tokens = Tokens::default();
            head.iter().for_each(|byte| tokens.push(Token::Literal(*byte)));
            tokens.emit(0..head.len(), 1);
            for (part, times) in parts {
                let from = tokens.mark();
                for (literal, byte, length, distance) in part {
                    let distance = distance.min(head.len() as u16);
                    tokens.push(if literal { Token::Literal(byte) } else { Token::Match { length, distance } });
                }
                tokens.emit(from..tokens.mark(), times);
            }
            prop_assert_eq!(inflate(&tokens.deflate()), expand(&tokens));
        }
    }

    #[test]
    fn every_length_and_distance_survives() {
        let mut tokens = Tokens::default();
        (0..=u16::MAX / 2).for_each(|i| tokens.push(Token::Literal((i % 251) as u8)));
        (3..=258).for_each(|length| tokens.push(Token::Match { length, distance: length * 127 }));
        (0..15).for_each(|power| tokens.push(Token::Match { length: 3, distance: 1 << power }));
        tokens.emit(0..tokens.mark(), 1);
        assert_eq!(inflate(&tokens.deflate()), expand(&tokens));
    }

    #[test]
    fn codes_are_never_too_long() {
        // Counts of Fibonacci make the deepest tree there is.
        let pairs = std::iter::successors(Some((1_u64, 1_u64)), |(a, b)| Some((*b, a + b)));
        let counts: Vec<u64> = pairs.map(|(a, _)| a).take(40).collect();
        let code = Code::new(&counts, 15);
        assert!(code.lengths.iter().all(|length| (1..=15).contains(length)), "{:?}", code.lengths);
        let kraft: f64 = code.lengths.iter().map(|length| 0.5_f64.powi((*length).into())).sum();
        assert!((kraft - 1.0).abs() < 1e-9, "{kraft}");
    }
}
