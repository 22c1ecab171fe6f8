//! Image files from users, for logos and backdrops. A file is hostile until it is decoded.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{
    ColorType, DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbaImage, imageops,
};
use tiny_skia::Pixmap;

use super::color::Rgba;
use super::picture::Picture;
use super::vector::{self, MAX_SIDE};
use crate::error::PictureError;
use crate::size::Caps;

type Result<T> = std::result::Result<T, PictureError>;

/// The most memory that a decoder may take, in bytes.
const MAX_ALLOC: u64 = 56 * 1024 * 1024;

/// The most memory that a PNG may take beside its px: a scanline, texts, and a colour profile,
/// which is unpacked.
const MAX_PNG_EXTRA: u64 = 8 * 1024 * 1024;

impl Picture {
    /// Decodes PNG, JPEG, GIF (first frame), BMP, WebP, TIFF or SVG; the format is recognized by
    /// the content.
    ///
    /// The dimensions are read from the header before a px is decoded. Larger pictures are reduced
    /// to 1,024 px, and the Exif orientation of a JPEG is applied. SVG may have shapes, gradients
    /// and clip paths only, nothing that reads or fetches.
    ///
    /// # Errors
    ///
    /// [`PictureError::TooManyBytes`], [`PictureError::Unreadable`],
    /// [`PictureError::TooManyPixels`], and [`PictureError::Unsafe`] for an SVG with more than shapes.
    pub fn decode(bytes: &[u8], caps: &Caps) -> Result<Self> {
        if bytes.len() > caps.max_logo_bytes {
            return Err(PictureError::TooManyBytes { max: caps.max_logo_bytes as u64 });
        }
        if vector::looks_like_svg(bytes) {
            return vector::rasterize(bytes).map(Self);
        }
        let format = image::guess_format(bytes).map_err(PictureError::unreadable)?;
        raster(bytes, format, caps).map(Self)
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
}

fn raster(bytes: &[u8], format: ImageFormat, caps: &Caps) -> Result<Pixmap> {
    use ImageFormat::{Bmp, Gif, Jpeg, Png, Tiff, WebP};
    if !matches!(format, Png | Jpeg | Gif | Bmp | WebP | Tiff) {
        return Err(PictureError::Unreadable(None));
    }
    let failed = |error| match error {
        image::ImageError::Limits(_) => too_large(caps),
        error => PictureError::unreadable(error),
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
        // The px of a WebP before they are reduced to its colours.
        WebP => 4,
        // Px with alpha become RGBA of 8 bits before they are reduced.
        _ if color.has_alpha() && color != ColorType::Rgba8 => 4,
        _ => 0,
    };
    if pixels > caps.max_logo_pixels || decoder.total_bytes() + beside * pixels > MAX_ALLOC {
        return Err(too_large(caps));
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
    into_pixmap(image.into_rgba8()).ok_or(PictureError::Unreadable(None))
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
    // Without a frame header, the higher price counts.
    true
}

fn too_large(caps: &Caps) -> PictureError {
    PictureError::TooManyPixels { max: caps.max_logo_pixels }
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
        let picture = Picture::decode(png.get_ref(), &Caps::default()).unwrap();
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
