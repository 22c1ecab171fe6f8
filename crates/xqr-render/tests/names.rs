//! Names of values, and what is there with any set of features.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::{Debug, Display};
use std::str::FromStr;

use xqr_render::{
    Canvas, Caps, ClearZone, Design, Direction, Eci, Encoding, Error, EyeBorder, EyeCenter,
    EyeShape, Format, Frame, FrameStyle, Input, Level, Pattern, Rgba, Size, Symbol, UnknownName,
    Verdict, assess,
};

fn check<T, const N: usize>(all: [T; N])
where
    T: Copy + Debug + Display + PartialEq + FromStr<Err = UnknownName> + Into<&'static str>,
{
    let names = all.map(|value| -> &'static str { value.into() });
    for (value, name) in all.into_iter().zip(names) {
        assert_eq!(name.parse(), Ok(value));
        assert_eq!(value.to_string(), name);
        let misspelt = format!("{name}x");
        let error = misspelt.parse::<T>().unwrap_err();
        assert_eq!(error.allowed(), names, "{value:?}");
        assert!(error.to_string().contains(&misspelt), "{error}");
        assert_eq!(format!("<{value:>12}>").len(), 14.max(name.len() + 2), "widths apply");
    }
}

#[test]
fn every_name_leads_back_to_its_value() {
    check(Pattern::ALL);
    check(EyeShape::ALL);
    check(EyeBorder::ALL);
    check(EyeCenter::ALL);
    check(Direction::ALL);
    check(FrameStyle::ALL);
    check(ClearZone::ALL);
    check(Level::ALL);
    check(Eci::ALL);
    check(Verdict::ALL);
    check(Format::ALL);
}

#[test]
fn a_feature_that_is_off_leaves_no_name() {
    assert_eq!("pdf".parse::<Format>().is_ok(), cfg!(feature = "print"));
    assert_eq!("caption".parse::<FrameStyle>().is_ok(), cfg!(feature = "labels"));
}

#[test]
fn formats_without_features_are_written() -> Result<(), Error> {
    let design = Design::new()
        .pattern(Pattern::Rounded)
        .foreground(Rgba::opaque(0x1d, 0x35, 0x57))
        .frame(Frame::new(FrameStyle::Border, Rgba::BLACK));
    let symbol = design.encode("https://example.com/", Encoding::new(design.level()))?;
    let canvas = Canvas::new(&symbol, &design, Size::Module(6), &Caps::new())?;
    assert!(assess(&symbol, &design, &canvas).demand().is_ok());
    let beginnings: [(Format, &[u8]); 4] = [
        (Format::Png, b"\x89PNG"),
        (Format::Svg, b"<svg"),
        (Format::Eps, b"%!PS"),
        (Format::Text, "█".as_bytes()),
    ];
    for (format, beginning) in beginnings {
        let mut file = Vec::new();
        canvas.write(format, &mut file)?;
        assert!(file.starts_with(beginning), "{format}");
    }
    assert!(format!("{canvas:?}").starts_with("Canvas { side_in_modules: "));
    Ok(())
}

#[test]
fn numbers_out_of_range_name_their_input() {
    let symbol = Symbol::encode("x", Level::M).unwrap();
    let refused = |design: &Design, size: Size| {
        Canvas::new(&symbol, design, size, &Caps::new().max_pixels(1_000_000)).unwrap_err()
    };
    let plain = Design::new();
    let check = |error: Error, expected: (Input, bool, &str)| {
        let found = match &error {
            Error::TooSmall { input, min } => (*input, false, &**min),
            Error::TooLarge { input, max } => (*input, true, &**max),
            _ => panic!("{error:?}"),
        };
        assert_eq!(found, expected);
    };
    check(refused(&Design::new().quiet_zone(17), Size::Module(4)), (Input::QuietZone, true, "16"));
    check(refused(&plain, Size::Module(0)), (Input::ModuleSize, false, "1"));
    check(refused(&plain, Size::Module(101)), (Input::ModuleSize, true, "100"));
    let inches = |inches, dpi| Size::Inches { inches, dpi };
    check(refused(&plain, inches(0.4, 300)), (Input::Inches, false, "0.5"));
    check(refused(&plain, inches(f64::NAN, 300)), (Input::Inches, false, "0.5"));
    check(refused(&plain, inches(15.1, 300)), (Input::Inches, true, "15"));
    check(refused(&plain, inches(2.0, 71)), (Input::Dpi, false, "72"));
    check(refused(&plain, inches(2.0, 601)), (Input::Dpi, true, "600"));
    assert!(matches!(
        refused(&plain, Size::Pixels(28)),
        Error::TooFewPixels { input: Input::Width, min_px: 29, dpi: None }
    ));
    assert!(matches!(
        refused(&plain, Size::Pixels(1001)),
        Error::TooManyPixels { input: Input::Width, max: 1_000_000 }
    ));
}
