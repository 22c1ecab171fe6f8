//! The shapes of the data modules: those of the symbol without its eyes and without those left out
//! around a logo.

use crate::design::pattern::{Near, Pattern, Shapes};
use crate::design::{ClearZone, Design, Logo};
use crate::outline::Outline;
use crate::symbol::Symbol;

/// A matrix of modules and where it lies in the picture.
#[derive(Clone)]
pub(crate) struct ModuleShapes {
    pub(crate) pattern: Pattern,
    /// Where the symbol begins, in modules of the picture.
    pub(crate) x: f32,
    pub(crate) y: f32,
    size: u32,
    /// Dark modules with a light margin of one module around, row by row.
    dark: Vec<bool>,
    /// The tone of each module, for patterns that have tones.
    tones: Vec<u8>,
}

impl ModuleShapes {
    pub(crate) fn new(symbol: &Symbol, design: &Design, x: f32, y: f32) -> Self {
        let size = symbol.size();
        let mut modules = Self {
            pattern: design.pattern,
            x,
            y,
            size,
            dark: vec![false; ((size + 2) * (size + 2)) as usize],
            tones: Vec::new(),
        };
        for row in 0..size {
            for column in 0..size {
                let at = modules.at(column, row);
                modules.dark[at] = symbol.is_dark(column, row) && !is_eye(column, row, size);
            }
        }
        if design.pattern == Pattern::Halftone {
            modules.tones = tones(design, size);
        }
        modules
    }

    /// Returns the side in modules.
    pub(crate) fn size(&self) -> u32 {
        self.size
    }

    fn at(&self, column: u32, row: u32) -> usize {
        ((row + 1) * (self.size + 2) + column + 1) as usize
    }

    /// Returns the neighbours, which decide the outline of a module.
    pub(crate) fn near(&self, column: u32, row: u32) -> Near {
        let (at, width) = (self.at(column, row), (self.size + 2) as usize);
        let three = |middle: usize| {
            u16::from(self.dark[middle - 1])
                | u16::from(self.dark[middle]) << 1
                | u16::from(self.dark[middle + 1]) << 2
        };
        let tone = self.tones.get((row * self.size + column) as usize).copied().unwrap_or_default();
        Near::new(three(at - width), three(at), three(at + width), tone)
    }

    /// Returns which of a flat picture's colours a module has: 0 background, 1 modules, 2 eye
    /// borders, 3 eye centres.
    pub(crate) fn flat_color(&self, column: u32, row: u32) -> u8 {
        if !is_eye(column, row, self.size) {
            return self.dark[self.at(column, row)].into();
        }
        // How far from the middle of its eye the module is: a ring around a light ring around the
        // centre.
        let off = |at: u32| (at.min(self.size - 1 - at)).abs_diff(3);
        match off(column).max(off(row)) {
            0 | 1 => 3,
            2 => 0,
            _ => 2,
        }
    }

    /// Calls `draw` with each outline and its place; whole squares side by side are one rectangle.
    pub(crate) fn outlines(&self, mut draw: impl FnMut(&Outline, f32, f32)) {
        let mut shapes = Shapes::new(self.pattern);
        for row in 0..self.size {
            let top = self.y + row as f32;
            let mut run = 0;
            for column in 0..=self.size {
                let shape = if column < self.size {
                    shapes.of(self.near(column, row))
                } else {
                    Shapes::EMPTY
                };
                if shape == Shapes::SQUARE {
                    run += 1;
                    continue;
                }
                if run > 0 {
                    let mut bar = Outline::default();
                    bar.rect(0.0, 0.0, run as f32, 1.0);
                    draw(&bar, self.x + (column - run) as f32, top);
                    run = 0;
                }
                if shape != Shapes::EMPTY {
                    draw(shapes.outline(shape), self.x + column as f32, top);
                }
            }
        }
    }

    /// Returns all modules as one outline.
    pub(crate) fn outline(&self) -> Outline {
        let mut all = Outline::default();
        self.outlines(|outline, x, y| all.extend(outline, 1.0, x, y));
        all
    }

    /// Removes the modules around a logo of `width` × `height` modules in the middle.
    pub(crate) fn clear(&mut self, zone: ClearZone, width: f32, height: f32) {
        for row in 0..self.size {
            for column in 0..self.size {
                if in_clear_zone(zone, self.size, (width, height), column, row) {
                    let at = self.at(column, row);
                    self.dark[at] = false;
                }
            }
        }
    }
}

/// Returns the width and height of a logo in modules, in a symbol of `size` modules.
pub(crate) fn logo_size(logo: &Logo, size: u32) -> (f32, f32) {
    let (width, height) = (logo.picture.width() as f32, logo.picture.height() as f32);
    let scale = logo.ratio * size as f32 / width.max(height);
    (width * scale, height * scale)
}

/// By how much a clear zone is larger than the logo, in modules.
const MARGIN: f32 = 0.5;

/// Returns whether a module is left out around a logo of `logo` modules (width, height) in the
/// middle of a symbol.
pub(crate) fn in_clear_zone(
    zone: ClearZone,
    size: u32,
    logo: (f32, f32),
    column: u32,
    row: u32,
) -> bool {
    let middle = size as f32 / 2.0;
    // The distance from the middle to the nearest point of the module.
    let near = |at: u32| ((at as f32 + 0.5 - middle).abs() - 0.5).max(0.0);
    let (x, y) = (near(column), near(row));
    match zone {
        ClearZone::Square => x < logo.0 / 2.0 + MARGIN && y < logo.1 / 2.0 + MARGIN,
        ClearZone::Circle => x.hypot(y) < logo.0.max(logo.1) / 2.0 + MARGIN,
        ClearZone::None => false,
    }
}

/// Returns whether a module belongs to a finder pattern.
pub(crate) fn is_eye(column: u32, row: u32, size: u32) -> bool {
    let (left, top) = (column < 7, row < 7);
    let (right, bottom) = (column + 7 >= size, row + 7 >= size);
    top && (left || right) || bottom && left
}

/// The tones of a halftone: those of the picture behind, else darkest in the middle and lightest in
/// the corners.
fn tones(design: &Design, size: u32) -> Vec<u8> {
    let whole = size + 2 * design.quiet_zone;
    let reduced = design.backdrop.as_ref().and_then(|backdrop| backdrop.picture.lumas(whole));
    let darkness = |column: u32, row: u32| match &reduced {
        Some(lumas) => {
            let at = (row + design.quiet_zone) * whole + column + design.quiet_zone;
            lumas.get(at as usize).map_or(0.5, |luma| 1.0 - f32::from(*luma) / 255.0)
        }
        None => {
            let off = |at: u32| (at as f32 + 0.5) / size as f32 * 2.0 - 1.0;
            1.0 - off(column).hypot(off(row)) / std::f32::consts::SQRT_2
        }
    };
    let tone = |darkness: f32| {
        (darkness * f32::from(Near::TONES) + 0.5).clamp(0.0, f32::from(Near::TONES)) as u8
    };
    (0..size * size).map(|i| tone(darkness(i % size, i / size))).collect()
}
