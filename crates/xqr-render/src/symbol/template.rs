//! What all symbols of a version share: function patterns, and the order in which the other modules
//! take the codewords.

use std::sync::OnceLock;

use super::grid::Grid;

/// The part of a symbol that depends on its version alone.
pub(super) struct Template {
    /// The function patterns and the version information. All else is light, the format information
    /// included.
    pub(super) patterns: Grid,
    /// The modules of codewords or remainder bits: those that a mask may invert. Equal to its own
    /// transpose.
    pub(super) free: Grid,
    /// The [`Grid::place`] of each free module in the order of the bits, ISO/IEC 18004 clause
    /// 7.7.3.
    pub(super) places: Vec<u16>,
}

impl Template {
    /// Returns the template of `version`, 1 to 40.
    pub(super) fn of_version(version: u8) -> &'static Self {
        static TEMPLATES: [OnceLock<Template>; 40] = [const { OnceLock::new() }; 40];
        TEMPLATES[usize::from(version) - 1].get_or_init(|| Self::new(usize::from(version)))
    }

    pub(super) fn side(&self) -> usize {
        self.free.side()
    }

    /// Returns the patterns with `codewords` in their modules, unmasked. Remainder bits stay light.
    pub(super) fn filled(&self, codewords: &[u8]) -> Grid {
        let mut modules = self.patterns.clone();
        for (codeword, places) in codewords.iter().zip(self.places.chunks_exact(8)) {
            for (bit, place) in places.iter().enumerate() {
                modules.darken(*place, codeword << bit & 0x80 != 0);
            }
        }
        modules
    }

    fn new(version: usize) -> Self {
        let side = 4 * version + 17;
        let mut template =
            Self { patterns: Grid::new(side), free: Grid::new(side), places: Vec::new() };
        for y in 0..side {
            for x in 0..side {
                template.free.put(x, y, true);
            }
        }
        template.reserve_format();
        template.draw_timing();
        for centre in [(3, 3), (side - 4, 3), (3, side - 4)] {
            template.draw_rings(centre, 4, |ring| ring != 2 && ring != 4);
        }
        template.draw_alignment(version);
        if version >= 7 {
            template.draw_version(version as u32);
        }
        template.places = template.zigzag();
        template
    }

    fn draw(&mut self, x: usize, y: usize, dark: bool) {
        self.patterns.put(x, y, dark);
        self.free.put(x, y, false);
    }

    /// Sets aside both copies of the format information, and draws the dark module above the lower
    /// one, clause 7.9.1.
    fn reserve_format(&mut self) {
        let side = self.side();
        for (x, y) in (0..15).flat_map(|bit| format_places(bit, side)) {
            self.draw(x, y, false);
        }
        self.draw(8, side - 8, true);
    }

    /// Clause 6.3.5.
    fn draw_timing(&mut self) {
        for i in 0..self.side() {
            self.draw(6, i, i % 2 == 0);
            self.draw(i, 6, i % 2 == 0);
        }
    }

    /// Draws the squares around `centre` up to `radius`, as far as they are in the symbol: clauses
    /// 6.3.3, 6.3.4 and 6.3.6.
    fn draw_rings(&mut self, centre: (usize, usize), radius: isize, dark: impl Fn(isize) -> bool) {
        let side = self.side();
        for dy in -radius..=radius {
            for dx in -radius..=radius {
                let (x, y) = (centre.0.wrapping_add_signed(dx), centre.1.wrapping_add_signed(dy));
                if x < side && y < side {
                    self.draw(x, y, dark(dx.abs().max(dy.abs())));
                }
            }
        }
    }

    /// Clause 6.3.6 and Annex E.
    fn draw_alignment(&mut self, version: usize) {
        let lines = alignment_lines(version);
        let Some(last) = lines.checked_sub(1) else { return };
        // Annex E lists the distances. All but one follow this rule.
        let step = if version == 32 { 26 } else { (4 * version + 2 * lines + 1) / (2 * last) * 2 };
        let far = self.side() - 7;
        let position = |line: usize| if line == 0 { 6 } else { far - (last - line) * step };
        for (i, j) in (0..lines).flat_map(|i| (0..lines).map(move |j| (i, j))) {
            if ![(0, 0), (0, last), (last, 0)].contains(&(i, j)) {
                self.draw_rings((position(i), position(j)), 2, |ring| ring != 1);
            }
        }
    }

    /// Draws both copies of the version information, clause 7.10.
    fn draw_version(&mut self, version: u32) {
        let bits = with_check_bits(version, 0x1f25);
        for i in 0..18 {
            let (near, far) = (i / 3, self.side() - 11 + i % 3);
            self.draw(far, near, bits >> i & 1 == 1);
            self.draw(near, far, bits >> i & 1 == 1);
        }
    }

    /// Lists the free modules: two columns at a time from the right, up and down by turns, past the
    /// vertical timing pattern.
    fn zigzag(&self) -> Vec<u16> {
        let side = self.side();
        let mut places = Vec::with_capacity(self.free.ones() as usize);
        for (turn, right) in (7..side).rev().step_by(2).chain([5, 3, 1]).enumerate() {
            for step in 0..side {
                let y = if turn % 2 == 0 { side - 1 - step } else { step };
                places.extend(
                    [right, right - 1]
                        .iter()
                        .filter(|x| self.free.get(**x, y))
                        .map(|x| self.free.place(*x, y)),
                );
            }
        }
        places
    }
}

/// Returns in how many columns, and rows, the centres of alignment patterns are, Annex E.
pub(super) fn alignment_lines(version: usize) -> usize {
    if version == 1 { 0 } else { version / 7 + 2 }
}

/// Returns column and row of bit `bit`, 0 to 14, in both copies of the format information, clause
/// 7.9.1.
pub(super) fn format_places(bit: usize, side: usize) -> [(usize, usize); 2] {
    let around_finder = match bit {
        0..=5 => (8, bit),
        6 | 7 => (8, bit + 1),
        8 => (7, 8),
        _ => (14 - bit, 8),
    };
    [around_finder, if bit < 8 { (side - 1 - bit, 8) } else { (8, side - 15 + bit) }]
}

/// Appends the remainder by `generator` to `data`: a word of a BCH code, Annexes C and D.
pub(super) fn with_check_bits(data: u32, generator: u32) -> u32 {
    let degree = generator.ilog2();
    let mut rest = data << degree;
    while rest >> degree != 0 {
        rest ^= generator << (rest.ilog2() - degree);
    }
    data << degree | rest
}
