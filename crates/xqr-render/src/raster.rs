//! Rasters: pictures row by row, never as a whole.
//!
//! Three ways, from cheap to general: pictures of squares in flat colours ([`squares`]) have their
//! rows counted, not drawn; pictures in flat colours ([`indexed`]) stamp tiles into rows of palette
//! indices; all others ([`mixed`]) mix RGBA rows.

pub(crate) mod brush;
pub(crate) mod deflate;
pub(crate) mod indexed;
pub(crate) mod mixed;
pub(crate) mod shape;
pub(crate) mod squares;
pub(crate) mod strip;
pub(crate) mod tiles;

use tiny_skia::{Path, PathBuilder};

use crate::outline::{Outline, Step};

/// Turns an outline into a path; `None` when it is empty.
pub(crate) fn path(outline: &Outline) -> Option<Path> {
    let mut path = PathBuilder::with_capacity(outline.steps.len() * 2, outline.steps.len() * 4);
    for step in outline.curves() {
        match step {
            Step::Move(to) => path.move_to(to.x, to.y),
            Step::Line(to) => path.line_to(to.x, to.y),
            Step::Cubic(a, b, to) => path.cubic_to(a.x, a.y, b.x, b.y, to.x, to.y),
            Step::Close => path.close(),
            Step::Arc { .. } => {}
        }
    }
    path.finish()
}

/// Returns the px where module `index` of a row that begins at `start` modules begins.
pub(crate) fn edge(start: f32, index: u32, scale: f64) -> u32 {
    // What is whole but for rounding shall stay whole.
    ((f64::from(start) + f64::from(index)) * scale - 1e-6).ceil() as u32
}
