//! `cargo xtask gallery`: what the render engine can draw, as `docs/gallery.md` and the pictures in
//! `docs/gallery/`.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use xqr_engine::render::{
    Backdrop, Canvas, Caps, ClearZone, Design, Direction, Encoding, EyeBorder, EyeCenter, EyeShape,
    Eyes, Format, Frame, FrameStyle, Gradient, Level, Logo, Paint, Pattern, Picture, Rgba, Size,
    Verdict, verify,
};

/// Draw docs/gallery.md and its pictures anew.
#[derive(Args)]
pub(crate) struct Gallery {
    /// The folder to write into
    #[arg(long, default_value = "docs")]
    into: PathBuf,
}

const TEXT: &str = "https://xqr.example/gallery";
/// The side of a picture in px; it is shown at half of that.
const PX: u32 = 440;

/// A picture of the gallery.
struct Exhibit {
    name: String,
    design: Design,
}

/// A row of exhibits under a heading.
struct Room {
    heading: &'static str,
    text: &'static str,
    exhibits: Vec<Exhibit>,
}

impl Gallery {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let folder = self.into.join("gallery");
        std::fs::create_dir_all(&folder)?;
        let mut page = String::from(
            "# Gallery\n\nEvery picture here is drawn by `cargo xtask gallery`, says `https://xqr.example/gallery`, and was read back \
             by a decoder before it was written. Risky designs are marked: some scanners miss them. The same designs \
             come as SVG, PDF, JPEG, WebP and EPS.\n",
        );
        for room in rooms()? {
            write!(page, "\n## {}\n\n{}\n", room.heading, room.text)?;
            for row in room.exhibits.chunks(4) {
                let (mut names, mut cells) = (String::new(), String::new());
                for Exhibit { name, design } in row {
                    let (picture, verdict) = draw(design).with_context(|| name.clone())?;
                    std::fs::write(folder.join(format!("{name}.png")), picture)?;
                    let risky = if verdict > Verdict::Good { " (risky)" } else { "" };
                    write!(names, " `{name}`{risky} |")?;
                    write!(
                        cells,
                        " <img src=\"gallery/{name}.png\" width=\"{}\" alt=\"{name}\"> |",
                        PX / 2
                    )?;
                }
                write!(page, "\n|{names}\n|{}\n|{cells}\n", " --- |".repeat(row.len()))?;
            }
        }
        std::fs::write(self.into.join("gallery.md"), page)?;
        Ok(())
    }
}

/// Returns the PNG of a verified design, and the verdict.
fn draw(design: &Design) -> anyhow::Result<(Vec<u8>, Verdict)> {
    let symbol = design.encode(TEXT, Encoding::new(design.level().max(Level::Q)))?;
    let canvas = Canvas::new(&symbol, design, Size::Pixels(PX), &Caps::default())?;
    let report = verify(&symbol, design, &canvas, TEXT)?;
    anyhow::ensure!(report.decoded == Some(true), "not readable: {}", report.reasons());
    let mut picture = Vec::new();
    canvas.write(Format::Png, &mut picture)?;
    Ok((picture, report.verdict))
}

fn color(text: &str) -> anyhow::Result<Rgba> {
    Ok(text.parse::<Rgba>()?)
}

fn solid(text: &str) -> anyhow::Result<Paint> {
    Ok(Paint::Solid(color(text)?))
}

fn picture(svg: &str) -> anyhow::Result<Arc<Picture>> {
    Ok(Arc::new(Picture::decode(svg.as_bytes(), &Caps::default())?))
}

fn rooms() -> anyhow::Result<Vec<Room>> {
    Ok(vec![
        Room {
            heading: "Patterns",
            text: "`dot_style`: how data modules are drawn.",
            exhibits: patterns()?,
        },
        Room {
            heading: "Eye borders",
            text: "`eye_border_shape`: the ring of a finder pattern. `eye_outer_frame` adds a thin ring around it.",
            exhibits: borders()?,
        },
        Room {
            heading: "Eye centres",
            text: "`eye_center_shape`: the middle of a finder pattern.",
            exhibits: centers()?,
        },
        Room {
            heading: "Gradients",
            text: "`gradient_from`, `gradient_to` and `gradient_direction`: over the modules, and over eyes without a colour of their own.",
            exhibits: gradients()?,
        },
        Room {
            heading: "Frames",
            text: "`frame_style`, `frame_label` and `frame_color`. Labels are shaped in Latin, Greek, Cyrillic, Arabic, Hebrew and more.",
            exhibits: frames()?,
        },
        Room {
            heading: "Logos and backgrounds",
            text: "`logo_data`, `logo_size`, `logo_clear_zone`; `background_data`, `background_opacity`. Under a logo the level is H.",
            exhibits: logos()?,
        },
        Room {
            heading: "Looks",
            text: "A few of all the ways to put it together.",
            exhibits: looks()?,
        },
    ])
}

fn patterns() -> anyhow::Result<Vec<Exhibit>> {
    let eyes = Eyes { shape: EyeShape::Rounded, ..Eyes::default() };
    let exhibit = |pattern: Pattern| {
        let eyes = if pattern == Pattern::Squares { Eyes::default() } else { eyes };
        Ok(Exhibit {
            name: pattern.to_string(),
            design: Design { pattern, eyes, foreground: solid("#14213d")?, ..Design::default() },
        })
    };
    Pattern::ALL.into_iter().map(exhibit).collect()
}

fn borders() -> anyhow::Result<Vec<Exhibit>> {
    let exhibit = |border: EyeBorder| {
        let center = match border {
            EyeBorder::Circle => EyeCenter::Circle,
            EyeBorder::Square | EyeBorder::Frame => EyeCenter::Square,
            _ => EyeCenter::Rounded,
        };
        let eyes = Eyes {
            border: Some(border),
            center: Some(center),
            border_color: Some(color("#bc3908")?),
            outer_frame: border == EyeBorder::Circle,
            ..Eyes::default()
        };
        let design = Design {
            pattern: Pattern::Dot,
            foreground: solid("#220901")?,
            eyes,
            ..Design::default()
        };
        Ok(Exhibit { name: format!("border-{border}"), design })
    };
    EyeBorder::ALL.into_iter().map(exhibit).collect()
}

fn centers() -> anyhow::Result<Vec<Exhibit>> {
    let exhibit = |center: EyeCenter| {
        let eyes = Eyes {
            border: Some(EyeBorder::Rounded),
            center: Some(center),
            center_color: Some(color("#2a9d8f")?),
            ..Eyes::default()
        };
        let design = Design {
            pattern: Pattern::Rounded,
            foreground: solid("#264653")?,
            eyes,
            ..Design::default()
        };
        Ok(Exhibit { name: format!("center-{center}"), design })
    };
    EyeCenter::ALL.into_iter().map(exhibit).collect()
}

fn gradients() -> anyhow::Result<Vec<Exhibit>> {
    let colors = [
        ("#7209b7", "#3a0ca3"),
        ("#d00000", "#6a040f"),
        ("#0077b6", "#03045e"),
        ("#f3722c", "#7b2d26"),
    ];
    let exhibit = |(direction, (from, to)): (Direction, (&str, &str))| {
        let foreground =
            Paint::Gradient(Gradient { direction, from: color(from)?, to: color(to)? });
        let eyes = Eyes { shape: EyeShape::Circle, ..Eyes::default() };
        Ok(Exhibit {
            name: format!("gradient-{direction}"),
            design: Design { pattern: Pattern::Liquid, foreground, eyes, ..Design::default() },
        })
    };
    Direction::ALL.into_iter().zip(colors).map(exhibit).collect()
}

fn frames() -> anyhow::Result<Vec<Exhibit>> {
    let looks = [
        ("#1d3557", None),
        ("#1d3557", Some("Scan me")),
        ("#e63946", Some("Menu · Καρτα · Меню")),
        ("#2d6a4f", Some("Wi-Fi for guests")),
        ("#5a189a", Some("امسحني · סרקו אותי")),
    ];
    let exhibit = |(style, (ink, label)): (FrameStyle, (&str, Option<&str>))| {
        let frame =
            Frame { style, color: color(ink)?, label: label.map(str::to_owned), label_color: None };
        let eyes = Eyes { shape: EyeShape::Rounded, color: Some(color(ink)?), ..Eyes::default() };
        let design = Design {
            pattern: Pattern::Rounded,
            eyes,
            frame: Some(frame),
            quiet_zone: 3,
            ..Design::default()
        };
        Ok(Exhibit { name: format!("frame-{style}"), design })
    };
    FrameStyle::ALL.into_iter().zip(looks).map(exhibit).collect()
}

/// A cup.
const CUP: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><circle cx="32" cy="32" r="32" fill="#6f4518"/>
<path d="M18 25h24v13a9 9 0 0 1-9 9h-6a9 9 0 0 1-9-9zM43 28h3a6 6 0 0 1 0 12h-3v-4h3a2 2 0 0 0 0-4h-3z" fill="#fff"/>
<path d="M25 20q-3-3 0-6M33 20q-3-3 0-6" fill="none" stroke="#fff" stroke-width="2.5" stroke-linecap="round"/></svg>"##;

/// Hills under a sun.
const HILLS: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><defs><linearGradient id="s" x2="0" y2="1">
<stop stop-color="#ffd166"/><stop offset="1" stop-color="#ef476f"/></linearGradient></defs><path fill="url(#s)" d="M0 0h100v100H0z"/>
<circle cx="68" cy="34" r="13" fill="#fff3b0"/><path d="M0 64l30-22 26 20 22-14 22 16v36H0z" fill="#118ab2"/>
<path d="M0 82l34-16 30 14 36-14v34H0z" fill="#073b4c"/></svg>"##;

fn logos() -> anyhow::Result<Vec<Exhibit>> {
    let cup = picture(CUP)?;
    let foreground = solid("#432818")?;
    let mut exhibits = Vec::new();
    for clear_zone in ClearZone::ALL {
        let logo = Some(Logo { picture: Arc::clone(&cup), ratio: Logo::RATIO, clear_zone });
        let eyes =
            Eyes { shape: EyeShape::Circle, color: Some(color("#99582a")?), ..Eyes::default() };
        let design = Design { pattern: Pattern::Dot, foreground, eyes, logo, ..Design::default() };
        exhibits.push(Exhibit { name: format!("logo-{clear_zone}"), design });
    }
    let hills = picture(HILLS)?;
    for (name, pattern, opacity) in
        [("background", Pattern::Rounded, 0.4), ("background-halftone", Pattern::Halftone, 0.3)]
    {
        let backdrop = Some(Backdrop { picture: Arc::clone(&hills), opacity });
        let eyes = Eyes { shape: EyeShape::Rounded, ..Eyes::default() };
        let design =
            Design { pattern, foreground: solid("#03121a")?, eyes, backdrop, ..Design::default() };
        exhibits.push(Exhibit { name: name.to_owned(), design });
    }
    Ok(exhibits)
}

fn looks() -> anyhow::Result<Vec<Exhibit>> {
    let night = Design {
        pattern: Pattern::Dot,
        foreground: solid("#e0fbfc")?,
        background: color("#0b132b")?,
        eyes: Eyes { shape: EyeShape::Circle, color: Some(color("#5bc0be")?), ..Eyes::default() },
        ..Design::default()
    };
    let leaves = Design {
        pattern: Pattern::Classy,
        foreground: Paint::Gradient(Gradient {
            direction: Direction::Diagonal,
            from: color("#2d6a4f")?,
            to: color("#081c15")?,
        }),
        eyes: Eyes {
            border: Some(EyeBorder::LeafTl),
            center: Some(EyeCenter::LeafTl),
            ..Eyes::default()
        },
        background: color("#f1faee")?,
        ..Design::default()
    };
    let stars = Design {
        pattern: Pattern::Star,
        foreground: solid("#9d0208")?,
        background: color("#fff8e7")?,
        eyes: Eyes {
            border: Some(EyeBorder::Circle),
            center: Some(EyeCenter::Star),
            ..Eyes::default()
        },
        ..Design::default()
    };
    let bars = Design {
        pattern: Pattern::ConnectedV,
        foreground: Paint::Gradient(Gradient {
            direction: Direction::Vertical,
            from: color("#4361ee")?,
            to: color("#3a0ca3")?,
        }),
        eyes: Eyes {
            border: Some(EyeBorder::Rounded),
            center: Some(EyeCenter::Circle),
            outer_frame: true,
            ..Eyes::default()
        },
        ..Design::default()
    };
    let exhibit = |(name, design): (&str, Design)| Exhibit { name: name.to_owned(), design };
    Ok([("night", night), ("leaves", leaves), ("stars", stars), ("bars", bars)]
        .into_iter()
        .map(exhibit)
        .collect())
}
