//! What a studio request wants drawn (QR Studio reference, sections 8.1, 9 and 10).

use serde_json::Value;
use xqr_engine::errors::Condition;
use xqr_engine::links::NewLink;
use xqr_engine::pictures::render_request::{BackdropFile, LogoFile, RenderRequest, Upload};
use xqr_engine::render::{
    ClearZone, Design, Direction, EyeBorder, EyeCenter, EyeShape, Eyes, Format, Frame, FrameStyle,
    Gradient, Logo, Paint, Pattern, Rgba, Size,
};

use crate::dynamic_fields;
use xqr_http::forms::fields::{Fields, choices};
use xqr_http::forms::payload_fields::{Kind, content};

/// A picture to draw, and perhaps a dynamic QR to make for it.
pub(super) struct RenderSpec {
    /// Without text where the code is that of `dynamic`.
    pub(super) order: RenderRequest,
    pub(super) dynamic: Option<NewLink>,
    /// As clients named it, for the manifest.
    pub(super) data_type: &'static str,
    pub(super) format: &'static str,
    pub(super) inches: f64,
    pub(super) dpi: u32,
}

const FORMATS: [(&str, Format); 2] = [("png", Format::Png), ("svg", Format::Svg)];

/// Reads a request; `files` are those of a multipart body. What is wrong is left in `fields`.
pub(super) fn read_spec(fields: &mut Fields, files: &mut Vec<Upload>) -> Option<RenderSpec> {
    let kind = if fields.has("data_type") {
        fields.choice("data_type", &Kind::ALL)
    } else {
        Some(Kind::Url)
    };
    let (mut draft, mut text) = (None, None);
    match kind {
        Some(Kind::Dynamic) => draft = payload(fields),
        Some(kind) => text = content(kind, fields),
        None => {}
    }
    fields.demand("size_inches");
    let inches = fields.number("size_inches", 0.5..=15.0);
    let dpi = if fields.has("dpi") { fields.int("dpi", 72..=600) } else { Some(300) };
    let format =
        if fields.has("format") { fields.choice("format", &FORMATS) } else { Some(Format::Png) };
    let design = design(fields);
    let logo = logo(fields, files);
    let backdrop = file(fields, files, "bg_image_file", "bg_image_url")
        .map(|file| BackdropFile { file, opacity: 0.35 });
    let (kind, inches, dpi, format) = (kind?, inches?, dpi? as u32, format?);
    let name = |names: &[(&'static str, Kind)]| {
        names.iter().find(|(_, other)| *other == kind).map_or("url", |(name, _)| name)
    };
    let order = RenderRequest {
        text: text.unwrap_or_default(),
        field: if kind == Kind::Url || kind == Kind::Text { "data" } else { "payload" },
        design,
        logo,
        backdrop,
        level: None,
        version: None,
        mask: None,
        size: Size::Inches { inches, dpi },
        format,
        verify: false,
    };
    let format = if format == Format::Svg { "svg" } else { "png" };
    Some(RenderSpec { order, dynamic: draft, data_type: name(&Kind::ALL), format, inches, dpi })
}

/// Reads the payload of a dynamic QR.
fn payload(fields: &mut Fields) -> Option<NewLink> {
    fields.demand("payload");
    let mut payload = fields.object("payload", "")?;
    let draft = dynamic_fields::read_new(&mut payload);
    fields.absorb(payload);
    draft
}

fn design(fields: &mut Fields) -> Design {
    let color = fields.color("color").unwrap_or(Rgba::BLACK);
    let foreground = gradient(fields).map_or(Paint::Solid(color), Paint::Gradient);
    let pattern =
        if fields.has("pattern") { fields.choice("pattern", &choices(Pattern::ALL)) } else { None };
    Design {
        foreground,
        background: fields.color("background").unwrap_or(Rgba::TRANSPARENT),
        pattern: pattern.unwrap_or(Pattern::Rounded),
        eyes: Eyes {
            shape: fields.choice("eye_shape", &choices(EyeShape::ALL)).unwrap_or_default(),
            color: fields.color("eye_color"),
            border: fields.choice("eye_border_shape", &choices(EyeBorder::ALL)),
            center: fields.choice("eye_center_shape", &choices(EyeCenter::ALL)),
            border_color: fields.color("eye_border_color"),
            center_color: fields.color("eye_center_color"),
            outer_frame: fields.flag("eye_outer_frame").unwrap_or(false),
            outer_frame_match: fields.flag("eye_outer_frame_match").unwrap_or(false),
        },
        frame: frame(fields, color),
        ..Design::default()
    }
}

/// A gradient runs from top to bottom; one end alone is a mistake.
fn gradient(fields: &mut Fields) -> Option<Gradient> {
    const ENDS: [&str; 2] = ["gradient_from", "gradient_to"];
    if ENDS.iter().any(|end| fields.has(end)) {
        ENDS.iter().for_each(|end| fields.demand(end));
    }
    let [from, to] = ENDS.map(|end| fields.color(end));
    Some(Gradient { direction: Direction::Vertical, from: from?, to: to? })
}

fn frame(fields: &mut Fields, foreground: Rgba) -> Option<Frame> {
    let label = fields.text("frame_label").filter(|label| !label.is_empty());
    let style = fields.choice("frame_style", &choices(FrameStyle::ALL));
    let (color, label_color) = (fields.color("frame_color"), fields.color("frame_label_color"));
    if style == Some(FrameStyle::Border) && label.is_some() {
        fields.complain(Condition::FieldConflict {
            field: "frame_label".into(),
            other: ["frame_style", FrameStyle::Border.name()].join(" "),
        });
    }
    let style = style.or(label.is_some().then_some(FrameStyle::LabelBelow))?;
    Some(Frame { style, color: color.unwrap_or(foreground), label, label_color })
}

/// The bounds of `logo_size_ratio` and the forms of `logo_clear_zone` and `logo_neon_alpha` are not
/// published: of the clear zone a boolean is taken, too, and `logo_neon_alpha` is one, which takes
/// the glow off a logo.
fn logo(fields: &mut Fields, files: &mut Vec<Upload>) -> Option<LogoFile> {
    let ratio =
        fields.number("logo_size_ratio", 0.1..=0.4).map_or(Logo::RATIO, |ratio| ratio as f32);
    let clear_zone = match fields.peek("logo_clear_zone") {
        Some(value) if is_truth(value) => {
            if fields.flag("logo_clear_zone") == Some(false) {
                ClearZone::None
            } else {
                ClearZone::default()
            }
        }
        _ => fields.choice("logo_clear_zone", &choices(ClearZone::ALL)).unwrap_or_default(),
    };
    let neon_alpha = fields.flag("logo_neon_alpha").unwrap_or(false);
    file(fields, files, "logo_file", "logo_url").map(|file| LogoFile {
        file,
        ratio,
        clear_zone,
        neon_alpha,
    })
}

/// Whether a value is a boolean, or the text of one in a form.
fn is_truth(value: &Value) -> bool {
    value.is_boolean()
        || value
            .as_str()
            .is_some_and(|text| ["true", "false"].iter().any(|it| it.eq_ignore_ascii_case(text)))
}

/// Returns a file that was sent with a form, or the address of one.
fn file(fields: &mut Fields, files: &mut Vec<Upload>, sent: &str, named: &str) -> Option<Upload> {
    let at = files.iter().position(|file| file.field == sent);
    if at.is_some() && fields.has(named) {
        fields
            .complain(Condition::FieldConflict { field: named.to_owned(), other: sent.to_owned() });
    }
    let named = fields.file_at(named);
    at.map(|at| files.swap_remove(at)).or(named)
}
