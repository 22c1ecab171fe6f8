//! Mixed rows: every layer painted over the ones below, in premultiplied RGBA.

use super::brush::{Brush, Colors, Pixel};
use super::shape::Shape;
use super::strip::Strip;
use super::tiles::Tiles;
use crate::canvas::{Canvas, Layer};

/// A picture as rows of premultiplied RGBA, from top to bottom.
pub(crate) struct Mixed {
    background: Pixel,
    painters: Vec<Painter>,
}

enum Painter {
    Picture(Strip),
    Modules(Tiles, Brush),
    Shape(Shape, Brush),
}

impl Mixed {
    pub(crate) fn new(canvas: &Canvas) -> Self {
        let (scale, px) = (canvas.scale(), canvas.px());
        let painter = |layer: &Layer| match layer {
            Layer::Picture(placed) => Strip::new(placed, scale, px).map(Painter::Picture),
            Layer::Modules(ink) => Some(Painter::Modules(
                Tiles::new(&canvas.modules, scale),
                Brush::new(ink, scale, px),
            )),
            Layer::Shape { outline, ink, .. } => {
                Some(Painter::Shape(Shape::new(outline, scale, px), Brush::new(ink, scale, px)))
            }
        };
        Self {
            background: canvas.background.premultiplied(),
            painters: canvas.layers.iter().filter_map(painter).collect(),
        }
    }

    /// Paints row `y` into `row`. Rows must be asked for from top to bottom.
    pub(crate) fn paint(&mut self, y: u32, row: &mut [Pixel]) {
        row.fill(self.background);
        for painter in &mut self.painters {
            match painter {
                Painter::Picture(strip) => {
                    if let Some((x, pixels)) = strip.row(y) {
                        row[x..]
                            .iter_mut()
                            .zip(pixels)
                            .for_each(|(below, pixel)| *below = over(*pixel, *below));
                    }
                }
                Painter::Modules(tiles, brush) => {
                    let mut stamps = tiles.stamps(y).peekable();
                    if stamps.peek().is_none() {
                        continue;
                    }
                    let colors = brush.row(y);
                    for stamp in stamps {
                        let tile = &tiles.tiles[stamp.tile];
                        if tile.full {
                            fill(&mut row[stamp.x..stamp.x + tile.width], &colors, stamp.x);
                        } else {
                            cover(
                                &mut row[stamp.x..stamp.x + tile.width],
                                tile.row(stamp.row),
                                &colors,
                                stamp.x,
                            );
                        }
                    }
                }
                Painter::Shape(shape, brush) => {
                    if let Some((x, coverage)) = shape.row(y) {
                        cover(&mut row[x..x + coverage.len()], coverage, &brush.row(y), x);
                    }
                }
            }
        }
    }
}

/// Paints px that are covered entirely.
fn fill(row: &mut [Pixel], colors: &Colors<'_>, x: usize) {
    match colors {
        Colors::One(color) if color[3] == 255 => row.fill(*color),
        Colors::One(color) => row.iter_mut().for_each(|below| *below = over(*color, *below)),
        Colors::Each(all) => {
            row.iter_mut().zip(&all[x..]).for_each(|(below, color)| *below = over(*color, *below))
        }
    }
}

/// Paints px as far as they are covered: mostly all or none of eight neighbours are.
fn cover(row: &mut [Pixel], coverage: &[u8], colors: &Colors<'_>, x: usize) {
    let ((eights, rest), (covered_eights, covered_rest)) =
        (row.as_chunks_mut::<8>(), coverage.as_chunks::<8>());
    for (i, (pixels, covered)) in eights.iter_mut().zip(covered_eights).enumerate() {
        match u64::from_ne_bytes(*covered) {
            0 => {}
            u64::MAX => fill(pixels, colors, x + 8 * i),
            _ => cover_each(pixels, covered, colors, x + 8 * i),
        }
    }
    cover_each(rest, covered_rest, colors, x + 8 * covered_eights.len());
}

fn cover_each(row: &mut [Pixel], coverage: &[u8], colors: &Colors<'_>, x: usize) {
    let paint = |below: &mut Pixel, covered: u8, color: Pixel| match covered {
        0 => {}
        255 => *below = over(color, *below),
        part => *below = over(color.map(|channel| times(channel, part)), *below),
    };
    let pixels = row.iter_mut().zip(coverage);
    match colors {
        Colors::One(color) => pixels.for_each(|(below, covered)| paint(below, *covered, *color)),
        Colors::Each(all) => pixels
            .zip(&all[x..])
            .for_each(|((below, covered), color)| paint(below, *covered, *color)),
    }
}

/// Returns `top` composited over `below`, both premultiplied.
fn over(top: Pixel, below: Pixel) -> Pixel {
    let through = 255 - top[3];
    if through == 0 {
        return top;
    }
    std::array::from_fn(|channel| top[channel] + times(below[channel], through))
}

/// Multiplies two fractions of 255, rounded; exact for all 65,536 pairs.
fn times(a: u8, b: u8) -> u8 {
    let product = u32::from(a) * u32::from(b) + 128;
    ((product + (product >> 8)) >> 8) as u8
}

/// Turns opaque px into three bytes each.
pub(crate) fn to_rgb(row: &[Pixel], rgb: &mut [u8]) {
    for ([r, g, b, _], out) in row.iter().zip(rgb.as_chunks_mut::<3>().0) {
        *out = [*r, *g, *b];
    }
}

/// Takes the alpha out of the colours. Neighbours mostly share theirs, and divisions are slow.
pub(crate) fn straighten(row: &mut [Pixel]) {
    for equal in row.chunk_by_mut(|a, b| a == b) {
        let [r, g, b, a] = equal[0];
        if a > 0 && a < 255 {
            let alpha = u32::from(a);
            let straight =
                |channel: u8| ((u32::from(channel) * 255 + alpha / 2) / alpha).min(255) as u8;
            equal.fill([straight(r), straight(g), straight(b), a]);
        }
    }
}

/// Puts px on white.
#[cfg(any(feature = "print", feature = "verify"))]
pub(crate) fn on_white(row: &mut [Pixel]) {
    row.iter_mut().filter(|pixel| pixel[3] < 255).for_each(|pixel| *pixel = over(*pixel, [255; 4]));
}
