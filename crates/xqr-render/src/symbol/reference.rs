//! A second encoder, the crate `qrcodegen`, which shares no code with this one. It gets the
//! segments, version, level and mask of a symbol, and must give the same modules.

use qrcodegen::{Mask, QrCode, QrCodeEcc, QrSegment, QrSegmentMode, Version};

use super::data::segment::{Mode, Segment, Segments, group};
use super::matrix::Symbol;
use crate::level::Level;

impl Symbol {
    /// Returns whether the second encoder gives these modules for `text`. A symbol does not record
    /// whether it declares UTF-8, so both are tried.
    pub(crate) fn agrees_with_reference(&self, text: &str) -> bool {
        let declares: &[bool] = if text.is_ascii() { &[false] } else { &[true, false] };
        declares.iter().any(|utf8| {
            let segments = Segments::shortest(text, group(self.version), *utf8);
            self.is_encoded_by(&segments)
        })
    }

    fn is_encoded_by(&self, segments: &Segments<'_>) -> bool {
        let Some(segments) = reference_segments(segments) else { return false };
        let (level, version) = (reference_level(self.level), Version::new(self.version));
        let mask = Some(Mask::new(self.mask));
        QrCode::encode_segments_advanced(&segments, level, version, version, mask, false)
            .is_ok_and(|code| has_modules_of(&code, self))
    }
}

/// Returns the segments as the second encoder takes them; `None` for kanji that Shift JIS lacks.
pub(super) fn reference_segments(segments: &Segments<'_>) -> Option<Vec<QrSegment>> {
    let mut designator = segments.eci.then(|| QrSegment::make_eci(26));
    let mut out = Vec::with_capacity(segments.segments.len() + 1);
    for Segment { mode, text } in &segments.segments {
        if *mode == Mode::Byte {
            out.extend(designator.take());
        }
        out.push(match mode {
            Mode::Numeric => QrSegment::make_numeric(text),
            Mode::Alphanumeric => QrSegment::make_alphanumeric(text),
            Mode::Byte => QrSegment::make_bytes(text.as_bytes()),
            Mode::Kanji => kanji(text)?,
        });
    }
    Some(out)
}

/// Packs double bytes of Shift JIS into 13 bits each, ISO/IEC 18004 clause 7.4.6. `qrcodegen`
/// leaves that to its caller; this does not use the table of the first encoder.
fn kanji(text: &str) -> Option<QrSegment> {
    let (bytes, _, unmappable) = encoding_rs::SHIFT_JIS.encode(text);
    if unmappable {
        return None;
    }
    let (pairs, _) = bytes.as_chunks::<2>();
    let packed = pairs.iter().map(|pair| {
        let code = u16::from_be_bytes(*pair);
        let offset = code.wrapping_sub(if code <= 0x9ffc { 0x8140 } else { 0xc140 });
        (offset >> 8) * 0xc0 + (offset & 0xff)
    });
    let bits = packed.flat_map(|packed| (0..13).rev().map(move |bit| packed >> bit & 1 == 1));
    Some(QrSegment::new(QrSegmentMode::Kanji, pairs.len(), bits.collect()))
}

pub(super) fn reference_level(level: Level) -> QrCodeEcc {
    match level {
        Level::L => QrCodeEcc::Low,
        Level::M => QrCodeEcc::Medium,
        Level::Q => QrCodeEcc::Quartile,
        Level::H => QrCodeEcc::High,
    }
}

pub(super) fn has_modules_of(code: &QrCode, symbol: &Symbol) -> bool {
    let side = symbol.size();
    code.size() == side as i32
        && (0..side * side).all(|at| {
            let (x, y) = (at % side, at / side);
            symbol.is_dark(x, y) == code.get_module(x as i32, y as i32)
        })
}
