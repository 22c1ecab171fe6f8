//! The serialized form of designs: the fields of a design in xqr's native API, so a stored template
//! can be read without its service.

use serde::{Deserialize, Serialize};

use super::color::Rgba;
use super::eyes::{EyeBorder, EyeCenter, EyeShape, Eyes};
use super::frame::{Frame, FrameStyle};
use super::paint::{Direction, Gradient, Paint};
use super::pattern::Pattern;
use super::{Backdrop, ClearZone, Design, Logo};
use crate::level::Level;

/// A design with the level and the pictures that its stored form names. The caller fetches and
/// decodes the pictures, and adds them to [`design`](Self::design).
///
/// ```
/// use xqr_render::{DesignSpec, ImageSource, Level, Pattern};
///
/// let json = r##"{ "dot_style": "dots", "foreground_color": "#1d3557", "error_correction": "Q",
///     "logo_url": "https://example.com/logo.png", "logo_size": 0.2 }"##;
/// let spec: DesignSpec = serde_json::from_str(json)?;
/// assert_eq!((spec.design.pattern, spec.level), (Pattern::Dot, Some(Level::Q)));
/// let logo = spec.logo.unwrap();
/// assert_eq!(logo.source, ImageSource::Url("https://example.com/logo.png".to_owned()));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
#[non_exhaustive]
pub struct DesignSpec {
    /// The design, without pictures.
    pub design: Design,
    /// The error correction level.
    pub level: Option<Level>,
    /// The logo.
    pub logo: Option<LogoSpec>,
    /// The backdrop.
    pub backdrop: Option<BackdropSpec>,
}

/// A logo whose picture is not decoded yet.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LogoSpec {
    /// The image file.
    pub source: ImageSource,
    /// As [`Logo::ratio`].
    pub ratio: f32,
    /// As [`Logo::clear_zone`].
    pub clear_zone: ClearZone,
    /// Whether [`Picture::without_glow`](crate::Picture::without_glow) applies.
    pub without_glow: bool,
}

/// A backdrop whose picture is not decoded yet.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct BackdropSpec {
    /// The image file in Base64 or as a data URL.
    pub data: String,
    /// As [`Backdrop::opacity`].
    pub opacity: f32,
}

/// The place of an image file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImageSource {
    /// A URL to fetch the file from.
    Url(String),
    /// The file in Base64 or as a data URL.
    Data(String),
}

/// The fields. `None` and null mean the default.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Fields {
    #[serde(skip_serializing_if = "Option::is_none")]
    foreground_color: Option<Rgba>,
    #[serde(skip_serializing_if = "Option::is_none")]
    background_color: Option<Rgba>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_correction: Option<Level>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dot_style: Option<DotStyle>,
    #[serde(skip_serializing_if = "Option::is_none")]
    corner_style: Option<CornerStyle>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quiet_zone: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gradient_from: Option<Rgba>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gradient_to: Option<Rgba>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gradient_direction: Option<Direction>,
    #[serde(skip_serializing_if = "Option::is_none")]
    eye_color: Option<Rgba>,
    #[serde(skip_serializing_if = "Option::is_none")]
    eye_border_shape: Option<EyeBorder>,
    #[serde(skip_serializing_if = "Option::is_none")]
    eye_border_color: Option<Rgba>,
    #[serde(skip_serializing_if = "Option::is_none")]
    eye_center_shape: Option<EyeCenter>,
    #[serde(skip_serializing_if = "Option::is_none")]
    eye_center_color: Option<Rgba>,
    #[serde(skip_serializing_if = "Option::is_none")]
    eye_outer_frame: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    eye_outer_frame_match: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logo_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logo_data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logo_size: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logo_clear_zone: Option<ClearZone>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logo_neon_alpha: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    background_data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    background_opacity: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    frame_style: Option<FrameStyle>,
    #[serde(skip_serializing_if = "Option::is_none")]
    frame_color: Option<Rgba>,
    #[cfg(feature = "labels")]
    #[serde(skip_serializing_if = "Option::is_none")]
    frame_label: Option<String>,
    #[cfg(feature = "labels")]
    #[serde(skip_serializing_if = "Option::is_none")]
    frame_label_color: Option<Rgba>,
}

/// A pattern, also under the two names of the API that are not its own.
#[derive(Debug, Clone, Copy, PartialEq)]
struct DotStyle(Pattern);

/// The shape of eyes, also under the name of the API that is not its own.
#[derive(Debug, Clone, Copy, PartialEq)]
struct CornerStyle(EyeShape);

impl std::str::FromStr for DotStyle {
    type Err = <Pattern as std::str::FromStr>::Err;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Ok(Self(match name {
            "square" => Pattern::Squares,
            "dots" => Pattern::Dot,
            name => name.parse()?,
        }))
    }
}

impl std::str::FromStr for CornerStyle {
    type Err = <EyeShape as std::str::FromStr>::Err;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Ok(Self(if name == "dot" { EyeShape::Circle } else { name.parse()? }))
    }
}

macro_rules! by_name {
    ($($type:ident)+) => {$(
        impl Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.0.serialize(serializer)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::names::deserialize(deserializer)
            }
        }
    )+};
}

by_name!(DotStyle CornerStyle);

impl TryFrom<Fields> for DesignSpec {
    type Error = &'static str;

    fn try_from(fields: Fields) -> Result<Self, Self::Error> {
        let foreground = match (fields.gradient_from, fields.gradient_to) {
            (Some(from), Some(to)) => {
                let direction = fields.gradient_direction.unwrap_or_default();
                Paint::Gradient(Gradient { direction, from, to })
            }
            (None, None) => Paint::Solid(fields.foreground_color.unwrap_or(Rgba::BLACK)),
            _ => return Err("gradient_from and gradient_to need each other"),
        };
        let [_, dark] = foreground.extremes();
        let source = match (&fields.logo_url, &fields.logo_data) {
            (Some(_), Some(_)) => return Err("logo_url and logo_data exclude each other"),
            (Some(url), None) => Some(ImageSource::Url(url.clone())),
            (None, Some(data)) => Some(ImageSource::Data(data.clone())),
            (None, None) => None,
        };
        let design = Design {
            pattern: fields.dot_style.map_or_else(Pattern::default, |style| style.0),
            eyes: Eyes {
                shape: fields.corner_style.map_or_else(EyeShape::default, |style| style.0),
                color: fields.eye_color,
                border: fields.eye_border_shape,
                center: fields.eye_center_shape,
                border_color: fields.eye_border_color,
                center_color: fields.eye_center_color,
                outer_frame: fields.eye_outer_frame.unwrap_or_default(),
                outer_frame_match: fields.eye_outer_frame_match.unwrap_or_default(),
            },
            foreground,
            background: fields.background_color.unwrap_or(Rgba::WHITE),
            quiet_zone: fields.quiet_zone.unwrap_or(Design::QUIET_ZONE),
            frame: fields.frame(dark),
            ..Design::default()
        };
        Ok(Self {
            design,
            level: fields.error_correction,
            logo: source.map(|source| LogoSpec {
                source,
                ratio: fields.logo_size.unwrap_or(Logo::RATIO),
                clear_zone: fields.logo_clear_zone.unwrap_or_default(),
                without_glow: fields.logo_neon_alpha.unwrap_or_default(),
            }),
            backdrop: fields.background_data.map(|data| BackdropSpec {
                data,
                opacity: fields.background_opacity.unwrap_or(Backdrop::OPACITY),
            }),
        })
    }
}

impl Fields {
    fn frame(&self, dark: Rgba) -> Option<Frame> {
        // A label alone has the usual frame.
        #[cfg(feature = "labels")]
        let usual = self.frame_label.as_ref().map(|_| FrameStyle::default());
        #[cfg(not(feature = "labels"))]
        let usual = None;
        let frame = Frame::new(self.frame_style.or(usual)?, self.frame_color.unwrap_or(dark));
        #[cfg(feature = "labels")]
        let frame =
            Frame { label: self.frame_label.clone(), label_color: self.frame_label_color, ..frame };
        Some(frame)
    }
}

impl From<DesignSpec> for Fields {
    fn from(spec: DesignSpec) -> Self {
        let DesignSpec { design, level, logo, backdrop } = spec;
        let Design { pattern, eyes, foreground, background, quiet_zone, frame, .. } = design;
        let (foreground_color, gradient) = match foreground {
            Paint::Solid(color) => (Some(color), None),
            Paint::Gradient(gradient) => (None, Some(gradient)),
        };
        let (logo_url, logo_data) = match logo.as_ref().map(|logo| logo.source.clone()) {
            Some(ImageSource::Url(url)) => (Some(url), None),
            Some(ImageSource::Data(data)) => (None, Some(data)),
            None => (None, None),
        };
        Self {
            foreground_color,
            background_color: Some(background),
            error_correction: level,
            dot_style: Some(DotStyle(pattern)),
            corner_style: Some(CornerStyle(eyes.shape)),
            quiet_zone: Some(quiet_zone),
            gradient_from: gradient.map(|gradient| gradient.from),
            gradient_to: gradient.map(|gradient| gradient.to),
            gradient_direction: gradient.map(|gradient| gradient.direction),
            eye_color: eyes.color,
            eye_border_shape: eyes.border,
            eye_border_color: eyes.border_color,
            eye_center_shape: eyes.center,
            eye_center_color: eyes.center_color,
            eye_outer_frame: eyes.outer_frame.then_some(true),
            // Without a ring there is nothing to match, and the API refuses the field.
            eye_outer_frame_match: (eyes.outer_frame && eyes.outer_frame_match).then_some(true),
            logo_url,
            logo_data,
            logo_size: logo.as_ref().map(|logo| logo.ratio),
            logo_clear_zone: logo.as_ref().map(|logo| logo.clear_zone),
            logo_neon_alpha: logo.as_ref().map(|logo| logo.without_glow),
            background_opacity: backdrop.as_ref().map(|backdrop| backdrop.opacity),
            background_data: backdrop.map(|backdrop| backdrop.data),
            frame_style: frame.as_ref().map(|frame| frame.style),
            frame_color: frame.as_ref().map(|frame| frame.color),
            #[cfg(feature = "labels")]
            frame_label_color: frame.as_ref().and_then(|frame| frame.label_color),
            #[cfg(feature = "labels")]
            frame_label: frame.and_then(|frame| frame.label),
        }
    }
}

/// The fields of [`DesignSpec`] without level and pictures. A design with pictures is not
/// serialized, because a decoded picture has no file.
impl Serialize for Design {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.logo.is_some() || self.backdrop.is_some() {
            return Err(serde::ser::Error::custom(
                "a design with pictures: serialize a DesignSpec",
            ));
        }
        Fields::from(DesignSpec { design: self.clone(), ..DesignSpec::default() })
            .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Design {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spec = DesignSpec::deserialize(deserializer)?;
        if spec.level.is_some() || spec.logo.is_some() || spec.backdrop.is_some() {
            let reason = "a design with a level or pictures: deserialize a DesignSpec";
            return Err(serde::de::Error::custom(reason));
        }
        Ok(spec.design)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(value: Value) -> Result<DesignSpec, String> {
        serde_json::from_value(value).map_err(|error| error.to_string())
    }

    #[test]
    fn every_field_survives_a_round_trip() {
        #[cfg_attr(not(feature = "labels"), expect(unused_mut, reason = "labels add fields"))]
        let mut whole = json!({
            "background_color": "#fffffe", "error_correction": "H", "dot_style": "classy",
            "corner_style": "circle", "quiet_zone": 2, "gradient_from": "#112233",
            "gradient_to": "#445566", "gradient_direction": "radial", "eye_color": "#010203",
            "eye_border_shape": "leaf-tl", "eye_border_color": "#010204",
            "eye_center_shape": "star", "eye_center_color": "#010205", "eye_outer_frame": true,
            "eye_outer_frame_match": true, "logo_url": "https://example.com/a.png",
            "logo_size": 0.25, "logo_clear_zone": "circle", "logo_neon_alpha": true,
            "background_data": "AAAA", "background_opacity": 0.5, "frame_style": "border",
            "frame_color": "#778899",
        });
        #[cfg(feature = "labels")]
        {
            whole["frame_style"] = "bubble".into();
            whole["frame_label"] = "Scan me".into();
            whole["frame_label_color"] = "#aabbcc".into();
        }
        let written = serde_json::to_value(read(whole.clone()).unwrap()).unwrap();
        assert_eq!(written, whole);
    }

    #[test]
    fn defaults_names_of_the_api_and_nulls_are_read() {
        let spec = read(json!({ "dot_style": "dots", "corner_style": "dot", "eye_color": null }));
        let spec = spec.unwrap();
        assert_eq!((spec.design.pattern, spec.design.eyes.shape), (Pattern::Dot, EyeShape::Circle));
        assert_eq!((spec.level, spec.design.quiet_zone), (None, 4));
        let plain: Design = serde_json::from_value(json!({ "dot_style": "square" })).unwrap();
        assert_eq!(format!("{plain:?}"), format!("{:?}", Design::new()));
        let again: Design = serde_json::from_value(serde_json::to_value(&plain).unwrap()).unwrap();
        assert_eq!(format!("{again:?}"), format!("{plain:?}"));
    }

    #[test]
    fn what_is_wrong_is_refused() {
        for (value, part) in [
            (json!({ "dot_style": "dotty" }), "unknown name \"dotty\""),
            (json!({ "eye_color": "blue" }), "not a colour"),
            (json!({ "colour": "#000000" }), "unknown field `colour`"),
            (json!({ "gradient_from": "#000000" }), "need each other"),
            (json!({ "logo_url": "https://a.example/", "logo_data": "AA" }), "exclude each other"),
        ] {
            let error = read(value.clone()).unwrap_err();
            assert!(error.contains(part), "{value}: {error}");
        }
        let level = json!({ "error_correction": "H" });
        assert!(serde_json::from_value::<Design>(level).is_err(), "a level would be lost");
    }
}
