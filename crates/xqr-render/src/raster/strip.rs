//! Strips: pictures from users, scaled a strip of rows at a time.

use tiny_skia::{BlendMode, FilterQuality, Pixmap, PixmapPaint, Transform};

use super::brush::Pixel;
use crate::canvas::Placed;
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

impl Strip {
    /// `px` is the side of the canvas. Returns `None` for an empty box.
    pub(crate) fn new(placed: &Placed, scale: f64, px: u32) -> Option<Self> {
        let Placed { picture, x, y, width, height, opacity, crop } = placed;
        let [x, y, width, height] = [x, y, width, height].map(|length| f64::from(*length) * scale);
        let (left, top) = (x.round().max(0.0) as u32, y.round().max(0.0) as u32);
        let (right, bottom) =
            (((x + width).round() as u32).min(px), ((y + height).round() as u32).min(px));
        let (wide, high) = (right.checked_sub(left)?, bottom.checked_sub(top)?);
        // The whole picture in px of the box, which shows a part of it.
        let [x, y, width, height] = if *crop {
            picture.around(0.0, 0.0, wide as f32)
        } else {
            [0.0, 0.0, wide as f32, high as f32]
        };
        // Bilinear filtering looks at four px only: a picture that shrinks is averaged first.
        let picture = picture.reduced(width.round() as u32, height.round() as u32)?;
        let place =
            Transform::from_scale(width / picture.width() as f32, height / picture.height() as f32)
                .post_translate(x, y);
        let strip = Pixmap::new(wide, high.min(ROWS))?;
        Some(Self { picture, place, strip, left, top, bottom, first: None, opacity: *opacity })
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
            let paint = PixmapPaint {
                opacity: self.opacity,
                quality: FilterQuality::Bilinear,
                blend_mode: BlendMode::Source,
            };
            self.strip.draw_pixmap(0, 0, self.picture.pixmap().as_ref(), &paint, place, None);
        }
        let width = self.strip.width() as usize;
        let (pixels, _) = self.strip.data().as_chunks::<4>();
        Some((self.left as usize, &pixels[(y - first) as usize * width..][..width]))
    }
}
