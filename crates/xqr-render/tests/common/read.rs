//! A decoder that shares no code with the encoder: the crate `rxing`.

use std::collections::HashSet;

use rxing::helpers::detect_in_luma_slice_with_hints;
use rxing::{BarcodeFormat, DecodeHints};

use super::draw::Pixels;

/// Reads a picture as a scanner sees it: on white paper, in greys that fill the whole range.
pub(crate) fn rxing(pixels: &Pixels) -> Option<String> {
    let gray = |[r, g, b]: [u8; 3]| {
        ((u32::from(r) * 299 + u32::from(g) * 587 + u32::from(b) * 114) / 1000) as u8
    };
    let mut luma: Vec<u8> = pixels.on_white().into_iter().map(gray).collect();
    let (low, high) =
        luma.iter().fold((255, 0), |(low, high), gray| (low.min(*gray), high.max(*gray)));
    let range = u32::from(high.saturating_sub(low).max(1));
    luma.iter_mut().for_each(|gray| *gray = (u32::from(*gray - low) * 255 / range) as u8);
    let mut hints = DecodeHints {
        PossibleFormats: Some(HashSet::from([BarcodeFormat::QR_CODE])),
        TryHarder: Some(true),
        AlsoInverted: Some(true),
        ..DecodeHints::default()
    };
    let side = pixels.side;
    let read = detect_in_luma_slice_with_hints(
        &luma,
        side,
        side,
        Some(BarcodeFormat::QR_CODE),
        &mut hints,
    )
    .ok()?;
    Some(read.getText().to_owned())
}
