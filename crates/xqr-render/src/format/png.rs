//! PNG (ISO/IEC 15948): palette where colours are flat, RGB or RGBA where they are not; a scanline
//! at a time.

use std::io::{self, Write};

use png::{
    BitDepth, ColorType, Compression, DeflateCompression, Encoder, Filter, PixelDimensions, Unit,
};

use super::failure::Failure;
use crate::canvas::Canvas;
use crate::design::Rgba;
use crate::raster::indexed::Indexed;
use crate::raster::mixed::{Mixed, straighten, to_rgb};
use crate::raster::squares::Squares;

pub(super) fn write(canvas: &Canvas, out: &mut impl Write) -> Result<(), Failure> {
    if let Some(flat) = &canvas.flat {
        return Ok(write_squares(canvas, &Squares::new(canvas, flat), out)?);
    }
    match Indexed::new(canvas) {
        Some(rows) => write_indexed(canvas, rows, out),
        None => write_mixed(canvas, Mixed::new(canvas), out),
    }
}

/// Returns px per metre.
fn density(canvas: &Canvas) -> u32 {
    (canvas.extent.dpi / 0.0254).round() as u32
}

/// Returns a palette as `PLTE` and `tRNS` want it.
fn palette(colors: &[Rgba]) -> (Vec<u8>, Vec<u8>) {
    let rgb = colors.iter().flat_map(|color| [color.r, color.g, color.b]).collect();
    let opaque_from =
        colors.iter().rposition(|color| !color.is_opaque()).map_or(0, |last| last + 1);
    (rgb, colors[..opaque_from].iter().map(|color| color.a).collect())
}

/// Writes a PNG whose stream is counted, not compressed.
fn write_squares(canvas: &Canvas, squares: &Squares, out: &mut impl Write) -> io::Result<()> {
    out.write_all(b"\x89PNG\r\n\x1a\n")?;
    let side = canvas.px().to_be_bytes();
    let mut header = [side, side].concat();
    // Depth, colour type (palette), compression, filter, interlace.
    header.extend([squares.bits, 3, 0, 0, 0]);
    chunk(out, b"IHDR", &header)?;
    let density = density(canvas).to_be_bytes();
    chunk(out, b"pHYs", &[&density[..], &density, &[1]].concat())?;
    let (rgb, alpha) = palette(&squares.palette);
    chunk(out, b"PLTE", &rgb)?;
    if !alpha.is_empty() {
        chunk(out, b"tRNS", &alpha)?;
    }
    chunk(out, b"IDAT", &squares.zlib())?;
    chunk(out, b"IEND", &[])
}

fn chunk(out: &mut impl Write, name: &[u8; 4], data: &[u8]) -> io::Result<()> {
    let length = u32::try_from(data.len()).map_err(io::Error::other)?;
    let mut crc = crc32fast::Hasher::new();
    crc.update(name);
    crc.update(data);
    out.write_all(&length.to_be_bytes())?;
    out.write_all(name)?;
    out.write_all(data)?;
    out.write_all(&crc.finalize().to_be_bytes())
}

/// Above this many px, speed counts more than size.
const SMALL_PX: u64 = 4_000_000;

/// The effort spent on pictures up to [`SMALL_PX`]: about half the bytes of the fastest way, for
/// three times its time. Level 6 would take up to twice as long for another 5 %.
const SMALL: DeflateCompression = DeflateCompression::Level(4);

fn encoder<'a, W: Write>(canvas: &Canvas, out: W) -> Encoder<'a, W> {
    let (px, density) = (canvas.px(), density(canvas));
    let mut encoder = Encoder::new(out, px, px);
    encoder.set_pixel_dims(Some(PixelDimensions {
        xppu: density,
        yppu: density,
        unit: Unit::Meter,
    }));
    encoder.set_compression(Compression::Fast);
    // Scanlines resemble the one above.
    encoder.set_filter(Filter::Up);
    encoder
}

fn write_indexed(canvas: &Canvas, mut rows: Indexed, out: &mut impl Write) -> Result<(), Failure> {
    let px = canvas.px();
    let mut encoder = encoder(canvas, out);
    encoder.set_color(ColorType::Indexed);
    encoder.set_depth(if rows.bits == 4 { BitDepth::Four } else { BitDepth::Eight });
    if u64::from(px) * u64::from(px) <= SMALL_PX {
        encoder.set_deflate_compression(SMALL);
    }
    let (rgb, alpha) = palette(&rows.palette);
    encoder.set_palette(rgb);
    if !alpha.is_empty() {
        encoder.set_trns(alpha);
    }
    let mut writer = encoder.write_header()?;
    let mut stream = writer.stream_writer()?;
    let mut row = vec![0; (px as usize * usize::from(rows.bits)).div_ceil(8)];
    for y in 0..px {
        rows.paint(y, &mut row);
        stream.write_all(&row)?;
    }
    Ok(stream.finish()?)
}

fn write_mixed(canvas: &Canvas, mut rows: Mixed, out: &mut impl Write) -> Result<(), Failure> {
    let px = canvas.px();
    let opaque = canvas.is_opaque();
    let mut encoder = encoder(canvas, out);
    encoder.set_color(if opaque { ColorType::Rgb } else { ColorType::Rgba });
    let mut writer = encoder.write_header()?;
    let mut stream = writer.stream_writer()?;
    let mut row = vec![[0; 4]; px as usize];
    let mut rgb = vec![0; if opaque { 3 * px as usize } else { 0 }];
    for y in 0..px {
        rows.paint(y, &mut row);
        if opaque {
            to_rgb(&row, &mut rgb);
            stream.write_all(&rgb)?;
        } else {
            straighten(&mut row);
            stream.write_all(row.as_flattened())?;
        }
    }
    Ok(stream.finish()?)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use png::{Decoder, Transformations};

    use super::*;
    use crate::{Caps, Design, EyeShape, Eyes, Level, Pattern, Size, Symbol};

    /// Returns the px of a picture as RGBA.
    fn pixels(write: impl FnOnce(&mut Vec<u8>) -> Result<(), Failure>) -> Vec<u8> {
        let mut file = Vec::new();
        write(&mut file).ok().unwrap();
        let mut decoder = Decoder::new(Cursor::new(file));
        decoder.set_transformations(Transformations::EXPAND | Transformations::ALPHA);
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        pixels
    }

    /// Returns the px of a picture written as it would be, as indexed and as mixed rows.
    fn ways(design: &Design, size: Size) -> [Vec<u8>; 3] {
        let symbol = Symbol::encode("https://example.com/summer24", Level::M).unwrap();
        let canvas = Canvas::new(&symbol, design, size, &Caps::default()).unwrap();
        [
            pixels(|file| write(&canvas, file)),
            pixels(|file| write_indexed(&canvas, Indexed::new(&canvas).unwrap(), file)),
            pixels(|file| write_mixed(&canvas, Mixed::new(&canvas), file)),
        ]
    }

    fn colorful() -> Eyes {
        let (border_color, center_color) =
            (Some(Rgba::opaque(200, 30, 0)), Some(Rgba::opaque(0, 60, 200)));
        Eyes { border_color, center_color, ..Eyes::default() }
    }

    #[test]
    fn squares_look_the_same_however_they_are_written() {
        for (eyes, background) in
            [(Eyes::default(), Rgba::WHITE), (colorful(), Rgba::opaque(250, 240, 9))]
        {
            let design = Design { eyes, background, ..Design::default() };
            // Whole px per module, even and odd: nothing is smoothed.
            for module in [1, 2, 7, 8, 31] {
                let [squares, indexed, mixed] = ways(&design, Size::Module(module));
                assert!(squares == mixed, "squares, {module} px");
                assert!(indexed == mixed, "indexed, {module} px");
            }
        }
    }

    #[test]
    fn indexed_px_are_the_mixed_ones_but_for_the_depth_of_their_steps() {
        let shape = EyeShape::Circle;
        for eyes in [Eyes { shape, ..Eyes::default() }, Eyes { shape, ..colorful() }] {
            for (pattern, px) in
                [(Pattern::Rounded, 301), (Pattern::Dot, 330), (Pattern::Liquid, 777)]
            {
                let [_, indexed, mixed] =
                    ways(&Design { pattern, eyes, ..Design::default() }, Size::Pixels(px));
                // A step is 17 of 255.
                let far = indexed
                    .iter()
                    .zip(&mixed)
                    .find(|(indexed, mixed)| indexed.abs_diff(**mixed) > 9);
                assert_eq!((indexed.len(), far), (mixed.len(), None), "{pattern:?}, {px} px");
            }
        }
    }
}
