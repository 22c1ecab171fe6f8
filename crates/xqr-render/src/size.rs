//! Sizes of pictures, and caps on them.

use crate::error::{Error, Input, Result};
use crate::range::within;

/// The size of a picture.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Size {
    /// Whole px per module, 1 to 100.
    Module(u32),
    /// The side of the whole picture in px.
    Pixels(u32),
    /// The side in inches (0.5 to 15) at a resolution in DPI (72 to 600); the px are rounded half
    /// up.
    Inches {
        /// The side in inches.
        inches: f64,
        /// Pixels per inch.
        dpi: u32,
    },
}

/// Caps on a picture, checked before anything is allocated.
///
/// ```
/// use xqr_render::{Canvas, Caps, Design, Error, Level, Size, Symbol};
///
/// let caps = Caps::new().max_inches(2.0).max_dpi(300).logo(false);
/// let symbol = Symbol::encode("https://example.com/", Level::M)?;
/// let size = Size::Inches { inches: 4.0, dpi: 300 };
/// let refused = Canvas::new(&symbol, &Design::new(), size, &caps).unwrap_err();
/// assert!(matches!(refused, Error::InchesOverCap { max: 2.0 }));
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Caps {
    /// The largest side in inches.
    pub max_inches: f64,
    /// The highest resolution in DPI.
    pub max_dpi: u32,
    /// The most px of a picture, width times height.
    pub max_pixels: u64,
    /// Whether logos are allowed.
    pub logo: bool,
    /// The largest file of a logo or backdrop, in bytes.
    pub max_logo_bytes: usize,
    /// The most px of a logo or backdrop before it is reduced, width times height.
    pub max_logo_pixels: u64,
}

impl Default for Caps {
    /// Returns the limits of this crate: 15 in, 600 DPI, 81 million px; image files of 2 MiB and
    /// 12 Mi px.
    fn default() -> Self {
        Self {
            max_inches: MAX_INCHES,
            max_dpi: MAX_DPI,
            max_pixels: MAX_PIXELS,
            logo: true,
            max_logo_bytes: 2 * 1024 * 1024,
            max_logo_pixels: 12 * 1024 * 1024,
        }
    }
}

impl Caps {
    /// Returns the limits of this crate.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the largest side in inches.
    #[must_use]
    pub fn max_inches(self, max_inches: f64) -> Self {
        Self { max_inches, ..self }
    }

    /// Sets the highest resolution in DPI.
    #[must_use]
    pub fn max_dpi(self, max_dpi: u32) -> Self {
        Self { max_dpi, ..self }
    }

    /// Sets the most px of a picture, width times height.
    #[must_use]
    pub fn max_pixels(self, max_pixels: u64) -> Self {
        Self { max_pixels, ..self }
    }

    /// Sets whether logos are allowed.
    #[must_use]
    pub fn logo(self, logo: bool) -> Self {
        Self { logo, ..self }
    }

    /// Sets the largest file of a logo or backdrop, in bytes.
    #[must_use]
    pub fn max_logo_bytes(self, max_logo_bytes: usize) -> Self {
        Self { max_logo_bytes, ..self }
    }

    /// Sets the most px of a logo or backdrop before it is reduced, width times height.
    #[must_use]
    pub fn max_logo_pixels(self, max_logo_pixels: u64) -> Self {
        Self { max_logo_pixels, ..self }
    }
}

const MIN_INCHES: f64 = 0.5;
const MAX_INCHES: f64 = 15.0;
const MIN_DPI: u32 = 72;
const MAX_DPI: u32 = 600;
const MAX_MODULE_PX: u32 = 100;
const MAX_PIXELS: u64 = 81_000_000;

/// The resolution of a picture whose size is in px: one CSS px is 1/96 inch.
const SCREEN_DPI: f64 = 96.0;

/// A size that has been checked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Extent {
    /// The side of the picture in px.
    pub(crate) px: u32,
    /// The resolution in px per inch.
    pub(crate) dpi: f64,
    /// The number that gave the size, which errors name.
    pub(crate) input: Input,
}

impl Extent {
    /// Returns the side in PostScript points, 1/72 inch.
    pub(crate) fn points(self) -> f64 {
        f64::from(self.px) * 72.0 / self.dpi
    }
}

impl Size {
    /// Returns the size in px of a picture of `side` modules.
    ///
    /// # Errors
    ///
    /// [`Error::TooSmall`] and [`Error::TooLarge`] out of the range of this crate,
    /// [`Error::TooFewPixels`] below one px per module; [`Error::InchesOverCap`],
    /// [`Error::DpiOverCap`] and [`Error::TooManyPixels`] above `caps`.
    pub(crate) fn resolve(self, side: f32, caps: &Caps) -> Result<Extent> {
        let (input, px, dpi) = match self {
            Self::Module(px) => {
                within(Input::ModuleSize, px, 1, MAX_MODULE_PX)?;
                (Input::ModuleSize, (f64::from(side) * f64::from(px)).ceil(), SCREEN_DPI)
            }
            Self::Pixels(px) => (Input::Width, f64::from(px), SCREEN_DPI),
            Self::Inches { inches, dpi } => {
                within(Input::Inches, inches, MIN_INCHES, MAX_INCHES)?;
                within(Input::Dpi, dpi, MIN_DPI, MAX_DPI)?;
                if inches > caps.max_inches {
                    return Err(Error::InchesOverCap { max: caps.max_inches });
                }
                if dpi > caps.max_dpi {
                    return Err(Error::DpiOverCap { max: caps.max_dpi });
                }
                (Input::Inches, (inches * f64::from(dpi) + 0.5).floor(), f64::from(dpi))
            }
        };
        if px < f64::from(side.ceil()) {
            let dpi = if let Self::Inches { dpi, .. } = self { Some(dpi) } else { None };
            return Err(Error::TooFewPixels { input, min_px: side.ceil() as u32, dpi });
        }
        if px * px > caps.max_pixels as f64 {
            return Err(Error::TooManyPixels { input, max: caps.max_pixels });
        }
        Ok(Extent { px: px as u32, dpi, input })
    }
}
