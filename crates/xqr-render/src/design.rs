//! Designs: everything about a picture but its content and its size.

pub(crate) mod color;
pub(crate) mod eyes;
pub(crate) mod frame;
mod label;
pub(crate) mod paint;
pub(crate) mod pattern;
pub(crate) mod picture;
mod vector;

use std::sync::Arc;

use xqr_errors::Result;

pub use self::color::{NotAColor, Rgba};
pub use self::eyes::{EyeBorder, EyeCenter, EyeShape, Eyes};
pub use self::frame::{Frame, FrameStyle};
pub use self::paint::{Direction, Gradient, Paint};
pub use self::pattern::Pattern;
pub use self::picture::Picture;
use crate::size::out_of_range;

/// How a symbol is drawn. `Design::default()` is the plain look: black squares on white, quiet zone
/// of 4 modules.
///
/// ```
/// use xqr_render::{Design, Eyes, EyeShape, Paint, Pattern, Rgba};
///
/// let design = Design {
///     pattern: Pattern::Rounded,
///     foreground: Paint::Solid(Rgba::opaque(0x1d, 0x35, 0x57)),
///     eyes: Eyes { shape: EyeShape::Rounded, ..Eyes::default() },
///     ..Design::default()
/// };
/// # let _ = design;
/// ```
#[derive(Debug, Clone)]
pub struct Design {
    /// How data modules are drawn.
    pub pattern: Pattern,
    /// How the finder patterns are drawn.
    pub eyes: Eyes,
    /// What dark modules are filled with.
    pub foreground: Paint,
    /// What lies behind; may be transparent.
    pub background: Rgba,
    /// The light margin in modules, 0 to 16. ISO/IEC 18004 clause 9.1 asks for 4.
    pub quiet_zone: u32,
    /// What surrounds the code.
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
    /// How much of it shows over the background, 0 to 1. What shows too much cannot be scanned;
    /// 0.35 is a good start.
    pub opacity: f32,
}

/// A picture in the middle of the code.
#[derive(Debug, Clone)]
pub struct Logo {
    /// The picture; it keeps its proportions.
    pub picture: Arc<Picture>,
    /// Its longer side as a fraction of the symbol's side (quiet zone excluded), 0.05 to 0.4. 0.24
    /// is the safe default.
    pub ratio: f32,
    /// Which modules give way to it.
    pub clear_zone: ClearZone,
}

/// Which modules give way to a logo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClearZone {
    /// All that its box touches, and half a module more.
    #[default]
    Square,
    /// All that the circle around its middle touches.
    Circle,
    /// None: the logo covers what lies beneath.
    None,
}

impl ClearZone {
    /// All clear zones with the names that the APIs use.
    pub const ALL: [(&'static str, Self); 3] =
        [("square", Self::Square), ("circle", Self::Circle), ("none", Self::None)];
}

impl Logo {
    /// The default of [`ratio`](Self::ratio) (QR Studio reference, section 10.6).
    pub const RATIO: f32 = 0.24;
}

impl Default for Design {
    fn default() -> Self {
        Self {
            pattern: Pattern::Squares,
            eyes: Eyes::default(),
            foreground: Paint::Solid(Rgba::BLACK),
            background: Rgba::WHITE,
            quiet_zone: 4,
            frame: None,
            backdrop: None,
            logo: None,
        }
    }
}

impl Design {
    /// Returns the error correction level that suits the design: [`H`](crate::Level::H) under a
    /// logo, else [`M`](crate::Level::M).
    pub fn level(&self) -> crate::Level {
        if self.logo.is_some() { crate::Level::H } else { crate::Level::M }
    }

    pub(crate) fn eye_paints(&self) -> [Paint; 2] {
        let or =
            |color: Option<Rgba>| color.or(self.eyes.color).map_or(self.foreground, Paint::Solid);
        [or(self.eyes.border_color), or(self.eyes.center_color)]
    }

    pub(crate) fn check(&self) -> Result<()> {
        let ratio = self.logo.as_ref().map(|logo| ("logo_size_ratio", logo.ratio, 0.05, 0.4));
        let opacity = self
            .backdrop
            .as_ref()
            .map(|backdrop| ("background_opacity", backdrop.opacity, 0.0, 1.0));
        let ranges = [Some(("quiet_zone", self.quiet_zone as f32, 0.0, 16.0)), ratio, opacity]
            .into_iter()
            .flatten();
        let wrong: Vec<_> = ranges
            .filter_map(|(field, value, min, max)| out_of_range(field, value, min, max))
            .collect();
        if wrong.is_empty() { Ok(()) } else { Err(xqr_errors::Error::all(wrong)) }
    }
}
