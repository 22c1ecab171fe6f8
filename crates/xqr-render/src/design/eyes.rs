//! Eyes: the three finder patterns, each a border of 7 × 7 modules around a centre of 3 × 3
//! (ISO/IEC 18004 clause 6.3.3; shapes of the QR Studio reference, section 8.1).

use super::color::Rgba;
use crate::names::names;
use crate::outline::{Outline, Point, Turn, point};

/// The shape of an eye, from which the shapes of border and centre follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum EyeShape {
    /// Square border, square centre.
    #[default]
    Square,
    /// Both with rounded corners.
    Rounded,
    /// Both round.
    Circle,
    /// A border with notched corners, square centre.
    Frame,
}

/// The shape of an eye's border.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum EyeBorder {
    /// A square ring.
    #[default]
    Square,
    /// A ring with rounded corners.
    Rounded,
    /// A circle.
    Circle,
    /// Rounded, but for a pointed corner at the top left.
    LeafTl,
    /// Rounded, but for a pointed corner at the top right.
    LeafTr,
    /// Rounded, but for a pointed corner at the bottom right.
    LeafBr,
    /// Rounded, but for a pointed corner at the bottom left.
    LeafBl,
    /// A square ring with notched corners, like an old picture frame.
    Frame,
}

/// The shape of an eye's centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum EyeCenter {
    /// A square.
    #[default]
    Square,
    /// A square with rounded corners.
    Rounded,
    /// A disc.
    Circle,
    /// Rounded, but for a pointed corner at the top left.
    LeafTl,
    /// A disc with short rays.
    Sunburst,
    /// A five-pointed star.
    Star,
    /// A square that stands on a corner.
    Diamond,
    /// A cross of two bars.
    Cross,
}

names!(EyeShape {
    Square => "square",
    Rounded => "rounded",
    Circle => "circle",
    Frame => "frame",
});

names!(EyeBorder {
    Square => "square",
    Rounded => "rounded",
    Circle => "circle",
    LeafTl => "leaf-tl",
    LeafTr => "leaf-tr",
    LeafBr => "leaf-br",
    LeafBl => "leaf-bl",
    Frame => "frame",
});

impl EyeBorder {
    /// Returns the ring in a square of 7 × 7 modules, grown on all sides by `grow` modules and
    /// `width` modules thick.
    fn ring(self, grow: f32, width: f32) -> Outline {
        let mut ring = Outline::default();
        let side = 7.0 + 2.0 * grow;
        let hole = (width - grow, side - 2.0 * width);
        let leaf = |sharp: usize, radius: f32| {
            std::array::from_fn(|corner| if corner == sharp { 0.0 } else { radius })
        };
        let radii = |radius: f32| match self {
            Self::Square | Self::Frame | Self::Circle => [0.0; 4],
            Self::Rounded => [(radius - 1.5).max(0.0); 4],
            Self::LeafTl => leaf(0, radius - 0.9),
            Self::LeafTr => leaf(1, radius - 0.9),
            Self::LeafBr => leaf(2, radius - 0.9),
            Self::LeafBl => leaf(3, radius - 0.9),
        };
        match self {
            Self::Circle => {
                ring.circle(point(3.5, 3.5), side / 2.0, Turn::Solid);
                ring.circle(point(3.5, 3.5), side / 2.0 - width, Turn::Hole);
            }
            Self::Frame => {
                let (notch, low, high) = (0.55, -grow, 7.0 + grow);
                ring.polygon(notched(low, low + notch, high - notch, high));
                ring.round_rect(hole.0, hole.0, hole.1, hole.1, [0.0; 4], Turn::Hole);
            }
            _ => {
                ring.round_rect(-grow, -grow, side, side, radii(side / 2.0), Turn::Solid);
                ring.round_rect(
                    hole.0,
                    hole.0,
                    hole.1,
                    hole.1,
                    radii(side / 2.0 - width),
                    Turn::Hole,
                );
            }
        }
        ring
    }

    pub(crate) fn outline(self) -> Outline {
        // A scanline seldom crosses a circle where it is one module thick: a stronger one has the
        // right width more often.
        if self == Self::Circle { self.ring(0.1, 1.1) } else { self.ring(0.0, 1.0) }
    }

    /// Returns the subtle ring around the border, inside of the separator.
    pub(crate) fn outer_frame(self) -> Outline {
        let shape = if self == Self::Frame { Self::Square } else { self };
        shape.ring(0.62, 0.22)
    }
}

names!(EyeCenter {
    Square => "square",
    Rounded => "rounded",
    Circle => "circle",
    LeafTl => "leaf-tl",
    Sunburst => "sunburst",
    Star => "star",
    Diamond => "diamond",
    Cross => "cross",
});

impl EyeCenter {
    /// Returns the centre in the square of 7 × 7 modules.
    pub(crate) fn outline(self) -> Outline {
        let mut shape = Outline::default();
        let middle = point(3.5, 3.5);
        match self {
            Self::Square => shape.rect(2.0, 2.0, 3.0, 3.0),
            Self::Rounded => shape.round_rect(2.0, 2.0, 3.0, 3.0, [0.9; 4], Turn::Solid),
            Self::Circle => shape.circle(middle, 1.5, Turn::Solid),
            Self::LeafTl => shape.round_rect(2.0, 2.0, 3.0, 3.0, [0.0, 1.2, 1.2, 1.2], Turn::Solid),
            Self::Sunburst => shape.star(middle, 12, 1.7, 1.32),
            Self::Star => shape.star(point(3.5, 3.55), 5, 2.0, 1.25),
            Self::Diamond => shape.polygon(
                [(3.5, 1.6), (5.4, 3.5), (3.5, 5.4), (1.6, 3.5)].map(|(x, y)| point(x, y)),
            ),
            Self::Cross => shape.polygon(notched(1.9, 2.6, 4.4, 5.1)),
        }
        shape
    }
}

/// Returns the square from `low` to `high` without its corners, which are notched up to `near` and
/// from `far` on.
fn notched(low: f32, near: f32, far: f32, high: f32) -> [Point; 12] {
    [
        (near, low),
        (far, low),
        (far, near),
        (high, near),
        (high, far),
        (far, far),
        (far, high),
        (near, high),
        (near, far),
        (low, far),
        (low, near),
        (near, near),
    ]
    .map(|(x, y)| point(x, y))
}

/// The design of the eyes. A field that is `None` follows from the others.
///
/// ```
/// use xqr_render::{EyeCenter, EyeShape, Eyes, Rgba};
///
/// let eyes = Eyes::new(EyeShape::Circle).center(EyeCenter::Star).color(Rgba::opaque(0x1d, 0x35, 0x57));
/// assert_eq!(eyes.center, Some(EyeCenter::Star));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Eyes {
    /// The shape of both parts.
    pub shape: EyeShape,
    /// The colour of border and centre; by default the design's foreground.
    pub color: Option<Rgba>,
    /// The border's shape; by default from `shape`.
    pub border: Option<EyeBorder>,
    /// The centre's shape; by default from `shape`.
    pub center: Option<EyeCenter>,
    /// The border's colour; by default `color`.
    pub border_color: Option<Rgba>,
    /// The centre's colour; by default `color`.
    pub center_color: Option<Rgba>,
    /// Whether a thin ring surrounds each eye.
    pub outer_frame: bool,
    /// Whether that ring has the eye's full colour instead of a light tint of it.
    pub outer_frame_match: bool,
}

impl Eyes {
    /// Returns eyes of this shape in the foreground of the design.
    pub fn new(shape: EyeShape) -> Self {
        Self { shape, ..Self::default() }
    }

    /// Sets the colour of border and centre.
    #[must_use]
    pub fn color(self, color: Rgba) -> Self {
        Self { color: Some(color), ..self }
    }

    /// Sets the shape of the border.
    #[must_use]
    pub fn border(self, border: EyeBorder) -> Self {
        Self { border: Some(border), ..self }
    }

    /// Sets the shape of the centre.
    #[must_use]
    pub fn center(self, center: EyeCenter) -> Self {
        Self { center: Some(center), ..self }
    }

    /// Sets the colour of the border.
    #[must_use]
    pub fn border_color(self, color: Rgba) -> Self {
        Self { border_color: Some(color), ..self }
    }

    /// Sets the colour of the centre.
    #[must_use]
    pub fn center_color(self, color: Rgba) -> Self {
        Self { center_color: Some(color), ..self }
    }

    /// Adds a thin ring around each eye, in a light tint of the colour or, if `matching`, in the
    /// full colour.
    #[must_use]
    pub fn outer_frame(self, matching: bool) -> Self {
        Self { outer_frame: true, outer_frame_match: matching, ..self }
    }

    pub(crate) fn border_shape(&self) -> EyeBorder {
        self.border.unwrap_or(match self.shape {
            EyeShape::Square => EyeBorder::Square,
            EyeShape::Rounded => EyeBorder::Rounded,
            EyeShape::Circle => EyeBorder::Circle,
            EyeShape::Frame => EyeBorder::Frame,
        })
    }

    pub(crate) fn center_shape(&self) -> EyeCenter {
        self.center.unwrap_or(match self.shape {
            EyeShape::Square | EyeShape::Frame => EyeCenter::Square,
            EyeShape::Rounded => EyeCenter::Rounded,
            EyeShape::Circle => EyeCenter::Circle,
        })
    }
}
