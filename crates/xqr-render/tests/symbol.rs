//! Symbols against the figures and tables of ISO/IEC 18004, and read back by a decoder that shares
//! no code with the encoder.

use encoding_rs::SHIFT_JIS;
use proptest::prelude::*;
use xqr_render::{Eci, Encoding, Error, Input, Level, Symbol};

/// Table 7: the most bytes that a version holds at L, M, Q and H.
#[rustfmt::skip]
const BYTES: [[usize; 40]; 4] = [
    [
        17, 32, 53, 78, 106, 134, 154, 192, 230, 271, 321, 367, 425, 458, 520, 586, 644, 718, 792, 858,
        929, 1003, 1091, 1171, 1273, 1367, 1465, 1528, 1628, 1732, 1840, 1952, 2068, 2188, 2303, 2431, 2563, 2699, 2809, 2953,
    ],
    [
        14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624, 666,
        711, 779, 857, 911, 997, 1059, 1125, 1190, 1264, 1370, 1452, 1538, 1628, 1722, 1809, 1911, 1989, 2099, 2213, 2331,
    ],
    [
        11, 20, 32, 46, 60, 74, 86, 108, 130, 151, 177, 203, 241, 258, 292, 322, 364, 394, 442, 482,
        509, 565, 611, 661, 715, 751, 805, 868, 908, 982, 1030, 1112, 1168, 1228, 1283, 1351, 1423, 1499, 1579, 1663,
    ],
    [
        7, 14, 24, 34, 44, 58, 64, 84, 98, 119, 137, 155, 177, 194, 220, 250, 280, 310, 338, 382,
        403, 439, 461, 511, 535, 593, 625, 658, 698, 742, 790, 842, 898, 958, 983, 1051, 1093, 1139, 1219, 1273,
    ],
];

/// Every version at every level.
fn all() -> impl Iterator<Item = (u8, Level)> {
    (1..=40).flat_map(|version| Level::ALL.map(|level| (version, level)))
}

#[test]
fn each_version_holds_as_many_bytes_as_the_standard_says() {
    for (version, level) in all() {
        let most = BYTES[level as usize][usize::from(version) - 1];
        let encoding = Encoding::new(level).version(version).mask(0);
        let symbol = encoding.encode(&"x".repeat(most)).unwrap();
        assert_eq!(
            (symbol.version(), symbol.level(), symbol.size()),
            (version, level, 17 + 4 * u32::from(version))
        );
        for over in [1, 2, 3] {
            let error = encoding.encode(&"x".repeat(most + over)).unwrap_err();
            let Error::ContentTooLong { over: found, level: at, .. } = error else {
                panic!("{error:?}")
            };
            assert_eq!((found, at), (over as u64, level), "version {version}");
        }
    }
}

#[test]
fn content_that_is_too_long_has_a_level_at_which_it_fits() {
    let check = |encoding: Encoding, bytes: usize, expected: (u64, Level, Option<Level>)| {
        let error = encoding.encode(&"x".repeat(bytes)).unwrap_err();
        let Error::ContentTooLong { level, over, fits } = error else { panic!("{error:?}") };
        assert_eq!((over, level, fits), expected);
    };
    use Level::{H, L, M, Q};
    check(Encoding::new(H), 1274, (1, H, Some(Q)));
    check(Encoding::new(H), 1664, (391, H, Some(M)));
    check(Encoding::new(H), 2953, (1680, H, Some(L)));
    check(Encoding::new(M), 2954, (623, M, None));
    check(Encoding::new(L), 1_000_000, (997_047, L, None));
    check(Encoding::new(H).version(1), 12, (5, H, Some(M)));
}

#[test]
fn versions_and_masks_out_of_range_are_refused() {
    let encoding = Encoding::new(Level::M);
    let refused = |encoding: Encoding| encoding.encode("x").unwrap_err();
    assert!(
        matches!(refused(encoding.version(0)), Error::TooSmall { input: Input::Version, min } if min == "1")
    );
    assert!(
        matches!(refused(encoding.version(41)), Error::TooLarge { input: Input::Version, max } if max == "40")
    );
    assert!(
        matches!(refused(encoding.mask(8)), Error::TooLarge { input: Input::Mask, max } if max == "7")
    );
}

#[test]
fn the_level_is_raised_only_where_it_is_wanted_and_free() {
    let levels = |text: &str| {
        [true, false]
            .map(|boost| Encoding::new(Level::L).boost(boost).encode(text).unwrap().level())
    };
    assert_eq!(levels(&"x".repeat(7)), [Level::H, Level::L]);
    assert_eq!(levels(&"x".repeat(8)), [Level::Q, Level::L]);
    assert_eq!(levels(&"x".repeat(15)), [Level::L, Level::L]);
    assert!(Level::ALL.is_sorted() && Level::L < Level::H);
}

/// Annex I.2: "01234567" as 1-M with mask 2.
#[test]
fn the_example_of_the_standard_is_drawn() {
    let figure = "\
        111111100101101111111 100000100111101000001 101110101000001011101 101110101100001011101 101110101011101011101 \
        100000101000101000001 111111101010101111111 000000001001100000000 101111100100101111100 000101011010100101100 \
        001000110101010011111 000010000100000111100 000111111001010010000 000000001011111001100 111111100110101100000 \
        100000101011111000101 101110101000100101100 101110101100100100000 101110101011010010100 100000100000000110110 \
        111111101111010010100";
    let symbol =
        Encoding::new(Level::M).boost(false).version(1).mask(2).encode("01234567").unwrap();
    for (y, row) in figure.split(' ').enumerate() {
        let drawn: String =
            (0..21).map(|x| if symbol.is_dark(x, y as u32) { '1' } else { '0' }).collect();
        assert_eq!(drawn, row, "row {y}");
    }
}

/// Returns the bits at these modules, most significant first.
fn read(symbol: &Symbol, places: impl IntoIterator<Item = (u32, u32)>) -> u32 {
    places.into_iter().fold(0, |bits, (x, y)| bits << 1 | u32::from(symbol.is_dark(x, y)))
}

/// Returns the remainder of `word` by `generator`, both polynomials over GF(2).
fn remainder(word: u32, generator: u32) -> u32 {
    let degree = generator.ilog2();
    (0..=7).rev().fold(word, |rest, shift| {
        if rest >> (shift + degree) & 1 == 0 { rest } else { rest ^ generator << shift }
    })
}

/// Clause 7.9 and Annex C, figure 25.
#[test]
fn both_copies_of_the_format_information_name_level_and_mask() {
    for (version, level, mask) in [1, 6, 7, 40]
        .into_iter()
        .flat_map(|v| Level::ALL.into_iter().flat_map(move |l| (0..8).map(move |m| (v, l, m))))
    {
        let symbol =
            Encoding::new(level).boost(false).version(version).mask(mask).encode("1").unwrap();
        let (side, row, column) = (symbol.size(), |x: u32| (x, 8), |y: u32| (8, y));
        let first = read(
            &symbol,
            [0, 1, 2, 3, 4, 5, 7, 8].map(row).into_iter().chain([7, 5, 4, 3, 2, 1, 0].map(column)),
        );
        let second = read(
            &symbol,
            (1..=7).map(|y| column(side - y)).chain((1..=8).rev().map(|x| row(side - x))),
        );
        assert_eq!(first, second);
        let word = first ^ 0b101_0100_0001_0010;
        assert_eq!(remainder(word, 0b101_0011_0111), 0);
        assert_eq!(word >> 10, [0b01, 0b00, 0b11, 0b10][level as usize] << 3 | u32::from(mask));
        assert!(symbol.is_dark(8, side - 8), "the dark module");
    }
}

/// Clause 7.10 and Annex D, figures 27 and 28.
#[test]
fn both_copies_of_the_version_information_name_the_version() {
    for version in 7..=40 {
        let symbol = Encoding::new(Level::L).version(version).encode("1").unwrap();
        let side = symbol.size();
        let places = (0..18).rev().map(|bit| (bit / 3, side - 11 + bit % 3));
        let (first, second) =
            (read(&symbol, places.clone()), read(&symbol, places.map(|(x, y)| (y, x))));
        assert_eq!(
            (first, remainder(first, 0b1_1111_0010_0101), first >> 12),
            (second, 0, u32::from(version))
        );
    }
    assert_eq!(
        remainder(0b00_0111_1100_1001_0100, 0b1_1111_0010_0101),
        0,
        "the standard's example, version 7"
    );
}

#[test]
fn function_modules_are_known() {
    let symbol = Encoding::new(Level::L).version(7).encode("1").unwrap();
    let functions = (0..45)
        .flat_map(|y| (0..45).map(move |x| (x, y)))
        .filter(|(x, y)| symbol.is_function(*x, *y))
        .count();
    // Finder patterns with separators, timing, alignment, format with the dark module, version:
    // figure 4 and table 1.
    assert_eq!(functions, 3 * 64 + 2 * 29 + (6 * 25 - 2 * 5) + 31 + 2 * 18);
    for (x, y, expected) in [
        (0, 0, true),
        (7, 7, true),
        (8, 8, true),
        (9, 9, false),
        (6, 20, true),
        (22, 22, true),
        (24, 24, true),
    ] {
        assert_eq!(symbol.is_function(x, y), expected, "column {x}, row {y}");
    }
    for (x, y, expected) in [
        (25, 25, false),
        (44, 44, false),
        (8, 37, true),
        (34, 0, true),
        (33, 0, false),
        (45, 0, false),
    ] {
        assert_eq!(symbol.is_function(x, y), expected, "column {x}, row {y}");
    }
}

#[test]
fn rows_and_modules_agree() {
    let symbol = Symbol::encode(&"x".repeat(1500), Level::M).unwrap();
    assert_eq!(symbol.rows().len(), symbol.size() as usize);
    for (x, y) in (0..200).flat_map(|y| (0..200).map(move |x| (x, y))) {
        let row = symbol.rows().get(y as usize).copied().unwrap_or_default();
        let dark = x < 192 && row[x as usize / 64] >> (x % 64) & 1 == 1;
        assert_eq!(symbol.is_dark(x, y), dark);
        assert!(!dark || (x < symbol.size() && y < symbol.size()));
    }
    assert!(!symbol.is_dark(u32::MAX, 0) && !symbol.is_dark(0, u32::MAX));
    assert_eq!(
        format!("{:?}", Symbol::encode("1", Level::H).unwrap()).split(',').next(),
        Some("Symbol { version: 1")
    );
}

/// Reads a symbol back, as bytes: kanji as Shift JIS.
fn decode(symbol: &Symbol) -> Vec<u8> {
    let modules = rqrr::SimpleGrid::from_func(symbol.size() as usize, |x, y| {
        symbol.is_dark(x as u32, y as u32)
    });
    let mut bytes = Vec::new();
    rqrr::Grid::new(modules).decode_to(&mut bytes).expect("a clean symbol is readable");
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn a_text_is_read_back(
        text in "([0-9]{1,40}|[A-Z $%*+./:-]{1,40}|[a-z]{1,40}|[é€🙂]{1,10}){1,20}", level in 0_usize..4, never: bool,
    ) {
        let eci = if never { Eci::Never } else { Eci::Auto };
        let symbol = Encoding::new(Level::ALL[level]).eci(eci).encode(&text).unwrap();
        prop_assert_eq!(String::from_utf8(decode(&symbol)).unwrap(), text);
    }

    #[test]
    fn kanji_are_read_back(text in "([0-9]{1,20}|[A-Z $%*+./:-]{1,20}|[ぁ-んァ-ヶ亜-腕]{4,20}){1,10}", level in 0_usize..4) {
        // Without the vendors' additions, which would be bytes: beside bytes this decoder does not
        // recognize kanji.
        let is_standard = |c: &char| {
            let text = &*c.to_string();
            let (bytes, _, unmappable) = SHIFT_JIS.encode(text);
            !unmappable && bytes[0] < 0xf0
        };
        let text: String = text.chars().filter(is_standard).collect();
        let bytes = decode(&Symbol::encode(&text, Level::ALL[level]).unwrap());
        prop_assert_eq!(SHIFT_JIS.decode(&bytes).0.into_owned(), text);
    }
}

#[test]
fn damage_is_counted_in_codewords_of_the_worst_block() {
    for (version, level) in all() {
        let symbol =
            Encoding::new(level).boost(false).version(version).mask(0).encode("1").unwrap();
        let (side, none) = (symbol.size(), symbol.damage(|_, _| false));
        assert_eq!((none.worst, none.modules, none.function_modules), (0.0, 0, 0));
        let all = symbol.damage(|_, _| true);
        assert_eq!(all.modules, side * side);
        assert!(all.worst > 2.0, "{all:?}");
        let functions = symbol.damage(|x, y| symbol.is_function(x, y));
        assert_eq!((functions.worst, functions.modules), (0.0, functions.function_modules));
        assert_eq!(all.function_modules, functions.modules);
    }
}

/// Table 9: one codeword of a block that survives so many.
#[test]
fn one_module_spends_one_codeword() {
    let check = |version: u8, level: Level, survives: u32| {
        let symbol = Encoding::new(level).boost(false).version(version).encode("1").unwrap();
        let last = symbol.size() - 1;
        let share = |codewords: u32| f64::from(codewords) / f64::from(survives);
        for (width, height, codewords) in [(1, 1, 1), (2, 4, 1), (2, 5, 2)] {
            let covered = symbol.damage(|x, y| x + width > last && y + height > last);
            assert_eq!((covered.modules, covered.function_modules), (width * height, 0));
            // Where there are several blocks, the second codeword belongs to another one.
            let expected = if version < 5 { codewords } else { 1 };
            assert_eq!(
                covered.worst,
                share(expected),
                "version {version}, {level:?}, {width} × {height}"
            );
        }
    };
    check(1, Level::L, 3);
    check(1, Level::H, 8);
    check(2, Level::M, 8);
    check(6, Level::H, 14);
    check(40, Level::L, 15);
}
