//! Indexed rows: flat colours and the steps between them as a palette, 4 or 8 bits a px.

use super::shape::Shape;
use super::tiles::Tiles;
use crate::canvas::{Canvas, Layer};
use crate::design::paint::Ink;
use crate::design::{Paint, Rgba};

/// Steps from nothing to fully covered; with nothing they fill 4 bits.
const LEVELS: u8 = 15;

/// A picture as rows of palette indices, from top to bottom.
pub(crate) struct Indexed {
    pub(crate) palette: Vec<Rgba>,
    /// 4 or 8.
    pub(crate) bits: u8,
    painters: Vec<Painter>,
}

struct Painter {
    /// The index of coverage 0; what is covered by `n` steps has the index `base + n`.
    base: u8,
    kind: Kind,
}

enum Kind {
    Modules { tiles: Tiles, packed: Vec<[Packed; 2]> },
    Shape(Shape),
}

/// A tile as bytes of a row: two px a byte, or one.
struct Packed {
    stride: usize,
    bytes: Vec<u8>,
}

impl Indexed {
    /// Returns `None` for pictures with gradients, pictures in them, or too many colours.
    pub(crate) fn new(canvas: &Canvas) -> Option<Self> {
        let mut palette = vec![canvas.background];
        // Each pair of a colour and what it lies on has its own steps.
        let mut pairs: Vec<(Rgba, Rgba)> = Vec::new();
        let mut base_of = |ink: &Ink, under: Rgba| {
            let Paint::Solid(color) = ink.paint else { return None };
            let pair = (color, under);
            let at = pairs.iter().position(|known| *known == pair).unwrap_or_else(|| {
                palette
                    .extend((1..=LEVELS).map(|level| {
                        color.faded(f32::from(level) / f32::from(LEVELS)).over(under)
                    }));
                pairs.push(pair);
                pairs.len() - 1
            });
            u8::try_from(at * usize::from(LEVELS)).ok().filter(|base| *base <= u8::MAX - LEVELS)
        };
        let mut bases = Vec::with_capacity(canvas.layers.len());
        for layer in &canvas.layers {
            bases.push(match layer {
                Layer::Picture(_) => return None,
                Layer::Modules(ink) => base_of(ink, canvas.background)?,
                Layer::Shape { ink, under, .. } => {
                    base_of(ink, under.unwrap_or(canvas.background))?
                }
            });
        }
        let bits = if palette.len() <= 16 { 4 } else { 8 };
        let (scale, px) = (canvas.scale(), canvas.px());
        let painter = |(layer, base): (&Layer, u8)| match layer {
            Layer::Picture(_) => None,
            Layer::Modules(_) => {
                let mut tiles = Tiles::new(&canvas.modules, scale);
                let index = std::array::from_fn(|covered| match level(covered as u8) {
                    0 => 0,
                    level => base + level,
                });
                let packed = tiles.tiles.iter_mut().map(|tile| {
                    let coverage = std::mem::take(&mut tile.coverage);
                    [0, 1].map(|odd| Packed::new(&coverage, tile.width, &index, bits, odd))
                });
                let packed = packed.collect();
                Some(Painter { base, kind: Kind::Modules { tiles, packed } })
            }
            Layer::Shape { outline, .. } => {
                Some(Painter { base, kind: Kind::Shape(Shape::new(outline, scale, px)) })
            }
        };
        let painters = canvas.layers.iter().zip(bases).filter_map(painter).collect();
        Some(Self { palette, bits, painters })
    }

    /// Paints row `y` into the bytes of `row`. Rows must be asked for from top to bottom.
    pub(crate) fn paint(&mut self, y: u32, row: &mut [u8]) {
        row.fill(0);
        for Painter { base, kind } in &mut self.painters {
            match kind {
                Kind::Modules { tiles, packed } => {
                    for stamp in tiles.stamps(y) {
                        let (at, odd) =
                            if self.bits == 4 { (stamp.x / 2, stamp.x % 2) } else { (stamp.x, 0) };
                        let Packed { stride, bytes } = &packed[stamp.tile][odd];
                        // Modules share no px, so bits can be added; a byte may have the ends of
                        // two of them.
                        let bytes = &bytes[stamp.row * stride..][..*stride];
                        row[at..].iter_mut().zip(bytes).for_each(|(below, byte)| *below |= byte);
                    }
                }
                Kind::Shape(shape) => {
                    if let Some((x, coverage)) = shape.row(y) {
                        paint_shape(row, self.bits, *base, x, coverage);
                    }
                }
            }
        }
    }
}

fn level(covered: u8) -> u8 {
    ((u32::from(covered) * u32::from(LEVELS) + 127) / 255) as u8
}

/// Sets the px that a shape covers; those that it does not are left as they are. Mostly all or none
/// of eight neighbours are.
fn paint_shape(row: &mut [u8], bits: u8, base: u8, x: usize, coverage: &[u8]) {
    // Eight px shall begin where a byte does.
    let (first, coverage) = coverage.split_at((x % 2).min(coverage.len()));
    let (eights, last) = coverage.as_chunks::<8>();
    let start = x + first.len();
    paint_each(row, bits, base, x, first);
    for (x, covered) in (start..).step_by(8).zip(eights) {
        match u64::from_ne_bytes(*covered) {
            0 => {}
            u64::MAX if bits == 8 => row[x..x + 8].fill(base + LEVELS),
            u64::MAX => row[x / 2..x / 2 + 4].fill((base + LEVELS) * 0x11),
            _ => paint_each(row, bits, base, x, covered),
        }
    }
    paint_each(row, bits, base, start + 8 * eights.len(), last);
}

fn paint_each(row: &mut [u8], bits: u8, base: u8, x: usize, coverage: &[u8]) {
    for (x, covered) in (x..).zip(coverage) {
        let level = level(*covered);
        if level == 0 {
            continue;
        }
        if bits == 8 {
            row[x] = base + level;
        } else {
            let shift = if x.is_multiple_of(2) { 4 } else { 0 };
            let byte = &mut row[x / 2];
            *byte = *byte & !(0xf << shift) | (base + level) << shift;
        }
    }
}

impl Packed {
    /// Packs a tile for a place that begins at an even (0) or odd (1) px; `index` is that of each
    /// coverage.
    fn new(coverage: &[u8], width: usize, index: &[u8; 256], bits: u8, odd: usize) -> Self {
        let index = |covered: &u8| index[usize::from(*covered)];
        if bits == 8 {
            // Bytes are bytes wherever they begin.
            let bytes = if odd == 0 { coverage.iter().map(index).collect() } else { Vec::new() };
            return Self { stride: width, bytes };
        }
        let stride = (width + odd).div_ceil(2);
        let mut bytes = Vec::with_capacity(stride * coverage.len() / width.max(1));
        for covered in coverage.chunks_exact(width.max(1)) {
            let (first, covered) = covered.split_at(odd);
            bytes.extend(first.iter().map(index));
            let (pairs, last) = covered.as_chunks::<2>();
            bytes.extend(pairs.iter().map(|[left, right]| index(left) << 4 | index(right)));
            bytes.extend(last.iter().map(|left| index(left) << 4));
        }
        Self { stride, bytes }
    }
}
