//! SVG: one path for all dark modules, in units of modules.

use std::io::{self, Write};

use xqr_errors::{Condition, Error, Result};

use crate::{Plain, Symbol};

/// Draws an SVG whose `width` and `height` are px and whose `viewBox` is modules. Neighbours in a row are one rectangle.
///
/// # Errors
///
/// As [`png`](crate::png).
pub fn svg(symbol: &Symbol, look: &Plain, mut out: impl Write) -> Result<()> {
    look.check()?;
    draw(symbol, look, &mut out).map_err(|error| Error::from(Condition::RenderFailed).because(error))
}

fn draw(symbol: &Symbol, look: &Plain, out: &mut impl Write) -> io::Result<()> {
    let (side, modules, quiet) = (look.side(symbol), look.modules(symbol), look.quiet_zone);
    write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{side}\" height=\"{side}\" viewBox=\"0 0 {modules} {modules}\" \
         shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{modules}v{modules}H0z\"/><path d=\"",
    )?;
    for y in 0..symbol.size() {
        let mut x = 0;
        while x < symbol.size() {
            let run = (x..symbol.size()).take_while(|x| symbol.is_dark(*x, y)).count() as u32;
            if run > 0 {
                write!(out, "M{} {}h{run}v1h-{run}z", x + quiet, y + quiet)?;
            }
            x += run.max(1);
        }
    }
    out.write_all(b"\"/></svg>\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Level;

    #[test]
    fn the_picture_begins_with_these_bytes() {
        let mut picture = Vec::new();
        svg(&Symbol::encode("1", Level::L).unwrap(), &Plain { module_px: 2, quiet_zone: 4 }, &mut picture).unwrap();
        let head = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"58\" height=\"58\" viewBox=\"0 0 29 29\" \
                    shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h29v29H0z\"/><path d=\"M4 4h7v1h-7z";
        assert!(picture.starts_with(head.as_bytes()), "{}", String::from_utf8_lossy(&picture));
        assert!(picture.ends_with(b"z\"/></svg>\n"));
    }

    #[test]
    fn the_path_covers_exactly_the_dark_modules() {
        let symbol = Symbol::encode("https://example.com/abc", Level::M).unwrap();
        let mut picture = Vec::new();
        svg(&symbol, &Plain { module_px: 10, quiet_zone: 4 }, &mut picture).unwrap();
        let text = String::from_utf8(picture).unwrap();
        assert!(
            text.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"330\" height=\"330\" viewBox=\"0 0 33 33\""),
            "{text}"
        );
        let path = text.split("<path d=\"").nth(1).unwrap().split('"').next().unwrap();
        let mut dark = std::collections::HashSet::new();
        for rectangle in path.split('M').skip(1) {
            let numbers: Vec<u32> =
                rectangle.split(|c: char| !c.is_ascii_digit()).filter(|s| !s.is_empty()).map(|s| s.parse().unwrap()).collect();
            let [x, y, run, 1, back] = numbers[..] else { panic!("{rectangle}") };
            assert_eq!(run, back);
            dark.extend((x..x + run).map(|x| (x - 4, y - 4)));
        }
        for y in 0..symbol.size() {
            for x in 0..symbol.size() {
                assert_eq!(dark.contains(&(x, y)), symbol.is_dark(x, y));
            }
        }
    }
}
