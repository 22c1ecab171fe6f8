//! JPEG (ITU-T T.81), a row at a time.

use std::cell::RefCell;
use std::io::Write;

use jpeg_encoder::{
    Encoder, ImageBuffer, JpegColorType, PixelDensity, PixelDensityUnit, SamplingFactor,
    rgb_to_ycbcr,
};

use super::failure::Failure;
use crate::canvas::Canvas;
use crate::raster::brush::Pixel;
use crate::raster::mixed::{Mixed, on_white};

pub(super) fn write(canvas: &Canvas, quality: u8, out: &mut impl Write) -> Result<(), Failure> {
    let px = u16::try_from(canvas.px())?;
    let mut encoder = Encoder::new(out, quality);
    // Colours of half the resolution blur the edges that a reader needs.
    encoder.set_sampling_factor(SamplingFactor::F_1_1);
    let dpi = canvas.extent.dpi.round() as u16;
    encoder.set_density(PixelDensity { density: (dpi, dpi), unit: PixelDensityUnit::Inches });
    let row = vec![[0; 4]; px.into()];
    Ok(encoder.encode_image(Rows { px, state: RefCell::new((Mixed::new(canvas), row)) })?)
}

/// Rows as the encoder asks for them.
struct Rows {
    px: u16,
    state: RefCell<(Mixed, Vec<Pixel>)>,
}

impl ImageBuffer for Rows {
    fn get_jpeg_color_type(&self) -> JpegColorType {
        JpegColorType::Ycbcr
    }

    fn width(&self) -> u16 {
        self.px
    }

    fn height(&self) -> u16 {
        self.px
    }

    fn fill_buffers(&self, y: u16, buffers: &mut [Vec<u8>; 4]) {
        let (rows, row) = &mut *self.state.borrow_mut();
        rows.paint(y.into(), row);
        on_white(row);
        for [r, g, b, _] in row.iter() {
            let (luma, blue, red) = rgb_to_ycbcr(*r, *g, *b);
            buffers[0].push(luma);
            buffers[1].push(blue);
            buffers[2].push(red);
        }
    }
}
