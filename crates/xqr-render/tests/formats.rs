//! Formats against each other, against programs of other people, and against the modules
//! themselves.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashSet;
use std::io::Read;
use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg;
use xqr_render::{
    Backdrop, Canvas, Caps, ClearZone, Design, Direction, Error, EyeBorder, EyeCenter, Eyes,
    Format, Frame, FrameStyle, Gradient, Input, Level, Logo, Paint, Pattern, Quality, Rgba, Size,
    Symbol,
};

mod common {
    pub(crate) mod draw;
    pub(crate) mod named;
    pub(crate) mod picture;
    pub(crate) mod read;
}
use common::draw::{Pixels, draw};
use common::named::named;
use common::{picture, read};

const TEXT: &str = "https://example.com/summer24";

const NAVY: Rgba = Rgba::opaque(0x1d, 0x35, 0x57);
const RED: Rgba = Rgba::opaque(0xb0, 0x1e, 0x2f);
const CREAM: Rgba = Rgba::opaque(0xff, 0xf4, 0xd6);

fn symbol() -> Symbol {
    Symbol::encode(TEXT, Level::M).unwrap()
}

fn gradient(direction: Direction) -> Paint {
    Paint::Gradient(Gradient { direction, from: RED, to: NAVY })
}

fn label(style: FrameStyle) -> Option<Frame> {
    Some(Frame { style, color: NAVY, label: Some("Scan me".to_owned()), label_color: None })
}

fn logo(clear_zone: ClearZone) -> Option<Logo> {
    Some(Logo { picture: picture::disc(96), ratio: Logo::RATIO, clear_zone })
}

/// How far two pictures are apart: the mean difference of a channel, and the share of px of which a
/// channel differs by more than a quarter of its range.
#[derive(Debug)]
struct Apart {
    mean: f64,
    share: f64,
}

fn apart(a: &[[u8; 3]], b: &[[u8; 3]]) -> Apart {
    assert_eq!(a.len(), b.len());
    let (mut sum, mut far) = (0_u64, 0_u64);
    for (a, b) in a.iter().zip(b) {
        let channels: [u8; 3] = std::array::from_fn(|i| a[i].abs_diff(b[i]));
        sum += channels.iter().map(|apart| u64::from(*apart)).sum::<u64>();
        far += u64::from(channels.iter().any(|apart| *apart > 64));
    }
    Apart { mean: sum as f64 / a.len() as f64 / 3.0, share: far as f64 / a.len() as f64 }
}

#[track_caller]
fn alike(name: &str, a: &[[u8; 3]], b: &[[u8; 3]], mean: f64, share: f64) {
    let apart = apart(a, b);
    assert!(apart.mean <= mean && apart.share <= share, "{name}: {apart:?}");
}

// ---- SVG
// ------------------------------------------------------------------------------------------------------------------

/// Draws an SVG with `resvg`, which is built without pictures inside of pictures: those are left
/// out.
fn rasterized(svg: &[u8], side: u32) -> Vec<[u8; 3]> {
    let tree = usvg::Tree::from_data(svg, &usvg::Options::default()).unwrap();
    let mut pixmap = Pixmap::new(side, side).unwrap();
    pixmap.fill(Color::WHITE);
    let scale = side as f32 / tree.size().width();
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    pixmap.data().as_chunks::<4>().0.iter().map(|[r, g, b, _]| [*r, *g, *b]).collect()
}

#[test]
fn svg_looks_like_png() {
    let mut designs = Vec::new();
    for (pattern_name, pattern) in named(Pattern::ALL) {
        for ((border_name, border), (center_name, center)) in
            named(EyeBorder::ALL).into_iter().zip(named(EyeCenter::ALL))
        {
            let eyes = Eyes {
                border: Some(border),
                center: Some(center),
                outer_frame: true,
                ..Eyes::default()
            };
            let name = format!("{pattern_name}/{border_name}/{center_name}");
            designs.push((name, Design { pattern, eyes, ..Design::default() }));
        }
        for (direction_name, direction) in named(Direction::ALL) {
            let design = Design {
                pattern,
                foreground: gradient(direction),
                background: CREAM,
                ..Design::default()
            };
            designs.push((format!("{pattern_name}, {direction_name}"), design));
        }
    }
    let (border_color, center_color) = (Some(Rgba { a: 0x80, ..RED }), Some(NAVY));
    let eyes = Eyes { border_color, center_color, ..Eyes::default() };
    for background in [Rgba::TRANSPARENT, CREAM, Rgba { a: 0x80, ..RED }] {
        designs.push((
            format!("squares on {background}"),
            Design { eyes, background, ..Design::default() },
        ));
    }
    for (name, design) in designs {
        let png = Pixels::decode(&draw(&symbol(), &design, Size::Module(8), Format::Png));
        let svg = draw(&symbol(), &design, Size::Module(8), Format::Svg);
        alike(&name, &png.on_white(), &rasterized(&svg, png.side), 2.0, 0.002);
    }
}

#[test]
fn frames_in_svg_look_like_those_in_png() {
    for (name, style) in named(FrameStyle::ALL) {
        let design = Design { frame: label(style), ..Design::default() };
        // A frame moves the modules off the px; a PNG moves them back.
        let png = Pixels::decode(&draw(&symbol(), &design, Size::Module(24), Format::Png));
        let svg = draw(&symbol(), &design, Size::Module(24), Format::Svg);
        alike(name, &png.on_white(), &rasterized(&svg, png.side), 3.5, 0.02);
    }
}

#[test]
fn pictures_in_svg_are_where_png_has_them() {
    for (name, clear_zone) in named(ClearZone::ALL) {
        let design = Design { logo: logo(clear_zone), ..Design::default() };
        let symbol = Symbol::encode(TEXT, Level::H).unwrap();
        let png = Pixels::decode(&draw(&symbol, &design, Size::Module(8), Format::Png));
        let svg = draw(&symbol, &design, Size::Module(8), Format::Svg);
        let mut seen = rasterized(&svg, png.side);
        let svg = String::from_utf8(svg).unwrap();
        let document = roxmltree::Document::parse(&svg).unwrap();
        let node = document.descendants().find(|node| node.tag_name().name() == "image").unwrap();
        let [x, y, width, height] = ["x", "y", "width", "height"].map(|name| {
            let modules: f64 = node.attribute(name).unwrap().parse().unwrap();
            (modules * 8.0).round() as u32
        });
        let data = STANDARD
            .decode(node.attribute("href").unwrap().strip_prefix("data:image/png;base64,").unwrap())
            .unwrap();
        let inner = image::load_from_memory(&data)
            .unwrap()
            .resize_exact(width, height, image::imageops::Triangle)
            .into_rgba8();
        for (column, row, pixel) in inner.enumerate_pixels() {
            let below = &mut seen[((y + row) * png.side + x + column) as usize];
            let alpha = u32::from(pixel[3]);
            *below = std::array::from_fn(|i| {
                ((u32::from(pixel[i]) * alpha + u32::from(below[i]) * (255 - alpha)) / 255) as u8
            });
        }
        alike(name, &png.on_white(), &seen, 1.5, 0.005);
    }
}

#[test]
fn svg_has_a_path_per_colour_and_none_for_transparent_parts() {
    let fills = |design: &Design| {
        let svg = String::from_utf8(draw(
            &symbol(),
            design,
            Size::Inches { inches: 2.0, dpi: 300 },
            Format::Svg,
        ))
        .unwrap();
        assert!(svg.contains(r#" width="2in" height="2in" "#), "{}", &svg[..200]);
        let document = roxmltree::Document::parse(&svg).unwrap();
        let paths = document.descendants().filter(|node| node.tag_name().name() == "path");
        let color = |node: roxmltree::Node<'_, '_>| {
            node.attribute("fill").or(node.attribute("stroke")).unwrap_or("#000").to_owned()
        };
        paths.map(color).collect::<Vec<_>>()
    };
    let colors = Eyes { border_color: Some(RED), center_color: Some(NAVY), ..Eyes::default() };
    for (pattern_name, pattern) in named(Pattern::ALL) {
        let plain = Design { pattern, ..Design::default() };
        assert_eq!(fills(&plain), ["#fff", "#000"], "{pattern_name}");
        assert_eq!(
            fills(&Design { background: Rgba::TRANSPARENT, ..plain.clone() }),
            ["#000"],
            "{pattern_name}"
        );
        assert_eq!(
            fills(&Design { eyes: colors, ..plain }),
            ["#fff", "#000", "#b01e2f", "#1d3557"],
            "{pattern_name}"
        );
    }
}

// ---- PNG
// ------------------------------------------------------------------------------------------------------------------

/// The chunks of a PNG by name; their checksums must be right.
fn chunks(png: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut rest = png.strip_prefix(b"\x89PNG\r\n\x1a\n").unwrap();
    let mut chunks = Vec::new();
    while !rest.is_empty() {
        let length = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
        let (name, data) = (&rest[4..8], &rest[8..8 + length]);
        assert_eq!(
            crc32fast::hash(&rest[4..8 + length]).to_be_bytes(),
            rest[8 + length..12 + length]
        );
        chunks.push((String::from_utf8(name.to_vec()).unwrap(), data.to_vec()));
        rest = &rest[12 + length..];
    }
    chunks
}

#[track_caller]
fn chunk(png: &[u8], name: &str) -> Vec<u8> {
    chunks(png)
        .into_iter()
        .find(|(known, _)| known == name)
        .unwrap_or_else(|| panic!("no {name}"))
        .1
}

#[test]
fn png_has_the_size_in_inches_rounded_half_up_and_the_resolution() {
    for (inches, dpi, px, per_metre) in [
        (2.0, 300, 600, 11_811),
        (2.125, 300, 638, 11_811),
        (0.5, 72, 36, 2_835),
        (1.0, 96, 96, 3_780),
        (3.3, 600, 1980, 23_622),
    ] {
        for pattern in [Pattern::Squares, Pattern::Dot, Pattern::Rounded] {
            for foreground in [Paint::Solid(Rgba::BLACK), gradient(Direction::Radial)] {
                let design = Design { pattern, foreground, quiet_zone: 2, ..Design::default() };
                let png = draw(&symbol(), &design, Size::Inches { inches, dpi }, Format::Png);
                let header = chunk(&png, "IHDR");
                assert_eq!(
                    header[..8],
                    [u32::to_be_bytes(px); 2].concat(),
                    "{inches} in at {dpi} DPI"
                );
                assert_eq!(
                    chunk(&png, "pHYs"),
                    [&[per_metre; 2].map(u32::to_be_bytes).concat()[..], &[1]].concat()
                );
            }
        }
    }
}

#[test]
fn png_spends_no_more_bits_than_the_colours_need() {
    let palette = 3;
    let check = |design: &Design, depth: u8, color: u8, alpha: Option<&[u8]>| {
        let png = draw(&symbol(), design, Size::Module(7), Format::Png);
        assert_eq!(chunk(&png, "IHDR")[8..10], [depth, color]);
        assert_eq!(
            chunks(&png)
                .into_iter()
                .find(|(name, _)| name == "tRNS")
                .map(|(_, data)| data)
                .as_deref(),
            alpha
        );
        let order: Vec<String> = chunks(&png).into_iter().map(|(name, _)| name).collect();
        assert_eq!(
            (order.first().unwrap().as_str(), order.last().unwrap().as_str()),
            ("IHDR", "IEND")
        );
    };
    let plain = Design::default();
    check(&plain, 1, palette, None);
    check(&Design { background: Rgba::TRANSPARENT, ..plain.clone() }, 1, palette, Some(&[0]));
    check(
        &Design { background: Rgba { a: 0x80, ..CREAM }, ..plain.clone() },
        1,
        palette,
        Some(&[0x80]),
    );
    let eyes = Eyes { border_color: Some(RED), center_color: Some(NAVY), ..Eyes::default() };
    check(&Design { eyes, ..plain.clone() }, 2, palette, None);
    check(&Design { pattern: Pattern::Dot, ..plain.clone() }, 4, palette, None);
    check(&Design { pattern: Pattern::Dot, eyes, ..plain.clone() }, 8, palette, None);
    check(&Design { foreground: gradient(Direction::Diagonal), ..plain.clone() }, 8, 2, None);
    check(
        &Design {
            foreground: gradient(Direction::Diagonal),
            background: Rgba::TRANSPARENT,
            ..plain
        },
        8,
        6,
        None,
    );
}

#[test]
fn each_px_of_squares_has_the_colour_of_its_module() {
    let eyes = Eyes { border_color: Some(RED), center_color: Some(NAVY), ..Eyes::default() };
    let designs = [
        Design::default(),
        Design { quiet_zone: 0, background: CREAM, ..Design::default() },
        Design { eyes, quiet_zone: 2, ..Design::default() },
        Design {
            eyes,
            foreground: Paint::Solid(NAVY),
            background: Rgba::TRANSPARENT,
            ..Design::default()
        },
    ];
    for (text, design) in ["A", TEXT, &"long ".repeat(60)]
        .iter()
        .flat_map(|text| designs.iter().map(move |design| (text, design)))
    {
        let symbol = Symbol::encode(text, Level::Q).unwrap();
        let (size, quiet) = (symbol.size(), design.quiet_zone);
        let side = size + 2 * quiet;
        let Paint::Solid(dark) = design.foreground else { unreachable!("designs are flat") };
        let color = |x: u32, y: u32| {
            let (Some(x), Some(y)) = (x.checked_sub(quiet), y.checked_sub(quiet)) else {
                return design.background;
            };
            if !symbol.is_dark(x, y) {
                return design.background;
            }
            // A finder pattern is 7 modules wide, its centre 3.
            let off = |at: u32| at.min((size - 1).abs_diff(at)).abs_diff(3);
            let is_eye = (x < 7 || x >= size - 7)
                && (y < 7 || y >= size - 7)
                && !(x >= size - 7 && y >= size - 7);
            match (is_eye, off(x).max(off(y))) {
                (true, 0 | 1) => design.eyes.center_color.unwrap_or(dark),
                (true, _) => design.eyes.border_color.unwrap_or(dark),
                _ => dark,
            }
        };
        for px in [side, side + 1, side * 2 - 1, side * 3, 200, 255, 256, 257, 331, 511]
            .into_iter()
            .filter(|px| *px >= side)
        {
            let png = Pixels::decode(&draw(&symbol, design, Size::Pixels(px), Format::Png));
            assert_eq!(png.side, px);
            for (i, seen) in (0..).zip(&png.rgba) {
                let [x, y] = [i % px, i / px].map(|at| at * side / px);
                let Rgba { r, g, b, a } = color(x, y);
                assert_eq!(*seen, [r, g, b, a], "px {i} of {px}, module {x}, {y} of {side}");
            }
        }
    }
}

// ---- Other rasters
// --------------------------------------------------------------------------------------------------------

fn samples() -> Vec<(String, Design)> {
    let mut samples: Vec<_> = Pattern::ALL
        .map(|pattern| (pattern.to_string(), Design { pattern, ..Design::default() }))
        .into();
    for (name, direction) in named(Direction::ALL) {
        samples.push((
            name.to_owned(),
            Design { foreground: gradient(direction), ..Design::default() },
        ));
    }
    for (name, style) in named(FrameStyle::ALL) {
        samples.push((name.to_owned(), Design { frame: label(style), ..Design::default() }));
    }
    let backdrop = Some(Backdrop { picture: picture::stripes(300, 200), opacity: 0.3 });
    samples.push(("logo".into(), Design { logo: logo(ClearZone::Circle), ..Design::default() }));
    samples.push(("backdrop".into(), Design { backdrop, ..Design::default() }));
    samples.push((
        "translucent".into(),
        Design { background: Rgba { a: 0x40, ..CREAM }, ..Design::default() },
    ));
    samples.push((
        "transparent".into(),
        Design { background: Rgba::TRANSPARENT, pattern: Pattern::Dot, ..Design::default() },
    ));
    samples
}

#[test]
fn jpeg_and_webp_look_like_png() {
    for (name, design) in samples() {
        let symbol = Symbol::encode(TEXT, design.level()).unwrap();
        let [png, webp, jpeg] =
            [Format::Png, Format::WebP, Format::Jpeg { quality: Quality::DEFAULT }]
                .map(|format| Pixels::decode(&draw(&symbol, &design, Size::Module(6), format)));
        // A PNG with a palette has 16 steps between two colours; all else is exact.
        let steps = png
            .on_white()
            .iter()
            .zip(webp.on_white())
            .all(|(a, b)| (0..3).all(|i| a[i].abs_diff(b[i]) <= 9));
        assert!(steps, "{name}");
        alike(&name, &png.on_white(), &jpeg.on_white(), 4.0, 0.005);
        assert!(jpeg.rgba.iter().all(|pixel| pixel[3] == 255));
    }
}

// ---- Print
// ----------------------------------------------------------------------------------------------------------------

/// Runs a program that makes a picture of `file`; `None` when it is not installed and need not be.
fn printed(program: &str, args: &[&str], to: &Path) -> Option<Pixels> {
    match Command::new(program).args(args).output() {
        Ok(output) => {
            assert!(
                output.status.success(),
                "{program}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
            Some(Pixels::decode(&std::fs::read(to).unwrap()))
        }
        Err(error) => {
            assert!(std::env::var_os("XQR_TEST_REQUIRE_PRINTERS").is_none(), "{program}: {error}");
            None
        }
    }
}

#[test]
fn printers_see_what_screens_see() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for (name, design) in samples() {
        let symbol = Symbol::encode(TEXT, design.level()).unwrap();
        // 12 whole px per module, but for frames, whose modules lie between px.
        let dpi = (symbol.size() + 2 * design.quiet_zone) * 6;
        let size = Size::Inches { inches: 2.0, dpi };
        let share = if design.frame.is_some() { 0.08 } else { 0.05 };
        let mean = if design.frame.is_some() { 8.0 } else { 5.0 };
        let png = Pixels::decode(&draw(&symbol, &design, size, Format::Png)).on_white();
        let (from, to) = (path("code.pdf"), path("code.png"));
        for cmyk in [false, true] {
            let pdf = draw(&symbol, &design, size, Format::Pdf { cmyk });
            assert!(String::from_utf8_lossy(&pdf).contains("/MediaBox [0 0 144 144]"), "{name}");
            std::fs::write(&from, pdf).unwrap();
            let stem = path("code");
            let args = [
                "-r",
                &dpi.to_string(),
                "-png",
                "-singlefile",
                from.to_str().unwrap(),
                stem.to_str().unwrap(),
            ];
            if let Some(seen) = printed("pdftoppm", &args, &to) {
                assert_eq!(
                    read::rxing(&seen).as_deref(),
                    Some(TEXT),
                    "{name} as PDF, CMYK: {cmyk}"
                );
                if !cmyk {
                    alike(&format!("{name} as PDF"), &png, &seen.on_white(), mean, share);
                }
            }
        }
        let eps = draw(&symbol, &design, size, Format::Eps);
        assert!(
            eps.starts_with(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 144 144\n%%HiResBoundingBox: 0 0 144.0000 144.0000\n")
        );
        std::fs::write(path("code.eps"), eps).unwrap();
        let out = format!("-sOutputFile={}", to.display());
        let smooth = ["-dGraphicsAlphaBits=4", &format!("-r{dpi}"), &out];
        let fixed = ["-q", "-dSAFER", "-dBATCH", "-dNOPAUSE", "-dEPSCrop", "-sDEVICE=png16m"];
        let file = path("code.eps");
        if let Some(seen) =
            printed("gs", &[&fixed[..], &smooth, &[file.to_str().unwrap()]].concat(), &to)
        {
            assert_eq!(read::rxing(&seen).as_deref(), Some(TEXT), "{name} as EPS");
            alike(&format!("{name} as EPS"), &png, &seen.on_white(), mean, share);
        }
    }
}

/// The streams of a PDF, unpacked, as one text.
fn streams(pdf: &[u8]) -> String {
    let mut all = String::new();
    let mut rest = pdf;
    while let Some(at) = rest.windows(8).position(|part| part == b"\nstream\n") {
        rest = &rest[at + 8..];
        let mut unpacked = Vec::new();
        flate2::read::ZlibDecoder::new(rest).read_to_end(&mut unpacked).unwrap();
        all.push_str(&String::from_utf8_lossy(&unpacked));
    }
    all
}

#[test]
fn black_is_pure_key_in_cmyk() {
    let content =
        |cmyk| streams(&draw(&symbol(), &Design::default(), Size::Module(8), Format::Pdf { cmyk }));
    assert!(
        content(true).contains("0 0 0 1 k\n") && content(true).contains("0 0 0 0 k\n"),
        "{}",
        &content(true)[..200]
    );
    assert!(!content(true).contains("rg\n") && !content(false).contains(" k\n"));
    assert!(content(false).contains("0 0 0 rg\n") && content(false).contains("1 1 1 rg\n"));
}

// ---- Text and all
// ---------------------------------------------------------------------------------------------------------

#[test]
fn text_has_a_half_block_per_light_module() {
    for quiet_zone in [0, 1, 2, 3, 4, 7] {
        let symbol = symbol();
        let design = Design { quiet_zone, ..Design::default() };
        let text =
            String::from_utf8(draw(&symbol, &design, Size::Module(1), Format::Text)).unwrap();
        let quiet = quiet_zone.max(2);
        let side = symbol.size() + 2 * quiet;
        let lines: Vec<Vec<char>> = text.lines().map(|line| line.chars().collect()).collect();
        assert_eq!(lines.len() as u32, side.div_ceil(2));
        for (y, x) in (0..side).flat_map(|y| (0..side).map(move |x| (y, x))) {
            let (upper, lower) = match lines[y as usize / 2][x as usize] {
                '█' => (true, true),
                '▀' => (true, false),
                '▄' => (false, true),
                ' ' => (false, false),
                other => panic!("{other}"),
            };
            let light = if y % 2 == 0 { upper } else { lower };
            assert_eq!(
                light,
                !symbol.is_dark(x.wrapping_sub(quiet), y.wrapping_sub(quiet)),
                "{x}, {y}"
            );
        }
    }
}

#[test]
fn the_same_design_gives_the_same_bytes() {
    let mut seen = HashSet::new();
    for (name, design) in samples() {
        let symbol = Symbol::encode(TEXT, design.level()).unwrap();
        for (format_name, format) in named(Format::ALL) {
            let bytes = draw(&symbol, &design, Size::Module(4), format);
            assert_eq!(
                bytes,
                draw(&symbol, &design.clone(), Size::Module(4), format),
                "{name} as {format_name}"
            );
            // Pictures of different designs differ, where a format knows the difference.
            let paper = name == "transparent" && matches!(format, Format::Jpeg { .. });
            assert!(
                format == Format::Text || paper || seen.insert(bytes),
                "{name} as {format_name}"
            );
        }
    }
}

#[test]
fn a_webp_that_is_too_large_names_what_gave_its_size() {
    let sizes = [
        (Size::Pixels(4001), Input::Width),
        (Size::Module(100), Input::ModuleSize),
        (Size::Inches { inches: 13.4, dpi: 300 }, Input::Inches),
    ];
    for (size, gives) in sizes {
        let symbol = Symbol::encode(&"x".repeat(100), Level::M).unwrap();
        let canvas = Canvas::new(&symbol, &Design::default(), size, &Caps::default()).unwrap();
        let error = canvas.write(Format::WebP, std::io::sink()).unwrap_err();
        assert!(
            matches!(error, Error::TooManyPixels { input, max: 16_000_000 } if input == gives),
            "{error:?}"
        );
    }
}

#[test]
fn a_broken_sink_is_an_error() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let canvas =
        Canvas::new(&symbol(), &Design::default(), Size::Module(4), &Caps::default()).unwrap();
    for format in Format::ALL {
        let name = format.name();
        let error = canvas.write(format, Full).expect_err(name);
        assert!(matches!(error, Error::Failed(_)), "{name}: {error:?}");
    }
}
