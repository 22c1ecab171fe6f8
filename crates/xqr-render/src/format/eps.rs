//! Encapsulated PostScript, language level 3: vectors for print shops that still ask for them.

use std::fmt::Write as _;
use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::failure::Failure;
use crate::canvas::{Canvas, Layer, Placed};
use crate::design::paint::Ink;
use crate::design::{Direction, Paint, Rgba};
use crate::outline::{Outline, Step};

pub(super) fn write(canvas: &Canvas, out: &mut impl Write) -> Result<(), Failure> {
    let points = canvas.extent.points();
    let scale = points / f64::from(canvas.side);
    let paper = canvas.background.over(Rgba::WHITE);
    let mut eps = String::with_capacity(16_384);
    // Infallible: a String takes all.
    let _ = write!(
        eps,
        "%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 {0} {0}\n%%HiResBoundingBox: 0 0 {points:.4} {points:.4}\n\
         %%LanguageLevel: 3\n%%EndComments\ngsave 0 {points:.4} translate {scale:.6} {scale:.6} neg scale\n\
         /m/moveto load def/l/lineto load def/c/curveto load def/h/closepath load def\n",
        points.ceil(),
    );
    if canvas.background.a > 0 {
        let mut all = Outline::default();
        all.rect(0.0, 0.0, canvas.side, canvas.side);
        trace(&all, &mut eps);
        let _ = writeln!(eps, "{} setrgbcolor fill", Color(paper));
    }
    for layer in &canvas.layers {
        match layer {
            Layer::Picture(placed) => draw_picture(placed, paper, &mut eps)?,
            Layer::Modules(ink) => fill(ink, &canvas.outline(layer), paper, &mut eps),
            Layer::Shape { outline, ink, under } => {
                fill(ink, outline, under.unwrap_or(paper), &mut eps)
            }
        }
    }
    eps.push_str("grestore\nshowpage\n%%EOF\n");
    Ok(out.write_all(eps.as_bytes())?)
}

/// Three fractions of 1.
struct Color(Rgba);

impl std::fmt::Display for Color {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [r, g, b] = [self.0.r, self.0.g, self.0.b]
            .map(|channel| (f64::from(channel) / 255.0 * 1000.0).round() / 1000.0);
        write!(f, "{r} {g} {b}")
    }
}

fn trace(outline: &Outline, eps: &mut String) {
    // Four decimals of a module are finer than any printer.
    let short = |value: f32| (f64::from(value) * 10_000.0).round() / 10_000.0;
    for step in outline.curves() {
        let _ = match step {
            Step::Move(to) => writeln!(eps, "{} {} m", short(to.x), short(to.y)),
            Step::Line(to) => writeln!(eps, "{} {} l", short(to.x), short(to.y)),
            Step::Cubic(a, b, to) => {
                writeln!(
                    eps,
                    "{} {} {} {} {} {} c",
                    short(a.x),
                    short(a.y),
                    short(b.x),
                    short(b.y),
                    short(to.x),
                    short(to.y)
                )
            }
            Step::Close | Step::Arc { .. } => writeln!(eps, "h"),
        };
    }
}

fn fill(ink: &Ink, outline: &Outline, paper: Rgba, eps: &mut String) {
    match ink.paint {
        Paint::Solid(color) => {
            trace(outline, eps);
            let _ = writeln!(eps, "{} setrgbcolor fill", Color(color.over(paper)));
        }
        Paint::Gradient(gradient) => {
            let line = ink.area.line(gradient.direction);
            let coords = if gradient.direction == Direction::Radial {
                format!("3/Coords[{0} {1} 0 {0} {1} {2}]", line.from.x, line.from.y, line.length())
            } else {
                format!("2/Coords[{} {} {} {}]", line.from.x, line.from.y, line.to.x, line.to.y)
            };
            eps.push_str("gsave\n");
            trace(outline, eps);
            let (from, to) = (Color(gradient.from.over(paper)), Color(gradient.to.over(paper)));
            let _ = writeln!(
                eps,
                "clip<</ColorSpace/DeviceRGB/Extend[true true]/Function<</FunctionType 2/Domain[0 1]/N 1/C0[{from}]/C1[{to}]>>\
                 /ShadingType {coords}>>shfill grestore"
            );
        }
    }
}

fn draw_picture(placed: &Placed, paper: Rgba, eps: &mut String) -> Result<(), Failure> {
    let Placed { picture, x, y, width, height, opacity, crop } = placed;
    let on_paper = |pixel: &[u8]| {
        let Rgba { r, g, b, .. } =
            Rgba { r: pixel[0], g: pixel[1], b: pixel[2], a: pixel[3] }.faded(*opacity).over(paper);
        [r, g, b]
    };
    let colors: Vec<u8> = picture.straight().chunks_exact(4).flat_map(on_paper).collect();
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&colors)?;
    eps.push_str("gsave\n");
    if *crop {
        let _ = writeln!(eps, "{x} {y} {width} {height} rectclip");
    }
    let [x, y, width, height] = placed.whole();
    let (wide, high) = (picture.width(), picture.height());
    let _ = write!(
        eps,
        "{x} {y} translate {width} {height} scale/DeviceRGB setcolorspace\n<</ImageType 1/Width {wide}/Height {high}\
         /BitsPerComponent 8/Decode[0 1 0 1 0 1]/ImageMatrix[{wide} 0 0 {high} 0 0]/Interpolate true\
         /DataSource currentfile/ASCIIHexDecode filter/FlateDecode filter>>image\n"
    );
    for line in encoder.finish()?.chunks(64) {
        line.iter().for_each(|byte| {
            let _ = write!(eps, "{byte:02x}");
        });
        eps.push('\n');
    }
    eps.push_str(">\ngrestore\n");
    Ok(())
}
