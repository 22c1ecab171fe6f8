//! The characters of kanji mode, ISO/IEC 18004 clause 7.4.6: double bytes of Shift JIS.

use std::sync::LazyLock;

use encoding_rs::SHIFT_JIS;

/// For each character of the basic plane its 13 bits, or [`NONE`].
static VALUES: LazyLock<Vec<u16>> = LazyLock::new(|| {
    let mut values = vec![NONE; 1 << 16];
    for code in (0x8140..=0x9ffc).chain(0xe040..=0xebbf).filter(is_portable) {
        if let Some(text) =
            SHIFT_JIS.decode_without_bom_handling_and_without_replacement(&code.to_be_bytes())
            && let Some(unit) = text.encode_utf16().next()
        {
            values[usize::from(unit)] = value(code);
        }
    }
    values
});

const NONE: u16 = u16::MAX;

/// Returns the 13 bits for `character`, if kanji mode has it.
pub(in crate::symbol) fn bits(character: char) -> Option<u16> {
    if character.is_ascii() {
        return None;
    }
    VALUES.get(character as usize).copied().filter(|bits| *bits != NONE)
}

/// Packs a double byte of 0x8140 to 0x9FFC or 0xE040 to 0xEBBF into 13 bits.
fn value(code: u16) -> u16 {
    let offset = code - if code < 0xe040 { 0x8140 } else { 0xc140 };
    offset / 256 * 0xc0 + offset % 256
}

/// Returns whether all decoders agree on the character of a double byte: not so for the vendors'
/// rows 9 to 15 of JIS X 0208, nor for ＼ ～ ∥ － ￠ ￡ ￢.
fn is_portable(code: &u16) -> bool {
    !matches!(code, 0x8540..=0x889e | 0x815f | 0x8160 | 0x8161 | 0x817c | 0x8191 | 0x8192 | 0x81ca)
}
