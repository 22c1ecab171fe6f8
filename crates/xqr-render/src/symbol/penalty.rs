//! How hard a masked symbol is to scan, ISO/IEC 18004 clause 7.8.3, table 11. Rules look down 64
//! columns at a time.
//!
//! Where the standard leaves a choice, these rules are those of Project Nayuki's generator: a
//! finder pattern counts at every scale, twice if both of its sides are light enough, and the
//! margin of the symbol is light without end.

use super::grid::{Grid, PAD};

/// Scores the columns of `grid`: runs of one colour, and patterns like those of a finder.
pub(super) fn lines(grid: &Grid) -> u32 {
    let score = |(i, strip): (usize, &[u64])| {
        let (rows, columns) = (&strip[PAD..PAD + grid.side()], low_bits(grid.side() - 64 * i));
        // A run of n modules costs n - 2. It holds n - 4 windows of five and n - 5 of six.
        let runs = 3 * uniform::<5>(rows, columns) - 2 * uniform::<6>(rows, columns);
        runs + 40 * (small_finders(strip) + large_finders(strip))
    };
    grid.strips().enumerate().map(score).sum()
}

/// Scores blocks of 2 × 2 modules of one colour.
pub(super) fn blocks(grid: &Grid) -> u32 {
    let height = grid.side() + 2 * PAD;
    let margin = vec![0; height];
    let neighbours = grid.strips().skip(1).chain([&*margin]);
    let score = |(i, (strip, next)): (usize, (&[u64], &[u64]))| {
        let columns = low_bits(grid.side() - 1 - 64 * i);
        let pairs = windows(strip).zip(windows(next)).skip(PAD).take(grid.side() - 1);
        let block = |([above, below], [next_above, next_below]): (&[u64; 2], &[u64; 2])| {
            let (right_above, right_below) =
                (above >> 1 | next_above << 63, below >> 1 | next_below << 63);
            let dark = above & below & right_above & right_below;
            let light = !(above | below | right_above | right_below);
            ((dark | light) & columns).count_ones()
        };
        3 * pairs.map(block).sum::<u32>()
    };
    grid.strips().zip(neighbours).enumerate().map(score).sum()
}

/// Scores the distance from as many dark as light modules: 10 for each whole 5 %.
pub(super) fn balance(grid: &Grid) -> u32 {
    // An odd number of modules, so there is always a distance.
    let total = (grid.side() * grid.side()) as u32;
    10 * ((20 * grid.ones()).abs_diff(10 * total).div_ceil(total) - 1)
}

/// Returns each `N` neighbouring words. `array_windows` needs a newer Rust than this crate does.
fn windows<const N: usize>(words: &[u64]) -> impl Iterator<Item = &[u64; N]> {
    words.windows(N).map(|window| window.first_chunk().expect("a window has N words"))
}

/// Counts the windows of `N` modules of one colour.
fn uniform<const N: usize>(rows: &[u64], columns: u64) -> u32 {
    let count = |window: &[u64; N]| {
        let dark = window.iter().fold(u64::MAX, |all, row| all & row);
        let light = !window.iter().fold(0, |any, row| any | row);
        ((dark | light) & columns).count_ones()
    };
    windows(rows).map(count).sum()
}

/// Counts the runs 1:1:3:1:1, dark first, with four light modules on a side.
fn small_finders(strip: &[u64]) -> u32 {
    let count = |w: &[u64; 15]| {
        let core = !w[3] & w[4] & !w[5] & w[6] & w[7] & w[8] & !w[9] & w[10] & !w[11];
        let (above, below) = (w[0] | w[1] | w[2], w[12] | w[13] | w[14]);
        (core & !above).count_ones() + (core & !below).count_ones()
    };
    windows(strip).map(count).sum()
}

/// Counts the runs n:n:3n:n:n, dark first, with 4n light modules on a side, for n of 2 and more.
fn large_finders(strip: &[u64]) -> u32 {
    let mut count = 0;
    for (i, w) in windows::<13>(strip).enumerate() {
        // The middle is six dark modules between light pairs, or nine or more between light
        // triples.
        let middle = w[4] & w[5] & w[6] & w[7] & w[8] & w[9] & !(w[2] | w[3]);
        let six = w[0] & w[1] & !(w[10] | w[11]);
        let nine = !w[1] & w[10] & w[11] & w[12];
        let mut candidates = middle & (six | nine);
        while candidates != 0 {
            count += large_finder(strip, candidates.trailing_zeros(), i + 4);
            candidates &= candidates - 1;
        }
    }
    count
}

/// Counts the light sides of the pattern whose middle begins in row `row`: 0 if there is none.
fn large_finder(strip: &[u64], column: u32, row: usize) -> u32 {
    let middle = run(strip, column, row, 1);
    let n = middle / 3;
    if !middle.is_multiple_of(3) {
        return 0;
    }
    let light = |nearest: usize, step: isize| {
        let start = |modules: usize| nearest.wrapping_add_signed(step * modules as isize);
        let is_ring = [0, n].iter().all(|from| run(strip, column, start(*from), step) == n);
        if is_ring { run(strip, column, start(2 * n), step) } else { 0 }
    };
    let sides = [light(row - 1, -1), light(row + middle, 1)];
    if sides.iter().all(|light| *light >= n) {
        sides.iter().filter(|light| **light >= 4 * n).count() as u32
    } else {
        0
    }
}

/// Returns the length of the run of one colour from `row` on in steps of ±1. A run that reaches the
/// margin has no end.
fn run(strip: &[u64], column: u32, row: usize, step: isize) -> usize {
    let colour = strip[row] >> column & 1;
    let mut end = row;
    while let Some(word) = strip.get(end) {
        if word >> column & 1 != colour {
            return end.abs_diff(row);
        }
        end = end.wrapping_add_signed(step);
    }
    usize::MAX
}

/// Returns a word with the low `count` bits set, all if `count` is 64 or more.
fn low_bits(count: usize) -> u64 {
    if count < 64 { (1 << count) - 1 } else { u64::MAX }
}

#[cfg(test)]
mod tests;
