use proptest::prelude::*;

use super::*;
use crate::Level;

fn pixels(picture: &[u8]) -> (usize, Vec<u8>) {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(picture));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().unwrap();
    let mut buffer = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut buffer).unwrap();
    (info.width as usize, buffer)
}

fn read_back(picture: &[u8]) -> String {
    let (side, pixels) = pixels(picture);
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| pixels[y * side + x]);
    image.detect_grids()[0].decode().unwrap().1
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn an_independent_decoder_reads_every_picture(
        text in "\\PC{1,300}", module_px in 2_u32..6, quiet_zone in 2_u32..6, level in 0_usize..4,
    ) {
        let symbol = Symbol::encode(&text, [Level::L, Level::M, Level::Q, Level::H][level]).unwrap();
        let mut picture = Vec::new();
        png(&symbol, &Plain { module_px, quiet_zone }, &mut picture).unwrap();
        prop_assert_eq!(read_back(&picture), text);
    }
}

#[test]
fn every_pixel_is_its_modules() {
    let symbol = Symbol::encode("HELLO", Level::M).unwrap();
    for module_px in [1, 3, 7, 8, 50] {
        let look = Plain { module_px, quiet_zone: 1 };
        let mut picture = Vec::new();
        png(&symbol, &look, &mut picture).unwrap();
        let (side, pixels) = pixels(&picture);
        assert_eq!(side as u32, 23 * module_px);
        for (i, pixel) in pixels.iter().enumerate() {
            let module = |px: usize| (px as u32 / module_px).wrapping_sub(1);
            assert_eq!(*pixel == 0, symbol.is_dark(module(i % side), module(i / side)), "{module_px}: {i}");
        }
    }
}

#[test]
fn the_largest_picture_is_small() {
    let symbol = Symbol::encode(&"x".repeat(2300), Level::M).unwrap();
    assert_eq!(symbol.size(), 177);
    let mut picture = Vec::new();
    png(&symbol, &Plain { module_px: 50, quiet_zone: 4 }, &mut picture).unwrap();
    assert!(picture.len() < 1 << 20, "{}", picture.len());
}

#[test]
fn sizes_out_of_range_are_refused() {
    let symbol = Symbol::encode("x", Level::M).unwrap();
    let small = |field: &str, min: &str| Condition::NumberTooSmall { field: field.into(), min: min.into() };
    let large = |field: &str, max: &str| Condition::NumberTooLarge { field: field.into(), max: max.into() };
    for (module_px, quiet_zone, expected) in [
        (0, 4, Some(small("size", "1"))),
        (51, 4, Some(large("size", "50"))),
        (10, 17, Some(large("quiet_zone", "16"))),
        (1, 0, None),
        (50, 16, None),
    ] {
        let look = Plain { module_px, quiet_zone };
        let mut drawn = Vec::new();
        assert_eq!(png(&symbol, &look, &mut drawn).err().map(|e| e.condition().clone()), expected);
        assert_eq!(drawn.is_empty(), expected.is_some(), "nothing is drawn before the sizes are checked");
        assert_eq!(crate::svg(&symbol, &look, Vec::new()).err().map(|e| e.condition().clone()), expected);
    }
}

#[test]
fn a_writer_that_fails_is_told_with_its_cause() {
    let symbol = Symbol::encode("x", Level::M).unwrap();
    let look = Plain { module_px: 1, quiet_zone: 4 };
    let (mut one, mut other) = ([0_u8; 8], [0_u8; 8]);
    for error in [png(&symbol, &look, &mut one[..]).unwrap_err(), crate::svg(&symbol, &look, &mut other[..]).unwrap_err()] {
        assert_eq!(error.condition(), &Condition::RenderFailed);
        assert!(error.cause().is_some());
    }
}

#[test]
fn too_much_content_is_told() {
    let error = Symbol::encode(&"x".repeat(2332), Level::M).err().unwrap();
    let (level, advice) = ("M".into(), "fits at level L".into());
    assert_eq!(error.condition(), &Condition::ContentTooLong { field: "data".into(), level, over: 1, advice });
}
