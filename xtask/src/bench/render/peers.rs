//! How others do the same works.

use std::io::{Cursor, Write as _};

use anyhow::Result;
use fast_qr::convert::image::ImageBuilder;
use fast_qr::convert::svg::SvgBuilder;
use fast_qr::convert::{Builder as _, Shape};
use fast_qr::{ECL, QRBuilder};
use qrcode::render::svg::Color;
use qrcodegen::{Mask, QrCode, QrCodeEcc, QrSegment, Version};

/// Returns `fast_qr`'s symbol.
pub(super) fn fast_qr(text: &str, level: ECL) -> Result<fast_qr::QRCode> {
    Ok(QRBuilder::new(text).ecl(level).build()?)
}

/// Encodes and draws a PNG with `fast_qr`; `logo` is a `data:` URI.
pub(super) fn fast_qr_png(
    text: &str,
    level: ECL,
    shape: Shape,
    logo: Option<&str>,
    px: u32,
) -> Result<usize> {
    let code = fast_qr(text, level)?;
    let mut builder = ImageBuilder::default();
    builder.shape(shape).fit_width(px);
    if let Some(logo) = logo {
        builder.image(logo.to_owned()).image_size(0.24 * code.size as f64).image_gap(0.5);
    }
    Ok(builder.to_bytes(&code)?.len())
}

/// Draws an SVG with `fast_qr`.
pub(super) fn fast_qr_svg(code: &fast_qr::QRCode) -> usize {
    SvgBuilder::default().shape(Shape::Square).to_str(code).len()
}

/// Returns the symbol of `qrcode`.
pub(super) fn qrcode(text: &str) -> Result<qrcode::QrCode> {
    Ok(qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::M)?)
}

/// Encodes and draws a PNG of at least `px` with `qrcode` and `image`.
pub(super) fn qrcode_png(text: &str, px: u32) -> Result<usize> {
    let picture = qrcode(text)?.render::<image::Luma<u8>>().min_dimensions(px, px).build();
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, image::ImageFormat::Png)?;
    Ok(file.into_inner().len())
}

/// Draws an SVG with `qrcode`.
pub(super) fn qrcode_svg(code: &qrcode::QrCode) -> usize {
    code.render::<Color>().build().len()
}

/// Returns the symbol of `qrcodegen`, the reference.
pub(super) fn qrcodegen(text: &str) -> Result<QrCode> {
    let bytes = QrSegment::make_bytes(text.as_bytes());
    let mask: Option<Mask> = None;
    Ok(QrCode::encode_segments_advanced(
        &[bytes],
        QrCodeEcc::Medium,
        Version::MIN,
        Version::MAX,
        mask,
        false,
    )?)
}

/// Encodes with `qrcodegen` and streams rows of 1 bit a px into `png`: the best that can be had of
/// existing parts.
pub(super) fn qrcodegen_png(text: &str, px: u32) -> Result<usize> {
    let code = qrcodegen(text)?;
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, px, px);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    encoder.set_compression(png::Compression::Fast);
    encoder.set_filter(png::Filter::Up);
    let mut writer = encoder.write_header()?;
    let mut stream = writer.stream_writer()?;
    let module = |at: u32| (u64::from(at) * (code.size() as u64 + 8) / u64::from(px)) as i32 - 4;
    let mut row = vec![0; px.div_ceil(8) as usize];
    let mut last = None;
    for y in (0..px).map(module) {
        if last.replace(y) != Some(y) {
            row.fill(0);
            let light = (0..px).filter(|x| !code.get_module(module(*x), y));
            light.for_each(|x| row[x as usize / 8] |= 0x80 >> (x % 8));
        }
        stream.write_all(&row)?;
    }
    stream.finish()?;
    drop(writer);
    Ok(file.len())
}
