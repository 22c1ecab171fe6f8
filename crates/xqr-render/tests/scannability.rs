//! Scannability against a decoder: it does not read an unreadable design, and reads a good one.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use proptest::sample::select;
use xqr_render::{
    Canvas, Caps, ClearZone, Design, Encoding, Error, Format, Frame, FrameStyle, Level, Logo,
    Paint, Report, Rgba, Size, Symbol, Verdict, assess, verify,
};

mod common {
    pub(crate) mod draw;
    pub(crate) mod picture;
    pub(crate) mod read;
}
use common::draw::{Pixels, draw};
use common::{picture, read};

const TEXT: &str = "https://example.com/summer24";

fn assessed(symbol: &Symbol, design: &Design) -> Report {
    let canvas = Canvas::new(symbol, design, Size::Module(8), &Caps::default()).unwrap();
    assess(symbol, design, &canvas)
}

fn is_read(symbol: &Symbol, design: &Design) -> bool {
    read::rxing(&Pixels::decode(&draw(symbol, design, Size::Module(6), Format::Png))).as_deref()
        == Some(TEXT)
}

/// The worst finding of a check.
fn found(report: &Report, check: &str) -> Verdict {
    report
        .findings
        .iter()
        .filter(|finding| finding.check == check)
        .map(|finding| finding.verdict)
        .max()
        .unwrap_or(Verdict::Good)
}

#[test]
fn a_logo_over_budget_is_unreadable_and_decoders_agree() {
    let pictures = [picture::disc(64), picture::stripes(80, 40)];
    let (mut over, mut over_read, mut within, mut within_read) = (0, 0, 0, 0);
    for level in Level::ALL {
        for version in [2, 3, 4, 5, 6, 7] {
            let Ok(symbol) = Encoding::new(level).boost(false).version(version).encode(TEXT) else {
                continue;
            };
            for ratio in [0.1, 0.16, 0.22, 0.28, 0.34, 0.4] {
                for (picture, clear_zone) in
                    pictures.iter().flat_map(|picture| ClearZone::ALL.map(|zone| (picture, zone)))
                {
                    let logo = Some(Logo { picture: picture.clone(), ratio, clear_zone });
                    let design = Design { logo, ..Design::default() };
                    let report = assessed(&symbol, &design);
                    assert_eq!(found(&report, "logo") == Verdict::Unreadable, report.damage > 1.0);
                    let read = u32::from(is_read(&symbol, &design));
                    if report.damage > 1.0 {
                        (over, over_read) = (over + 1, over_read + read);
                        assert!(matches!(report.demand().unwrap_err(), Error::Unscannable { .. }));
                    } else {
                        (within, within_read) = (within + 1, within_read + read);
                    }
                }
            }
        }
    }
    assert!(over > 50 && over_read * 2 < over, "{over_read} of {over} over budget are read");
    assert!(within > 50 && within_read == within, "{within_read} of {within} within it are read");
}

#[test]
fn the_damage_grows_with_the_logo() {
    let symbol = Symbol::encode(TEXT, Level::H).unwrap();
    let damage = |percent: u8| {
        let logo = Some(Logo {
            picture: picture::disc(64),
            ratio: f32::from(percent) / 100.0,
            clear_zone: ClearZone::Square,
        });
        let report = assessed(&symbol, &Design { logo, ..Design::default() });
        (report.damage, report.covered_modules)
    };
    let damages: Vec<_> = (5..=40).map(damage).collect();
    assert!(damages.is_sorted_by(|(a, m), (b, n)| a <= b && m <= n), "{damages:?}");
    assert!(damages[0].0 < damages[35].0);
}

#[test]
fn contrast_is_that_of_the_guidelines() {
    let symbol = Symbol::encode(TEXT, Level::M).unwrap();
    let report = |ink: Rgba, paper: Rgba| {
        assessed(
            &symbol,
            &Design { foreground: Paint::Solid(ink), background: paper, ..Design::default() },
        )
    };
    let gray = |gray: u8| Rgba::opaque(gray, gray, gray);
    let best = report(Rgba::BLACK, Rgba::WHITE);
    assert_eq!((best.contrast, best.verdict, best.findings.len()), (21.0, Verdict::Good, 0));
    // Pairs of WCAG's own examples, to two places.
    assert!((report(gray(0x76), Rgba::WHITE).contrast - 4.54).abs() < 0.01);
    assert!((report(gray(0x77), Rgba::WHITE).contrast - 4.48).abs() < 0.01);
    assert!((report(Rgba::opaque(255, 0, 0), Rgba::WHITE).contrast - 4.0).abs() < 0.01);
    for (ink, paper, contrast, polarity) in [
        (Rgba::WHITE, Rgba::WHITE, Verdict::Unreadable, Verdict::Good),
        (gray(0xc8), Rgba::WHITE, Verdict::Unreadable, Verdict::Good),
        (gray(0x90), Rgba::WHITE, Verdict::Risky, Verdict::Good),
        (gray(0x60), Rgba::WHITE, Verdict::Good, Verdict::Good),
        (Rgba::WHITE, Rgba::BLACK, Verdict::Good, Verdict::Risky),
        (Rgba::opaque(255, 255, 0), Rgba::WHITE, Verdict::Unreadable, Verdict::Good),
        (Rgba { a: 0x20, ..Rgba::BLACK }, Rgba::WHITE, Verdict::Unreadable, Verdict::Good),
    ] {
        let report = report(ink, paper);
        assert_eq!(
            (found(&report, "contrast"), found(&report, "polarity")),
            (contrast, polarity),
            "{ink} on {paper}"
        );
    }
}

#[test]
fn a_missing_quiet_zone_is_found() {
    let symbol = Symbol::encode(TEXT, Level::M).unwrap();
    let frame = Some(Frame::new(FrameStyle::Border, Rgba::BLACK));
    for quiet_zone in 0..=16 {
        let plain = Design { quiet_zone, ..Design::default() };
        let framed = Design { frame: frame.clone(), ..plain.clone() };
        let [plain, framed] =
            [plain, framed].map(|design| found(&assessed(&symbol, &design), "quiet_zone"));
        let expected = match quiet_zone {
            0 => (Verdict::Risky, Verdict::Unreadable),
            1 => (Verdict::Risky, Verdict::Risky),
            _ => (Verdict::Good, Verdict::Good),
        };
        assert_eq!((plain, framed), expected, "{quiet_zone} modules");
    }
}

#[test]
fn a_symbol_of_another_text_is_not_verified() {
    let symbol = Symbol::encode(TEXT, Level::M).unwrap();
    let design = Design::default();
    let canvas = Canvas::new(&symbol, &design, Size::Module(8), &Caps::default()).unwrap();
    let report = verify(&symbol, &design, &canvas, TEXT).unwrap();
    assert_eq!(
        (report.verdict, report.encoded, report.decoded),
        (Verdict::Good, Some(true), Some(true))
    );
    let report = verify(&symbol, &design, &canvas, "something else").unwrap();
    assert_eq!(
        (report.verdict, report.decoded, found(&report, "decode")),
        (Verdict::Unreadable, Some(false), Verdict::Unreadable)
    );
    assert_eq!(
        (report.encoded, found(&report, "encode")),
        (Some(false), Verdict::Unreadable),
        "the second encoder knows it, too"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn colours_that_are_good_are_read(ink in any::<[u8; 3]>(), paper in any::<[u8; 3]>(), level in select(Level::ALL.to_vec())) {
        let [ink, paper] = [ink, paper].map(|[r, g, b]| Rgba::opaque(r, g, b));
        let symbol = Symbol::encode(TEXT, level).unwrap();
        let design = Design { foreground: Paint::Solid(ink), background: paper, ..Design::default() };
        if assessed(&symbol, &design).verdict == Verdict::Good {
            prop_assert!(is_read(&symbol, &design));
        }
    }

    #[test]
    fn contrast_is_the_same_both_ways(a in any::<[u8; 3]>(), b in any::<[u8; 3]>()) {
        let [a, b] = [a, b].map(|[r, g, b]| Rgba::opaque(r, g, b));
        let symbol = Symbol::encode(TEXT, Level::M).unwrap();
        let contrast = |ink, background| assessed(&symbol, &Design { foreground: Paint::Solid(ink), background, ..Design::default() }).contrast;
        prop_assert_eq!(contrast(a, b), contrast(b, a));
        prop_assert!((1.0..=21.0).contains(&contrast(a, b)));
    }
}
