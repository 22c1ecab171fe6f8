//! Draws text as `qr.png` and `qr.svg`: `cargo run -p xqr-render --example print_qr --
//! "https://example.com"`.

use std::fs::File;
use std::io::BufWriter;

use xqr_render::{Canvas, Caps, Design, Format, Level, Size, Symbol};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let text = std::env::args().nth(1).unwrap_or_else(|| "https://example.com/".to_owned());
    let symbol = Symbol::encode(&text, Level::M)?;
    let canvas = Canvas::new(&symbol, &Design::new(), Size::Module(10), &Caps::new())?;
    canvas.write(Format::Png, BufWriter::new(File::create("qr.png")?))?;
    canvas.write(Format::Svg, BufWriter::new(File::create("qr.svg")?))?;
    println!("{} modules a side, {} px", symbol.size(), canvas.px());
    Ok(())
}
