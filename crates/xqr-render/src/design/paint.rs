//! Paints: one colour, or a gradient over the symbol.

use super::color::Rgba;
use crate::outline::{Point, point};

/// What fills a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    /// One colour.
    Solid(Rgba),
    /// Two colours and what lies between them.
    Gradient(Gradient),
}

/// A gradient over the symbol, quiet zone excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gradient {
    /// Where it runs.
    pub direction: Direction,
    /// The colour at the top, left, top left or centre.
    pub from: Rgba,
    /// The colour at the bottom, right, bottom right or corners.
    pub to: Rgba,
}

/// Where a gradient runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// From top to bottom.
    #[default]
    Vertical,
    /// From left to right.
    Horizontal,
    /// From the top left to the bottom right corner.
    Diagonal,
    /// From the centre to the corners.
    Radial,
}

impl Direction {
    /// All directions with the names that the APIs use.
    pub const ALL: [(&'static str, Self); 4] = [
        ("vertical", Self::Vertical),
        ("horizontal", Self::Horizontal),
        ("diagonal", Self::Diagonal),
        ("radial", Self::Radial),
    ];
}

impl Paint {
    /// Returns the paint's extreme colours; twice the same when it has one.
    pub(crate) fn extremes(self) -> [Rgba; 2] {
        match self {
            Self::Solid(color) => [color; 2],
            Self::Gradient(Gradient { from, to, .. }) => [from, to],
        }
    }

    pub(crate) fn is_visible(self) -> bool {
        self.extremes().iter().any(|color| color.a > 0)
    }
}

/// A square in modules.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Area {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) side: f32,
}

/// A paint and the square over which its gradient runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ink {
    pub(crate) paint: Paint,
    pub(crate) area: Area,
}

/// A gradient's line from `t` = 0 to `t` = 1: for a radial one from the centre to any corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Line {
    pub(crate) from: Point,
    pub(crate) to: Point,
}

impl Area {
    pub(crate) fn line(self, direction: Direction) -> Line {
        let Self { x, y, side } = self;
        let (from, to) = match direction {
            Direction::Vertical => (point(x, y), point(x, y + side)),
            Direction::Horizontal => (point(x, y), point(x + side, y)),
            Direction::Diagonal => (point(x, y), point(x + side, y + side)),
            Direction::Radial => (point(x + side / 2.0, y + side / 2.0), point(x + side, y + side)),
        };
        Line { from, to }
    }
}

impl Line {
    pub(crate) fn length(self) -> f32 {
        (self.to.x - self.from.x).hypot(self.to.y - self.from.y)
    }
}
