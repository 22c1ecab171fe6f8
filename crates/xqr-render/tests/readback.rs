//! Every shape and every way to combine them, drawn and read back by two decoders of other people.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use xqr_render::{
    Backdrop, Canvas, Caps, ClearZone, Design, Direction, Encoding, EyeBorder, EyeCenter, EyeShape,
    Eyes, Format, Frame, FrameStyle, Gradient, Level, Logo, Paint, Pattern, Rgba, Size, Symbol,
    Verdict, verify,
};

mod common {
    pub(crate) mod draw;
    pub(crate) mod named;
    pub(crate) mod picture;
    pub(crate) mod read;
    pub(crate) mod zbar;
}
use common::draw::{Pixels, draw};
use common::named::named;
use common::{picture, read, zbar};

const TEXT: &str = "https://example.com/summer-sale?utm_source=qr";

const NAVY: Rgba = Rgba::opaque(0x1d, 0x35, 0x57);
const RED: Rgba = Rgba::opaque(0xb0, 0x1e, 0x2f);
const CREAM: Rgba = Rgba::opaque(0xff, 0xf4, 0xd6);

/// What ZBar cannot read, by a part of the case's name, and why. `rxing` reads everything.
const MISSED_BY_ZBAR: [(&str, &str); 2] = [
    ("circle/square", "few lines cross a square in a round ring in the widths 1 : 1 : 3 : 1 : 1"),
    ("light on dark", "it reads dark on light only"),
];

/// A design, the symbol in it, and what it must say.
struct Case {
    name: String,
    symbol: Symbol,
    text: String,
    design: Design,
    size: Size,
}

fn case(name: impl Into<String>, design: Design) -> Case {
    let symbol = Symbol::encode(TEXT, design.level()).unwrap();
    Case { name: name.into(), symbol, text: TEXT.to_owned(), design, size: Size::Module(8) }
}

/// What was made of a case.
struct Seen {
    rxing: bool,
    verdict: Verdict,
    reasons: String,
}

fn look(case: &Case, file: &Path) -> Seen {
    let Case { symbol, text, design, size, .. } = case;
    let png = draw(symbol, design, *size, Format::Png);
    let pixels = Pixels::decode(&png);
    zbar::write(&pixels, &png, file);
    let canvas = Canvas::new(symbol, design, *size, &Caps::default()).unwrap();
    let report = verify(symbol, design, &canvas, text).unwrap();
    Seen {
        rxing: read::rxing(&pixels).as_ref() == Some(text),
        verdict: report.verdict,
        reasons: report.reasons(),
    }
}

/// Looks at all cases, on all processors.
fn look_at_all(cases: &[Case], files: &[PathBuf]) -> Vec<Seen> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut seen = Vec::new();
        while let (i, Some(case)) = {
            let i = next.fetch_add(1, Ordering::Relaxed);
            (i, cases.get(i))
        } {
            seen.push((i, look(case, &files[i])));
        }
        seen
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut seen: Vec<(usize, Seen)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    seen.sort_by_key(|(i, _)| *i);
    seen.into_iter().map(|(_, seen)| seen).collect()
}

/// Draws the cases and reads them with both decoders. `assess` must warn of a design that one
/// decoder misses, and must not refuse a design that both read.
#[track_caller]
fn all_read(cases: &[Case]) {
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<PathBuf> =
        (0..cases.len()).map(|i| folder.path().join(format!("{i}.png"))).collect();
    let seen = look_at_all(cases, &files);
    let by_zbar = zbar::read(&files);
    let mut wrong = Vec::new();
    for ((case, file), seen) in cases.iter().zip(&files).zip(&seen) {
        let Case { name, text, .. } = case;
        // A reader of XML turns CR LF into LF.
        let by_zbar =
            by_zbar.as_ref().is_none_or(|read| read.get(file) == Some(&text.replace("\r\n", "\n")));
        let excused = MISSED_BY_ZBAR.iter().any(|(what, _)| name.contains(what));
        if !seen.rxing {
            wrong.push(format!("{name}: rxing"));
        }
        if !by_zbar && !excused {
            wrong.push(format!("{name}: zbar"));
        }
        if !by_zbar && seen.verdict == Verdict::Good {
            wrong.push(format!("{name}: the guard calls it good"));
        }
        if seen.rxing && seen.verdict == Verdict::Unreadable {
            wrong.push(format!("{name}: the guard refuses it: {}", seen.reasons));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn every_pattern_is_read_with_every_eye() {
    let mut cases = Vec::new();
    for (pattern_name, pattern) in named(Pattern::ALL) {
        for (border_name, border) in named(EyeBorder::ALL) {
            for (center_name, center) in named(EyeCenter::ALL) {
                let eyes = Eyes { border: Some(border), center: Some(center), ..Eyes::default() };
                let name = format!("{pattern_name}/{border_name}/{center_name}");
                cases.push(case(name, Design { pattern, eyes, ..Design::default() }));
            }
        }
    }
    all_read(&cases);
}

#[test]
fn every_paint_is_read() {
    let mut cases = Vec::new();
    for (pattern_name, pattern) in named(Pattern::ALL) {
        for (direction_name, direction) in named(Direction::ALL) {
            let foreground = Paint::Gradient(Gradient { direction, from: RED, to: NAVY });
            let design = Design { pattern, foreground, background: CREAM, ..Design::default() };
            cases.push(case(format!("{pattern_name}, {direction_name} gradient"), design));
        }
        let navy = Design { pattern, foreground: Paint::Solid(NAVY), ..Design::default() };
        let eyes =
            Eyes { border_color: Some(RED), center_color: Some(Rgba::BLACK), ..Eyes::default() };
        cases.push(case(
            format!("{pattern_name}, coloured eyes"),
            Design { eyes, background: CREAM, ..navy.clone() },
        ));
        let (border_color, center_color) =
            (Some(Rgba { a: 0xd0, ..RED }), Some(Rgba { a: 0xe0, ..NAVY }));
        let eyes = Eyes { border_color, center_color, ..Eyes::default() };
        cases.push(case(
            format!("{pattern_name}, translucent eyes"),
            Design { eyes, ..navy.clone() },
        ));
        cases.push(case(
            format!("{pattern_name}, no background"),
            Design { background: Rgba::TRANSPARENT, ..navy.clone() },
        ));
        let inverted = Design { foreground: Paint::Solid(CREAM), background: NAVY, ..navy };
        cases.push(case(format!("{pattern_name}, light on dark"), inverted));
    }
    all_read(&cases);
}

#[test]
fn every_logo_is_read() {
    let logos = [
        ("disc", picture::disc(96)),
        ("wide", picture::stripes(200, 60)),
        ("tall", picture::stripes(60, 200)),
    ];
    let mut cases = Vec::new();
    for (pattern_name, pattern) in named(Pattern::ALL) {
        for (zone_name, clear_zone) in named(ClearZone::ALL) {
            for (logo_name, picture) in &logos {
                let logo =
                    Some(Logo { picture: Arc::clone(picture), ratio: Logo::RATIO, clear_zone });
                cases.push(case(
                    format!("{pattern_name}, {logo_name} logo, {zone_name}"),
                    Design { pattern, logo, ..Design::default() },
                ));
            }
        }
    }
    all_read(&cases);
}

#[test]
fn every_surrounding_is_read() {
    let mut cases = Vec::new();
    for (shape_name, shape) in named(EyeShape::ALL) {
        for outer_frame_match in [false, true] {
            let eyes = Eyes { shape, outer_frame: true, outer_frame_match, ..Eyes::default() };
            let name = format!("{shape_name} eyes in rings, matching: {outer_frame_match}");
            cases.push(case(name, Design { eyes, ..Design::default() }));
        }
    }
    for (style_name, style) in named(FrameStyle::ALL) {
        for color in [NAVY, RED, CREAM] {
            for label in ["SCAN ME", "Menü · Меню · قائمة · תפריט"] {
                let frame =
                    Some(Frame { style, color, label: Some(label.to_owned()), label_color: None });
                let name = format!("{style_name} frame in {color}, {label}");
                cases.push(case(name, Design { frame, ..Design::default() }));
            }
        }
    }
    for quiet_zone in [0, 1, 2, 3, 4, 8, 16] {
        cases.push(case(
            format!("quiet zone {quiet_zone}"),
            Design { quiet_zone, ..Design::default() },
        ));
    }
    for (pattern_name, pattern) in named(Pattern::ALL) {
        for opacity in [0.1, 0.35] {
            let backdrop = Some(Backdrop { picture: picture::stripes(300, 200), opacity });
            cases.push(case(
                format!("{pattern_name} on a picture, {opacity}"),
                Design { pattern, backdrop, ..Design::default() },
            ));
        }
    }
    all_read(&cases);
}

#[test]
fn every_version_and_content_is_read() {
    let mut cases = Vec::new();
    for (version, bytes) in [(1, 14), (7, 122), (14, 362), (25, 997), (40, 2331)] {
        let text: String = "https://example.com/?q="
            .chars()
            .chain("abcdefghijklmnopqrstuvwxyz-".chars().cycle())
            .take(bytes)
            .collect();
        let symbol = Encoding::new(Level::M).version(version).encode(&text).unwrap();
        for (pattern_name, pattern) in named(Pattern::ALL) {
            let (name, design) = (
                format!("version {version} in {pattern_name}"),
                Design { pattern, ..Design::default() },
            );
            cases.push(Case {
                name,
                symbol: symbol.clone(),
                text: text.clone(),
                design,
                size: Size::Module(if version > 14 { 5 } else { 8 }),
            });
        }
    }
    let contents = [
        "0123456789012345678901234567890123456789",
        "HTTPS://EXAMPLE.COM/A-B*C",
        "WIFI:T:WPA;S:Café\\; Guests;P:espresso;;",
        "Grüße aus Zürich",
        "Ελλάδα",
        "Москва",
        "日本語のテキスト",
        "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Lovelace;Ada;;;\r\nFN:Ada Lovelace\r\nEND:VCARD\r\n",
    ];
    for text in contents {
        for level in Level::ALL {
            let symbol = Symbol::encode(text, level).unwrap();
            let name = format!("{text:?} at {}", level.letter());
            cases.push(Case {
                name,
                symbol,
                text: text.to_owned(),
                design: Design::default(),
                size: Size::Module(8),
            });
        }
    }
    all_read(&cases);
}

#[test]
fn a_text_of_several_scripts_is_read() {
    for text in ["Grüße, Ελλάδα, Москва", "ü, 日本語の", "é × 2 ± 1°"] {
        let symbol = Symbol::encode(text, Level::M).unwrap();
        let png = draw(&symbol, &Design::default(), Size::Module(8), Format::Png);
        assert_eq!(read::rxing(&Pixels::decode(&png)).as_deref(), Some(text));
    }
}
