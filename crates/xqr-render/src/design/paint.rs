//! Paints: one colour, or a gradient over the symbol.

use super::color::Rgba;
use crate::names::names;
use crate::outline::{Point, point};

/// The fill of a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Paint {
    /// One colour.
    Solid(Rgba),
    /// Two colours, and all between them.
    Gradient(Gradient),
}

/// A gradient over the symbol, quiet zone excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Gradient {
    /// The direction.
    pub direction: Direction,
    /// The colour at the top, left, top left or centre.
    pub from: Rgba,
    /// The colour at the bottom, right, bottom right or corners.
    pub to: Rgba,
}

/// The direction of a gradient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
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

names!(Direction {
    Vertical => "vertical",
    Horizontal => "horizontal",
    Diagonal => "diagonal",
    Radial => "radial",
});

impl Gradient {
    /// Returns a gradient.
    pub const fn new(direction: Direction, from: Rgba, to: Rgba) -> Self {
        Self { direction, from, to }
    }
}

impl From<Rgba> for Paint {
    fn from(color: Rgba) -> Self {
        Self::Solid(color)
    }
}

impl From<Gradient> for Paint {
    fn from(gradient: Gradient) -> Self {
        Self::Gradient(gradient)
    }
}

impl Paint {
    /// Returns the first and the last colour, which are equal for one colour.
    pub fn extremes(self) -> [Rgba; 2] {
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
