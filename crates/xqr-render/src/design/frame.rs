//! Frames: a border around the code, and a label.

use super::color::Rgba;
#[cfg(feature = "labels")]
use super::label;
#[cfg(feature = "labels")]
use crate::error::Error;
use crate::error::Result;
use crate::names::names;
#[cfg(feature = "labels")]
use crate::outline::point;
use crate::outline::{Outline, Turn};

/// A frame around the code and its quiet zone. The picture stays square: the code becomes smaller.
///
/// ```
/// use xqr_render::{Frame, FrameStyle, Rgba};
///
/// let frame = Frame::new(FrameStyle::Border, Rgba::opaque(0x1d, 0x35, 0x57));
/// # #[cfg(feature = "labels")]
/// let frame = frame.style(FrameStyle::LabelBelow).label("Scan me").label_color(Rgba::WHITE);
/// # let _ = frame;
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Frame {
    /// The shape.
    pub style: FrameStyle,
    /// The colour of border, panel and bubble.
    pub color: Rgba,
    /// The label, one line of 1 to 64 characters; every style but [`FrameStyle::Border`] needs one.
    #[cfg(feature = "labels")]
    pub label: Option<String>,
    /// The colour of the label; by default white or black, the one with more contrast to `color`.
    #[cfg(feature = "labels")]
    pub label_color: Option<Rgba>,
}

/// The shape of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum FrameStyle {
    /// A border with rounded corners, without a label.
    #[cfg_attr(not(feature = "labels"), default)]
    Border,
    /// A border that widens to a panel with the label below the code.
    #[cfg_attr(feature = "labels", default)]
    #[cfg(feature = "labels")]
    LabelBelow,
    /// A border that widens to a panel with the label above the code.
    #[cfg(feature = "labels")]
    LabelAbove,
    /// A speech bubble with the label below the code, pointing at it.
    #[cfg(feature = "labels")]
    Bubble,
    /// The label in the frame's colour below the code, and nothing else.
    #[cfg(feature = "labels")]
    Caption,
}

names!(FrameStyle {
    Border => "border",
    #[cfg(feature = "labels")]
    LabelBelow => "label-below",
    #[cfg(feature = "labels")]
    LabelAbove => "label-above",
    #[cfg(feature = "labels")]
    Bubble => "bubble",
    #[cfg(feature = "labels")]
    Caption => "caption",
});

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
#[cfg(feature = "labels")]
const LABEL_CHARS: usize = 64;

/// The box of a label, from which the size of its text follows.
#[cfg(feature = "labels")]
struct Panel {
    x: f32,
    y: f32,
    width: f32,
    height: f32,
}

impl Frame {
    /// Returns a frame without a label.
    pub fn new(style: FrameStyle, color: Rgba) -> Self {
        Self {
            style,
            color,
            #[cfg(feature = "labels")]
            label: None,
            #[cfg(feature = "labels")]
            label_color: None,
        }
    }

    /// Sets the shape.
    #[must_use]
    pub fn style(self, style: FrameStyle) -> Self {
        Self { style, ..self }
    }

    /// Sets the label, one line of 1 to 64 characters.
    #[cfg(feature = "labels")]
    #[must_use]
    pub fn label(self, label: impl Into<String>) -> Self {
        Self { label: Some(label.into()), ..self }
    }

    /// Sets the colour of the label.
    #[cfg(feature = "labels")]
    #[must_use]
    pub fn label_color(self, color: Rgba) -> Self {
        Self { label_color: Some(color), ..self }
    }

    /// Lays the frame out around a box of `side` modules.
    ///
    /// # Errors
    ///
    /// `LabelMissing`, `LabelTooLong`, `LabelHasControls` and `GlyphMissing`.
    pub(crate) fn layout(&self, side: f32) -> Result<Layout> {
        #[cfg(feature = "labels")]
        let text = self.text()?;
        let (border, radius) = (side * 0.035, side * 0.08);
        let mut body = Outline::default();
        let (total, x, y) = match self.style {
            FrameStyle::Border => {
                let total = side + 2.0 * border;
                ring(&mut body, 0.0, 0.0, total, total, radius, (border, border, side));
                (total, border, border)
            }
            #[cfg(feature = "labels")]
            style => return self.labelled(style, side, text.unwrap_or_default()),
        };
        let shapes = vec![Filled { outline: body, color: self.color, under: None }];
        Ok(Layout { side: total, x, y, shapes })
    }

    /// Lays out a frame of a `style` with a label.
    #[cfg(feature = "labels")]
    fn labelled(&self, style: FrameStyle, side: f32, text: &str) -> Result<Layout> {
        let label_color = self.label_color.unwrap_or(if self.color.luminance() > 0.3 {
            Rgba::BLACK
        } else {
            Rgba::WHITE
        });
        let (border, radius, height) = (side * 0.035, side * 0.08, side * 0.19);
        let mut body = Outline::default();
        let (total, x, y, panel, label_color) = match style {
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
                let panel = Panel { x: left, y: top, width: side, height };
                (total, left, 0.0, panel, label_color)
            }
            FrameStyle::Caption => {
                let total = side + height * 0.8;
                let left = (total - side) / 2.0;
                let panel =
                    Panel { x: left, y: side - height * 0.1, width: side, height: height * 0.8 };
                (total, left, 0.0, panel, self.label_color.unwrap_or(self.color))
            }
            _ => {
                let (width, total) = (side + 2.0 * border, side + border + height);
                let left = (total - width) / 2.0;
                let above = style == FrameStyle::LabelAbove;
                let (code_y, panel_y) = if above { (height, 0.0) } else { (border, border + side) };
                ring(&mut body, left, 0.0, width, total, radius, (left + border, code_y, side));
                let panel = Panel { x: left, y: panel_y, width, height };
                (total, left + border, code_y, panel, label_color)
            }
        };
        let mut shapes = Vec::with_capacity(2);
        let under = (!body.is_empty()).then_some(self.color);
        if under.is_some() {
            shapes.push(Filled { outline: body, color: self.color, under: None });
        }
        shapes.push(Filled { outline: panel.set(text)?, color: label_color, under });
        Ok(Layout { side: total, x, y, shapes })
    }

    #[cfg(feature = "labels")]
    fn text(&self) -> Result<Option<&str>> {
        let text = self.label.as_deref().map(str::trim).filter(|text| !text.is_empty());
        match text {
            None if self.style != FrameStyle::Border => Err(Error::LabelMissing),
            Some(text) if text.chars().count() > LABEL_CHARS => {
                Err(Error::LabelTooLong { max: LABEL_CHARS })
            }
            Some(text) if text.chars().any(char::is_control) => Err(Error::LabelHasControls),
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

#[cfg(feature = "labels")]
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
