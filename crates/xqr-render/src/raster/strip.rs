//! Strips: pictures that users bring, scaled a strip of rows at a time.

use tiny_skia::{BlendMode, FilterQuality, Pixmap, PixmapPaint, Transform};

use super::brush::Pixel;
use crate::design::Picture;

/// Rows of a strip. Fixed, so that the same picture always has the same px.
const ROWS: u32 = 64;

/// A picture at its place, row by row from top to bottom.
pub(crate) struct Strip {
    picture: Picture,
    place: Transform,
    strip: Pixmap,
    left: u32,
    top: u32,
    bottom: u32,
    /// The first row of the strip.
    first: Option<u32>,
    opacity: f32,
}

/// Where a picture goes, in px of the canvas.
pub(crate) struct Target {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) opacity: f32,
    /// Whether the picture covers the box and is cut, instead of being stretched to it.
    pub(crate) crop: bool,
}

impl Strip {
    /// `px` is the side of the canvas. Returns `None` for an empty box.
    pub(crate) fn new(picture: &Picture, target: &Target, px: u32) -> Option<Self> {
        let Target { x, y, width, height, opacity, crop } = *target;
        let (left, top) = (x.round().max(0.0) as u32, y.round().max(0.0) as u32);
        let (right, bottom) = (((x + width).round() as u32).min(px), ((y + height).round() as u32).min(px));
        let (wide, high) = (right.checked_sub(left)?, bottom.checked_sub(top)?);
        // The part of the picture that shows, and the size of the whole picture when that part fills the box.
        let (cut_x, cut_y, whole_x, whole_y) = if crop {
            let (cut_x, cut_y, side) = picture.cropped();
            let scale = wide as f32 / side;
            (cut_x * scale, cut_y * scale, picture.width() as f32 * scale, picture.height() as f32 * scale)
        } else {
            (0.0, 0.0, wide as f32, high as f32)
        };
        // Bilinear filtering looks at four px only: what is to become smaller is averaged first.
        let picture = picture.reduced(whole_x.round() as u32, whole_y.round() as u32)?;
        let scale = (whole_x / picture.width() as f32, whole_y / picture.height() as f32);
        let place = Transform::from_scale(scale.0, scale.1).post_translate(-cut_x, -cut_y);
        Some(Self { picture, place, strip: Pixmap::new(wide, high.min(ROWS))?, left, top, bottom, first: None, opacity })
    }

    /// Returns where row `y` begins (px) and its premultiplied px.
    pub(crate) fn row(&mut self, y: u32) -> Option<(usize, &[Pixel])> {
        if y < self.top || y >= self.bottom {
            return None;
        }
        let first = self.top + (y - self.top) / ROWS * ROWS;
        if self.first != Some(first) {
            self.first = Some(first);
            self.strip.fill(tiny_skia::Color::TRANSPARENT);
            let place = self.place.post_translate(0.0, -((first - self.top) as f32));
            // There is nothing below to mix with.
            let paint = PixmapPaint { opacity: self.opacity, quality: FilterQuality::Bilinear, blend_mode: BlendMode::Source };
            self.strip.draw_pixmap(0, 0, self.picture.pixmap().as_ref(), &paint, place, None);
        }
        let width = self.strip.width() as usize;
        let (pixels, _) = self.strip.data().as_chunks::<4>();
        Some((self.left as usize, &pixels[(y - first) as usize * width..][..width]))
    }
}
