//! Brushes: the colours that a paint has in a row of px.

use crate::design::paint::{Ink, Line};
use crate::design::{Direction, Paint, Rgba};

/// Premultiplied red, green, blue, alpha.
pub(crate) type Pixel = [u8; 4];

/// A paint ready to colour rows.
pub(crate) struct Brush {
    kind: Kind,
    /// The colours of the current row.
    row: Vec<Pixel>,
}

enum Kind {
    Solid(Pixel),
    Ramp { ramp: Box<Ramp>, direction: Direction, line: Line, scale: f64 },
}

/// The colours of a row.
pub(crate) enum Colors<'b> {
    /// One for all.
    One(Pixel),
    /// One for each px of the picture.
    Each(&'b [Pixel]),
}

/// Steps of a gradient: more than 8 bits distinguish.
const STEPS: usize = 1024;

type Ramp = [Pixel; STEPS];

impl Brush {
    /// `px` is the side of the picture.
    pub(crate) fn new(ink: &Ink, scale: f64, px: u32) -> Self {
        match ink.paint {
            Paint::Solid(color) => {
                Self { kind: Kind::Solid(color.premultiplied()), row: Vec::new() }
            }
            Paint::Gradient(gradient) => {
                let color = |i: usize| {
                    gradient.from.toward(gradient.to, i as f32 / (STEPS - 1) as f32).premultiplied()
                };
                let ramp: Box<Ramp> = Box::new(std::array::from_fn(color));
                let (direction, line) = (gradient.direction, ink.area.line(gradient.direction));
                let mut row = vec![Rgba::TRANSPARENT.premultiplied(); px as usize];
                if direction == Direction::Horizontal {
                    for (x, color) in row.iter_mut().enumerate() {
                        let across = ((x as f64 + 0.5) / scale) as f32 - line.from.x;
                        *color = pick(&ramp, across / line.length());
                    }
                }
                Self { kind: Kind::Ramp { ramp, direction, line, scale }, row }
            }
        }
    }

    /// Returns the colours of row `y`.
    pub(crate) fn row(&mut self, y: u32) -> Colors<'_> {
        let (ramp, direction, line, per_px) = match &self.kind {
            Kind::Solid(pixel) => return Colors::One(*pixel),
            Kind::Ramp { ramp, direction, line, scale } => {
                (ramp, *direction, *line, (1.0 / scale) as f32)
            }
        };
        let across = |x: i32| (x as f32 + 0.5) * per_px - line.from.x;
        let down = (y as f32 + 0.5) * per_px - line.from.y;
        match direction {
            Direction::Horizontal => {}
            Direction::Vertical => return Colors::One(pick(ramp, down / line.length())),
            Direction::Diagonal => {
                // Along the diagonal of a square: the mean of both ways.
                let double = 2.0 * (line.to.x - line.from.x);
                blend(&mut self.row, ramp, |x| (across(x) + down) / double);
            }
            Direction::Radial => {
                let length = line.length();
                blend(&mut self.row, ramp, |x| {
                    (across(x) * across(x) + down * down).sqrt() / length
                });
            }
        }
        Colors::Each(&self.row)
    }
}

/// Colours a row by the place `t` of each px in the ramp. In groups, because processors do such
/// sums several at a time.
fn blend(row: &mut [Pixel], ramp: &Ramp, t: impl Fn(i32) -> f32) {
    const GROUP: usize = 16;
    for (x, colors) in (0..).step_by(GROUP).zip(row.chunks_mut(GROUP)) {
        let steps: [i32; GROUP] = std::array::from_fn(|i| step(t(x + i as i32)));
        colors.iter_mut().zip(steps).for_each(|(color, step)| *color = ramp[step as usize % STEPS]);
    }
}

fn pick(ramp: &Ramp, t: f32) -> Pixel {
    ramp[step(t) as usize]
}

/// Returns the step of a ramp at `t`.
fn step(t: f32) -> i32 {
    (t.clamp(0.0, 1.0) * (STEPS - 1) as f32 + 0.5) as i32
}
