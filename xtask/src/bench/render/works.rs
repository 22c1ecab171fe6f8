//! The works, and what is required of us in each.

use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fast_qr::ECL;
use fast_qr::convert::Shape;
use xqr_engine::render::{Design, Format, Level, Rgba, Symbol};

use super::race::{Work, program};
use super::{ours, peers};

/// What the pictures say: 33 modules a side at level M, 41 with the quiet zone.
const TEXT: &str = "https://example.com/summer-sale?utm_source=qr";

/// All works.
pub(super) fn all() -> Result<Vec<Work>> {
    let tools = Tool::installed();
    let mut works =
        vec![plain(1_200, 5.0, 2.0, &tools), plain(9_000, 100.0, 20.0, &tools).below_mb(16.0)];
    for (version, bytes) in [(3, 42), (10, 213), (25, 997), (40, 2_331)] {
        works.push(encoding(version, bytes)?);
    }
    works.push(svg("SVG, no background", Rgba::TRANSPARENT, &tools)?);
    works.push(svg("SVG, white background", Rgba::WHITE, &tools)?);
    works.extend(styled()?);
    Ok(works)
}

fn plain(px: u32, fast_qr: f64, qrcode: f64, tools: &[Tool]) -> Work {
    let work =
        Work::new(format!("plain PNG, {px} px"), move || ours::png(TEXT, &Design::default(), px))
            .against("fast_qr", fast_qr, move || {
                peers::fast_qr_png(TEXT, ECL::M, Shape::Square, None, px)
            })
            .against("qrcode + image", qrcode, move || peers::qrcode_png(TEXT, px))
            .beside("qrcodegen + png", move || peers::qrcodegen_png(TEXT, px));
    let module = px.div_ceil(41).to_string();
    beside_tools(work, tools, move |tool| tool.png(&module))
}

fn encoding(version: u8, bytes: usize) -> Result<Work> {
    // No two neighbours are digits or capitals: any mode but bytes costs more.
    let text: String = ('a'..='z').cycle().step_by(7).take(bytes).collect();
    let (symbol, reference) = (ours::encode(&text, Level::M)?, peers::qrcodegen(&text)?);
    let same = symbol.version() == version && is_same(&symbol, &reference);
    let texts: [String; 4] = std::array::from_fn(|_| text.clone());
    let [a, b, c, d] = texts;
    let nothing_written = |_| 0;
    Ok(Work::new(format!("encoding, version {version}"), move || {
        ours::encode(&a, Level::M).map(|it| it.size()).map(nothing_written)
    })
    .against("fast_qr", 1.0, move || {
        peers::fast_qr(&b, ECL::M).map(|it| it.size as u32).map(nothing_written)
    })
    .beside("qrcode", move || peers::qrcode(&c).map(|it| it.width() as u32).map(nothing_written))
    .beside("qrcodegen", move || {
        peers::qrcodegen(&d).map(|it| it.size() as u32).map(nothing_written)
    })
    .given("same modules as qrcodegen", same))
}

fn is_same(ours: &Symbol, theirs: &qrcodegen::QrCode) -> bool {
    let size = ours.size();
    let is_dark = |x: u32, y: u32| theirs.get_module(x as i32, y as i32);
    theirs.size() as u32 == size
        && (0..size).all(|y| (0..size).all(|x| ours.is_dark(x, y) == is_dark(x, y)))
}

fn svg(name: &str, background: Rgba, tools: &[Tool]) -> Result<Work> {
    let symbol = ours::encode(TEXT, Level::M)?;
    let (fast_qr, qrcode) = (peers::fast_qr(TEXT, ECL::M)?, peers::qrcode(TEXT)?);
    let design = Design { background, ..Design::default() };
    let light = if background == Rgba::WHITE { "'white'" } else { "None" };
    let work = Work::new(name, move || ours::draw(&symbol, &design, Format::Svg, 410))
        .against("fast_qr", 1.0, move || Ok(peers::fast_qr_svg(&fast_qr)))
        .against("qrcode", 1.0, move || Ok(peers::qrcode_svg(&qrcode)));
    Ok(beside_tools(work, tools, move |tool| tool.svg(light)).smaller())
}

fn styled() -> Result<[Work; 3]> {
    let logo = logo()?;
    let uri = format!("data:image/png;base64,{}", STANDARD.encode(&logo));
    let gradient_and_logo = move |px| ours::png(TEXT, &ours::gradient_and_logo(&logo)?, px);
    let rounded =
        |level, px| move || peers::fast_qr_png(TEXT, level, Shape::RoundedSquare, None, px);
    Ok([
        Work::new("gradient and logo, 1200 px", {
            let gradient_and_logo = gradient_and_logo.clone();
            move || gradient_and_logo(1_200)
        })
        .against("fast_qr, rounded, image", 1.0, move || {
            peers::fast_qr_png(TEXT, ECL::H, Shape::RoundedSquare, Some(&uri), 1_200)
        }),
        Work::new("rounded, 9000 px", || ours::png(TEXT, &ours::rounded(), 9_000))
            .against("fast_qr, rounded", 10.0, rounded(ECL::M, 9_000))
            .below_mb(24.0),
        Work::new("gradient and logo, 9000 px", move || gradient_and_logo(9_000))
            .against("fast_qr, rounded", 4.0, rounded(ECL::H, 9_000))
            .below_mb(48.0),
    ])
}

/// Returns a PNG of 128 × 128 px: a disc with a soft edge.
fn logo() -> Result<Vec<u8>> {
    const SIDE: u32 = 128;
    let disc = image::RgbaImage::from_fn(SIDE, SIDE, |x, y| {
        let [x, y] = [x, y].map(|at| at as f32 + 0.5 - SIDE as f32 / 2.0);
        let covered = (SIDE as f32 / 2.0 - x.hypot(y)).clamp(0.0, 1.0);
        image::Rgba([230, 57 + (y + 64.0) as u8 / 2, 70, (covered * 255.0) as u8])
    });
    let mut file = std::io::Cursor::new(Vec::new());
    disc.write_to(&mut file, image::ImageFormat::Png)?;
    Ok(file.into_inner())
}

/// A program that draws codes; its time is that of a whole process.
#[derive(Clone, Copy)]
enum Tool {
    Qrencode,
    /// Python's `segno`, and the interpreter that has it.
    Segno(&'static str),
}

impl Tool {
    /// Returns those that are installed.
    fn installed() -> Vec<Self> {
        let mut tools = Vec::new();
        if program("qrencode", &["--version"]).is_ok() {
            tools.push(Self::Qrencode);
        }
        let python = ["python3", "/usr/bin/python3"]
            .into_iter()
            .find(|python| program(python, &["-c", "import segno"]).is_ok());
        tools.extend(python.map(Self::Segno));
        tools
    }

    fn name(self) -> &'static str {
        match self {
            Self::Qrencode => "qrencode (process)",
            Self::Segno(_) => "segno (process)",
        }
    }

    /// Draws a PNG with `module` px a module.
    fn png(self, module: &str) -> Result<usize> {
        match self {
            Self::Qrencode => {
                program("qrencode", &["-8", "-l", "M", "-m", "4", "-s", module, "-o", "-", TEXT])
            }
            Self::Segno(python) => segno(python, &format!("kind='png', scale={module}")),
        }
    }

    /// Draws an SVG; `light` is segno's background.
    fn svg(self, light: &str) -> Result<usize> {
        match self {
            Self::Qrencode => {
                program("qrencode", &["-8", "-l", "M", "-m", "4", "-t", "SVG", "-o", "-", TEXT])
            }
            Self::Segno(python) => segno(python, &format!("kind='svg', light={light}")),
        }
    }
}

fn segno(python: &str, options: &str) -> Result<usize> {
    let make =
        format!("segno.make('{TEXT}', error='m', mode='byte', micro=False, boost_error=False)");
    program(
        python,
        &["-c", &format!("import segno, sys; {make}.save(sys.stdout.buffer, {options})")],
    )
}

fn beside_tools(
    work: Work,
    tools: &[Tool],
    draw: impl Fn(Tool) -> Result<usize> + Clone + 'static,
) -> Work {
    tools.iter().fold(work, |work, &tool| {
        let draw = draw.clone();
        work.beside(tool.name(), move || draw(tool))
    })
}
