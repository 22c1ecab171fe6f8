//! Patterns: how a data module is drawn, given its neighbours (QR Studio reference, section 10.1).

use crate::names::names;
use crate::outline::{Outline, Turn, point};

/// How the modules outside of the finder patterns are drawn.
///
/// ```
/// use xqr_render::Pattern;
///
/// assert_eq!("connected-h".parse(), Ok(Pattern::ConnectedH));
/// assert_eq!(Pattern::ALL.map(Pattern::name)[..3], ["squares", "rounded", "dot"]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Pattern {
    /// A crisp square grid; reads best at tiny sizes.
    #[default]
    Squares,
    /// Neighbours merge, free corners are softened.
    Rounded,
    /// Filled circles.
    Dot,
    /// Squares rotated by 45°.
    Diamond,
    /// Neighbours merge into blobs; inner corners are filled as well.
    Liquid,
    /// Horizontal runs fused into bars.
    ConnectedH,
    /// Vertical runs fused into bars.
    ConnectedV,
    /// Hexagon tiles.
    Hexagon,
    /// Five-pointed stars.
    Star,
    /// Dots of several sizes, as in a printed photograph: they follow the picture behind, or shrink
    /// towards the corners.
    Halftone,
    /// A small square inside of a thin frame.
    Frame,
    /// Squares with two opposite corners rounded where they are free.
    Classy,
}

names!(Pattern {
    Squares => "squares",
    Rounded => "rounded",
    Dot => "dot",
    Diamond => "diamond",
    Liquid => "liquid",
    ConnectedH => "connected-h",
    ConnectedV => "connected-v",
    Hexagon => "hexagon",
    Star => "star",
    Halftone => "halftone",
    Frame => "frame",
    Classy => "classy",
});

impl Pattern {
    /// Returns the outline in the unit square of a module; light modules have one too where
    /// neighbours reach into them.
    fn outline(self, near: Near) -> Outline {
        let mut shape = Outline::default();
        if !near.dark() {
            match self {
                Self::Liquid => fillets(&mut shape, near),
                Self::Diamond => tips(&mut shape, near),
                _ => {}
            }
            return shape;
        }
        let center = point(0.5, 0.5);
        match self {
            Self::Squares => shape.rect(0.0, 0.0, 1.0, 1.0),
            Self::Rounded => shape.round_rect(
                0.0,
                0.0,
                1.0,
                1.0,
                near.free_corners().map(|free| if free { 0.4 } else { 0.0 }),
                Turn::Solid,
            ),
            Self::Liquid => shape.round_rect(
                0.0,
                0.0,
                1.0,
                1.0,
                near.free_corners().map(|free| if free { 0.5 } else { 0.0 }),
                Turn::Solid,
            ),
            Self::Dot => shape.circle(center, 0.46, Turn::Solid),
            Self::Diamond => {
                let (low, high) = (0.5 - TIP, 0.5 + TIP);
                let corners = [
                    (low, 0.0),
                    (high, 0.0),
                    (1.0, low),
                    (1.0, high),
                    (high, 1.0),
                    (low, 1.0),
                    (0.0, high),
                    (0.0, low),
                ];
                shape.polygon(corners.map(|(x, y)| point(x, y)));
            }
            Self::ConnectedH => {
                let (left, right) =
                    (if near.west() { 0.0 } else { 0.06 }, if near.east() { 1.0 } else { 0.94 });
                let (west, east) =
                    (if near.west() { 0.0 } else { 0.4 }, if near.east() { 0.0 } else { 0.4 });
                shape.round_rect(
                    left,
                    0.1,
                    right - left,
                    0.8,
                    [west, east, east, west],
                    Turn::Solid,
                );
            }
            Self::ConnectedV => {
                let (top, bottom) =
                    (if near.north() { 0.0 } else { 0.06 }, if near.south() { 1.0 } else { 0.94 });
                let (north, south) =
                    (if near.north() { 0.0 } else { 0.4 }, if near.south() { 0.0 } else { 0.4 });
                shape.round_rect(
                    0.1,
                    top,
                    0.8,
                    bottom - top,
                    [north, north, south, south],
                    Turn::Solid,
                );
            }
            Self::Hexagon => {
                let corners = [
                    (0.5, 0.02),
                    (0.96, 0.26),
                    (0.96, 0.74),
                    (0.5, 0.98),
                    (0.04, 0.74),
                    (0.04, 0.26),
                ];
                shape.polygon(corners.map(|(x, y)| point(x, y)));
            }
            Self::Star => shape.star(point(0.5, 0.54), 5, 0.54, 0.31),
            Self::Halftone => {
                shape.circle(center, 0.30 + 0.03 * f32::from(near.tone()), Turn::Solid)
            }
            Self::Frame => {
                // Far from 1 : 1 : 3 : 1 : 1, lest decoders take each module for a finder pattern.
                shape.rect(0.03, 0.03, 0.94, 0.94);
                shape.round_rect(0.08, 0.08, 0.84, 0.84, [0.0; 4], Turn::Hole);
                shape.rect(0.2, 0.2, 0.6, 0.6);
            }
            Self::Classy => {
                let [top_left, _, bottom_right, _] =
                    near.free_corners().map(|free| if free { 0.5 } else { 0.0 });
                shape.round_rect(
                    0.0,
                    0.0,
                    1.0,
                    1.0,
                    [top_left, 0.0, bottom_right, 0.0],
                    Turn::Solid,
                );
            }
        }
        shape
    }
}

/// The different outlines of a pattern, each made once and known by a number.
pub(crate) struct Shapes {
    pattern: Pattern,
    /// The number for each [`Near`], or [`UNKNOWN`].
    known: Vec<u16>,
    outlines: Vec<Outline>,
}

const UNKNOWN: u16 = u16::MAX;

impl Shapes {
    /// The number of the outline that is empty.
    pub(crate) const EMPTY: u16 = 0;
    /// The number of the whole square.
    pub(crate) const SQUARE: u16 = 1;

    pub(crate) fn new(pattern: Pattern) -> Self {
        let mut square = Outline::default();
        square.rect(0.0, 0.0, 1.0, 1.0);
        Self {
            pattern,
            known: vec![UNKNOWN; Near::KINDS],
            outlines: vec![Outline::default(), square],
        }
    }

    /// Returns the number of a module's outline: neighbourhoods that look the same share it.
    pub(crate) fn of(&mut self, near: Near) -> u16 {
        let known = &mut self.known[near.index()];
        if *known == UNKNOWN {
            let outline = self.pattern.outline(near);
            let at =
                self.outlines.iter().position(|known| *known == outline).unwrap_or_else(|| {
                    self.outlines.push(outline);
                    self.outlines.len() - 1
                });
            *known = at as u16;
        }
        *known
    }

    /// Returns the outline of a number, in the unit square of a module.
    pub(crate) fn outline(&self, number: u16) -> &Outline {
        &self.outlines[usize::from(number)]
    }
}

/// By how much a diamond reaches over each edge of its module.
const TIP: f32 = 0.08;

/// The tips of the diamonds next to a light module.
fn tips(shape: &mut Outline, near: Near) {
    let (low, high) = (0.5 - TIP, 0.5 + TIP);
    let tips = [
        (near.north(), [(high, 0.0), (0.5, TIP), (low, 0.0)]),
        (near.east(), [(1.0, high), (1.0 - TIP, 0.5), (1.0, low)]),
        (near.south(), [(low, 1.0), (0.5, 1.0 - TIP), (high, 1.0)]),
        (near.west(), [(0.0, low), (TIP, 0.5), (0.0, high)]),
    ];
    for (_, corners) in tips.into_iter().filter(|(dark, _)| *dark) {
        shape.polygon(corners.map(|(x, y)| point(x, y)));
    }
}

/// The filled inner corners of a light module between dark ones.
fn fillets(shape: &mut Outline, near: Near) {
    use crate::outline::Step::{Arc, Close, Line, Move};
    let radius = 0.4;
    let corners = [
        (
            near.north() && near.west() && near.north_west(),
            (0.0, 0.0),
            (radius, 0.0),
            (0.0, radius),
        ),
        (
            near.north() && near.east() && near.north_east(),
            (1.0, 0.0),
            (1.0, radius),
            (1.0 - radius, 0.0),
        ),
        (
            near.south() && near.east() && near.south_east(),
            (1.0, 1.0),
            (1.0 - radius, 1.0),
            (1.0, 1.0 - radius),
        ),
        (
            near.south() && near.west() && near.south_west(),
            (0.0, 1.0),
            (0.0, 1.0 - radius),
            (radius, 1.0),
        ),
    ];
    for (_, corner, from, to) in corners.into_iter().filter(|(filled, ..)| *filled) {
        let at = |(x, y)| point(x, y);
        shape.steps.extend([
            Move(at(corner)),
            Line(at(from)),
            Arc { radius, clockwise: false, to: at(to) },
            Close,
        ]);
    }
}

/// What decides a module's outline: whether it and its eight neighbours are dark, and its tone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Near(u16);

impl Near {
    /// The number of different values.
    const KINDS: usize = 1 << 12;
    /// The largest tone, the darkest.
    pub(crate) const TONES: u8 = 5;

    /// Takes three rows of three bits, west first, the middle one being the module itself; `tone`
    /// is 0 to 5.
    pub(crate) fn new(above: u16, level: u16, below: u16, tone: u8) -> Self {
        Self(above | level << 3 | below << 6 | u16::from(tone) << 9)
    }

    fn index(self) -> usize {
        self.0.into()
    }

    fn bit(self, bit: u32) -> bool {
        self.0 >> bit & 1 == 1
    }

    fn north_west(self) -> bool {
        self.bit(0)
    }

    fn north(self) -> bool {
        self.bit(1)
    }

    fn north_east(self) -> bool {
        self.bit(2)
    }

    fn west(self) -> bool {
        self.bit(3)
    }

    fn dark(self) -> bool {
        self.bit(4)
    }

    fn east(self) -> bool {
        self.bit(5)
    }

    fn south_west(self) -> bool {
        self.bit(6)
    }

    fn south(self) -> bool {
        self.bit(7)
    }

    fn south_east(self) -> bool {
        self.bit(8)
    }

    fn tone(self) -> u8 {
        (self.0 >> 9) as u8
    }

    /// Returns for each corner (top left, top right, bottom right, bottom left) whether both edges
    /// that meet there are free.
    fn free_corners(self) -> [bool; 4] {
        let [north, east, south, west] =
            [self.north(), self.east(), self.south(), self.west()].map(|dark| !dark);
        [north && west, north && east, south && east, south && west]
    }
}
