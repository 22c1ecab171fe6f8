//! A second decoder, which shares no code with the first: ZBar's program.

use std::collections::HashMap;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Command;

use image::{ImageFormat, RgbImage};

use super::draw::Pixels;

/// Writes what is to be read, on white paper: ZBar takes what is transparent for black.
pub(crate) fn write(pixels: &Pixels, png: &[u8], file: &Path) {
    if pixels.rgba.iter().all(|pixel| pixel[3] == 255) {
        return std::fs::write(file, png).unwrap();
    }
    let mut flat = Vec::new();
    let rgb = RgbImage::from_raw(pixels.side, pixels.side, pixels.on_white().concat()).unwrap();
    rgb.write_to(&mut Cursor::new(&mut flat), ImageFormat::Png).unwrap();
    std::fs::write(file, flat).unwrap();
}

/// Reads many PNG files with one call of `zbarimg`, and returns what it found by file. `None` when
/// it is not installed and need not be.
pub(crate) fn read(files: &[PathBuf]) -> Option<HashMap<PathBuf, String>> {
    let xml = match run("--xml", files) {
        Ok(xml) => xml,
        Err(error) => {
            assert!(std::env::var_os("XQR_TEST_REQUIRE_ZBAR").is_none(), "zbarimg: {error}");
            return None;
        }
    };
    let document = roxmltree::Document::parse(&xml).unwrap();
    let sources = document.descendants().filter(|node| node.tag_name().name() == "source");
    let read = sources.filter_map(|source| {
        let file = PathBuf::from(source.attribute("href")?);
        let data = source.descendants().find(|node| node.tag_name().name() == "data")?;
        // What ZBar takes for binary it garbles in XML.
        let text = match data.attribute("format") {
            None => data.text()?.to_owned(),
            Some(_) => {
                run("--raw", std::slice::from_ref(&file)).unwrap().trim_end_matches('\n').to_owned()
            }
        };
        Some((file, text))
    });
    Some(read.collect())
}

fn run(form: &str, files: &[PathBuf]) -> std::io::Result<String> {
    let output = Command::new("zbarimg")
        .args(["--quiet", form, "-Sdisable", "-Sqrcode.enable"])
        .args(files)
        .output()?;
    Ok(String::from_utf8(output.stdout).unwrap())
}
