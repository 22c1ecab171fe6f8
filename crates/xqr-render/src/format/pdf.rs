//! PDF 1.7 (ISO 32000-1): one page of the exact physical size, all shapes as vectors.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::types::FunctionShadingType;
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref};

use super::failure::Failure;
use crate::canvas::{Canvas, Layer, Placed};
use crate::design::paint::{Ink, Line};
use crate::design::{Direction, Gradient, Paint, Rgba};
use crate::outline::{Outline, Step};

pub(super) fn write(canvas: &Canvas, cmyk: bool, out: &mut impl Write) -> Result<(), Failure> {
    let mut page = Page {
        pdf: Pdf::new(),
        content: Content::new(),
        next: 10,
        resources: Resources::default(),
        cmyk,
    };
    let points = canvas.extent.points() as f32;
    let scale = points / canvas.side;
    // Modules with y downwards instead of points with y upwards.
    page.content.transform([scale, 0.0, 0.0, -scale, 0.0, points]);
    if canvas.background.a > 0 {
        let mut all = Outline::default();
        all.rect(0.0, 0.0, canvas.side, canvas.side);
        page.solid(canvas.background, &all);
    }
    let mut layers = canvas.layers.iter().peekable();
    while let Some(layer) = layers.next() {
        match layer {
            Layer::Picture(placed) => page.picture(placed)?,
            Layer::Modules(ink) | Layer::Shape { ink, .. } => {
                let mut outline = canvas.outline(layer);
                while let Some(next) = layers.next_if(|next| next.ink() == Some(ink)) {
                    outline.steps.extend(canvas.outline(next).steps);
                }
                page.ink(ink, &outline, canvas.background, points, scale);
            }
        }
    }
    Ok(out.write_all(&page.finish(points)?)?)
}

/// A page as it grows.
struct Page {
    pdf: Pdf,
    content: Content,
    /// The next free object; 1 to 9 are the document's own.
    next: i32,
    resources: Resources,
    cmyk: bool,
}

/// What the page's content names, as `(name, object)`.
#[derive(Default)]
struct Resources {
    pictures: Vec<(String, Ref)>,
    patterns: Vec<(String, Ref)>,
    opacities: Vec<(String, Ref)>,
}

impl Page {
    fn reference(&mut self) -> Ref {
        self.next += 1;
        Ref::new(self.next)
    }

    fn ink(&mut self, ink: &Ink, outline: &Outline, background: Rgba, points: f32, scale: f32) {
        match ink.paint {
            Paint::Solid(color) => self.solid(color, outline),
            Paint::Gradient(gradient) => {
                // A shading has no alpha: what shows through is mixed in, on white where nothing is
                // known.
                let flat = |color: Rgba| color.over(background.over(Rgba::WHITE));
                let gradient =
                    Gradient { from: flat(gradient.from), to: flat(gradient.to), ..gradient };
                let name = self.shading(ink.area.line(gradient.direction), gradient, points, scale);
                self.content.save_state();
                self.content.set_fill_color_space(pdf_writer::types::ColorSpaceOperand::Pattern);
                self.content.set_fill_pattern([], Name(name.as_bytes()));
                self.fill(outline);
                self.content.restore_state();
            }
        }
    }

    fn solid(&mut self, color: Rgba, outline: &Outline) {
        self.content.save_state();
        self.opacity(f32::from(color.a) / 255.0);
        if self.cmyk {
            let [c, m, y, k] = cmyk(color);
            self.content.set_fill_cmyk(c, m, y, k);
        } else {
            let [r, g, b] = rgb(color);
            self.content.set_fill_rgb(r, g, b);
        }
        self.fill(outline);
        self.content.restore_state();
    }

    fn opacity(&mut self, opacity: f32) {
        if opacity >= 1.0 {
            return;
        }
        let reference = self.reference();
        let name = format!("O{}", self.next);
        self.pdf.ext_graphics(reference).non_stroking_alpha(opacity);
        self.content.set_parameters(Name(name.as_bytes()));
        self.resources.opacities.push((name, reference));
    }

    fn fill(&mut self, outline: &Outline) {
        for step in outline.curves() {
            match step {
                Step::Move(to) => self.content.move_to(to.x, to.y),
                Step::Line(to) => self.content.line_to(to.x, to.y),
                Step::Cubic(a, b, to) => self.content.cubic_to(a.x, a.y, b.x, b.y, to.x, to.y),
                Step::Close | Step::Arc { .. } => self.content.close_path(),
            };
        }
        self.content.fill_nonzero();
    }

    /// Adds a gradient's pattern and returns its name.
    fn shading(&mut self, line: Line, gradient: Gradient, points: f32, scale: f32) -> String {
        let (function, pattern) = (self.reference(), self.reference());
        let name = format!("P{}", self.next);
        let mut steps = self.pdf.exponential_function(function);
        steps.domain([0.0, 1.0]).n(1.0);
        if self.cmyk {
            steps.c0(cmyk(gradient.from)).c1(cmyk(gradient.to));
        } else {
            steps.c0(rgb(gradient.from)).c1(rgb(gradient.to));
        }
        steps.finish();
        let mut shading_pattern = self.pdf.shading_pattern(pattern);
        // Patterns are placed on the page, not in the content's units.
        shading_pattern.matrix([scale, 0.0, 0.0, -scale, 0.0, points]);
        let mut shading = shading_pattern.function_shading();
        if self.cmyk {
            shading.color_space().device_cmyk();
        } else {
            shading.color_space().device_rgb();
        }
        if gradient.direction == Direction::Radial {
            shading.shading_type(FunctionShadingType::Radial);
            shading.coords([
                line.from.x,
                line.from.y,
                0.0,
                line.from.x,
                line.from.y,
                line.length(),
            ]);
        } else {
            shading.shading_type(FunctionShadingType::Axial);
            shading.coords([line.from.x, line.from.y, line.to.x, line.to.y]);
        }
        shading.function(function).extend([true, true]);
        shading.finish();
        shading_pattern.finish();
        self.resources.patterns.push((name.clone(), pattern));
        name
    }

    fn picture(&mut self, placed: &Placed) -> Result<(), Failure> {
        let Placed { picture, x, y, width, height, opacity, crop } = placed;
        let (reference, mask) = (self.reference(), self.reference());
        let name = format!("I{}", self.next);
        let pixels = picture.straight();
        let colors: Vec<u8> =
            pixels.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
        let alpha: Vec<u8> = pixels.chunks_exact(4).map(|pixel| pixel[3]).collect();
        let (wide, high) = (picture.width() as i32, picture.height() as i32);
        let colors = compressed(&colors)?;
        let mut image = self.pdf.image_xobject(reference, &colors);
        image
            .width(wide)
            .height(high)
            .bits_per_component(8)
            .s_mask(mask)
            .filter(Filter::FlateDecode);
        image.color_space().device_rgb();
        image.finish();
        let alpha = compressed(&alpha)?;
        let mut image = self.pdf.image_xobject(mask, &alpha);
        image.width(wide).height(high).bits_per_component(8).filter(Filter::FlateDecode);
        image.color_space().device_gray();
        image.finish();
        self.content.save_state();
        self.opacity(*opacity);
        if *crop {
            self.content.rect(*x, *y, *width, *height).clip_nonzero().end_path();
        }
        let [x, y, width, height] = placed.whole();
        // An image fills the unit square with y upwards.
        self.content.transform([width, 0.0, 0.0, -height, x, y + height]);
        self.content.x_object(Name(name.as_bytes()));
        self.content.restore_state();
        self.resources.pictures.push((name, reference));
        Ok(())
    }

    fn finish(mut self, points: f32) -> Result<Vec<u8>, Failure> {
        let [catalog, pages, page, content] = [1, 2, 3, 4].map(Ref::new);
        self.pdf.catalog(catalog).pages(pages);
        self.pdf.pages(pages).kids([page]).count(1);
        let mut dictionary = self.pdf.page(page);
        dictionary.media_box(Rect::new(0.0, 0.0, points, points)).parent(pages).contents(content);
        let mut resources = dictionary.resources();
        let Resources { pictures, patterns, opacities } = &self.resources;
        resources
            .x_objects()
            .pairs(pictures.iter().map(|(name, object)| (Name(name.as_bytes()), *object)));
        resources
            .patterns()
            .pairs(patterns.iter().map(|(name, object)| (Name(name.as_bytes()), *object)));
        resources
            .ext_g_states()
            .pairs(opacities.iter().map(|(name, object)| (Name(name.as_bytes()), *object)));
        resources.finish();
        dictionary.finish();
        let data = compressed(&self.content.finish())?;
        self.pdf.stream(content, &data).filter(Filter::FlateDecode);
        Ok(self.pdf.finish())
    }
}

fn compressed(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn rgb(color: Rgba) -> [f32; 3] {
    [color.r, color.g, color.b].map(|channel| f32::from(channel) / 255.0)
}

/// Converts without a profile: all that is grey goes into the key, so black is one ink and needs no
/// register.
fn cmyk(color: Rgba) -> [f32; 4] {
    let [r, g, b] = rgb(color);
    let key = 1.0 - r.max(g).max(b);
    if key >= 1.0 {
        return [0.0, 0.0, 0.0, 1.0];
    }
    let ink = |channel: f32| (1.0 - channel - key) / (1.0 - key);
    [ink(r), ink(g), ink(b), key]
}
