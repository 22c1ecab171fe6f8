//! Two decoders that share no code with the encoder, nor with each other: the crate `rxing` and ZBar's program.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::process::Command;

use rxing::helpers::detect_in_luma_slice_with_hints;
use rxing::{BarcodeFormat, DecodeHints};

use super::draw::Pixels;

/// Reads a picture as a scanner sees it: on white paper, in greys that fill the whole range.
pub(crate) fn rxing(pixels: &Pixels) -> Option<String> {
    let gray = |[r, g, b]: [u8; 3]| ((u32::from(r) * 299 + u32::from(g) * 587 + u32::from(b) * 114) / 1000) as u8;
    let mut luma: Vec<u8> = pixels.on_white().into_iter().map(gray).collect();
    let (low, high) = luma.iter().fold((255, 0), |(low, high), gray| (low.min(*gray), high.max(*gray)));
    let range = u32::from(high.saturating_sub(low).max(1));
    luma.iter_mut().for_each(|gray| *gray = (u32::from(*gray - low) * 255 / range) as u8);
    let mut hints = DecodeHints {
        PossibleFormats: Some(HashSet::from([BarcodeFormat::QR_CODE])),
        TryHarder: Some(true),
        AlsoInverted: Some(true),
        ..DecodeHints::default()
    };
    let side = pixels.side;
    let read = detect_in_luma_slice_with_hints(&luma, side, side, Some(BarcodeFormat::QR_CODE), &mut hints).ok()?;
    Some(read.getText().to_owned())
}

/// Reads many PNG files with one call of `zbarimg`, and returns what it found by file. `None` when it is not installed and need
/// not be.
pub(crate) fn zbar(files: &[PathBuf]) -> Option<HashMap<PathBuf, String>> {
    let xml = match run_zbar("--xml", files) {
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
            Some(_) => run_zbar("--raw", std::slice::from_ref(&file)).unwrap().trim_end_matches('\n').to_owned(),
        };
        Some((file, text))
    });
    Some(read.collect())
}

fn run_zbar(form: &str, files: &[PathBuf]) -> std::io::Result<String> {
    let output = Command::new("zbarimg").args(["--quiet", form, "-Sdisable", "-Sqrcode.enable"]).args(files).output()?;
    Ok(String::from_utf8(output.stdout).unwrap())
}
