//! Errors: why a symbol, a canvas or a file could not be made. They name the [`Input`] that is
//! wrong; a caller that has other names for it, such as those of a request's fields, maps them.

use std::fmt;

use crate::level::Level;

/// The result of a fallible function of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A number that a caller chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Input {
    /// [`Encoding::version`](crate::Encoding::version).
    Version,
    /// [`Encoding::mask`](crate::Encoding::mask).
    Mask,
    /// [`Design::quiet_zone`](crate::Design::quiet_zone).
    QuietZone,
    /// [`Logo::ratio`](crate::Logo::ratio).
    LogoRatio,
    /// [`Backdrop::opacity`](crate::Backdrop::opacity).
    BackdropOpacity,
    /// [`Size::Module`](crate::Size::Module).
    ModuleSize,
    /// [`Size::Pixels`](crate::Size::Pixels).
    Width,
    /// The side of [`Size::Inches`](crate::Size::Inches).
    Inches,
    /// The resolution of [`Size::Inches`](crate::Size::Inches).
    Dpi,
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Version => "version",
            Self::Mask => "mask",
            Self::QuietZone => "quiet zone",
            Self::LogoRatio => "logo ratio",
            Self::BackdropOpacity => "backdrop opacity",
            Self::ModuleSize => "module size",
            Self::Width => "width",
            Self::Inches => "size in inches",
            Self::Dpi => "resolution in DPI",
        })
    }
}

/// Why a symbol was not encoded, or a design not laid out, verified or written.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The content does not fit into the largest version allowed.
    ContentTooLong {
        /// The level that the content was encoded at.
        level: Level,
        /// How many bytes the content is too long.
        over: u64,
        /// The highest level at which the content fits.
        fits: Option<Level>,
    },
    /// A number is below its minimum, or not a number.
    TooSmall {
        /// The number.
        input: Input,
        /// The minimum, in decimal notation.
        min: String,
    },
    /// A number is above its maximum.
    TooLarge {
        /// The number.
        input: Input,
        /// The maximum, in decimal notation.
        max: String,
    },
    /// A module would be smaller than 1 px.
    TooFewPixels {
        /// The number that gives the size.
        input: Input,
        /// The least side of the picture in px, which is its side in modules.
        min_px: u32,
        /// The resolution in DPI, if the size is in inches.
        dpi: Option<u32>,
    },
    /// The picture has more px, width times height, than allowed.
    TooManyPixels {
        /// The number that gives the size.
        input: Input,
        /// The most px.
        max: u64,
    },
    /// The size in inches is above [`Caps::max_inches`](crate::Caps::max_inches).
    InchesOverCap {
        /// The cap.
        max: f64,
    },
    /// The resolution is above [`Caps::max_dpi`](crate::Caps::max_dpi).
    DpiOverCap {
        /// The cap.
        max: u32,
    },
    /// The design has a logo, and [`Caps::logo`](crate::Caps::logo) is false.
    LogoNotAllowed,
    /// The style of the frame needs a label.
    #[cfg(feature = "labels")]
    LabelMissing,
    /// The label has too many characters.
    #[cfg(feature = "labels")]
    LabelTooLong {
        /// The most characters.
        max: usize,
    },
    /// The label has control characters.
    #[cfg(feature = "labels")]
    LabelHasControls,
    /// No embedded font has a character of the label.
    #[cfg(feature = "labels")]
    GlyphMissing {
        /// The character.
        character: char,
    },
    /// The design would not scan.
    Unscannable {
        /// The reasons, as sentences.
        reasons: String,
    },
    /// The sink, a font or a library failed.
    Failed(Box<dyn std::error::Error + Send + Sync>),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ContentTooLong { level, over, fits: Some(fits) } => {
                write!(
                    f,
                    "the content is {over} bytes too long at level {level}; it fits at {fits}"
                )
            }
            Self::ContentTooLong { level, over, fits: None } => {
                write!(f, "the content is {over} bytes too long at level {level}")
            }
            Self::TooSmall { input, min } => write!(f, "the {input} must be at least {min}"),
            Self::TooLarge { input, max } => write!(f, "the {input} must be at most {max}"),
            Self::TooFewPixels { min_px, .. } => {
                write!(f, "the picture needs at least {min_px} px a side, 1 px per module")
            }
            Self::TooManyPixels { max, .. } => write!(f, "the picture has more than {max} px"),
            Self::InchesOverCap { max } => write!(f, "the picture is larger than {max} inches"),
            Self::DpiOverCap { max } => write!(f, "the resolution is above {max} DPI"),
            Self::LogoNotAllowed => f.write_str("logos are not allowed"),
            #[cfg(feature = "labels")]
            Self::LabelMissing => f.write_str("the style of the frame needs a label"),
            #[cfg(feature = "labels")]
            Self::LabelTooLong { max } => {
                write!(f, "the label has more than {max} characters")
            }
            #[cfg(feature = "labels")]
            Self::LabelHasControls => f.write_str("the label has control characters"),
            #[cfg(feature = "labels")]
            Self::GlyphMissing { character } => {
                write!(f, "no font has the character {character:?} of the label")
            }
            Self::Unscannable { reasons } => write!(f, "the design does not scan: {reasons}"),
            Self::Failed(_) => f.write_str("the picture could not be drawn or written"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Failed(cause) => Some(&**cause),
            _ => None,
        }
    }
}

/// Why the bytes of an image did not become a [`Picture`](crate::Picture).
#[cfg(feature = "logos")]
#[derive(Debug)]
#[non_exhaustive]
pub enum PictureError {
    /// The file has too many bytes.
    TooManyBytes {
        /// The most bytes.
        max: u64,
    },
    /// The image has too many px, width times height, or needs too much memory.
    TooManyPixels {
        /// The most px.
        max: u64,
    },
    /// The file is broken, or its format is not supported.
    Unreadable(Option<Box<dyn std::error::Error + Send + Sync>>),
    /// The SVG has something that is not allowed.
    Unsafe {
        /// What it has, such as `<script>`.
        what: String,
    },
}

#[cfg(feature = "logos")]
impl PictureError {
    pub(crate) fn unreadable(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Unreadable(Some(cause.into()))
    }

    pub(crate) fn unsafe_svg(what: impl Into<String>) -> Self {
        Self::Unsafe { what: what.into() }
    }
}

#[cfg(feature = "logos")]
impl fmt::Display for PictureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManyBytes { max } => write!(f, "the image file has more than {max} bytes"),
            Self::TooManyPixels { max } => write!(f, "the image has more than {max} px"),
            Self::Unreadable(_) => f.write_str("the image cannot be read"),
            Self::Unsafe { what } => write!(f, "the SVG has {what}, which is not allowed"),
        }
    }
}

#[cfg(feature = "logos")]
impl std::error::Error for PictureError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreadable(Some(cause)) => Some(&**cause),
            _ => None,
        }
    }
}
