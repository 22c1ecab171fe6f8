//! Formats: the files that a canvas is written as.

mod eps;
mod failure;
#[cfg(feature = "print")]
mod jpeg;
#[cfg(feature = "print")]
mod pdf;
mod png;
mod svg;
mod text;
#[cfg(feature = "print")]
mod webp;

use std::io::Write;

use self::failure::Failure;
use crate::canvas::Canvas;
use crate::error::{Error, Result};
use crate::names::name_traits;

/// A file format. Names that [`FromStr`](std::str::FromStr) reads give the defaults of a format.
///
/// ```
/// use xqr_render::Format;
///
/// assert_eq!("png".parse(), Ok(Format::Png));
/// assert_eq!((Format::Eps.extension(), Format::Svg.media_type()), ("eps", "image/svg+xml"));
/// # #[cfg(feature = "print")]
/// assert_eq!("jpeg".parse(), Ok(Format::Jpeg { quality: xqr_render::Quality::DEFAULT }));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// PNG of 1 or 2 bits per px for squares, of a palette for flat colours, otherwise of RGB or
    /// RGBA. The resolution is in `pHYs`.
    Png,
    /// SVG, one path per colour; in inches if the size is in inches.
    Svg,
    /// PDF of one page with the exact physical size.
    #[cfg(feature = "print")]
    Pdf {
        /// Whether colours are CMYK, with black as pure key (0, 0, 0, 1), for offset printers.
        cmyk: bool,
    },
    /// JPEG without chroma subsampling; transparent px become white.
    #[cfg(feature = "print")]
    Jpeg {
        /// The quality.
        quality: Quality,
    },
    /// Lossless WebP. The whole picture is held in memory, so it has at most 16 million px.
    #[cfg(feature = "print")]
    WebP,
    /// Encapsulated PostScript (level 3). It has no transparency: colours are mixed with the
    /// background, or with white.
    Eps,
    /// Text of half blocks for a dark terminal: light modules are blocks. Patterns, colours and
    /// pictures do not show.
    Text,
}

/// The quality of a JPEG, 1 to 100.
///
/// ```
/// use xqr_render::Quality;
///
/// assert_eq!(Quality::new(80).map(Quality::get), Some(80));
/// assert_eq!((Quality::new(0), Quality::new(101)), (None, None));
/// ```
#[cfg(feature = "print")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quality(u8);

#[cfg(feature = "print")]
impl Quality {
    /// The default, 92.
    pub const DEFAULT: Self = Self(92);

    /// Returns a quality of 1 to 100, or `None` out of that range.
    pub const fn new(quality: u8) -> Option<Self> {
        match quality {
            1..=100 => Some(Self(quality)),
            _ => None,
        }
    }

    /// Returns the number.
    pub const fn get(self) -> u8 {
        self.0
    }
}

#[cfg(feature = "print")]
impl Default for Quality {
    fn default() -> Self {
        Self::DEFAULT
    }
}

name_traits!(Format, FORMAT_NAMES);

const FORMAT_NAMES: [&str; Format::ALL.len()] = {
    let mut names = [""; Format::ALL.len()];
    let mut i = 0;
    while i < names.len() {
        names[i] = Format::ALL[i].name();
        i += 1;
    }
    names
};

impl Format {
    /// All formats, with their defaults.
    #[cfg(feature = "print")]
    pub const ALL: [Self; 7] = [
        Self::Svg,
        Self::Png,
        Self::Pdf { cmyk: false },
        Self::Jpeg { quality: Quality::DEFAULT },
        Self::WebP,
        Self::Eps,
        Self::Text,
    ];
    /// All formats.
    #[cfg(not(feature = "print"))]
    pub const ALL: [Self; 4] = [Self::Svg, Self::Png, Self::Eps, Self::Text];

    /// Returns the name, without parameters.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
            #[cfg(feature = "print")]
            Self::Pdf { .. } => "pdf",
            #[cfg(feature = "print")]
            Self::Jpeg { .. } => "jpeg",
            #[cfg(feature = "print")]
            Self::WebP => "webp",
            Self::Eps => "eps",
            Self::Text => "txt",
        }
    }

    /// Returns the media type for `Content-Type`.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Svg => "image/svg+xml",
            #[cfg(feature = "print")]
            Self::Pdf { .. } => "application/pdf",
            #[cfg(feature = "print")]
            Self::Jpeg { .. } => "image/jpeg",
            #[cfg(feature = "print")]
            Self::WebP => "image/webp",
            Self::Eps => "application/postscript",
            Self::Text => "text/plain; charset=utf-8",
        }
    }

    /// Returns the extension of file names, without a dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Svg => "svg",
            #[cfg(feature = "print")]
            Self::Pdf { .. } => "pdf",
            #[cfg(feature = "print")]
            Self::Jpeg { .. } => "jpg",
            #[cfg(feature = "print")]
            Self::WebP => "webp",
            Self::Eps => "eps",
            Self::Text => "txt",
        }
    }
}

impl Canvas {
    /// Writes the picture.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] if `out` fails; [`Error::TooManyPixels`] for a WebP above 16 million px.
    pub fn write(&self, format: Format, mut out: impl Write) -> Result<()> {
        let out = &mut out;
        let done = match format {
            Format::Png => png::write(self, out),
            Format::Svg => svg::write(self, out),
            #[cfg(feature = "print")]
            Format::Pdf { cmyk } => pdf::write(self, cmyk, out),
            #[cfg(feature = "print")]
            Format::Jpeg { quality } => jpeg::write(self, quality.get(), out),
            #[cfg(feature = "print")]
            Format::WebP => webp::write(self, out),
            Format::Eps => eps::write(self, out),
            Format::Text => text::write(self, out),
        };
        done.map_err(|failure| match failure {
            Failure::Broken(cause) => Error::Failed(cause),
            #[cfg(feature = "print")]
            Failure::Refused(error) => error,
        })
    }
}
