//! Draws a designed code as a PDF of 4 inches: `cargo run -p xqr-render --example designed_qr`.

use std::fs::File;

use xqr_render::{
    Canvas, Caps, Design, Direction, Encoding, EyeShape, Eyes, Format, Gradient, Paint, Pattern,
    Size, verify,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let text = "https://example.com/summer";
    let gradient = Gradient {
        direction: Direction::Diagonal,
        from: "#7209b7".parse()?,
        to: "#3a0ca3".parse()?,
    };
    let eyes = Eyes { shape: EyeShape::Circle, ..Eyes::default() };
    let design = Design {
        pattern: Pattern::Liquid,
        foreground: Paint::Gradient(gradient),
        eyes,
        ..Design::default()
    };
    let symbol = design.encode(text, Encoding::new(design.level()))?;
    let canvas =
        Canvas::new(&symbol, &design, Size::Inches { inches: 4.0, dpi: 300 }, &Caps::default())?;
    verify(&symbol, &design, &canvas, text)?.demand()?;
    canvas.write(Format::Pdf { cmyk: false }, File::create("qr.pdf")?)?;
    Ok(())
}
