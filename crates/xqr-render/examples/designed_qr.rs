//! Draws a designed code as a PDF of 4 inches: `cargo run -p xqr-render --example designed_qr`.

use std::fs::File;

use xqr_render::{
    Canvas, Caps, Design, Direction, Encoding, EyeShape, Eyes, Format, Gradient, Pattern, Size,
    verify,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let text = "https://example.com/summer";
    let design = Design::new()
        .pattern(Pattern::Liquid)
        .foreground(Gradient::new(Direction::Diagonal, "#7209b7".parse()?, "#3a0ca3".parse()?))
        .eyes(Eyes::new(EyeShape::Circle));
    let symbol = design.encode(text, Encoding::new(design.level()))?;
    let size = Size::Inches { inches: 4.0, dpi: 300 };
    let canvas = Canvas::new(&symbol, &design, size, &Caps::new())?;
    verify(&symbol, &design, &canvas, text)?.demand()?;
    canvas.write(Format::Pdf { cmyk: false }, File::create("qr.pdf")?)?;
    Ok(())
}
