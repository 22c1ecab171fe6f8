//! Arbitrary input, from arbitrary numbers to damaged files: nothing panics, and what is refused is
//! the client's error.
//!
//! `XQR_TEST_FUZZ_CASES` sets how many cases each target runs.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::cell::Cell;
use std::io::Cursor;
use std::sync::Arc;

use image::{DynamicImage, ImageFormat};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use xqr_render::{
    Backdrop, Canvas, Caps, ClearZone, Design, Direction, Encoding, EyeBorder, EyeCenter, Eyes,
    Format, Frame, FrameStyle, Gradient, Level, Logo, Paint, Pattern, Picture, PictureError,
    Quality, Rgba, Size, assess, verify,
};

mod common {
    pub(crate) mod picture;
}
use common::picture;

/// Runs a target with inputs that are the same every time. One in twenty or more must be accepted,
/// which the target returns; otherwise the test would cover refusals only.
fn fuzz<S: Strategy>(input: &S, target: impl Fn(S::Value) -> bool) {
    let cases = std::env::var("XQR_TEST_FUZZ_CASES").map_or(64, |cases| cases.parse().unwrap());
    let config =
        Config { cases, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let accepted = Cell::new(0);
    let run = |value| {
        accepted.set(accepted.get() + u32::from(target(value)));
        Ok(())
    };
    if let Err(error) = TestRunner::new_with_rng(config, rng).run(input, run) {
        panic!("{error}");
    }
    assert!(accepted.get() >= cases / 20, "{} of {cases} accepted", accepted.get());
}

/// An error that blames the client or the service.
trait Blame: std::fmt::Debug {
    fn blames_client(&self) -> bool;
}

impl Blame for xqr_render::Error {
    fn blames_client(&self) -> bool {
        !matches!(self, Self::Failed(_))
    }
}

impl Blame for PictureError {
    fn blames_client(&self) -> bool {
        true
    }
}

/// An error must blame the client.
#[track_caller]
fn fine<T, E: Blame>(result: Result<T, E>) -> Option<T> {
    result.map_err(|error| assert!(error.blames_client(), "{error:?}")).ok()
}

fn named<T: Copy + std::fmt::Debug + 'static, const N: usize>(
    all: [T; N],
) -> impl Strategy<Value = T> {
    select(all.to_vec())
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>(),
        -400.0..400.0,
        select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, f64::MIN_POSITIVE])
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,80}",
        ".{0,40}",
        "[\u{0}-\u{ff}]{0,40}",
        "https://[a-z.:@/?#%]{0,30}",
        "[ا-ي א-ת A-Za-zà-ÿ]{0,30}"
    ]
}

// ---- Designs
// --------------------------------------------------------------------------------------------------------------

fn color() -> impl Strategy<Value = Rgba> {
    any::<[u8; 4]>().prop_map(|[r, g, b, a]| Rgba { r, g, b, a })
}

fn paint() -> impl Strategy<Value = Paint> {
    let gradient = (named(Direction::ALL), color(), color())
        .prop_map(|(direction, from, to)| Gradient { direction, from, to });
    prop_oneof![color().prop_map(Paint::Solid), gradient.prop_map(Paint::Gradient)]
}

fn ratio() -> impl Strategy<Value = f32> {
    prop_oneof![1 => number().prop_map(|number| number as f32), 9 => 0.05_f32..0.4]
}

fn any_picture(width: u32, height: u32) -> Arc<Picture> {
    if width.is_multiple_of(2) { picture::disc(width) } else { picture::stripes(width, height) }
}

fn design() -> impl Strategy<Value = Design> {
    let option = proptest::option::of::<BoxedStrategy<Rgba>>;
    let shapes =
        (proptest::option::of(named(EyeBorder::ALL)), proptest::option::of(named(EyeCenter::ALL)));
    let colors = (option(color().boxed()), option(color().boxed()), option(color().boxed()));
    let eyes = (shapes, colors, any::<[bool; 2]>()).prop_map(
        |((border, center), (color, border_color, center_color), rings)| Eyes {
            border,
            center,
            color,
            border_color,
            center_color,
            outer_frame: rings[0],
            outer_frame_match: rings[1],
            ..Eyes::default()
        },
    );
    let label =
        prop_oneof![1 => proptest::option::of(text()), 3 => "[A-Za-z]{1,12}".prop_map(Some)];
    let frame = (named(FrameStyle::ALL), color(), label, option(color().boxed()))
        .prop_map(|(style, color, label, label_color)| Frame { style, color, label, label_color });
    let sides = || (1_u32..120, 1_u32..120);
    let logo = (sides(), ratio(), named(ClearZone::ALL)).prop_map(
        |((width, height), ratio, clear_zone)| Logo {
            picture: picture::stripes(width, height),
            ratio,
            clear_zone,
        },
    );
    let backdrop = (sides(), ratio()).prop_map(|((width, height), opacity)| Backdrop {
        picture: any_picture(width, height),
        opacity,
    });
    let rest =
        (proptest::option::of(frame), proptest::option::of(backdrop), proptest::option::of(logo));
    let quiet = prop_oneof![9 => 0_u32..=16, 1 => any::<u32>()];
    (named(Pattern::ALL), eyes, paint(), color(), quiet, rest).prop_map(
        |(pattern, eyes, foreground, background, quiet_zone, (frame, backdrop, logo))| Design {
            pattern,
            eyes,
            foreground,
            background,
            quiet_zone,
            frame,
            backdrop,
            logo,
        },
    )
}

fn size() -> impl Strategy<Value = Size> {
    prop_oneof![
        4 => (1_u32..6).prop_map(Size::Module),
        4 => (30_u32..300).prop_map(Size::Pixels),
        4 => (0.5_f64..1.5, 72_u32..200).prop_map(|(inches, dpi)| Size::Inches { inches, dpi }),
        1 => any::<u32>().prop_map(|px| Size::Module(px | 1 << 7)),
        1 => any::<u32>().prop_map(|px| Size::Pixels(px | 1 << 14)),
        1 => (number(), any::<u32>()).prop_map(|(inches, dpi)| Size::Inches { inches: inches.abs() + 15.1, dpi }),
    ]
}

#[test]
fn designs() {
    let format = prop_oneof![
        named(Format::ALL),
        any::<bool>().prop_map(|cmyk| Format::Pdf { cmyk }),
        (1_u8..=100).prop_map(|quality| Format::Jpeg { quality: Quality::new(quality).unwrap() })
    ];
    let version = proptest::option::of(3_u8..9);
    fuzz(
        &(design(), size(), format, "[ -~]{1,30}", version),
        |(design, size, format, text, version)| {
            let encoding = version.map_or(Encoding::new(design.level()), |version| {
                Encoding::new(Level::L).version(version)
            });
            let Some(symbol) = fine(encoding.encode(&text)) else { return false };
            let Some(canvas) = fine(Canvas::new(&symbol, &design, size, &Caps::default())) else {
                return false;
            };
            assert!(canvas.px() <= 9000);
            let report = assess(&symbol, &design, &canvas);
            assert!(report.contrast.is_finite() && report.damage.is_finite());
            assert!(
                fine(verify(&symbol, &design, &canvas, &text)).unwrap().verdict >= report.verdict
            );
            let mut picture = Vec::new();
            fine(canvas.write(format, &mut picture)).is_some_and(|()| !picture.is_empty())
        },
    );
}

// ---- Logos
// ----------------------------------------------------------------------------------------------------------------

/// Returns whether a file becomes a picture.
fn decode(bytes: &[u8]) -> bool {
    let picture = fine(Picture::decode(bytes, &Caps::default()));
    assert!(
        picture.iter().all(|picture| (1..=1024).contains(&picture.width())
            && (1..=1024).contains(&picture.height()))
    );
    picture.is_some()
}

/// Ways to damage a file.
#[derive(Debug, Clone)]
enum Damage {
    Set(Index, u8),
    Flip(Index, u8),
    Cut(Index),
    Remove(Index, usize),
    Repeat(Index, usize),
    Number(Index, u32),
}

fn damage(most: usize) -> impl Strategy<Value = Vec<Damage>> {
    let numbers = select(vec![0, 1, 0x7fff, 0xffff, 0x10000, 0x7fff_ffff, u32::MAX]);
    let one = prop_oneof![
        (any::<Index>(), prop_oneof![any::<u8>(), b'0'..=b'9'])
            .prop_map(|(at, byte)| Damage::Set(at, byte)),
        (any::<Index>(), 0_u8..8).prop_map(|(at, bit)| Damage::Flip(at, bit)),
        any::<Index>().prop_map(Damage::Cut),
        (any::<Index>(), 1_usize..40).prop_map(|(at, count)| Damage::Remove(at, count)),
        (any::<Index>(), 1_usize..40).prop_map(|(at, count)| Damage::Repeat(at, count)),
        (any::<Index>(), numbers).prop_map(|(at, number)| Damage::Number(at, number)),
    ];
    vec(one, 1..=most)
}

fn damaged(mut file: Vec<u8>, damages: &[Damage]) -> Vec<u8> {
    for damage in damages {
        if file.is_empty() {
            break;
        }
        let length = file.len();
        match *damage {
            Damage::Set(at, byte) => *at.get_mut(&mut file[..]) = byte,
            Damage::Flip(at, bit) => *at.get_mut(&mut file[..]) ^= 1 << bit,
            Damage::Cut(at) => file.truncate(at.index(length)),
            Damage::Remove(at, count) => {
                drop(file.drain(at.index(length)..(at.index(length) + count).min(length)))
            }
            Damage::Repeat(at, count) => {
                let part = file[at.index(length)..(at.index(length) + count).min(length)].to_vec();
                file.splice(at.index(length)..at.index(length), part);
            }
            Damage::Number(at, number) => {
                let bytes =
                    if number & 1 == 0 { number.to_le_bytes() } else { number.to_be_bytes() };
                file[at.index(length)..].iter_mut().zip(bytes).for_each(|(to, byte)| *to = byte);
            }
        }
    }
    file
}

/// Puts the right checksums into a PNG, so that damage reaches what lies behind them.
fn mended(mut png: Vec<u8>) -> Vec<u8> {
    let mut at = 8;
    while let Some(length) =
        png.get(at..at + 4).map(|bytes| u32::from_be_bytes(bytes.try_into().unwrap()) as usize)
    {
        let end = at.saturating_add(8).saturating_add(length);
        let Some(crc) = png.get(at + 4..end).map(crc32fast::hash) else { break };
        let Some(place) = png.get_mut(end..end + 4) else { break };
        place.copy_from_slice(&crc.to_be_bytes());
        at = end + 4;
    }
    png
}

#[test]
fn raster_logos() {
    let rgba = DynamicImage::from(image::RgbaImage::from_fn(24, 17, |x, y| {
        image::Rgba([x as u8 * 10, y as u8 * 9, 7, 200])
    }));
    let file = |image: &DynamicImage, format| {
        let mut bytes = Vec::new();
        image.write_to(&mut Cursor::new(&mut bytes), format).unwrap();
        bytes
    };
    let mut files = vec![
        file(&rgba.to_luma_alpha16().into(), ImageFormat::Png),
        file(&rgba.to_luma8().into(), ImageFormat::Jpeg),
    ];
    for format in
        [ImageFormat::Png, ImageFormat::Gif, ImageFormat::Bmp, ImageFormat::WebP, ImageFormat::Tiff]
    {
        files.push(file(&rgba, format));
    }
    files.push(file(&rgba.to_rgb8().into(), ImageFormat::Jpeg));
    for file in &files {
        assert!(fine(Picture::decode(file, &Caps::default())).is_some());
    }
    fuzz(&(select(files), damage(5)), |(file, damage)| {
        let file = damaged(file, &damage);
        decode(&file) | decode(&mended(file))
    });
}

const SVG: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48" width="48"><style>.a{fill:#123;opacity:.5}</style>
<defs><linearGradient id="g" x2="1" gradientTransform="rotate(9)"><stop stop-color="red"/><stop offset="1" stop-opacity=".5"/></linearGradient>
<clipPath id="c"><circle cx="20" cy="20" r="12"/></clipPath><symbol id="s" viewBox="0 0 9 9"><path d="M1 1h7v7z"/></symbol></defs>
<g clip-path="url(#c)" transform="translate(3 4) scale(1.5)"><rect class="a" width="30" height="20" rx="3" fill="url(#g)"/></g>
<use href="#s" x="9" width="12" height="12"/><path d="M4 4C9 0 9 9 4 9A3 3 0 1 0 9 9q1 2 3 4t5 5z" fill-rule="evenodd" stroke="#f00" stroke-width="2"
stroke-linejoin="round"/><polygon points="1,2 3,4 9,1"/><ellipse cx="4" cy="30" rx="3" ry="9" style="mix-blend-mode:multiply"/></svg>"##;

#[test]
fn damaged_svg_logos() {
    assert!(fine(Picture::decode(SVG.as_bytes(), &Caps::default())).is_some());
    fuzz(&damage(1), |damage| decode(&damaged(SVG.into(), &damage)));
}

/// Elements and attributes put together at random, most of them with numbers that mean no good.
fn element() -> impl Strategy<Value = String> {
    let number = || {
        prop_oneof![
            (-60_i32..60).prop_map(|number| number.to_string()),
            select(vec![
                "1e9", "-1e9", "1e38", "-1e38", "1e-38", "NaN", "inf", "0", ".5", "100%", "1e999",
                "9em", ""
            ])
            .prop_map(str::to_owned),
        ]
    };
    let shapes = vec!["rect", "circle", "ellipse", "line", "path", "polygon", "polyline", "g", "g"];
    let others =
        vec!["use", "linearGradient", "radialGradient", "stop", "clipPath", "symbol", "svg"];
    let refused = vec!["image", "text", "filter", "mask", "pattern", "marker", "switch", "style"];
    let name = prop_oneof![60 => select(shapes), 30 => select(others), 1 => select(refused)];
    let key = select(vec![
        "x",
        "y",
        "width",
        "height",
        "r",
        "rx",
        "ry",
        "cx",
        "cy",
        "x1",
        "x2",
        "fx",
        "offset",
        "stroke-width",
        "opacity",
        "fill-opacity",
        "stroke-miterlimit",
        "font-size",
        "stroke-dashoffset",
    ]);
    let plain = (key, number()).prop_map(|(key, number)| format!("{key}='{number}'"));
    let path = vec(
        (select("MLHVCSQTAZmlhvcsqtaz".chars().collect::<Vec<_>>()), vec(number(), 0..7)),
        1..9,
    )
    .prop_map(|steps| {
        steps
            .into_iter()
            .map(|(step, numbers)| format!("{step}{} ", numbers.join(" ")))
            .collect::<String>()
    });
    let attribute = prop_oneof![
        4 => plain,
        1 => path.prop_map(|path| format!("d='{path}'")),
        1 => (select(vec!["matrix", "scale", "rotate", "skewX", "translate"]), vec(number(), 1..7))
            .prop_map(|(name, numbers)| format!("transform='{name}({})'", numbers.join(","))),
        1 => select(vec!["id='a'", "id='b'", "href='#a'", "href='#b'", "clip-path='url(#a)'", "fill='url(#b)'", "stroke='red'", "mask='url(#a)'",
            "filter='blur(9px)'", "style='mix-blend-mode:screen'", "stroke-linejoin='round'", "gradientUnits='userSpaceOnUse'",
            "spreadMethod='repeat'", "stroke-linecap='square'", "vector-effect='non-scaling-stroke'"]).prop_map(str::to_owned),
        1 => vec(number(), 4).prop_map(|numbers| format!("viewBox='{}'", numbers.join(" "))),
        1 => vec(number(), 0..9).prop_map(|numbers| format!("points='{}'", numbers.join(","))),
    ];
    let leaf = (name.clone(), vec(attribute.clone(), 0..6))
        .prop_map(|(name, attributes)| format!("<{name} {}/>", attributes.join(" ")));
    leaf.prop_recursive(4, 24, 5, move |inner| {
        (name.clone(), vec(attribute.clone(), 0..3), vec(inner, 0..5)).prop_map(
            |(name, attributes, inner)| {
                format!("<{name} {}>{}</{name}>", attributes.join(" "), inner.concat())
            },
        )
    })
}

#[test]
fn random_svg_logos() {
    fuzz(
        &(vec(element(), 1..5), "(width='[0-9]{1,3}' )?(height='[0-9]{1,3}' )?"),
        |(elements, size)| {
            decode(
                format!(
                    "<svg xmlns='http://www.w3.org/2000/svg' {size}>{}</svg>",
                    elements.concat()
                )
                .as_bytes(),
            )
        },
    );
}
