//! SVG 1.1: one path per colour, in units of modules.

use std::fmt::Write as _;
use std::io::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::failure::Failure;
use crate::canvas::{Canvas, Flat, Layer, Placed};
use crate::design::paint::Ink;
use crate::design::{Direction, Paint, Picture, Rgba};
use crate::outline::{Outline, Point, Step};

pub(super) fn write(canvas: &Canvas, out: &mut impl Write) -> Result<(), Failure> {
    let mut svg = String::with_capacity(8192);
    open(canvas, &mut svg);
    match &canvas.flat {
        Some(flat) => write_squares(canvas, flat, &mut svg),
        None => write_layers(canvas, &mut svg)?,
    }
    svg.push_str("</svg>\n");
    Ok(out.write_all(svg.as_bytes())?)
}

fn open(canvas: &Canvas, svg: &mut String) {
    let side = Number(milli(canvas.side));
    svg.push_str("<svg xmlns=\"http://www.w3.org/2000/svg\" ");
    // Infallible: a String takes all.
    let _ = match canvas.inches {
        Some(inches) => {
            write!(svg, "width=\"{inches}in\" height=\"{inches}in\" viewBox=\"0 0 {side} {side}\">")
        }
        None => {
            write!(svg, "width=\"{0}\" height=\"{0}\" viewBox=\"0 0 {side} {side}\">", canvas.px())
        }
    };
    if canvas.background.a > 0 {
        let _ =
            write!(svg, "<path{} d=\"M0 0h{side}v{side}H0z\"/>", Fill("fill", canvas.background));
    }
}

/// Writes squares as horizontal or vertical lines one module wide, whichever is shorter.
fn write_squares(canvas: &Canvas, flat: &Flat, svg: &mut String) {
    let (modules, size) = (&canvas.modules, canvas.modules.size());
    let start = modules.x as i64;
    let mut cells = Vec::with_capacity((size * size) as usize);
    (0..size).for_each(|y| cells.extend((0..size).map(|x| modules.flat_color(x, y))));
    let mut colors: Vec<Rgba> = Vec::with_capacity(3);
    for color in &flat[1..] {
        if *color != flat[0] && !colors.contains(color) {
            colors.push(*color);
        }
    }
    for color in colors {
        let shows: [bool; 4] = std::array::from_fn(|index| index > 0 && flat[index] == color);
        let has = |x: u32, y: u32| shows[usize::from(cells[(y * size + x) as usize])];
        let across = lines(size, start, false, has);
        let down = lines(size, start, true, |x, y| has(y, x));
        let path = if down.len() < across.len() { down } else { across };
        let _ = write!(svg, "<path{} d=\"{path}\"/>", Fill("stroke", color));
    }
}

/// Writes the runs of each row (or column) as lines, each row in the direction that needs fewer
/// letters.
fn lines(size: u32, start: i64, down: bool, has: impl Fn(u32, u32) -> bool) -> String {
    let (go, mut path) = (if down { 'v' } else { 'h' }, String::with_capacity(4096));
    let mut at: Option<(i64, i64)> = None;
    let mut back = String::new();
    let mut runs: Vec<(i64, i64)> = Vec::with_capacity(size as usize);
    for row in 0..size {
        runs.clear();
        let mut x = 0;
        while x < size {
            let run = (x..size).take_while(|x| has(*x, row)).count() as u32;
            if run > 0 {
                runs.push((start + i64::from(x), start + i64::from(x + run)));
            }
            x += run.max(1);
        }
        if runs.is_empty() {
            continue;
        }
        let y = start + i64::from(row);
        let draw = |text: &mut String, from: Option<(i64, i64)>, begin: i64, end: i64| {
            if let Some((x, last)) = from {
                let (along, aside) = (begin - x, y - last);
                let (dx, dy) = if down { (aside, along) } else { (along, aside) };
                text.push('m');
                push_whole(text, dx);
                if dy >= 0 {
                    text.push(' ');
                }
                push_whole(text, dy);
            } else {
                let _ = if down {
                    write!(text, "M{y}.5 {begin}")
                } else {
                    write!(text, "M{begin} {y}.5")
                };
            }
            text.push(go);
            push_whole(text, end - begin);
            Some((end, y))
        };
        let mark = path.len();
        let forth_end =
            runs.iter().fold(at, |from, (begin, end)| draw(&mut path, from, *begin, *end));
        // The way back costs a sign for each run and saves three letters at most, on the way to its
        // beginning.
        if runs.len() <= 3 {
            back.clear();
            let back_end = runs
                .iter()
                .rev()
                .fold(at, |from, (begin, end)| draw(&mut back, from, *end, *begin));
            if back.len() < path.len() - mark {
                path.truncate(mark);
                path.push_str(&back);
                at = back_end;
                continue;
            }
        }
        at = forth_end;
    }
    path
}

fn write_layers(canvas: &Canvas, svg: &mut String) -> Result<(), Failure> {
    let mut ids = 0;
    let mut layers = canvas.layers.iter().peekable();
    while let Some(layer) = layers.next() {
        match layer {
            Layer::Picture(Placed { picture, x, y, width, height, opacity, crop }) => {
                let [x, y, width, height] =
                    [*x, *y, *width, *height].map(|length| Number(milli(length)));
                let fit = if *crop { "xMidYMid slice" } else { "none" };
                let _ = write!(
                    svg,
                    "<image x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" preserveAspectRatio=\"{fit}\""
                );
                if *opacity < 1.0 {
                    let _ = write!(svg, " opacity=\"{}\"", Number(milli(*opacity)));
                }
                svg.push_str(" href=\"data:image/png;base64,");
                STANDARD.encode_string(png(picture)?, svg);
                svg.push_str("\"/>");
            }
            Layer::Modules(ink) | Layer::Shape { ink, .. } => {
                let mut path = PathText::default();
                path.layer(canvas, layer);
                // What has the same ink is one path.
                while let Some(next) = layers.next_if(|next| next.ink() == Some(ink)) {
                    path.layer(canvas, next);
                }
                write_path(ink, &path.text, &mut ids, svg);
            }
        }
    }
    Ok(())
}

fn write_path(ink: &Ink, path: &str, ids: &mut u32, svg: &mut String) {
    match ink.paint {
        Paint::Solid(color) => {
            let _ = write!(svg, "<path{} d=\"{path}\"/>", Fill("fill", color));
        }
        Paint::Gradient(gradient) => {
            *ids += 1;
            let line = ink.area.line(gradient.direction);
            let [x, y, x2, y2, radius] =
                [line.from.x, line.from.y, line.to.x, line.to.y, line.length()]
                    .map(|length| Number(milli(length)));
            let (name, place) = if gradient.direction == Direction::Radial {
                ("radial", format!("cx=\"{x}\" cy=\"{y}\" r=\"{radius}\""))
            } else {
                ("linear", format!("x1=\"{x}\" y1=\"{y}\" x2=\"{x2}\" y2=\"{y2}\""))
            };
            let (from, to) = (Fill("stop-color", gradient.from), Fill("stop-color", gradient.to));
            let _ = write!(
                svg,
                "<{name}Gradient id=\"g{ids}\" gradientUnits=\"userSpaceOnUse\" {place}><stop{from}/><stop offset=\"1\"{to}/>\
                 </{name}Gradient><path fill=\"url(#g{ids})\" d=\"{path}\"/>"
            );
        }
    }
}

/// An attribute with a colour, and one with its opacity where it has one. Black fills are the
/// default.
struct Fill(&'static str, Rgba);

impl std::fmt::Display for Fill {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self(name, color) = self;
        let Rgba { r, g, b, a } = *color;
        let short = |channel: u8| channel.is_multiple_of(17);
        if (r, g, b) != (0, 0, 0) || *name == "stroke" {
            if short(r) && short(g) && short(b) {
                write!(f, " {name}=\"#{:x}{:x}{:x}\"", r / 17, g / 17, b / 17)?;
            } else {
                write!(f, " {name}=\"#{r:02x}{g:02x}{b:02x}\"")?;
            }
        }
        if a < 255 {
            let name = name.strip_suffix("-color").unwrap_or(name);
            write!(f, " {name}-opacity=\"{}\"", Number((i64::from(a) * 1000 + 127) / 255))?;
        }
        Ok(())
    }
}

/// Thousandths of a module: fine enough for 9,000 px, short enough to write.
fn milli(length: f32) -> i64 {
    (f64::from(length) * 1000.0).round() as i64
}

/// Thousandths as a decimal number without needless digits.
#[derive(Clone, Copy)]
struct Number(i64);

impl Number {
    /// Adds the number to a path; paths have too many of them for the machinery of `write!`.
    fn push(self, text: &mut String) {
        let (whole, part) = (self.0.unsigned_abs() / 1000, self.0.unsigned_abs() % 1000);
        if self.0 < 0 {
            text.push('-');
        }
        if whole > 0 || part == 0 {
            push_digits(text, whole);
        }
        if part > 0 {
            text.push('.');
            let digits = [part / 100, part / 10 % 10, part % 10];
            let used = digits.iter().rposition(|digit| *digit > 0).map_or(0, |last| last + 1);
            digits[..used].iter().for_each(|digit| push_digits(text, *digit));
        }
    }
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut text = String::new();
        self.push(&mut text);
        f.write_str(&text)
    }
}

/// Adds a whole number to a path.
fn push_whole(text: &mut String, value: i64) {
    if value < 0 {
        text.push('-');
    }
    push_digits(text, value.unsigned_abs());
}

fn push_digits(text: &mut String, value: u64) {
    if value >= 10 {
        push_digits(text, value / 10);
    }
    text.push(char::from(b'0' + (value % 10) as u8));
}

/// The text of a path: relative steps between points that are rounded once, so that errors never
/// add up.
#[derive(Default)]
struct PathText {
    text: String,
    at: (i64, i64),
    start: (i64, i64),
    /// Whether the last number has a decimal point: then the next may begin with one.
    point: bool,
}

impl PathText {
    fn layer(&mut self, canvas: &Canvas, layer: &Layer) {
        match layer {
            Layer::Picture(_) => {}
            Layer::Shape { outline, .. } => self.outline(outline, 0.0, 0.0),
            Layer::Modules(_) => {
                canvas.modules.outlines(|outline, x, y| self.outline(outline, x, y))
            }
        }
    }

    fn outline(&mut self, outline: &Outline, x: f32, y: f32) {
        let place = |p: Point| (milli(p.x + x), milli(p.y + y));
        for step in &outline.steps {
            match *step {
                Step::Move(to) => {
                    let to = place(to);
                    self.command('m', &[to.0 - self.at.0, to.1 - self.at.1]);
                    (self.at, self.start) = (to, to);
                }
                Step::Line(to) => {
                    let to = place(to);
                    match (to.0 - self.at.0, to.1 - self.at.1) {
                        (0, dy) => self.command('v', &[dy]),
                        (dx, 0) => self.command('h', &[dx]),
                        (dx, dy) => self.command('l', &[dx, dy]),
                    }
                    self.at = to;
                }
                Step::Arc { radius, clockwise, to } => {
                    let (to, radius) = (place(to), milli(radius));
                    self.command('a', &[radius, radius]);
                    // Rotation, large arc, sweep: a digit each, after which a number needs no
                    // blank.
                    self.text.push_str(if clockwise { " 0 01" } else { " 0 00" });
                    self.point = true;
                    self.number(to.0 - self.at.0);
                    self.number(to.1 - self.at.1);
                    self.at = to;
                }
                Step::Cubic(a, b, to) => {
                    let (a, b, to) = (place(a), place(b), place(to));
                    let (x, y) = self.at;
                    self.command('c', &[a.0 - x, a.1 - y, b.0 - x, b.1 - y, to.0 - x, to.1 - y]);
                    self.at = to;
                }
                Step::Close => {
                    self.text.push('z');
                    self.at = self.start;
                }
            }
        }
    }

    fn command(&mut self, name: char, numbers: &[i64]) {
        self.text.push(name);
        Number(numbers[0]).push(&mut self.text);
        self.point = numbers[0] % 1000 != 0;
        numbers[1..].iter().for_each(|number| self.number(*number));
    }

    /// Adds a number to a command, with a blank where it would run into the last one.
    fn number(&mut self, value: i64) {
        let begins_with_point = value > 0 && value < 1000;
        if value >= 0 && !(begins_with_point && self.point) {
            self.text.push(' ');
        }
        Number(value).push(&mut self.text);
        self.point = value % 1000 != 0;
    }
}

fn png(picture: &Picture) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, picture.width(), picture.height());
    encoder.set_color(png::ColorType::Rgba);
    encoder.write_header()?.write_image_data(&picture.straight())?;
    Ok(bytes)
}
