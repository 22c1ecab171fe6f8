//! Pictures that users bring: logos and backgrounds. Everything is hostile until it is decoded.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{
    ColorType, DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbaImage, imageops,
};
use tiny_skia::{ColorU8, Pixmap};
use xqr_errors::{Condition, Error, Result};

use super::color::Rgba;
use super::vector;
use crate::Caps;

/// A decoded picture of at most 1,024 px a side, as premultiplied RGBA.
#[derive(Clone)]
pub struct Picture(Pixmap);

/// What any larger picture is reduced to, in px.
pub(crate) const MAX_SIDE: u32 = 1024;

/// The most memory that a decoder may take, in bytes.
const MAX_ALLOC: u64 = 56 * 1024 * 1024;

/// The alpha below which a px belongs to a glow: half, of 255.
const GLOW: u8 = 128;

/// The most memory that a PNG may take beside its px: a scanline, texts, and a colour profile,
/// which is unpacked.
const MAX_PNG_EXTRA: u64 = 8 * 1024 * 1024;

impl Picture {
    /// Decodes PNG, JPEG, GIF (first frame), BMP, WebP, TIFF or SVG; the content decides, not a
    /// name.
    ///
    /// The dimensions are read from the header before a px is decoded. Larger pictures are reduced
    /// to 1,024 px, JPEG is turned as its Exif orientation says. SVG may hold shapes, gradients and
    /// clip paths only: nothing that reads or fetches.
    ///
    /// # Errors
    ///
    /// They name `field`: [`Condition::UploadTooLarge`], [`Condition::ImageUnreadable`],
    /// [`Condition::ImageTooLarge`], and [`Condition::ImageUnsafe`] for an SVG with more than
    /// shapes.
    pub fn decode(field: &str, bytes: &[u8], caps: &Caps) -> Result<Self> {
        if bytes.len() > caps.max_logo_bytes {
            return Err(Condition::UploadTooLarge {
                field: field.into(),
                max: caps.max_logo_bytes as u64,
            }
            .into());
        }
        if vector::looks_like_svg(bytes) {
            return vector::rasterize(field, bytes).map(Self);
        }
        let format = image::guess_format(bytes).map_err(|error| unreadable(field, error))?;
        raster(field, bytes, format, caps).map(Self)
    }

    /// Returns the picture without translucent px: from half opacity on a px becomes opaque in its
    /// own colour, below it vanishes. What glows around a neon logo would lie on the modules as a
    /// fog that is neither dark nor light.
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

    /// Returns the picture reduced to `width` × `height` px, or as it is where that would enlarge
    /// it.
    pub(crate) fn reduced(&self, width: u32, height: u32) -> Option<Self> {
        if width >= self.width() || height >= self.height() {
            return Some(self.clone());
        }
        let image = RgbaImage::from_raw(self.width(), self.height(), self.0.data().to_vec())?;
        let image =
            imageops::resize(&image, width.max(1), height.max(1), imageops::FilterType::Triangle);
        into_pixmap(image).map(Self)
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

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({} × {} px)", self.width(), self.height())
    }
}

fn unreadable(field: &str, error: image::ImageError) -> Error {
    Error::from(Condition::ImageUnreadable { field: field.into() }).because(error)
}

fn raster(field: &str, bytes: &[u8], format: ImageFormat, caps: &Caps) -> Result<Pixmap> {
    use ImageFormat::{Bmp, Gif, Jpeg, Png, Tiff, WebP};
    if !matches!(format, Png | Jpeg | Gif | Bmp | WebP | Tiff) {
        return Err(Condition::ImageUnreadable { field: field.into() }.into());
    }
    let failed = |error| match error {
        image::ImageError::Limits(_) => too_large(field, caps),
        error => unreadable(field, error),
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(if format == Png { MAX_PNG_EXTRA } else { MAX_ALLOC });
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(failed)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    let color = decoder.color_type();
    // What is held beside the decoded px, in bytes per px.
    let beside = match format {
        // All coefficients of a progressive JPEG, 16 bits for each of three channels.
        Jpeg if is_progressive(bytes) => 6,
        // The px of a WebP before they are cut to the colours it has.
        WebP => 4,
        // Px with alpha become RGBA of 8 bits before they are reduced.
        _ if color.has_alpha() && color != ColorType::Rgba8 => 4,
        _ => 0,
    };
    if pixels > caps.max_logo_pixels || decoder.total_bytes() + beside * pixels > MAX_ALLOC {
        return Err(too_large(field, caps));
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let image = DynamicImage::from_decoder(decoder).map_err(failed)?;
    // Transparent px must not lend their colour to their neighbours: multiply by alpha before px
    // are mixed.
    let mut image = if image.color().has_alpha() {
        DynamicImage::from(premultiplied(image.into_rgba8()))
    } else {
        image
    };
    if width.max(height) > MAX_SIDE {
        // Unlike `resize`, this needs no copy of the picture in floating point.
        image = image.thumbnail(MAX_SIDE, MAX_SIDE);
    }
    image.apply_orientation(orientation);
    into_pixmap(image.into_rgba8())
        .ok_or_else(|| Condition::ImageUnreadable { field: field.into() }.into())
}

/// Returns whether the first frame header of a JPEG is one of a progressive frame (ITU-T T.81,
/// table B.1).
fn is_progressive(jpeg: &[u8]) -> bool {
    let mut rest = jpeg.get(2..).unwrap_or_default();
    while let [0xff, marker, tail @ ..] = rest {
        match *marker {
            // Markers may be preceded by any number of fill bytes.
            0xff => rest = &rest[1..],
            0xc0..=0xc3 => return marker & 3 == 2,
            _ => {
                let length = tail
                    .first_chunk()
                    .map_or(usize::MAX, |length| u16::from_be_bytes(*length).into());
                rest = tail.get(length..).unwrap_or_default();
            }
        }
    }
    // What cannot be followed gets the dearer price.
    true
}

fn too_large(field: &str, caps: &Caps) -> Error {
    Condition::ImageTooLarge { field: field.into(), max: caps.max_logo_pixels }.into()
}

fn premultiplied(mut image: RgbaImage) -> RgbaImage {
    for pixel in image.pixels_mut() {
        let [r, g, b, a] = pixel.0;
        pixel.0 = Rgba { r, g, b, a }.premultiplied();
    }
    image
}

/// Takes premultiplied px.
fn into_pixmap(image: RgbaImage) -> Option<Pixmap> {
    let (width, height) = image.dimensions();
    let mut pixmap = Pixmap::new(width, height)?;
    // Mixing may round a colour above its alpha, which premultiplied px never are.
    for (to, from) in pixmap.data_mut().chunks_exact_mut(4).zip(image.pixels()) {
        let [r, g, b, a] = from.0;
        to.copy_from_slice(&[r.min(a), g.min(a), b.min(a), a]);
    }
    Some(pixmap)
}

#[cfg(test)]
mod tests {
    use image::Rgba;

    use super::*;

    #[test]
    fn a_glow_vanishes_and_what_it_glows_around_stays() {
        let alphas = [0, 1, 64, 127, 128, 200, 254, 255];
        let image = RgbaImage::from_fn(8, 1, |x, _| Rgba([240, 20, 120, alphas[x as usize]]));
        let mut png = Cursor::new(Vec::new());
        image.write_to(&mut png, ImageFormat::Png).unwrap();
        let picture = Picture::decode("logo", png.get_ref(), &Caps::default()).unwrap();
        let found = picture.clone().without_glow().straight();
        for (px, alpha) in found.as_chunks::<4>().0.iter().zip(alphas) {
            match alpha {
                0..128 => assert_eq!(*px, [0; 4], "{alpha}"),
                // Multiplying by alpha costs a step or two of each colour.
                _ => {
                    assert!(
                        px[3] == 255
                            && px.iter().zip([240_u8, 20, 120]).all(|(a, b)| a.abs_diff(b) <= 2),
                        "{alpha}: {px:?}"
                    )
                }
            }
        }
        assert_eq!(picture.straight()[4 * 5 + 3], 200, "only where it is asked for");
        let crisp = picture.without_glow();
        assert_eq!(crisp.clone().without_glow().straight(), crisp.straight(), "once is enough");
    }
}
