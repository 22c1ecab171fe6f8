//! Designs of the studio dialect, drawn over HTTP and read back by a decoder that shares no code
//! with the encoder (section 18 item 15).

use std::collections::HashSet;

use futures_util::future::join_all;
use rxing::helpers::detect_in_luma_slice_with_hints;
use rxing::{BarcodeFormat, DecodeHints};
use serde_json::json;
use xqr_engine::plans::Plan;

use crate::support::envelopes::studio_refused;
use crate::support::pictures::pixels;
use crate::support::studio::{MENU, form, studio_key};
use crate::support::test_app::{Answer, TestApp};

const PATTERNS: [&str; 11] = [
    "squares",
    "rounded",
    "dot",
    "diamond",
    "liquid",
    "connected-h",
    "connected-v",
    "hexagon",
    "star",
    "halftone",
    "frame",
];
const SHAPES: [&str; 4] = ["square", "rounded", "circle", "frame"];
const BORDERS: [&str; 8] =
    ["square", "rounded", "circle", "leaf-tl", "leaf-tr", "leaf-br", "leaf-bl", "frame"];
const CENTERS: [&str; 8] =
    ["square", "rounded", "circle", "leaf-tl", "sunburst", "star", "diamond", "cross"];

/// Reads a picture with `rxing`, which takes every eye; `rqrr` and ZBar miss some round ones.
fn read(picture: &[u8]) -> Option<String> {
    let (side, luma) = pixels(picture);
    let formats = Some(HashSet::from([BarcodeFormat::QR_CODE]));
    let mut hints =
        DecodeHints { PossibleFormats: formats, TryHarder: Some(true), ..DecodeHints::default() };
    let side = u32::try_from(side).unwrap();
    let read = detect_in_luma_slice_with_hints(
        &luma,
        side,
        side,
        Some(BarcodeFormat::QR_CODE),
        &mut hints,
    )
    .ok()?;
    Some(read.getText().to_owned())
}

/// A PNG of 64 × 64 px, each coloured by its distance from the middle, 0 to 1 at the nearest edge.
fn round(color: impl Fn(f64) -> [u8; 4]) -> Vec<u8> {
    let far = |x: i32, y: i32| f64::from(x * 2 - 63).hypot(f64::from(y * 2 - 63)) / 63.0;
    let px: Vec<u8> = (0..64)
        .flat_map(|y| (0..64).map(move |x| (x, y)))
        .flat_map(|(x, y)| color(far(x, y)))
        .collect();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 64, 64);
    encoder.set_color(png::ColorType::Rgba);
    encoder.write_header().unwrap().write_image_data(&px).unwrap();
    bytes
}

/// Orders a picture with these fields and perhaps a logo, as a form.
async fn order(app: &TestApp, key: &str, fields: &[(&str, &str)], logo: Option<&[u8]>) -> Answer {
    let mut parts: Vec<(&str, Option<&str>, &[u8])> = vec![
        ("data", None, MENU.as_bytes()),
        ("size_inches", None, b"1"),
        ("background", None, b"white"),
    ];
    parts.extend(fields.iter().map(|(name, value)| (*name, None, value.as_bytes())));
    parts.extend(logo.map(|logo| ("logo_file", Some("logo.png"), logo)));
    let request = app.request("POST", "/api/v1/generate/").header("x-api-key", key);
    app.send(request.header("content-type", "multipart/form-data; boundary=XX").body(form(&parts)))
        .await
}

/// Every two of pattern, border and centre meet, and every pattern meets every coarse eye shape;
/// each with and without a logo of the default ratio, which is 0.24.
#[actix_web::test]
async fn every_pattern_is_read_with_every_eye() {
    let mut designs: Vec<Vec<(&str, &str)>> = Vec::new();
    let mut pairs = HashSet::new();
    for (p, pattern) in PATTERNS.into_iter().enumerate() {
        designs.extend(SHAPES.map(|shape| vec![("pattern", pattern), ("eye_shape", shape)]));
        for (b, border) in BORDERS.into_iter().enumerate() {
            // 11 patterns and 8 borders bring every centre to each of both.
            let c = (p + b) % CENTERS.len();
            designs.push(vec![
                ("pattern", pattern),
                ("eye_border_shape", border),
                ("eye_center_shape", CENTERS[c]),
            ]);
            pairs.extend([
                ("pattern, border", p, b),
                ("pattern, centre", p, c),
                ("border, centre", b, c),
            ]);
        }
    }
    assert_eq!(pairs.len(), 11 * 8 + 11 * 8 + 8 * 8);
    let app = TestApp::start().await;
    let key = app.key_with(Plan::Enterprise, r#"{"calls_per_minute":null}"#, &["*"]);
    let logo = round(|far| if far > 1.0 { [0; 4] } else { [190, 20, 40, 255] });
    let mut orders: Vec<_> = designs
        .iter()
        .flat_map(|design| [(design, None), (design, Some(logo.as_slice()))])
        .collect();
    let (mut wrong, mut distinct) = (Vec::new(), HashSet::new());
    while !orders.is_empty() {
        let some = orders.split_off(orders.len().saturating_sub(16));
        let answers =
            join_all(some.iter().map(|(design, logo)| order(&app, &key, design, *logo))).await;
        for ((design, logo), answer) in some.iter().zip(answers) {
            let answer = answer.expect(200);
            if read(&answer.bytes).as_deref() != Some(MENU) {
                wrong.push(format!("{design:?}, logo: {}", logo.is_some()));
            }
            distinct.insert(answer.bytes);
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), designs.len() * 2, wrong.join("\n"));
    assert!(distinct.len() > designs.len(), "{} pictures differ", distinct.len());
}

#[actix_web::test]
async fn a_neon_logo_loses_its_glow_on_demand() {
    let app = TestApp::start().await;
    let key = studio_key(&app, Plan::Pro);
    // A small tube, and a glow as wide as the logo.
    let neon = round(|far| match far {
        0.0..0.3 => [255, 0, 200, 255],
        0.3..1.0 => [160, 160, 160, 100],
        _ => [0; 4],
    });
    let design = |neon_alpha: &'static str| {
        [
            ("pattern", "squares"),
            ("logo_size_ratio", "0.3"),
            ("logo_clear_zone", "none"),
            ("logo_neon_alpha", neon_alpha),
        ]
    };
    let fog = |answer: &Answer| {
        pixels(&answer.bytes).1.into_iter().filter(|luma| (40..216).contains(luma)).count()
    };
    let glowing = order(&app, &key, &design("false"), Some(&neon)).await.expect(200);
    // As Python's `requests` writes it.
    let clear = order(&app, &key, &design("True"), Some(&neon)).await.expect(200);
    assert_eq!((clear.header("x-qr-cache"), read(&clear.bytes).as_deref()), ("MISS", Some(MENU)));
    // The edges of modules are grey in both.
    assert!(fog(&clear) * 2 < fog(&glowing), "{} {}", fog(&glowing), fog(&clear));
    let again = order(&app, &key, &design("1"), Some(&neon)).await.expect(200);
    assert_eq!((again.header("x-qr-cache"), &again.bytes), ("HIT", &clear.bytes));
    let default = order(&app, &key, &design("false")[..3], Some(&neon)).await.expect(200);
    assert_eq!((default.header("x-qr-cache"), &default.bytes), ("HIT", &glowing.bytes));
    let input = json!({ "data": MENU, "size_inches": 1, "logo_neon_alpha": "much" });
    let reported = app.studio(&key).post("/api/v1/generate/", input).await;
    studio_refused(&reported, 400, &json!({ "logo_neon_alpha": ["Must be a boolean."] }));
}
