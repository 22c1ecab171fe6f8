//! Decoded pictures, for logos and backdrops.

use std::fmt;

use tiny_skia::{ColorU8, Pixmap};

use super::color::Rgba;

/// A decoded picture of at most 1,024 px a side, as premultiplied RGBA. The feature `logos` decodes
/// it.
///
/// ```
/// # #[cfg(feature = "logos")]
/// # fn main() -> Result<(), xqr_render::PictureError> {
/// use xqr_render::{Caps, Picture, PictureError};
///
/// let svg = br#"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle r="9"/></svg>"#;
/// assert_eq!(Picture::decode(svg, &Caps::new())?.width(), 1024);
/// let refused = Picture::decode(b"no image", &Caps::new()).unwrap_err();
/// assert!(matches!(refused, PictureError::Unreadable(_)));
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "logos"))]
/// # fn main() {}
/// ```
#[derive(Clone)]
pub struct Picture(pub(super) Pixmap);

/// The alpha below which a px belongs to a glow: half, of 255.
const GLOW: u8 = 128;

impl Picture {
    /// Returns the picture without translucent px: from half opacity on a px becomes opaque, below
    /// it transparent. The glow of a neon logo would otherwise make modules neither dark nor light.
    #[must_use]
    pub fn without_glow(mut self) -> Self {
        for px in self.0.pixels_mut() {
            let color = px.demultiply();
            let alpha = if px.alpha() < GLOW { 0 } else { 255 };
            *px = ColorU8::from_rgba(color.red(), color.green(), color.blue(), alpha).premultiply();
        }
        self
    }

    /// Returns the width in px.
    pub fn width(&self) -> u32 {
        self.0.width()
    }

    /// Returns the height in px.
    pub fn height(&self) -> u32 {
        self.0.height()
    }

    pub(crate) fn pixmap(&self) -> &Pixmap {
        &self.0
    }

    /// Returns the picture with straight alpha, four bytes a px.
    pub(crate) fn straight(&self) -> Vec<u8> {
        self.0
            .pixels()
            .iter()
            .flat_map(|pixel| {
                let color = pixel.demultiply();
                [color.red(), color.green(), color.blue(), color.alpha()]
            })
            .collect()
    }

    /// Without `logos` there is no picture to reduce.
    #[cfg(not(feature = "logos"))]
    pub(crate) fn reduced(&self, _width: u32, _height: u32) -> Option<Self> {
        None
    }

    /// Returns x, y, width and height of the whole picture where it covers the square at `x`, `y`
    /// in its middle.
    pub(crate) fn around(&self, x: f32, y: f32, side: f32) -> [f32; 4] {
        let (cut_x, cut_y, crop) = self.cropped();
        let zoom = side / crop;
        [
            x - cut_x * zoom,
            y - cut_y * zoom,
            self.width() as f32 * zoom,
            self.height() as f32 * zoom,
        ]
    }

    /// Returns the largest square in the middle of the picture: x, y, side.
    fn cropped(&self) -> (f32, f32, f32) {
        let (width, height) = (self.width() as f32, self.height() as f32);
        let side = width.min(height);
        ((width - side) / 2.0, (height - side) / 2.0, side)
    }

    /// Returns the brightness (0 to 255, on white) of the picture cropped to a square of `side` ×
    /// `side` px.
    pub(crate) fn lumas(&self, side: u32) -> Option<Vec<u8>> {
        let (x, y, crop) = self.cropped();
        let mut square = Pixmap::new(side, side)?;
        square.fill(tiny_skia::Color::WHITE);
        let scale = side as f32 / crop;
        let place = tiny_skia::Transform::from_translate(-x, -y).post_scale(scale, scale);
        let reduced = self
            .reduced((self.width() as f32 * scale) as u32, (self.height() as f32 * scale) as u32)?;
        let ratio = self.width() as f32 / reduced.width() as f32;
        let place = place.pre_scale(ratio, ratio);
        square.draw_pixmap(
            0,
            0,
            reduced.0.as_ref(),
            &tiny_skia::PixmapPaint::default(),
            place,
            None,
        );
        Some(
            square
                .pixels()
                .iter()
                .map(|p| Rgba::opaque(p.red(), p.green(), p.blue()).luma())
                .collect(),
        )
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Picture({} × {} px)", self.width(), self.height())
    }
}
