//! Sizes: how large a picture is, and what it may cost at most.

use std::cmp::Ordering;

use xqr_errors::{Condition, Result};

/// How large a picture is to be.
#[derive(Debug, Clone, Copy, PartialEq)]
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

/// What a caller may ask for. Checked before anything is allocated.
#[derive(Debug, Clone, PartialEq)]
pub struct Caps {
    /// The plan that sets the caps; refusals name it.
    pub plan: String,
    /// The largest side in inches.
    pub max_inches: f64,
    /// The finest resolution in DPI.
    pub max_dpi: u32,
    /// The most px of a picture, width times height.
    pub max_pixels: u64,
    /// Whether logos are allowed.
    pub logo: bool,
    /// The largest file of a logo or background image, in bytes.
    pub max_logo_bytes: usize,
    /// The most px of a logo or background image as sent, width times height.
    pub max_logo_pixels: u64,
}

impl Default for Caps {
    /// The limits of the engine itself: 15 in, 600 DPI, 81 million px; image files of 2 MiB and 12
    /// Mi px.
    fn default() -> Self {
        Self {
            plan: "unlimited".to_owned(),
            max_inches: MAX_INCHES,
            max_dpi: MAX_DPI,
            max_pixels: MAX_PIXELS,
            logo: true,
            max_logo_bytes: 2 * 1024 * 1024,
            max_logo_pixels: 12 * 1024 * 1024,
        }
    }
}

const MIN_INCHES: f64 = 0.5;
const MAX_INCHES: f64 = 15.0;
const MIN_DPI: u32 = 72;
const MAX_DPI: u32 = 600;
const MAX_MODULE_PX: u32 = 100;
const MAX_PIXELS: u64 = 81_000_000;

/// The resolution of a picture whose size was given in px: one CSS px is 1/96 inch.
const SCREEN_DPI: f64 = 96.0;

/// A size that has been checked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Extent {
    /// The side of the picture in px.
    pub(crate) px: u32,
    /// The resolution in px per inch.
    pub(crate) dpi: f64,
    /// The field that the size was given by, which refusals name.
    pub(crate) field: &'static str,
}

impl Extent {
    /// Returns the side in PostScript points, 1/72 inch.
    pub(crate) fn points(self) -> f64 {
        f64::from(self.px) * 72.0 / self.dpi
    }
}

impl Size {
    /// Turns the size of a picture of `side` modules into px.
    ///
    /// # Errors
    ///
    /// [`Condition::NumberTooSmall`] and [`Condition::NumberTooLarge`] out of the engine's range,
    /// or below one px per module; [`Condition::SizeOverPlan`] and [`Condition::DpiOverPlan`] above
    /// the plan's caps; [`Condition::PictureTooLarge`].
    pub(crate) fn resolve(self, side: f32, caps: &Caps) -> Result<Extent> {
        let (field, px, dpi) = match self {
            Self::Module(px) => {
                within("size", f64::from(px), 1.0, f64::from(MAX_MODULE_PX))?;
                ("size", (f64::from(side) * f64::from(px)).ceil(), SCREEN_DPI)
            }
            Self::Pixels(px) => ("width", f64::from(px), SCREEN_DPI),
            Self::Inches { inches, dpi } => {
                within("size_inches", inches, MIN_INCHES, MAX_INCHES)?;
                within("dpi", f64::from(dpi), f64::from(MIN_DPI), f64::from(MAX_DPI))?;
                if inches > caps.max_inches {
                    let cap = caps.max_inches.to_string();
                    return Err(Condition::SizeOverPlan { cap, plan: caps.plan.clone() }.into());
                }
                if dpi > caps.max_dpi {
                    return Err(Condition::DpiOverPlan {
                        cap: caps.max_dpi,
                        plan: caps.plan.clone(),
                    }
                    .into());
                }
                ("size_inches", (inches * f64::from(dpi) + 0.5).floor(), f64::from(dpi))
            }
        };
        if px < f64::from(side.ceil()) {
            let min = match self {
                Self::Inches { dpi, .. } => {
                    format!("{:.2} at {dpi} DPI", f64::from(side.ceil()) / f64::from(dpi) + 0.005)
                }
                _ => format!("{}", side.ceil()),
            };
            return Err(Condition::NumberTooSmall { field: field.into(), min }.into());
        }
        if px * px > caps.max_pixels as f64 {
            return Err(
                Condition::PictureTooLarge { field: field.into(), max: caps.max_pixels }.into()
            );
        }
        Ok(Extent { px: px as u32, dpi, field })
    }
}

fn within(field: &str, value: f64, min: f64, max: f64) -> Result<()> {
    out_of_range(field, value, min, max).map_or(Ok(()), |complaint| Err(complaint.into()))
}

/// Returns the complaint about a number that is out of range, or none at all.
pub(crate) fn out_of_range<T: PartialOrd + ToString>(
    field: &str,
    value: T,
    min: T,
    max: T,
) -> Option<Condition> {
    // What is no number is not even comparable.
    if value.partial_cmp(&min).is_none_or(Ordering::is_lt) {
        Some(Condition::NumberTooSmall { field: field.into(), min: min.to_string() })
    } else if value > max {
        Some(Condition::NumberTooLarge { field: field.into(), max: max.to_string() })
    } else {
        None
    }
}
