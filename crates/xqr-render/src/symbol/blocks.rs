//! How the codewords of a symbol form Reed–Solomon blocks, ISO/IEC 18004 clauses 7.5.1 (table 9)
//! and 7.6.

use super::reed_solomon::Divisor;
use super::template::alignment_lines;
use crate::level::Level;

/// Error correction codewords per block for L, M, Q, H; then the number of blocks. Two versions per
/// line, from 1.
#[rustfmt::skip]
const TABLE: [([u8; 4], [u8; 4]); 40] = [
    ([ 7, 10, 13, 17], [ 1,  1,  1,  1]), ([10, 16, 22, 28], [ 1,  1,  1,  1]),
    ([15, 26, 18, 22], [ 1,  1,  2,  2]), ([20, 18, 26, 16], [ 1,  2,  2,  4]),
    ([26, 24, 18, 22], [ 1,  2,  4,  4]), ([18, 16, 24, 28], [ 2,  4,  4,  4]),
    ([20, 18, 18, 26], [ 2,  4,  6,  5]), ([24, 22, 22, 26], [ 2,  4,  6,  6]),
    ([30, 22, 20, 24], [ 2,  5,  8,  8]), ([18, 26, 24, 28], [ 4,  5,  8,  8]),
    ([20, 30, 28, 24], [ 4,  5,  8, 11]), ([24, 22, 26, 28], [ 4,  8, 10, 11]),
    ([26, 22, 24, 22], [ 4,  9, 12, 16]), ([30, 24, 20, 24], [ 4,  9, 16, 16]),
    ([22, 24, 30, 24], [ 6, 10, 12, 18]), ([24, 28, 24, 30], [ 6, 10, 17, 16]),
    ([28, 28, 28, 28], [ 6, 11, 16, 19]), ([30, 26, 28, 28], [ 6, 13, 18, 21]),
    ([28, 26, 26, 26], [ 7, 14, 21, 25]), ([28, 26, 30, 28], [ 8, 16, 20, 25]),
    ([28, 26, 28, 30], [ 8, 17, 23, 25]), ([28, 28, 30, 24], [ 9, 17, 23, 34]),
    ([30, 28, 30, 30], [ 9, 18, 25, 30]), ([30, 28, 30, 30], [10, 20, 27, 32]),
    ([26, 28, 30, 30], [12, 21, 29, 35]), ([28, 28, 28, 30], [12, 23, 34, 37]),
    ([30, 28, 30, 30], [12, 25, 34, 40]), ([30, 28, 30, 30], [13, 26, 35, 42]),
    ([30, 28, 30, 30], [14, 28, 38, 45]), ([30, 28, 30, 30], [15, 29, 40, 48]),
    ([30, 28, 30, 30], [16, 31, 43, 51]), ([30, 28, 30, 30], [17, 33, 45, 54]),
    ([30, 28, 30, 30], [18, 35, 48, 57]), ([30, 28, 30, 30], [19, 37, 51, 60]),
    ([30, 28, 30, 30], [19, 38, 53, 63]), ([30, 28, 30, 30], [20, 40, 56, 66]),
    ([30, 28, 30, 30], [21, 43, 59, 70]), ([30, 28, 30, 30], [22, 45, 62, 74]),
    ([30, 28, 30, 30], [24, 47, 65, 77]), ([30, 28, 30, 30], [25, 49, 68, 81]),
];

/// The blocks of one version at one level.
#[derive(Debug, Clone, Copy)]
pub(super) struct Blocks {
    count: usize,
    /// Error correction codewords of each block.
    check: usize,
    /// Codewords of the symbol, data and error correction.
    total: usize,
}

impl Blocks {
    pub(super) fn new(version: u8, level: Level) -> Self {
        let (check, count) = TABLE[usize::from(version) - 1];
        let level = level as usize;
        Self { count: count[level].into(), check: check[level].into(), total: codewords(version) }
    }

    /// Returns the number of data codewords of the symbol.
    pub(super) fn data(&self) -> usize {
        self.total - self.count * self.check
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Returns how many damaged codewords a block survives if it is unknown which ones are damaged.
    pub(super) fn budget(&self) -> u32 {
        self.check as u32 / 2
    }

    /// Appends the error correction codewords to `data` and interleaves the blocks.
    pub(super) fn interleave(&self, data: &[u8]) -> Vec<u8> {
        let divisor = Divisor::of_degree(self.check);
        let mut codewords = vec![0; self.total];
        let mut rest = data;
        for block in 0..self.count {
            let (bytes, tail) =
                rest.split_at(self.short() + usize::from(block >= self.short_blocks()));
            rest = tail;
            for (i, byte) in bytes.iter().enumerate() {
                // The last codeword of a long block stands behind those of the long blocks only.
                let gap = if i < self.short() { 0 } else { self.short_blocks() };
                codewords[i * self.count + block - gap] = *byte;
            }
            for (i, byte) in divisor.remainder(bytes).into_iter().take(self.check).enumerate() {
                codewords[self.data() + i * self.count + block] = byte;
            }
        }
        codewords
    }

    /// Returns the block of the codeword at `index` of the interleaved sequence.
    pub(super) fn block_of(&self, index: usize) -> usize {
        let even = self.short() * self.count;
        if index < even {
            index % self.count
        } else if index < self.data() {
            self.short_blocks() + index - even
        } else {
            (index - self.data()) % self.count
        }
    }

    /// Returns the number of data codewords in a short block. Long blocks follow the short ones and
    /// have one more.
    fn short(&self) -> usize {
        self.data() / self.count
    }

    fn short_blocks(&self) -> usize {
        self.count - self.data() % self.count
    }
}

/// Returns the number of codewords of `version`, table 1: the modules that no function pattern
/// takes, in eights.
fn codewords(version: u8) -> usize {
    let version = usize::from(version);
    let side = 4 * version + 17;
    let (finders, timing, format) = (3 * 64, 2 * (side - 16), 31);
    let alignment = match alignment_lines(version) {
        0 => 0,
        // The finder patterns leave out three of them. Those in the way of a timing pattern share
        // five modules with it.
        lines => 25 * (lines * lines - 3) - 2 * 5 * (lines - 2),
    };
    let information = if version < 7 { 0 } else { 2 * 18 };
    (side * side - finders - timing - format - alignment - information) / 8
}
