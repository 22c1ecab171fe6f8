//! Shapes: outlines rasterised a band of rows at a time, no wider than they are.

use tiny_skia::{FillRule, Mask, Path, Transform};

use super::path;
use crate::outline::Outline;

/// Rows of a band. Fixed, so that the same picture always has the same px.
const BAND: u32 = 256;

/// An outline's coverage, row by row from top to bottom.
pub(crate) struct Shape {
    path: Option<Path>,
    mask: Option<Mask>,
    scale: f64,
    /// The box of the outline in px: left, top, right, bottom.
    left: u32,
    top: u32,
    right: u32,
    bottom: u32,
    /// The first row of the band in `mask`.
    band: Option<u32>,
}

impl Shape {
    /// `px` is the side of the picture.
    pub(crate) fn new(outline: &Outline, scale: f64, px: u32) -> Self {
        let [left, top, right, bottom] = outline.bounds().map(|bound| f64::from(bound) * scale);
        let (left, top) = (left.floor().max(0.0) as u32, top.floor().max(0.0) as u32);
        let (right, bottom) =
            ((right.ceil().max(0.0) as u32).min(px), (bottom.ceil().max(0.0) as u32).min(px));
        let height = bottom.saturating_sub(top).min(BAND);
        Self {
            path: path(outline),
            mask: Mask::new(right.saturating_sub(left), height),
            scale,
            left,
            top,
            right,
            bottom,
            band: None,
        }
    }

    /// Returns where row `y` begins (px) and how much of each of its px is covered (0 to 255).
    pub(crate) fn row(&mut self, y: u32) -> Option<(usize, &[u8])> {
        let (mask, path) = (self.mask.as_mut()?, self.path.as_ref()?);
        if y < self.top || y >= self.bottom {
            return None;
        }
        let band = self.top + (y - self.top) / BAND * BAND;
        if self.band != Some(band) {
            self.band = Some(band);
            mask.clear();
            let scale = self.scale as f32;
            let place = Transform::from_scale(scale, scale)
                .post_translate(-(self.left as f32), -(band as f32));
            mask.fill_path(path, FillRule::Winding, true, place);
        }
        let width = (self.right - self.left) as usize;
        Some((self.left as usize, &mask.data()[(y - band) as usize * width..][..width]))
    }
}
