//! What covering modules costs: ISO/IEC 18004 clauses 7.5.1, 7.6 and 7.7.3.

use super::blocks::Blocks;
use super::grid::Grid;
use super::matrix::Symbol;
use super::template::Template;

/// What is lost where a symbol is covered, by a logo for example.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Damage {
    /// The part of its error correction that the worst Reed–Solomon block spends: above 1.0 the
    /// symbol cannot be relied upon.
    pub worst: f64,
    /// The modules covered.
    pub modules: u32,
    /// Those of them that belong to function patterns, format or version information: see
    /// [`Symbol::is_function`].
    pub function_modules: u32,
}

impl Symbol {
    /// Assesses the loss of the modules, by column and row, for which `covered` holds. A codeword
    /// is lost with its first module.
    pub fn damage(&self, covered: impl Fn(u32, u32) -> bool) -> Damage {
        let (template, blocks) =
            (Template::of_version(self.version), Blocks::new(self.version, self.level));
        let mut lost = Grid::new(template.side());
        for y in 0..self.size() {
            for x in 0..self.size() {
                lost.put(x as usize, y as usize, covered(x, y));
            }
        }
        let mut touched = vec![0_u32; blocks.count()];
        // The remainder bits after the last codeword carry nothing.
        for (index, codeword) in template.places.chunks_exact(8).enumerate() {
            touched[blocks.block_of(index)] +=
                u32::from(codeword.iter().any(|place| lost.bit(*place)));
        }
        let worst =
            f64::from(touched.into_iter().max().unwrap_or_default()) / f64::from(blocks.budget());
        let data_modules = template.places.iter().filter(|place| lost.bit(**place)).count() as u32;
        Damage { worst, modules: lost.ones(), function_modules: lost.ones() - data_modules }
    }
}
