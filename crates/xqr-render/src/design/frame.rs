//! Frames: a border around the code, and a label that says what a scan gives.

use super::color::Rgba;
use super::label;
use crate::outline::{Outline, Turn, point};
use xqr_errors::{Condition, Result};

/// What surrounds the code and its quiet zone. The picture stays square: the code gives way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The shape.
    pub style: FrameStyle,
    /// The colour of border, panel and bubble.
    pub color: Rgba,
    /// The label's text, one line of 1 to 64 characters; every style but [`FrameStyle::Border`]
    /// needs one.
    pub label: Option<String>,
    /// The colour of the text; white or black, whichever contrasts more with `color`, when left
    /// out.
    pub label_color: Option<Rgba>,
}

/// The shape of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FrameStyle {
    /// A border with rounded corners, without a label.
    Border,
    /// A border that widens to a panel with the label below the code.
    #[default]
    LabelBelow,
    /// A border that widens to a panel with the label above the code.
    LabelAbove,
    /// A speech bubble with the label below the code, pointing at it.
    Bubble,
    /// The label in the frame's colour below the code, and nothing else.
    Caption,
}

impl FrameStyle {
    /// All styles with the names that the APIs use.
    pub const ALL: [(&'static str, Self); 5] = [
        ("border", Self::Border),
        ("label-below", Self::LabelBelow),
        ("label-above", Self::LabelAbove),
        ("bubble", Self::Bubble),
        ("caption", Self::Caption),
    ];
}

/// A frame laid out around a code: everything in modules.
pub(crate) struct Layout {
    /// The side of the whole picture.
    pub(crate) side: f32,
    /// Where the code's box (quiet zone included) begins.
    pub(crate) x: f32,
    pub(crate) y: f32,
    /// The body and the label's letters.
    pub(crate) shapes: Vec<Filled>,
}

/// An outline in one colour, and the colour that it lies on where that is not the background.
pub(crate) struct Filled {
    pub(crate) outline: Outline,
    pub(crate) color: Rgba,
    pub(crate) under: Option<Rgba>,
}

/// The longest label in characters.
const LABEL_CHARS: usize = 64;

/// The box that a label's text may take, from which the size of the text follows.
struct Panel {
    x: f32,
    y: f32,
    width: f32,
    height: f32,
}

impl Frame {
    /// Lays the frame out around a box of `side` modules.
    ///
    /// # Errors
    ///
    /// [`Condition::FieldMissing`], [`Condition::TextTooLong`], [`Condition::TextControls`] and
    /// [`Condition::GlyphMissing`] of `frame_label`.
    pub(crate) fn layout(&self, side: f32) -> Result<Layout> {
        let text = self.text()?;
        let label_color = self.label_color.unwrap_or(if self.color.luminance() > 0.3 {
            Rgba::BLACK
        } else {
            Rgba::WHITE
        });
        let (border, radius, height) = (side * 0.035, side * 0.08, side * 0.19);
        let mut body = Outline::default();
        let (total, x, y, panel, label_color) = match self.style {
            FrameStyle::Border => {
                let total = side + 2.0 * border;
                ring(&mut body, 0.0, 0.0, total, total, radius, (border, border, side));
                (total, border, border, None, label_color)
            }
            FrameStyle::LabelBelow | FrameStyle::LabelAbove => {
                let (width, total) = (side + 2.0 * border, side + border + height);
                let left = (total - width) / 2.0;
                let above = self.style == FrameStyle::LabelAbove;
                let (code_y, panel_y) = if above { (height, 0.0) } else { (border, border + side) };
                ring(&mut body, left, 0.0, width, total, radius, (left + border, code_y, side));
                (
                    total,
                    left + border,
                    code_y,
                    Some(Panel { x: left, y: panel_y, width, height }),
                    label_color,
                )
            }
            FrameStyle::Bubble => {
                let (gap, tip) = (side * 0.02, side * 0.045);
                let total = side + gap + tip + height;
                let (left, top) = ((total - side) / 2.0, side + gap + tip);
                body.round_rect(left, top, side, height, [radius; 4], Turn::Solid);
                let middle = total / 2.0;
                body.polygon([
                    point(middle - tip, top + 0.01),
                    point(middle, top - tip),
                    point(middle + tip, top + 0.01),
                ]);
                (
                    total,
                    left,
                    0.0,
                    Some(Panel { x: left, y: top, width: side, height }),
                    label_color,
                )
            }
            FrameStyle::Caption => {
                let total = side + height * 0.8;
                let left = (total - side) / 2.0;
                let panel =
                    Panel { x: left, y: side - height * 0.1, width: side, height: height * 0.8 };
                (total, left, 0.0, Some(panel), self.label_color.unwrap_or(self.color))
            }
        };
        let mut shapes = Vec::with_capacity(2);
        let under = (!body.is_empty()).then_some(self.color);
        if under.is_some() {
            shapes.push(Filled { outline: body, color: self.color, under: None });
        }
        if let (Some(panel), Some(text)) = (panel, text) {
            shapes.push(Filled { outline: panel.set(text)?, color: label_color, under });
        }
        Ok(Layout { side: total, x, y, shapes })
    }

    fn text(&self) -> Result<Option<&str>> {
        let field = || "frame_label".to_owned();
        let text = self.label.as_deref().map(str::trim).filter(|text| !text.is_empty());
        match text {
            None if self.style != FrameStyle::Border => {
                Err(Condition::FieldMissing { field: field() }.into())
            }
            Some(text) if text.chars().count() > LABEL_CHARS => {
                Err(Condition::TextTooLong { field: field(), max: LABEL_CHARS as u64 }.into())
            }
            Some(text) if text.chars().any(char::is_control) => {
                Err(Condition::TextControls { field: field() }.into())
            }
            text => Ok(text),
        }
    }
}

/// A filled box with rounded corners and a square hole `(x, y, side)` for the code.
fn ring(
    shape: &mut Outline,
    x: f32,
    y: f32,
    width: f32,
    height: f32,
    radius: f32,
    hole: (f32, f32, f32),
) {
    shape.round_rect(x, y, width, height, [radius; 4], Turn::Solid);
    shape.round_rect(hole.0, hole.1, hole.2, hole.2, [radius * 0.5; 4], Turn::Hole);
}

impl Panel {
    /// Returns the text as large as the panel allows, in its middle.
    fn set(&self, text: &str) -> Result<Outline> {
        let line = label::shape(text)?;
        let scale = (self.height * 0.62).min(self.width * 0.86 / line.width);
        let x = self.x + (self.width - line.width * scale) / 2.0;
        // Capitals, not the line with its descenders, look centred.
        let baseline = self.y + (self.height + label::CAP_HEIGHT * scale) / 2.0;
        Ok(line.outline.placed(scale, x, baseline))
    }
}
