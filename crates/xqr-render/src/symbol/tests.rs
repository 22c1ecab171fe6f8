use proptest::prelude::*;
use qrcodegen::{Mask, QrCode, Version};

use super::blocks::Blocks;
use super::data::kanji;
use super::data::segment::{Mode, Segments, group};
use super::reference::{has_modules_of, reference_level, reference_segments};
use super::template::Template;
use super::*;
use crate::level::Level;

/// Asserts that the reference encoder, given the same segments and free to choose version, level
/// and mask, draws `symbol`.
fn assert_reference_agrees(symbol: &Symbol, text: &str, level: Level, mask: Option<u8>) {
    let segments = Segments::shortest(text, group(symbol.version()), true);
    let segments = reference_segments(&segments).unwrap();
    let (level, mask) = (reference_level(level), mask.map(Mask::new));
    let code =
        QrCode::encode_segments_advanced(&segments, level, Version::MIN, Version::MAX, mask, true)
            .unwrap();
    assert_eq!(symbol.version(), code.version().value());
    assert_eq!(reference_level(symbol.level()), code.error_correction_level());
    assert_eq!(symbol.mask(), code.mask().value(), "version {}, {text:?}", symbol.version());
    assert!(has_modules_of(&code, symbol), "version {}, {text:?}", symbol.version());
}

/// One module, version, level or mask that differs is found.
#[test]
fn a_symbol_that_differs_does_not_agree_with_the_reference() {
    for text in ["https://example.com/", "点茗", "é点点点点", "0123456789"] {
        let symbol = Symbol::encode(text, Level::M).unwrap();
        assert!(symbol.agrees_with_reference(text), "{text}");
        let never = Encoding::new(Level::M).eci(Eci::Never).encode(text).unwrap();
        assert!(never.agrees_with_reference(text), "{text}, without a designator");
        for (x, y) in [(0, 0), (8, 8), (symbol.size() - 1, symbol.size() - 1)] {
            let mut other = symbol.clone();
            other.rows[y as usize][x as usize / 64] ^= 1 << (x % 64);
            assert!(!other.agrees_with_reference(text), "{text}, column {x}, row {y}");
        }
        let masked = Symbol { mask: (symbol.mask + 1) % 8, ..symbol.clone() };
        assert!(!masked.agrees_with_reference(text));
        assert!(!symbol.agrees_with_reference("something else"));
        assert!(!symbol.agrees_with_reference(&"longer than the version".repeat(9)));
    }
}

/// Returns text of `length` bytes that looks random, of the given kind.
fn noise(kind: usize, length: usize, seed: u32) -> String {
    let alphabet = [
        &b"0123456789"[..],
        b"ABCXYZ0189 $%*+-./:",
        b"abcdefghijklmnopqrstuvwxyz_#?&=",
        b"a",
        b"0",
        b"ab0000000",
    ][kind];
    let mut state = seed;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(alphabet[(state >> 16) as usize % alphabet.len()])
    };
    (0..length).map(next).collect()
}

#[test]
fn every_version_and_level_is_drawn_like_the_reference() {
    for version in 1..=40 {
        for level in Level::ALL {
            let seed = u32::from(version) * 4 + level as u32;
            let data = Blocks::new(version, level).data();
            for text in [noise(2, data - 3, seed), noise(0, (8 * data - 18) * 3 / 10, seed)] {
                let symbol = Symbol::encode(&text, level).unwrap();
                assert_eq!((symbol.version(), symbol.level()), (version, level));
                assert_reference_agrees(&symbol, &text, level, None);
            }
        }
    }
}

#[test]
fn every_mask_is_drawn_like_the_reference() {
    for length in [10, 100, 200, 700] {
        for mask in 0..8 {
            let text = noise(2, length, 7);
            let symbol = Encoding::new(Level::Q).mask(mask).encode(&text).unwrap();
            assert_eq!(symbol.mask(), mask);
            assert_reference_agrees(&symbol, &text, Level::Q, Some(mask));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 300 } else { 3000 }))]
    #[test]
    fn a_symbol_is_drawn_like_the_reference(kind in 0_usize..6, length in 0_usize..600, seed: u32, level in 0_usize..4) {
        let (text, level) = (noise(kind, length, seed), Level::ALL[level]);
        assert_reference_agrees(&Symbol::encode(&text, level).unwrap(), &text, level, None);
    }

    #[test]
    fn any_text_is_drawn_like_the_reference(
        text in "(\\PC{0,20}|[0-9]{1,20}|[A-Z ]{1,20}|[a-z]{1,20}|[あ-んア-ン漢字点茗荷]{1,9}){0,6}", level in 0_usize..4,
    ) {
        let level = Level::ALL[level];
        assert_reference_agrees(&Symbol::encode(&text, level).unwrap(), &text, level, None);
    }

    #[test]
    fn no_segmentation_is_shorter(text in "([0-9]{1,9}|[A-Z :]{1,7}|[a-z]{1,5}|[é漢字点茗荷]{1,4}){0,5}", group in 0_usize..3) {
        let (bytes, kanji) = (least(&text, group, true), least(&text, group, false));
        let (free, auto) = (Segments::shortest(&text, group, false), Segments::shortest(&text, group, true));
        prop_assert_eq!(free.bits(), bytes.min(kanji));
        prop_assert_eq!(auto.bits(), kanji.min(if text.is_ascii() { bytes } else { bytes + 12 }));
        let has = |mode| auto.segments.iter().any(|segment| segment.mode == mode && !segment.text.is_ascii());
        prop_assert!(!has(Mode::Byte) || !has(Mode::Kanji));
        let single = 4 + [8, 16, 16][group] + 8 * text.len();
        prop_assert!(text.is_empty() || free.bits() <= single);
    }
}

/// Returns the fewest bits of all segmentations of `text`, found by trying every segment.
/// Characters that are not ASCII are bytes, or else kanji.
fn least(text: &str, group: usize, wide_bytes: bool) -> usize {
    let characters: Vec<char> = text.chars().collect();
    let mut least = vec![0];
    for end in 1..=characters.len() {
        let segment = |start: usize| {
            let part = &characters[start..end];
            let bytes = part.iter().map(|character| character.len_utf8()).sum::<usize>();
            let all = |test: &dyn Fn(&char) -> bool| part.iter().all(test);
            let bits = [
                (
                    all(&char::is_ascii_digit),
                    [14, 16, 18][group] + part.len() / 3 * 10 + [0, 4, 7][part.len() % 3],
                ),
                (
                    all(&|c| c.is_ascii_digit() || c.is_ascii_uppercase() || " :".contains(*c)),
                    [13, 15, 17][group] + (part.len() * 11).div_ceil(2),
                ),
                (wide_bytes || all(&char::is_ascii), [12, 20, 20][group] + 8 * bytes),
                (
                    !wide_bytes && all(&|c| "漢字点茗荷".contains(*c)),
                    [12, 14, 16][group] + 13 * part.len(),
                ),
            ];
            bits.into_iter()
                .filter(|(possible, _)| *possible)
                .map(|(_, bits)| bits)
                .min()
                .unwrap_or(1 << 40)
        };
        least.push((0..end).map(|start| least[start] + segment(start)).min().unwrap());
    }
    least[characters.len()]
}

#[test]
fn a_text_is_split_where_it_saves_bits() {
    use Mode::{Alphanumeric, Byte, Kanji, Numeric};
    let check = |text: &str, group: usize, eci: bool, expected: &[(Mode, &str)]| {
        let segments = Segments::shortest(text, group, true);
        let found: Vec<_> =
            segments.segments.iter().map(|segment| (segment.mode, segment.text)).collect();
        assert_eq!((&found[..], segments.eci), (expected, eci), "{text}");
    };
    check("", 0, false, &[]);
    check("0123456789", 0, false, &[(Numeric, "0123456789")]);
    check("HELLO WORLD", 0, false, &[(Alphanumeric, "HELLO WORLD")]);
    check("A0000000", 0, false, &[(Alphanumeric, "A0000000")]);
    check("abc123", 0, false, &[(Byte, "abc123")]);
    check("abc1234567890", 0, false, &[(Byte, "abc"), (Numeric, "1234567890")]);
    check("abc1234", 1, false, &[(Byte, "abc"), (Numeric, "1234")]);
    check("abc1234", 2, false, &[(Byte, "abc1234")]);
    check(
        "ABCDEF0123456789012345x",
        0,
        false,
        &[(Alphanumeric, "ABCDEF"), (Numeric, "0123456789012345"), (Byte, "x")],
    );
    check("点茗", 0, false, &[(Kanji, "点茗")]);
    check("café", 0, true, &[(Byte, "café")]);
    check("a点", 0, false, &[(Byte, "a"), (Kanji, "点")]);
    check("é点点点点点点点点", 0, true, &[(Byte, "é点点点点点点点点")]);
    // Vendors' characters, and those on whose place decoders disagree, stay bytes.
    check("①～\\", 0, true, &[(Byte, "①～\\")]);
}

#[test]
fn eci_is_left_out_on_request() {
    let text = "é".repeat(10);
    assert!(Segments::shortest(&text, 0, true).eci);
    assert!(!Segments::shortest(&text, 0, false).eci);
    assert_ne!(
        Symbol::encode(&text, Level::M).unwrap(),
        Encoding::new(Level::M).eci(Eci::Never).encode(&text).unwrap()
    );
}

/// ISO/IEC 18004 Annex I.2: the codewords of "01234567" in a symbol 1-M.
#[test]
fn the_codewords_of_the_standards_example_are_known() {
    let blocks = Blocks::new(1, Level::M);
    let data = Segments::shortest("01234567", 0, true).codewords(blocks.data());
    assert_eq!(blocks.data(), 16);
    let (expected, check) = (
        [
            0x10, 0x20, 0x0c, 0x56, 0x61, 0x80, 0xec, 0x11, 0xec, 0x11, 0xec, 0x11, 0xec, 0x11,
            0xec, 0x11,
        ],
        [0xa5, 0x24, 0xd4, 0xc1, 0xed, 0x36, 0xc7, 0x87, 0x2c, 0x55],
    );
    assert_eq!(data, expected);
    assert_eq!(blocks.interleave(&data)[16..], check);
}

/// ISO/IEC 18004 clause 7.4.6: 点 is 0x935F and 0xD9F, 茗 is 0xE4AA and 0x1AAA.
#[test]
fn kanji_are_packed_as_in_the_standard() {
    assert_eq!(['点', '茗'].map(kanji::bits), [Some(0xd9f), Some(0x1aaa)]);
    for character in "aé¥\u{1f600}①㍻Ⅳ纊＼～∥－￠￡￢〜‖−¢£¬".chars() {
        assert_eq!(kanji::bits(character), None, "{character}");
    }
}

#[test]
fn a_codeword_and_its_error_correction_are_of_one_block() {
    for (version, level) in
        [1, 5, 8, 14].into_iter().flat_map(|version| Level::ALL.map(|level| (version, level)))
    {
        let blocks = Blocks::new(version, level);
        let block_of_data = |index: usize| {
            let mut data = vec![0; blocks.data()];
            data[index] = 1;
            let touched = blocks
                .interleave(&data)
                .into_iter()
                .enumerate()
                .filter(|(_, codeword)| *codeword != 0);
            let mut owners: Vec<usize> = touched.map(|(index, _)| blocks.block_of(index)).collect();
            owners.dedup();
            assert_eq!(owners.len(), 1, "codeword {index} of {version}, {level:?}: {owners:?}");
            owners[0]
        };
        let mut owners: Vec<usize> = (0..blocks.data()).map(block_of_data).collect();
        assert!(owners.is_sorted());
        owners.dedup();
        assert_eq!(owners.len(), blocks.count());
    }
}

#[test]
fn the_free_modules_hold_all_codewords_and_are_symmetric() {
    for version in 1..=40 {
        let template = Template::of_version(version);
        let total = Blocks::new(version, Level::L)
            .interleave(&vec![0; Blocks::new(version, Level::L).data()])
            .len();
        assert_eq!(template.places.len() / 8, total);
        assert_eq!(template.free.transposed().rows(), template.free.rows());
    }
}
