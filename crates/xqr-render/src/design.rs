//! Designs: everything about a picture but its content and its size.

pub(crate) mod color;
pub(crate) mod eyes;
pub(crate) mod frame;
#[cfg(feature = "logos")]
mod image_file;
#[cfg(feature = "labels")]
mod label;
pub(crate) mod paint;
pub(crate) mod pattern;
pub(crate) mod picture;
#[cfg(feature = "serde")]
pub(crate) mod spec;
#[cfg(feature = "logos")]
mod vector;

use std::sync::Arc;

pub use self::color::{NotAColor, Rgba};
pub use self::eyes::{EyeBorder, EyeCenter, EyeShape, Eyes};
pub use self::frame::{Frame, FrameStyle};
pub use self::paint::{Direction, Gradient, Paint};
pub use self::pattern::Pattern;
pub use self::picture::Picture;
use crate::error::{Input, Result};
use crate::level::Level;
use crate::names::names;
use crate::range::within;

/// How a symbol is drawn. The default is black squares on white with a quiet zone of 4 modules.
///
/// ```
/// use xqr_render::{Design, EyeShape, Eyes, Pattern, Rgba};
///
/// let design = Design::new()
///     .pattern(Pattern::Rounded)
///     .foreground(Rgba::opaque(0x1d, 0x35, 0x57))
///     .eyes(Eyes::new(EyeShape::Rounded));
/// assert_eq!(design.quiet_zone, 4);
/// ```
#[derive(Debug, Clone)]
pub struct Design {
    /// How data modules are drawn.
    pub pattern: Pattern,
    /// How the finder patterns are drawn.
    pub eyes: Eyes,
    /// The fill of dark modules.
    pub foreground: Paint,
    /// The colour behind; may be transparent.
    pub background: Rgba,
    /// The light margin in modules, 0 to 16. ISO/IEC 18004 clause 9.1 asks for 4.
    pub quiet_zone: u32,
    /// The frame around the code.
    pub frame: Option<Frame>,
    /// A picture behind the code.
    pub backdrop: Option<Backdrop>,
    /// A picture in the middle of the code.
    pub logo: Option<Logo>,
}

/// A picture behind the code, cropped to its square.
#[derive(Debug, Clone)]
pub struct Backdrop {
    /// The picture.
    pub picture: Arc<Picture>,
    /// How much of it shows over the background, 0 to 1. A high opacity prevents scanning; 0.35 is
    /// a good start.
    pub opacity: f32,
}

/// A picture in the middle of the code.
#[derive(Debug, Clone)]
pub struct Logo {
    /// The picture; it keeps its proportions.
    pub picture: Arc<Picture>,
    /// Its longer side as a fraction of the symbol's side (quiet zone excluded), 0.05 to 0.4. The
    /// default of 0.24 is safe.
    pub ratio: f32,
    /// Which modules are left out around it.
    pub clear_zone: ClearZone,
}

/// Which modules are left out around a logo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ClearZone {
    /// All that its box touches, with a margin of half a module.
    #[default]
    Square,
    /// All that the circle around its middle touches.
    Circle,
    /// None: the logo covers what lies beneath.
    None,
}

names!(ClearZone {
    Square => "square",
    Circle => "circle",
    None => "none",
});

impl Logo {
    /// The default of [`ratio`](Self::ratio) (QR Studio reference, section 10.6).
    pub const RATIO: f32 = 0.24;

    /// Returns a logo of the default size in a square clear zone.
    pub fn new(picture: impl Into<Arc<Picture>>) -> Self {
        Self { picture: picture.into(), ratio: Self::RATIO, clear_zone: ClearZone::default() }
    }

    /// Sets the longer side as a fraction of the symbol's side, 0.05 to 0.4.
    #[must_use]
    pub fn ratio(self, ratio: f32) -> Self {
        Self { ratio, ..self }
    }

    /// Sets which modules are left out around the logo.
    #[must_use]
    pub fn clear_zone(self, clear_zone: ClearZone) -> Self {
        Self { clear_zone, ..self }
    }
}

impl Backdrop {
    /// The default of [`opacity`](Self::opacity).
    pub const OPACITY: f32 = 0.35;

    /// Returns a backdrop of the default opacity.
    pub fn new(picture: impl Into<Arc<Picture>>) -> Self {
        Self { picture: picture.into(), opacity: Self::OPACITY }
    }

    /// Sets how much of the picture shows, 0 to 1.
    #[must_use]
    pub fn opacity(self, opacity: f32) -> Self {
        Self { opacity, ..self }
    }
}

impl Default for Design {
    fn default() -> Self {
        Self {
            pattern: Pattern::Squares,
            eyes: Eyes::default(),
            foreground: Paint::Solid(Rgba::BLACK),
            background: Rgba::WHITE,
            quiet_zone: Self::QUIET_ZONE,
            frame: None,
            backdrop: None,
            logo: None,
        }
    }
}

impl Design {
    /// The default of [`quiet_zone`](Self::quiet_zone), which ISO/IEC 18004 clause 9.1 asks for.
    pub const QUIET_ZONE: u32 = 4;

    /// Returns the default design.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how data modules are drawn.
    #[must_use]
    pub fn pattern(self, pattern: Pattern) -> Self {
        Self { pattern, ..self }
    }

    /// Sets how the finder patterns are drawn.
    #[must_use]
    pub fn eyes(self, eyes: Eyes) -> Self {
        Self { eyes, ..self }
    }

    /// Sets the fill of dark modules.
    #[must_use]
    pub fn foreground(self, foreground: impl Into<Paint>) -> Self {
        Self { foreground: foreground.into(), ..self }
    }

    /// Sets the colour behind the code.
    #[must_use]
    pub fn background(self, background: Rgba) -> Self {
        Self { background, ..self }
    }

    /// Sets the light margin in modules, 0 to 16.
    #[must_use]
    pub fn quiet_zone(self, quiet_zone: u32) -> Self {
        Self { quiet_zone, ..self }
    }

    /// Sets the frame around the code.
    #[must_use]
    pub fn frame(self, frame: Frame) -> Self {
        Self { frame: Some(frame), ..self }
    }

    /// Sets the picture behind the code.
    #[must_use]
    pub fn backdrop(self, backdrop: Backdrop) -> Self {
        Self { backdrop: Some(backdrop), ..self }
    }

    /// Sets the picture in the middle of the code.
    #[must_use]
    pub fn logo(self, logo: Logo) -> Self {
        Self { logo: Some(logo), ..self }
    }

    /// Returns the error correction level that suits the design: [`H`](Level::H) under a logo, else
    /// [`M`](Level::M).
    pub fn level(&self) -> Level {
        if self.logo.is_some() { Level::H } else { Level::M }
    }

    pub(crate) fn eye_paints(&self) -> [Paint; 2] {
        let or =
            |color: Option<Rgba>| color.or(self.eyes.color).map_or(self.foreground, Paint::Solid);
        [or(self.eyes.border_color), or(self.eyes.center_color)]
    }

    pub(crate) fn check(&self) -> Result<()> {
        within(Input::QuietZone, self.quiet_zone, 0, 16)?;
        self.logo
            .as_ref()
            .map_or(Ok(()), |logo| within(Input::LogoRatio, logo.ratio, 0.05, 0.4))?;
        self.backdrop
            .as_ref()
            .map_or(Ok(()), |backdrop| within(Input::BackdropOpacity, backdrop.opacity, 0.0, 1.0))
    }
}
