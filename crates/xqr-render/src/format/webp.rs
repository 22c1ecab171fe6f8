//! Lossless WebP (RFC 9649). The encoder needs the whole picture in memory, so its size is capped.

use std::io::Write;

use image_webp::{ColorType, WebPEncoder};

use super::failure::Failure;
use crate::canvas::Canvas;
use crate::error::Error;
use crate::raster::mixed::{Mixed, straighten, to_rgb};

const MAX_PIXELS: u64 = 16_000_000;

pub(super) fn write(canvas: &Canvas, out: &mut impl Write) -> Result<(), Failure> {
    let px = canvas.px();
    if u64::from(px) * u64::from(px) > MAX_PIXELS {
        return Err(Failure::Refused(Error::TooManyPixels {
            input: canvas.extent.input,
            max: MAX_PIXELS,
        }));
    }
    let (channels, color) =
        if canvas.is_opaque() { (3, ColorType::Rgb8) } else { (4, ColorType::Rgba8) };
    let mut picture = vec![0; px as usize * px as usize * channels];
    let mut rows = Mixed::new(canvas);
    let mut row = vec![[0; 4]; px as usize];
    for (y, out) in (0..px).zip(picture.chunks_exact_mut(px as usize * channels)) {
        rows.paint(y, &mut row);
        if channels == 3 {
            to_rgb(&row, out);
        } else {
            straighten(&mut row);
            out.copy_from_slice(row.as_flattened());
        }
    }
    Ok(WebPEncoder::new(out).encode(&picture, px, px, color)?)
}
