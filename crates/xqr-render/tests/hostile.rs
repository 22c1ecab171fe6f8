//! Files that want to do harm: each is refused, or becomes a small picture, soon and in little
//! memory.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io::Cursor;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::{DynamicImage, ImageFormat};
use xqr_render::{Canvas, Caps, ClearZone, Design, Format, Level, Logo, Picture, Size, Symbol};

mod common {
    pub(crate) mod bombs;
}
use common::bombs::{bmp, chunk, gif, jpeg, png, small_png, svg, tiff, webp, zlib};

/// The most memory that a file may take, above what is held before.
const MAX_BYTES: isize = 64 * 1024 * 1024;
/// What a file may take of a processor. The service promises 0.2 s for a raster and 0.5 s for an
/// SVG; tests are not optimised, and machines differ.
const MAX_TIME: Duration = Duration::from_secs(2);

// ---- Measures
// -------------------------------------------------------------------------------------------------------------

/// Counts what the current thread holds.
struct Counting;

thread_local! {
    static LIVE: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

fn count(bytes: isize) {
    // A thread that ends frees memory when its counters are gone.
    let _ = LIVE.try_with(|live| {
        live.set(live.get() + bytes);
        let _ = PEAK.try_with(|peak| peak.set(peak.get().max(live.get())));
    });
}

#[expect(unsafe_code, reason = "an allocator is unsafe by its trait")]
// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller keeps the contract of `GlobalAlloc::alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller keeps the contract of `GlobalAlloc::alloc_zeroed`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: `pointer` came from this allocator, hence from the system's.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The CPU time of the current thread; without `/proc`, the elapsed time.
fn cpu_time(since: Instant) -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = stat.and_then(|text| text.split_whitespace().next()?.parse().ok());
    nanos.map_or_else(|| since.elapsed(), Duration::from_nanos)
}

/// Decodes a hostile file within the limits.
#[track_caller]
fn survives(name: &str, bytes: &[u8]) -> Option<Picture> {
    let (start, held) = (Instant::now(), LIVE.get());
    let begun = cpu_time(start);
    PEAK.set(held);
    let decoded = Picture::decode(bytes, &Caps::default());
    let (taken, grown) = (cpu_time(start).saturating_sub(begun), PEAK.get() - held);
    assert!(taken <= MAX_TIME, "{name}: {taken:?}");
    assert!(grown <= MAX_BYTES, "{name}: {} KiB", grown / 1024);
    match decoded {
        Ok(picture) => {
            assert!(picture.width().max(picture.height()) <= 1024, "{name}: {picture:?}");
            Some(picture)
        }
        Err(_) => None,
    }
}

#[track_caller]
fn refused(name: &str, bytes: &[u8]) {
    assert!(survives(name, bytes).is_none(), "{name} is not refused");
}

// ---- Rasters
// --------------------------------------------------------------------------------------------------------------

#[test]
fn image_bombs_are_refused() {
    let short = zlib(0, 1 << 16);
    for (width, height) in [
        (16_384, 16_384),
        (50_000, 50_000),
        (100_000, 100_000),
        (u32::MAX >> 1, 1),
        (0, 0),
        (1, 12_582_913),
    ] {
        for (depth, color) in [(1, 0), (8, 6), (16, 6)] {
            refused(
                &format!("PNG, {width} × {height}, {depth} bits"),
                &png(width, height, depth, color, &[], &short),
            );
        }
    }
    refused("PNG of 12 Mi px of 64 bits", &png(4096, 3072, 16, 6, &[], &short));
    refused(
        "PNG of 30,000 × 30,000 px, with all its data",
        &png(30_000, 30_000, 1, 0, &[], &zlib(0, 30_000 * 3_751)),
    );
    for bits in [1, 8, 24, 32] {
        refused("BMP, 100,000 × 100,000", &bmp(100_000, 100_000, bits, 0));
        refused("BMP, upside down", &bmp(50_000, -50_000, bits, 0));
        refused("BMP, negative", &bmp(i32::MIN, i32::MIN, bits, 0));
    }
    refused("BMP with run lengths", &bmp(65_535, 65_535, 8, 1));
    refused("GIF, 65,535 × 65,535", &gif(65_535, 65_535));
    for compression in [1, 5, 8, 32_773] {
        refused("TIFF, 100,000 × 100,000", &tiff(100_000, 100_000, 8, compression, 100));
        refused("TIFF, a strip of 4 GiB", &tiff(4000, 3000, 8, compression, u32::MAX));
        refused("TIFF, 64 bits a sample", &tiff(60_000, 60_000, 64, compression, 100));
    }
    refused("animated WebP, 16,384 × 16,384", &webp(16_384, 16_384));
    refused("animated WebP, 1 × 16,777,216", &webp(1, 1 << 24));
    refused("JPEG, 65,535 × 65,535", &jpeg(65_535, 65_535));
}

#[test]
fn what_expands_beside_the_px_takes_little() {
    let bomb = zlib(b'a', 200 << 20);
    let text = chunk(b"zTXt", &[b"Comment\0\0", &bomb[..]].concat());
    let international = chunk(b"iTXt", &[b"Comment\0\x01\0\0\0", &bomb[..]].concat());
    let profile = chunk(b"iCCP", &[b"sRGB\0\0", &bomb[..]].concat());
    let px = zlib(0, 1 << 16);
    for (name, extra) in [("zTXt", text.clone()), ("iTXt", international), ("iCCP", profile)] {
        survives(&format!("PNG with {name}"), &png(4, 4, 8, 0, &[extra], &px));
    }
    survives("PNG with three texts", &png(4, 4, 8, 0, &[text.clone(), text.clone(), text], &px));
    survives("PNG with more data than px", &png(4, 4, 8, 0, &[], &bomb));
    let frames: Vec<Vec<u8>> = [
        chunk(b"acTL", &[0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0]),
        chunk(b"fcTL", &[&[0; 4][..], &[0, 0, 0, 4, 0, 0, 0, 4], &[0; 10], &[0, 0]].concat()),
    ]
    .into();
    survives("APNG of 2,147,483,647 frames", &png(4, 4, 8, 0, &frames, &px));
    survives("progressive JPEG of 500 scans", &jpeg(4000, 3000));
    survives("GIF of 3,400 × 3,400 with one code", &gif(3400, 3400));
}

#[test]
fn large_pictures_within_the_limits_take_no_more_than_theirs() {
    let kinds = [
        (1, 0, 1),
        (8, 0, 1),
        (16, 0, 1),
        (8, 2, 3),
        (16, 2, 3),
        (8, 4, 2),
        (16, 4, 2),
        (8, 6, 4),
        (16, 6, 4),
    ];
    for ((depth, color, channels), (width, height)) in
        kinds.into_iter().flat_map(|kind| [(kind, (4096, 3072)), (kind, (2000, 1500))])
    {
        let line = 1 + (width as usize * channels * usize::from(depth)).div_ceil(8);
        let name = format!("PNG of {width} × {height} px, {channels} × {depth} bits");
        let picture = survives(
            &name,
            &png(width, height, depth, color, &[], &zlib(0, line * height as usize)),
        );
        assert!(
            picture.iter().all(|picture| (picture.width(), picture.height()) == (1024, 768)),
            "{name}"
        );
        // What is large and deep at once may be refused.
        assert!(picture.is_some() || width == 4096, "{name}");
    }
    let image = DynamicImage::new_rgb8(4096, 3072);
    for format in [ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif] {
        let mut file = Vec::new();
        image.write_to(&mut Cursor::new(&mut file), format).unwrap();
        let picture = survives(&format!("{format:?} of 12 Mi px"), &file);
        assert!(picture.is_some() || format == ImageFormat::WebP, "{format:?}");
    }
    let mut progressive = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut progressive, 60);
    encoder.set_progressive(true);
    encoder.encode(image.as_bytes(), 4096, 3072, jpeg_encoder::ColorType::Rgb).unwrap();
    survives("progressive JPEG of 12 Mi px", &progressive);
}

#[test]
fn damaged_files_are_refused() {
    let good = small_png();
    assert!(survives("small PNG", &good).is_some());
    for length in 0..good.len() - 16 {
        refused(&format!("{length} bytes of a PNG"), &good[..length]);
    }
    for start in [
        &b"GIF89a"[..],
        b"\xff\xd8\xff\xe0",
        b"BM",
        b"RIFF\xff\xff\xff\xffWEBP",
        b"II*\0",
        b"MM\0*",
        b"<svg",
        b"\x1f\x8b",
        b"%PDF-1.7",
    ] {
        for filler in [0, 0xff, b'<', b'A'] {
            refused("a start and rubbish", &[start, &[filler; 5000]].concat());
        }
    }
    refused("HTML", b"<!doctype html><script>alert(1)</script>");
    refused(
        "SVG, packed",
        &[&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3][..], &zlib(b' ', 1 << 20)].concat(),
    );
    survives("PNG, then a ZIP", &[&good[..], b"PK\x03\x04", &[0; 1000]].concat());
    survives(
        "GIF that is a script",
        &[b"GIF89a/*".as_slice(), &[0; 600], b"*/=1;alert(1)"].concat(),
    );
    refused(
        "JPEG, then SVG",
        &[&b"\xff\xd8\xff\xe0"[..], b"<svg xmlns='http://www.w3.org/2000/svg'/>"].concat(),
    );
}

// ---- SVG
// ------------------------------------------------------------------------------------------------------------------

/// Draws a logo large, and returns the px of the picture.
fn drawn(logo: Picture) -> Vec<[u8; 4]> {
    let logo = Some(Logo { picture: logo.into(), ratio: 0.4, clear_zone: ClearZone::Square });
    let symbol = Symbol::encode("https://example.com", Level::H).unwrap();
    let canvas = Canvas::new(
        &symbol,
        &Design { logo, ..Design::default() },
        Size::Module(8),
        &Caps::default(),
    )
    .unwrap();
    let mut png = Vec::new();
    canvas.write(Format::Png, &mut png).unwrap();
    image::load_from_memory(&png).unwrap().into_rgba8().as_raw().as_chunks().0.to_vec()
}

#[test]
fn nothing_outside_of_an_svg_is_drawn() {
    // A local file, all green: a picture that shows green has read it.
    let folder = tempfile::tempdir().unwrap();
    let green = image::RgbaImage::from_pixel(64, 64, image::Rgba([0, 255, 0, 255]));
    let canary = folder.path().join("canary.png");
    green.save(&canary).unwrap();
    let vector = folder.path().join("canary.svg");
    std::fs::write(&vector, svg("<rect id='r' width='100' height='100' fill='lime'/>")).unwrap();
    let inline = STANDARD.encode(std::fs::read(&canary).unwrap());
    let nested = STANDARD
        .encode(svg(&format!("<image width='100' height='100' href='{}'/>", canary.display())));
    let (canary, vector) = (canary.display(), vector.display());
    let bodies = [
        format!("<image width='100' height='100' href='{canary}'/>"),
        format!("<image width='100' height='100' xlink:href='{canary}'/>"),
        format!("<image width='100' height='100' href='file://{canary}'/>"),
        format!("<image width='100' height='100' href='{vector}'/>"),
        format!("<image width='100' height='100' href='data:image/png;base64,{inline}'/>"),
        format!("<image width='100' height='100' href='data:image/svg+xml;base64,{nested}'/>"),
        "<image width='100' height='100' href='https://example.com/lime.png'/>".to_owned(),
        "<image width='100' height='100' href='//example.com/lime.png'/>".to_owned(),
        format!("<feImage href='{canary}'/>"),
        format!("<filter id='f'><feImage href='{canary}'/></filter><rect width='100' height='100' filter='url(#f)'/>"),
        format!("<use href='{vector}#r'/>"),
        format!("<use xlink:href='file://{vector}#r'/>"),
        format!("<rect width='100' height='100' fill='url({vector}#r)'/>"),
        format!("<rect width='100' height='100' style='fill:url(\"{vector}#r\")'/>"),
        format!("<rect width='100' height='100' style='fill:u\\72l(\"{vector}#r\")'/>"),
        format!("<style>@import url({vector});</style><rect width='100' height='100'/>"),
        format!("<style>@import '{vector}';</style><rect width='100' height='100'/>"),
        "<style>@\\69mport 'https://example.com/x.css';</style><rect width='100' height='100'/>".to_owned(),
        format!("<style>rect{{fill:url('{vector}#r')}}</style><rect width='100' height='100'/>"),
        format!("<pattern id='p' href='{vector}#r'/><rect width='100' height='100' fill='url(#p)'/>"),
        format!("<linearGradient id='g' xlink:href='{vector}#r'/><rect width='100' height='100' fill='url(#g)'/>"),
        "<script>document.documentElement.style.fill='lime'</script>".to_owned(),
        "<foreignObject width='100' height='100'><p xmlns='http://www.w3.org/1999/xhtml'>x</p></foreignObject>".to_owned(),
        "<text fill='lime' font-size='90' y='90'>WWW</text>".to_owned(),
        "<g><set attributeName='fill' to='lime'/><animate attributeName='x' to='9'/></g>".to_owned(),
        format!("<?xml-stylesheet href='{vector}'?><rect width='100' height='100'/>"),
        format!("<a href='{vector}'><rect width='100' height='100'/></a>"),
        "<iframe xmlns='http://www.w3.org/1999/xhtml' src='https://example.com'/>".to_owned(),
    ];
    for body in bodies {
        let Some(picture) = survives(&body, &svg(&body)) else { continue };
        assert!(!drawn(picture).contains(&[0, 255, 0, 255]), "{body}");
    }
    let entity = format!("<!DOCTYPE svg [<!ENTITY e SYSTEM 'file://{vector}'>]>");
    refused("an entity that is a file", &[entity.as_bytes(), &svg("&e;")].concat());
    assert!(
        drawn(survives("plain", &svg("<rect width='100' height='100' fill='lime'/>")).unwrap())
            .contains(&[0, 255, 0, 255])
    );
}

#[test]
fn costly_svg_is_refused_or_soon_done() {
    let many = |part: &str, count: usize| part.repeat(count);
    let nested = |open: &str, close: &str, depth: usize| {
        format!("{}{}", open.repeat(depth), close.repeat(depth))
    };
    let fan = |levels: usize| {
        let level = |i: usize| {
            format!("<g id='l{}'>{}</g>", i + 1, many(&format!("<use href='#l{i}'/>"), 10))
        };
        format!(
            "<rect id='l0' width='9' height='9'/>{}",
            (0..levels).map(level).collect::<String>()
        )
    };
    let stops: String =
        (0..6_000).map(|i| format!("<stop offset='.{i:04}' stop-color='red'/>")).collect();
    let big_rect = "<rect width='100' height='100' fill-opacity='.5'/>";
    let clips: String = (0..900)
        .map(|i| format!("<clipPath id='c{i}' clip-path='url(#c{})'><rect width='99' height='99'/></clipPath>", i + 1))
        .collect();
    let selectors: String =
        (0..400).map(|i| format!("g>g rect[x='{i}']~rect{{fill:red}}")).collect();
    let cases = [
        ("use of use", fan(2)),
        ("use, 10 × 5", fan(5)),
        ("use, 10 × 10", fan(10)),
        ("use of itself", "<g id='a'><use href='#a'/></g>".to_owned()),
        ("use in a ring", "<g id='a'><use href='#b'/></g><g id='b'><use href='#a'/></g>".to_owned()),
        ("use of the root", "<g id='a'/><use href='#'/>".to_owned()),
        ("64 uses of much", format!("<g id='a'>{}</g>{}", many("<circle r='9'/>", 3000), many("<use href='#a'/>", 64))),
        ("use in symbols", format!("<symbol id='s'>{}</symbol>{}", many(big_rect, 2000), many("<use href='#s'/>", 60))),
        ("blur", "<filter id='f'><feGaussianBlur stdDeviation='9999'/></filter><rect width='9' height='9' filter='url(#f)'/>".into()),
        ("blur in CSS", "<rect width='100' height='100' style='filter:blur(9999px)'/>".into()),
        ("drop shadows in CSS", format!("<rect width='9' height='9' filter='{}'/>", many("drop-shadow(9 9 99) ", 200))),
        ("drop shadows in a style", format!("<style>rect{{filter:{}}}</style>{}", many("blur(50px) ", 200), many(big_rect, 20))),
        ("turbulence", "<filter id='f'><feTurbulence numOctaves='9999'/></filter><rect width='9' height='9' filter='url(#f)'/>".into()),
        ("mask", "<mask id='m'><rect width='9' height='9' mask='url(#m)'/></mask><rect width='9' height='9' mask='url(#m)'/>".into()),
        ("pattern", "<pattern id='p' width='1e-9' height='1e-9'><rect width='1' height='1'/></pattern><rect width='99' height='99' fill='url(#p)'/>".into()),
        ("marker", "<marker id='m'><rect width='9' height='9'/></marker><path d='M0 0L9 9' marker-mid='url(#m)'/>".into()),
        ("nesting", nested("<g>", "</g>", 5_000)),
        ("nesting within the limit", nested("<g opacity='.9'>", "</g>", 29)),
        ("nested svg", nested("<svg width='100' height='100' viewBox='0 0 1 1'>", "</svg>", 25)),
        ("groups with opacity", many(&format!("<g opacity='.5'>{big_rect}</g>"), 3_000)),
        ("groups that blend", many(&format!("<g style='mix-blend-mode:multiply'>{big_rect}</g>"), 1_500)),
        ("isolated groups", many(&format!("<g style='isolation:isolate'>{big_rect}</g>"), 3_000)),
        ("clip paths in a chain", format!("{clips}<rect width='99' height='99' clip-path='url(#c0)'/>")),
        ("clip paths, many", format!("<clipPath id='c'>{}</clipPath>{}", many(big_rect, 500), many("<g clip-path='url(#c)'><rect width='99' height='99'/></g>", 500))),
        ("clip path of itself", "<clipPath id='c' clip-path='url(#c)'><rect width='9' height='9'/></clipPath><rect width='9' height='9' clip-path='url(#c)'/>".into()),
        ("stops", format!("<linearGradient id='g'>{stops}</linearGradient>{}", many("<rect width='99' height='99' fill='url(#g)'/>", 90))),
        ("stops, referred to", format!("<linearGradient id='g'>{stops}</linearGradient>{}<rect width='99' height='99' fill='url(#h)'/>", many("<radialGradient id='h' href='#g'/>", 500))),
        ("gradients in a ring", "<linearGradient id='a' href='#b'/><linearGradient id='b' href='#a'/><rect width='9' height='9' fill='url(#a)'/>".into()),
        ("selectors", format!("<style>{selectors}</style>{}", many("<rect x='1'/>", 9_000))),
        ("universal selectors", format!("<style>{}</style>{}", many("* * * * *{fill:red}", 400), many(&nested("<g>", "</g>", 25), 300))),
        ("dashes", "<path d='M0 0H1e6' stroke='red' stroke-dasharray='1e-3'/>".into()),
        ("dashes in a style", "<style>path{stroke-dash\u{61}rray:1e-3}</style><path d='M0 0H1e6' stroke='red'/>".into()),
        ("dashes, spelt otherwise", "<path d='M0 0H1e6' stroke='red' style='STROKE-DASHARRAY:.001'/>".into()),
        ("dashes with an escape", "<path d='M0 0H1e6' stroke='red' style='stroke-d\\61sharray:.001'/>".into()),
        ("wide strokes", many("<path d='M0 0C0 99 99 0 99 99' fill='none' stroke='red' stroke-width='1e6'/>", 2_500)),
        ("round joins", format!("<path fill='none' stroke='red' stroke-width='90' stroke-linejoin='round' d='M0 0{}'/>", many("l9 9l-9 1", 20_000))),
        ("segments", format!("<path d='M0 0{}'/>", many("h1v1", 60_000))),
        ("curves", format!("<path d='M0 0{}' stroke='red'/>", many("C0 99 99 0 9 9", 18_000))),
        ("arcs", format!("<path d='M0 0{}' stroke='red'/>", many("a9 9 0 1 0 1 1", 18_000))),
        ("huge numbers", "<rect width='1e9' height='1e9'/><circle r='1e30'/><path d='M1e38 1e38L-1e38 1e38Z' stroke='red' stroke-width='1e20'/>".into()),
        ("tiny numbers", "<g transform='scale(1e-30)'><rect width='1e30' height='1e30'/></g>".into()),
        ("no numbers", "<rect width='NaN' height='inf'/><path d='MNaN inf'/><g transform='scale(NaN)'><rect width='9' height='9'/></g>".into()),
        ("a transform of zeros", "<g transform='matrix(0 0 0 0 0 0)'><rect width='9' height='9' stroke='red'/></g>".into()),
        ("transforms", format!("<rect width='9' height='9' transform='{}'/>", many("scale(1.1) rotate(1) ", 9_000))),
        ("attributes", format!("<rect {}/>", (0..9_000).map(|i| format!("a{i}='1' ")).collect::<String>())),
        ("switch", "<switch><rect width='9' height='9'/></switch>".into()),
    ];
    for (name, body) in cases {
        survives(name, &svg(&body));
    }
}

#[test]
fn svg_without_a_proper_size_does_no_harm() {
    let root = |attributes: &str| {
        format!("<svg xmlns='http://www.w3.org/2000/svg' {attributes}><rect width='9' height='9'/></svg>").into_bytes()
    };
    for attributes in [
        "width='0' height='0'",
        "width='1e9' height='1e9'",
        "width='1e9' height='1e-9'",
        "width='1e38' height='1e38' viewBox='0 0 1e-38 1e-38'",
        "width='NaN' height='inf'",
        "width='-5' height='-5'",
        "viewBox='0 0 0 0'",
        "viewBox='0 0 -1 -1'",
        "viewBox='NaN NaN NaN NaN'",
        "viewBox='1e38 1e38 1e38 1e38'",
        "width='100%' height='1e20%'",
        "width='1' height='9999999'",
        "",
    ] {
        survives(attributes, &root(attributes));
    }
}

#[test]
fn elements_without_a_namespace_are_looked_at_too() {
    let filter = "<filter id='f'><feTurbulence numOctaves='99'/></filter><rect width='9' height='9' filter='url(#f)'/>";
    refused("no namespace", format!("<svg width='9' height='9'>{filter}</svg>").as_bytes());
    survives("a namespace put off", &svg(&format!("<g xmlns=''>{filter}</g>")));
    assert!(
        survives("an editor's notes", &svg("<note xmlns='https://example.com'><filter/></note>"))
            .is_some()
    );
}

#[test]
fn entities_never_expand() {
    let laughs: String = (1..12)
        .map(|i| format!("<!ENTITY l{i} '{}'>", format!("&l{};", i - 1).repeat(10)))
        .collect();
    let long = format!("<!ENTITY l11 '{}'>", "a".repeat(200_000));
    let many = format!("<title>{}</title>", "&l11;".repeat(8_000));
    for (name, entities, body) in [
        ("billion laughs", format!("<!ENTITY l0 'ha'>{laughs}"), "<title>&l11;</title>"),
        ("quadratic", long, many.as_str()),
        ("of itself", "<!ENTITY l11 '&l11;'>".to_owned(), "<title>&l11;</title>"),
        ("parameter", "<!ENTITY % l11 SYSTEM 'https://example.com/x.dtd'> %l11;".to_owned(), ""),
        ("none", String::new(), ""),
    ] {
        refused(name, &[format!("<!DOCTYPE svg [{entities}]>").as_bytes(), &svg(body)].concat());
    }
    refused("another encoding", b"<?xml version='1.0' encoding='UTF-16'?>\xff\xfe<\0s\0v\0g\0");
    refused("no XML", b"<svg xmlns='http://www.w3.org/2000/svg'><rect");
    refused("spaces", &[b" ".repeat(2 << 20), b"<svg/>".to_vec()].concat());
    refused("larger than allowed", &svg(&" ".repeat(300_000)));
}
