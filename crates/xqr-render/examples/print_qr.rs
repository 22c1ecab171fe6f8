//! Draws a text as `qr.png` and `qr.svg`: `cargo run -p xqr-render --example print_qr -- "https://example.com"`.

use std::fs::File;
use std::io::BufWriter;

use xqr_render::{Level, Plain, Symbol, png, svg};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let text = std::env::args().nth(1).unwrap_or_else(|| "https://example.com/".to_owned());
    let symbol = Symbol::encode(&text, Level::M)?;
    let look = Plain { module_px: 10, quiet_zone: 4 };
    png(&symbol, &look, BufWriter::new(File::create("qr.png")?))?;
    svg(&symbol, &look, BufWriter::new(File::create("qr.svg")?))?;
    println!("{} modules a side, {} px", symbol.size(), look.side(&symbol));
    Ok(())
}
