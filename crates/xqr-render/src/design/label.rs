//! Labels: text shaped by HarfBuzz's rules and turned into outlines, in two embedded fonts.
//!
//! Inter SemiBold sets Latin, Greek and Cyrillic; DejaVu Sans Bold adds Arabic, Hebrew, Armenian,
//! Georgian and symbols. Both are free (see `fonts/`). Lines that mix directions are ordered by the
//! Unicode bidirectional algorithm (UAX #9).

use std::ops::Range;
use std::sync::OnceLock;

use crate::error::{Error, Result};
use crate::outline::{Outline, Step, point};
use harfrust::font::glyph::outline::{DrawMemory, DrawOptions, PathSink};
use harfrust::{Buffer, Direction, Font, GlyphId, ShapeOptions, ShaperFont};
use unicode_bidi::BidiInfo;

/// The height of capitals in font sizes.
pub(crate) const CAP_HEIGHT: f32 = 0.727;

/// A line of text in font sizes: one unit is the size of the font, the baseline is at 0, y grows
/// downwards.
pub(crate) struct Line {
    pub(crate) outline: Outline,
    pub(crate) width: f32,
}

/// Shapes one line of text.
///
/// # Errors
///
/// [`Error::GlyphMissing`] for a character that no embedded font has.
pub(crate) fn shape(text: &str) -> Result<Line> {
    let fonts = fonts()?;
    let mut line = Line { outline: Outline::default(), width: 0.0 };
    let bidi = BidiInfo::new(text, None);
    for paragraph in &bidi.paragraphs {
        let (levels, runs) = bidi.visual_runs(paragraph, paragraph.range.clone());
        for run in runs {
            let rtl = levels[run.start].is_rtl();
            let mut parts = by_font(fonts, text, run)?;
            if rtl {
                parts.reverse();
            }
            for (font, range) in parts {
                set(font, &text[range], rtl, &mut line)?;
            }
        }
    }
    Ok(line)
}

fn fonts() -> Result<&'static [Font; 2]> {
    static FONTS: OnceLock<Option<[Font; 2]>> = OnceLock::new();
    let load = || {
        let inter: &'static [u8] = include_bytes!("../../fonts/Inter-SemiBold.otf");
        let dejavu: &'static [u8] = include_bytes!("../../fonts/DejaVuSans-Bold.ttf");
        Some([Font::new(inter, 0)?, Font::new(dejavu, 0)?])
    };
    FONTS
        .get_or_init(load)
        .as_ref()
        .ok_or_else(|| Error::Failed("an embedded font is broken".into()))
}

/// Splits a run where the font changes. Marks and joiners stay with the letter before them.
fn by_font<'f>(
    fonts: &'f [Font; 2],
    text: &str,
    run: Range<usize>,
) -> Result<Vec<(&'f Font, Range<usize>)>> {
    let mut parts: Vec<(usize, Range<usize>)> = Vec::new();
    for (at, character) in text[run.clone()].char_indices() {
        let range = run.start + at..run.start + at + character.len_utf8();
        let has = |font: usize| fonts[font].charmap().map_unicode(character).is_some();
        // Letters go by the first font that has them; signs stay with what is before them.
        let current = parts.last().map(|(font, _)| *font).filter(|_| !character.is_alphanumeric());
        let font =
            current.filter(|font| has(*font)).or_else(|| (0..fonts.len()).find(|font| has(*font)));
        let font = font.ok_or(Error::GlyphMissing { character })?;
        match parts.last_mut() {
            Some((last, whole)) if *last == font => whole.end = range.end,
            _ => parts.push((font, range)),
        }
    }
    Ok(parts.into_iter().map(|(font, range)| (&fonts[font], range)).collect())
}

/// Sets `text` at the end of the line.
fn set(font: &Font, text: &str, rtl: bool, line: &mut Line) -> Result<()> {
    let em = f32::from(font.units_per_em());
    let shaper = ShaperFont::new(font);
    let mut buffer = Buffer::new();
    buffer.push_str(text);
    buffer.set_direction(if rtl { Direction::RightToLeft } else { Direction::LeftToRight });
    buffer.guess_segment_properties();
    harfrust::shape(&shaper, &mut buffer, ShapeOptions::new())
        .map_err(|error| Error::Failed(error.to_string().into()))?;
    let glyphs = font.outline_glyphs();
    for (info, position) in buffer.glyph_infos().iter().zip(buffer.glyph_positions()) {
        if let Some(glyph) = glyphs.get(GlyphId::new(info.glyph_id)) {
            let x = line.width + position.x_offset as f32 / em;
            let y = -position.y_offset as f32 / em;
            let mut pen = Pen { outline: &mut line.outline, scale: 1.0 / em, x, y, at: (0.0, 0.0) };
            glyph
                .draw(&DrawOptions::new(), DrawMemory::Scratch, &mut pen)
                .map_err(|error| Error::Failed(error.to_string().into()))?;
        }
        line.width += position.x_advance as f32 / em;
    }
    Ok(())
}

/// Draws a glyph, whose y grows upwards, into an outline.
struct Pen<'a> {
    outline: &'a mut Outline,
    scale: f32,
    x: f32,
    y: f32,
    at: (f32, f32),
}

impl Pen<'_> {
    fn place(&self, (x, y): (f32, f32)) -> crate::outline::Point {
        point(self.x + x * self.scale, self.y - y * self.scale)
    }
}

impl PathSink for Pen<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        self.at = (x, y);
        self.outline.steps.push(Step::Move(self.place((x, y))));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.at = (x, y);
        self.outline.steps.push(Step::Line(self.place((x, y))));
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        let third = |from: f32, control: f32| from + (control - from) * 2.0 / 3.0;
        let (from_x, from_y) = self.at;
        self.curve_to(third(from_x, cx), third(from_y, cy), third(x, cx), third(y, cy), x, y);
    }

    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        self.at = (x, y);
        let step = Step::Cubic(self.place((ax, ay)), self.place((bx, by)), self.place((x, y)));
        self.outline.steps.push(step);
    }

    fn close(&mut self) {
        self.outline.steps.push(Step::Close);
    }
}
