//! A square of bits, laid out for rules that look down columns: strips of 64 columns, one word per
//! row, light rows around.

/// Light rows above and below each strip: as many as [`penalty`](super::penalty) looks beyond the
/// symbol.
pub(super) const PAD: usize = 4;

/// The most columns of a symbol in strips of 64.
pub(super) const STRIPS: usize = 3;

/// A square of at most 177 × 177 bits. Bit `x % 64` of word `PAD + y` of strip `x / 64` is the
/// module in column `x` and row `y`.
#[derive(Clone)]
pub(super) struct Grid {
    side: usize,
    words: Vec<u64>,
}

impl Grid {
    pub(super) fn new(side: usize) -> Self {
        Self { side, words: vec![0; side.div_ceil(64) * (side + 2 * PAD)] }
    }

    pub(super) fn side(&self) -> usize {
        self.side
    }

    /// Returns the number of the bit for column `x` and row `y`: less than 2¹⁶.
    pub(super) fn place(&self, x: usize, y: usize) -> u16 {
        ((x / 64 * self.height() + PAD + y) * 64 + x % 64) as u16
    }

    pub(super) fn get(&self, x: usize, y: usize) -> bool {
        self.bit(self.place(x, y))
    }

    pub(super) fn put(&mut self, x: usize, y: usize, bit: bool) {
        let place = self.place(x, y);
        self.words[usize::from(place / 64)] &= !(1 << (place % 64));
        self.darken(place, bit);
    }

    pub(super) fn bit(&self, place: u16) -> bool {
        self.words[usize::from(place / 64)] >> (place % 64) & 1 == 1
    }

    /// Sets the bit at `place` if `bit` is set.
    pub(super) fn darken(&mut self, place: u16, bit: bool) {
        self.words[usize::from(place / 64)] |= u64::from(bit) << (place % 64);
    }

    /// Makes this grid a copy of `other`, which has the same side.
    pub(super) fn copy_from(&mut self, other: &Self) {
        self.words.copy_from_slice(&other.words);
    }

    /// Returns the strips from left to right, each with `PAD` light rows above and below.
    pub(super) fn strips(&self) -> impl Iterator<Item = &[u64]> {
        self.words.chunks_exact(self.height())
    }

    pub(super) fn strips_mut(&mut self) -> impl Iterator<Item = &mut [u64]> {
        let height = self.height();
        self.words.chunks_exact_mut(height)
    }

    /// Returns the number of bits that are set.
    pub(super) fn ones(&self) -> u32 {
        self.words.iter().map(|word| word.count_ones()).sum()
    }

    /// Returns this grid with rows and columns exchanged.
    pub(super) fn transposed(&self) -> Self {
        let mut turned = Self::new(self.side);
        for (i, strip) in self.strips().enumerate() {
            for (j, rows) in strip[PAD..PAD + self.side].chunks(64).enumerate() {
                let mut block = [0; 64];
                block[..rows.len()].copy_from_slice(rows);
                transpose(&mut block);
                let columns = (self.side - 64 * i).min(64);
                let start = j * self.height() + PAD + 64 * i;
                turned.words[start..start + columns].copy_from_slice(&block[..columns]);
            }
        }
        turned
    }

    /// Returns row after row, bit `x % 64` of word `x / 64` for column `x`.
    pub(super) fn rows(&self) -> Vec<[u64; STRIPS]> {
        let mut rows = vec![[0; STRIPS]; self.side];
        for (i, strip) in self.strips().enumerate() {
            for (row, word) in rows.iter_mut().zip(&strip[PAD..]) {
                row[i] = *word;
            }
        }
        rows
    }

    fn height(&self) -> usize {
        self.side + 2 * PAD
    }
}

/// Exchanges rows and columns of a block: halves first, then quarters, down to single bits.
fn transpose(block: &mut [u64; 64]) {
    let (mut width, mut mask) = (32, u64::MAX >> 32);
    while width > 0 {
        for i in (0..64).filter(|i| i & width == 0) {
            let swapped = (block[i] >> width ^ block[i + width]) & mask;
            block[i] ^= swapped << width;
            block[i + width] ^= swapped;
        }
        width /= 2;
        mask ^= mask << width;
    }
}
