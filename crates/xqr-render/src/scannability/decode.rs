//! Reads a picture as a phone does: small, in grey, dark on light or light on dark.

use std::collections::HashSet;

use rxing::helpers::detect_in_luma_slice_with_hints;
use rxing::{BarcodeFormat, DecodeHints};

use crate::canvas::Canvas;
use crate::design::Rgba;
use crate::raster::mixed::{Mixed, on_white};

/// Px per module of the picture, as a phone's camera sees it at arm's length.
const MODULE_PX: f32 = 5.0;

/// Returns the side of the picture to read, in px.
pub(super) fn side(canvas: &Canvas) -> u32 {
    (canvas.side * MODULE_PX).ceil() as u32
}

/// Draws the canvas in grey and returns what a decoder reads.
pub(super) fn read(canvas: &Canvas) -> Option<String> {
    let px = canvas.px();
    let mut luma = Vec::with_capacity((px * px) as usize);
    let mut rows = Mixed::new(canvas);
    let mut row = vec![[0; 4]; px as usize];
    for y in 0..px {
        rows.paint(y, &mut row);
        on_white(&mut row);
        luma.extend(row.iter().map(|&[r, g, b, a]| Rgba { r, g, b, a }.luma()));
    }
    stretch(&mut luma);
    let mut hints = DecodeHints {
        PossibleFormats: Some(HashSet::from([BarcodeFormat::QR_CODE])),
        TryHarder: Some(true),
        AlsoInverted: Some(true),
        ..DecodeHints::default()
    };
    let read =
        detect_in_luma_slice_with_hints(&luma, px, px, Some(BarcodeFormat::QR_CODE), &mut hints)
            .ok()?;
    Some(read.getText().to_owned())
}

/// Spreads the greys over the whole range, as a camera's exposure does.
fn stretch(luma: &mut [u8]) {
    let (low, high) =
        luma.iter().fold((u8::MAX, u8::MIN), |(low, high), grey| (low.min(*grey), high.max(*grey)));
    if high > low {
        let range = u32::from(high - low);
        luma.iter_mut().for_each(|grey| *grey = (u32::from(*grey - low) * 255 / range) as u8);
    }
}
