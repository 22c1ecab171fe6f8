//! Colours: red, green, blue and alpha.

use std::fmt;
use std::str::FromStr;

/// A colour of 8 bits per channel, sRGB, with straight (not premultiplied) alpha.
///
/// [`FromStr`] reads `black`, `white`, `transparent`, `#RRGGBB` or `#RRGGBBAA` (QR Studio reference,
/// section 10.2).
///
/// ```
/// use xqr_render::Rgba;
///
/// let color: Rgba = "#1D3557".parse()?;
/// assert_eq!((color, color.to_string()), (Rgba::opaque(0x1d, 0x35, 0x57), "#1d3557".to_owned()));
/// # Ok::<(), xqr_render::NotAColor>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rgba {
    /// Red, 0 to 255.
    pub r: u8,
    /// Green, 0 to 255.
    pub g: u8,
    /// Blue, 0 to 255.
    pub b: u8,
    /// Opacity, 0 (transparent) to 255 (opaque).
    pub a: u8,
}

impl Rgba {
    /// Opaque black.
    pub const BLACK: Self = Self::opaque(0, 0, 0);
    /// Opaque white.
    pub const WHITE: Self = Self::opaque(255, 255, 255);
    /// Fully transparent.
    pub const TRANSPARENT: Self = Self { r: 0, g: 0, b: 0, a: 0 };

    /// Returns an opaque colour.
    pub const fn opaque(r: u8, g: u8, b: u8) -> Self {
        Self { r, g, b, a: 255 }
    }

    pub(crate) fn is_opaque(self) -> bool {
        self.a == 255
    }

    /// Returns `self` composited over `under`; the alpha of both counts.
    pub(crate) fn over(self, under: Self) -> Self {
        let (top, low) = (f32::from(self.a) / 255.0, f32::from(under.a) / 255.0);
        let alpha = top + low * (1.0 - top);
        if alpha <= 0.0 {
            return Self::TRANSPARENT;
        }
        let mix = |t: u8, l: u8| {
            ((f32::from(t) * top + f32::from(l) * low * (1.0 - top)) / alpha).round() as u8
        };
        Self {
            r: mix(self.r, under.r),
            g: mix(self.g, under.g),
            b: mix(self.b, under.b),
            a: (alpha * 255.0).round() as u8,
        }
    }

    /// Returns the colour at `t` (0 to 1) of the way to `end`.
    pub(crate) fn toward(self, end: Self, t: f32) -> Self {
        let mix = |from: u8, to: u8| {
            (f32::from(from) + (f32::from(to) - f32::from(from)) * t).round() as u8
        };
        Self {
            r: mix(self.r, end.r),
            g: mix(self.g, end.g),
            b: mix(self.b, end.b),
            a: mix(self.a, end.a),
        }
    }

    /// Returns this colour with its alpha multiplied by `opacity` (0 to 1).
    pub(crate) fn faded(self, opacity: f32) -> Self {
        Self { a: (f32::from(self.a) * opacity).round() as u8, ..self }
    }

    /// Returns the relative luminance, 0 (black) to 1 (white), by WCAG 2.2; alpha is ignored.
    pub(crate) fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.r) + 0.7152 * linear(self.g) + 0.0722 * linear(self.b)
    }

    /// Returns the luma, 0 to 255, by ITU-R BT.601; alpha is ignored.
    pub(crate) fn luma(self) -> u8 {
        ((u32::from(self.r) * 299 + u32::from(self.g) * 587 + u32::from(self.b) * 114) / 1000) as u8
    }

    /// Returns red, green, blue and alpha with the colour multiplied by the alpha, as pixels are
    /// mixed.
    pub(crate) fn premultiplied(self) -> [u8; 4] {
        let by_alpha = |channel: u8| ((u32::from(channel) * u32::from(self.a) + 127) / 255) as u8;
        [by_alpha(self.r), by_alpha(self.g), by_alpha(self.b), self.a]
    }
}

/// The text is not a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAColor;

impl fmt::Display for NotAColor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a colour: use black, white, transparent, #RRGGBB or #RRGGBBAA")
    }
}

impl std::error::Error for NotAColor {}

impl FromStr for Rgba {
    type Err = NotAColor;

    fn from_str(text: &str) -> Result<Self, NotAColor> {
        match text {
            "black" => return Ok(Self::BLACK),
            "white" => return Ok(Self::WHITE),
            "transparent" => return Ok(Self::TRANSPARENT),
            _ => {}
        }
        let digits = text
            .strip_prefix('#')
            .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
            .ok_or(NotAColor)?;
        let value = u32::from_str_radix(digits, 16).map_err(|_| NotAColor)?;
        let [r, g, b, a] = match digits.len() {
            6 => (value << 8 | 0xff).to_be_bytes(),
            8 => value.to_be_bytes(),
            _ => return Err(NotAColor),
        };
        Ok(Self { r, g, b, a })
    }
}

/// `#rrggbb`, or `#rrggbbaa` where the colour is not opaque.
impl fmt::Display for Rgba {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.r, self.g, self.b)?;
        if self.is_opaque() { Ok(()) } else { write!(f, "{:02x}", self.a) }
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Rgba {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Rgba {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::names::deserialize(deserializer)
    }
}
