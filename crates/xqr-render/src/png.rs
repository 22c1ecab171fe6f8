//! PNG: one bit per pixel, one scanline at a time.

use std::io::Write;

use png::{BitDepth, ColorType, Compression, Encoder, EncodingError, Filter};
use xqr_errors::{Condition, Error, Result};

use crate::{Plain, Symbol};

/// Draws a greyscale PNG of one bit per pixel. Holds one scanline, never the picture.
///
/// # Errors
///
/// [`Condition::NumberTooSmall`] and [`Condition::NumberTooLarge`] for a look out of range; [`Condition::RenderFailed`] when
/// `out` fails.
pub fn png(symbol: &Symbol, look: &Plain, out: impl Write) -> Result<()> {
    look.check()?;
    draw(symbol, look, out).map_err(|error| Error::from(Condition::RenderFailed).because(error))
}

fn draw(symbol: &Symbol, look: &Plain, out: impl Write) -> Result<(), EncodingError> {
    let side = look.side(symbol);
    let mut encoder = Encoder::new(out, side, side);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::One);
    encoder.set_compression(Compression::Fast);
    // A scanline equals the one above it, save where a row of modules begins: `Up` leaves zeros.
    encoder.set_filter(Filter::Up);
    let mut writer = encoder.write_header()?;
    let mut stream = writer.stream_writer()?;
    let mut line = vec![0xff_u8; side.div_ceil(8) as usize];
    for row in 0..look.modules(symbol) {
        line.fill(0xff);
        for column in 0..symbol.size() {
            if symbol.is_dark(column, row.wrapping_sub(look.quiet_zone)) {
                let from = (column + look.quiet_zone) * look.module_px;
                darken(&mut line, from, from + look.module_px);
            }
        }
        for _ in 0..look.module_px {
            stream.write_all(&line)?;
        }
    }
    stream.finish()
}

/// Clears the bits `from..to`, most significant bit first.
fn darken(line: &mut [u8], from: u32, to: u32) {
    let (first, last) = ((from / 8) as usize, ((to - 1) / 8) as usize);
    let head = 0xff_u8 >> (from % 8);
    let tail = 0xff_u8 << (7 - (to - 1) % 8);
    if first == last {
        line[first] &= !(head & tail);
    } else {
        line[first] &= !head;
        line[first + 1..last].fill(0);
        line[last] &= !tail;
    }
}

#[cfg(test)]
mod tests;
