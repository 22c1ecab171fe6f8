//! Our side of each race.

use std::sync::Arc;

use anyhow::Result;
use xqr_engine::render::{
    Canvas, Caps, Design, Direction, Eci, Encoding, EyeShape, Eyes, Format, Gradient, Level, Logo,
    Paint, Pattern, Picture, Rgba, Size, Symbol,
};

/// Encodes `text` as the peers do: no higher level than asked for, no word on the character set.
pub(super) fn encode(text: &str, level: Level) -> Result<Symbol> {
    Ok(Encoding::new(level).boost(false).eci(Eci::Never).encode(text)?)
}

/// Draws `symbol` and returns the picture's length in bytes.
pub(super) fn draw(symbol: &Symbol, design: &Design, format: Format, px: u32) -> Result<usize> {
    let mut picture = Vec::new();
    Canvas::new(symbol, design, Size::Pixels(px), &Caps::default())?.write(format, &mut picture)?;
    Ok(picture.len())
}

/// Encodes and draws a PNG at the level that the design asks for.
pub(super) fn png(text: &str, design: &Design, px: u32) -> Result<usize> {
    draw(&encode(text, design.level())?, design, Format::Png, px)
}

/// Returns the rounded pattern with eyes to match, in one colour on white.
pub(super) fn rounded() -> Design {
    let foreground = Paint::Solid(Rgba::opaque(0x1d, 0x35, 0x57));
    Design {
        pattern: Pattern::Rounded,
        eyes: Eyes { shape: EyeShape::Rounded, ..Eyes::default() },
        foreground,
        ..Design::default()
    }
}

/// Returns the rounded pattern with a vertical gradient and a logo.
pub(super) fn gradient_and_logo(logo: &[u8]) -> Result<Design> {
    let (from, to) = (Rgba::opaque(0x1d, 0x35, 0x57), Rgba::opaque(0x7b, 0x1f, 0xa2));
    let foreground = Paint::Gradient(Gradient { direction: Direction::Vertical, from, to });
    let picture = Arc::new(Picture::decode(logo, &Caps::default())?);
    let logo = Some(Logo { picture, ratio: Logo::RATIO, clear_zone: Default::default() });
    Ok(Design { foreground, logo, ..rounded() })
}
