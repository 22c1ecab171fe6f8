//! Tiles: each outline that occurs is rasterised once per size; modules are copies.

use tiny_skia::{FillRule, Mask, Transform};

use super::{edge, path};
use crate::design::pattern::Shapes;
use crate::module_shapes::ModuleShapes;
use crate::outline::Outline;

/// How much of each px of a module is covered.
pub(crate) struct Tile {
    pub(crate) width: usize,
    /// 0 to 255 per px, row by row.
    pub(crate) coverage: Vec<u8>,
    /// Whether all of it is covered.
    pub(crate) full: bool,
}

/// The modules of a picture as tiles.
pub(crate) struct Tiles {
    pub(crate) tiles: Vec<Tile>,
    /// For each module, row by row, its tile plus one; 0 for nothing.
    cells: Vec<u16>,
    /// Where modules begin and the last one ends, in px.
    columns: Vec<u32>,
    rows: Vec<u32>,
}

/// A tile in a row of px.
pub(crate) struct Stamp {
    /// The px where it begins.
    pub(crate) x: usize,
    /// Which tile.
    pub(crate) tile: usize,
    /// Which row of it.
    pub(crate) row: usize,
}

impl Tiles {
    pub(crate) fn new(modules: &ModuleShapes, scale: f64) -> Self {
        let size = modules.size();
        let edges = |start: f32| (0..=size).map(|i| edge(start, i, scale)).collect::<Vec<_>>();
        let (columns, rows) = (edges(modules.x), edges(modules.y));
        let mut shapes = Shapes::new(modules.pattern);
        let mut tiles = Vec::new();
        let mut sizes: Vec<(u16, u32, u32)> = Vec::new();
        let mut cells = Vec::with_capacity((size * size) as usize);
        for y in 0..size {
            for x in 0..size {
                let shape = shapes.of(modules.near(x, y));
                let span = |edges: &[u32], i: u32| edges[i as usize + 1] - edges[i as usize];
                let key = (shape, span(&columns, x), span(&rows, y));
                cells.push(if shape == Shapes::EMPTY {
                    0
                } else if let Some(at) = sizes.iter().position(|known| *known == key) {
                    at as u16 + 1
                } else {
                    sizes.push(key);
                    tiles.push(Tile::new(shapes.outline(shape), key.1, key.2));
                    sizes.len() as u16
                });
            }
        }
        Self { tiles, cells, columns, rows }
    }

    /// Returns the tiles that lie in row `y` of the picture.
    pub(crate) fn stamps(&self, y: u32) -> impl Iterator<Item = Stamp> + '_ {
        let size = self.columns.len() - 1;
        let row = self.rows.partition_point(|edge| *edge <= y);
        let inside = (1..=size).contains(&row);
        let cells = if inside { &self.cells[(row - 1) * size..row * size] } else { &[] };
        let within = if inside { (y - self.rows[row - 1]) as usize } else { 0 };
        cells.iter().zip(&self.columns).filter(|(cell, _)| **cell > 0).map(move |(cell, x)| Stamp {
            x: *x as usize,
            tile: usize::from(*cell) - 1,
            row: within,
        })
    }
}

impl Tile {
    fn new(outline: &Outline, width: u32, height: u32) -> Self {
        let mut coverage = vec![0; (width * height) as usize];
        if let (Some(mut mask), Some(path)) = (Mask::new(width, height), path(outline)) {
            mask.fill_path(
                &path,
                FillRule::Winding,
                true,
                Transform::from_scale(width as f32, height as f32),
            );
            coverage.copy_from_slice(mask.data());
        }
        let full = coverage.iter().all(|covered| *covered == 255);
        Self { width: width as usize, coverage, full }
    }

    pub(crate) fn row(&self, row: usize) -> &[u8] {
        &self.coverage[row * self.width..][..self.width]
    }
}
