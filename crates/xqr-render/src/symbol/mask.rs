//! The eight masks, and the choice between them: ISO/IEC 18004 clause 7.8.

use super::grid::{Grid, PAD, STRIPS};
use super::penalty;
use super::template::{Template, format_places, with_check_bits};
use crate::level::Level;

/// After as many rows, and as many columns, every mask repeats.
const PERIOD: usize = 12;

/// The modules that a mask inverts, strip by strip.
type Pattern = [[u64; PERIOD]; STRIPS];

/// The pattern of each mask, as it is and transposed.
static PATTERNS: [[Pattern; 8]; 2] = [patterns(false), patterns(true)];

/// A symbol that lacks its mask and its format information.
pub(super) struct Unmasked {
    pub(super) modules: Grid,
    pub(super) template: &'static Template,
    pub(super) level: Level,
}

impl Unmasked {
    /// Returns the mask with the least penalty; of several the first.
    pub(super) fn best_mask(&self) -> u8 {
        let columns = self.modules.transposed();
        let (mut masked, mut masked_columns) = (self.modules.clone(), columns.clone());
        let mut best = (u32::MAX, 0);
        for mask in 0..8 {
            self.draw(mask, &self.modules, false, &mut masked);
            self.draw(mask, &columns, true, &mut masked_columns);
            let lines = penalty::lines(&masked) + penalty::lines(&masked_columns);
            best = best.min((lines + penalty::blocks(&masked) + penalty::balance(&masked), mask));
        }
        best.1
    }

    /// Returns the finished symbol.
    pub(super) fn masked(&self, mask: u8) -> Grid {
        let mut masked = self.modules.clone();
        self.draw(mask, &self.modules, false, &mut masked);
        masked
    }

    /// Draws `modules`, masked and with both copies of the format information (clause 7.9.1), into
    /// `out`. Either both grids are `transposed` or none is.
    fn draw(&self, mask: u8, modules: &Grid, transposed: bool, out: &mut Grid) {
        out.copy_from(modules);
        invert(out, &self.template.free, &PATTERNS[usize::from(transposed)][usize::from(mask)]);
        let bits = with_check_bits(self.level.indicator() << 3 | u32::from(mask), 0x537) ^ 0x5412;
        for bit in 0..15 {
            for (x, y) in format_places(bit, self.template.side()) {
                let (x, y) = if transposed { (y, x) } else { (x, y) };
                out.put(x, y, bits >> bit & 1 == 1);
            }
        }
    }
}

/// Inverts what `pattern` inverts of the `free` modules.
fn invert(modules: &mut Grid, free: &Grid, pattern: &Pattern) {
    for ((words, free), pattern) in modules.strips_mut().zip(free.strips()).zip(pattern) {
        for (words, free) in words[PAD..].chunks_mut(PERIOD).zip(free[PAD..].chunks(PERIOD)) {
            for ((word, free), pattern) in words.iter_mut().zip(free).zip(pattern) {
                *word ^= free & pattern;
            }
        }
    }
}

/// Table 10: whether `mask` inverts the module in column `x` and row `y`.
const fn inverts(mask: usize, x: usize, y: usize) -> bool {
    match mask {
        0 => (x + y).is_multiple_of(2),
        1 => y.is_multiple_of(2),
        2 => x.is_multiple_of(3),
        3 => (x + y).is_multiple_of(3),
        4 => (x / 3 + y / 2).is_multiple_of(2),
        5 => x * y % 2 + x * y % 3 == 0,
        6 => (x * y % 2 + x * y % 3).is_multiple_of(2),
        _ => ((x + y) % 2 + x * y % 3).is_multiple_of(2),
    }
}

const fn patterns(transposed: bool) -> [Pattern; 8] {
    let mut patterns = [[[0; PERIOD]; STRIPS]; 8];
    let mut i = 0;
    while i < 8 * STRIPS * 64 * PERIOD {
        let (mask, x, y) = (i / (STRIPS * 64 * PERIOD), i / PERIOD % (STRIPS * 64), i % PERIOD);
        let inverts = if transposed { inverts(mask, y, x) } else { inverts(mask, x, y) };
        patterns[mask][x / 64][y] |= (inverts as u64) << (x % 64);
        i += 1;
    }
    patterns
}
