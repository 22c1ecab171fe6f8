//! Formats: what a canvas can be written as.

mod eps;
mod jpeg;
mod pdf;
mod png;
mod svg;
mod text;
mod webp;

use std::io::Write;

use xqr_errors::{Condition, Error, Result};

use crate::canvas::Canvas;

/// A file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// PNG of 1 or 2 bits per px where the picture is squares, a palette where its colours are
    /// flat, RGB or RGBA where they are not. The resolution is in `pHYs`.
    Png,
    /// SVG, one path per colour; in inches where the size was given so.
    Svg,
    /// PDF of one page with the exact physical size.
    Pdf {
        /// Whether colours are CMYK, with black as pure key (0, 0, 0, 1): what offset printers ask
        /// for.
        cmyk: bool,
    },
    /// JPEG without chroma subsampling; what is transparent becomes white.
    Jpeg {
        /// 1 to 100.
        quality: u8,
    },
    /// Lossless WebP; held in memory as a whole, hence 16 million px at most.
    WebP,
    /// Encapsulated PostScript (level 3). It knows no transparency: colours are mixed with the
    /// background, or with white.
    Eps,
    /// Text of half blocks for a dark terminal: light modules are blocks. Patterns, colours and
    /// pictures do not show.
    Text,
}

impl Format {
    /// All formats with the names that the APIs use.
    pub const ALL: [(&'static str, Self); 7] = [
        ("svg", Self::Svg),
        ("png", Self::Png),
        ("pdf", Self::Pdf { cmyk: false }),
        ("jpeg", Self::Jpeg { quality: 92 }),
        ("webp", Self::WebP),
        ("eps", Self::Eps),
        ("txt", Self::Text),
    ];

    /// Returns the media type for `Content-Type`.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Svg => "image/svg+xml",
            Self::Pdf { .. } => "application/pdf",
            Self::Jpeg { .. } => "image/jpeg",
            Self::WebP => "image/webp",
            Self::Eps => "application/postscript",
            Self::Text => "text/plain; charset=utf-8",
        }
    }

    /// Returns the extension of file names, without a dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Svg => "svg",
            Self::Pdf { .. } => "pdf",
            Self::Jpeg { .. } => "jpg",
            Self::WebP => "webp",
            Self::Eps => "eps",
            Self::Text => "txt",
        }
    }
}

/// Why a picture was not written.
enum Failure {
    /// The sink, or a library, failed.
    Broken(Box<dyn std::error::Error + Send + Sync>),
    Refused(Condition),
}

impl<E: std::error::Error + Send + Sync + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Broken(error.into())
    }
}

pub(crate) fn write(canvas: &Canvas, format: Format, out: &mut impl Write) -> Result<()> {
    let done = match format {
        Format::Png => png::write(canvas, out),
        Format::Svg => svg::write(canvas, out),
        Format::Pdf { cmyk } => pdf::write(canvas, cmyk, out),
        Format::Jpeg { quality } => jpeg::write(canvas, quality, out),
        Format::WebP => webp::write(canvas, out),
        Format::Eps => eps::write(canvas, out),
        Format::Text => text::write(canvas, out),
    };
    done.map_err(|failure| match failure {
        Failure::Broken(cause) => Error::from(Condition::RenderFailed).because(cause),
        Failure::Refused(condition) => condition.into(),
    })
}
