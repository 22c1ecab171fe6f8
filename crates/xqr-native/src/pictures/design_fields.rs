//! The design, size and format of a native request (xQR reference, section 10.1, and extensions).
//!
//! A query has them as parameters of their own, a body within `design`. Complaints use the same
//! names for both.

use xqr_engine::errors::{Condition, Expected, Instead};
use xqr_engine::pictures::render_request::{BackdropFile, LogoFile, RenderRequest};
use xqr_engine::render::{
    ClearZone, Design, Direction, EyeBorder, EyeCenter, EyeShape, Eyes, Format, Frame, FrameStyle,
    Gradient, Level, Logo, Paint, Pattern, Quality, Rgba, Size,
};

use xqr_http::forms::fields::{Fields, choices};

const LEVELS: [(&str, Level); 4] =
    [("L", Level::L), ("M", Level::M), ("Q", Level::Q), ("H", Level::H)];

/// The reference's names of eye shapes, and ours.
const CORNERS: [(&str, EyeShape); 5] = [
    ("square", EyeShape::Square),
    ("rounded", EyeShape::Rounded),
    ("dot", EyeShape::Circle),
    ("circle", EyeShape::Circle),
    ("frame", EyeShape::Frame),
];

/// Reads everything but the design and the text, which `field` holds: format, size, symbol.
pub(super) fn order(
    fields: &mut Fields,
    field: &'static str,
    text: String,
    look: Look,
) -> RenderRequest {
    let Look { design, level, logo, backdrop } = look;
    RenderRequest {
        text,
        field,
        design,
        logo,
        backdrop,
        level,
        version: fields.int("version", 1..=40).map(|version| version as u8),
        mask: fields.int("mask", 0..=7).map(|mask| mask as u8),
        size: size(fields),
        format: format(fields).unwrap_or(Format::Svg),
        verify: fields.flag("verify").unwrap_or(false),
    }
}

/// A picture of `text`, which `field` holds, in a look.
pub(super) fn plain(
    field: &'static str,
    text: String,
    look: Look,
    size: Size,
    format: Format,
) -> RenderRequest {
    let Look { design, level, logo, backdrop } = look;
    RenderRequest { design, logo, backdrop, level, ..RenderRequest::new(field, text, size, format) }
}

/// A design and the pictures in it.
#[derive(Default)]
pub(super) struct Look {
    design: Design,
    level: Option<Level>,
    logo: Option<LogoFile>,
    backdrop: Option<BackdropFile>,
}

/// Refuses a field that would be passed over in silence for want of others. One of those that is
/// null is left out on purpose: the reference's own design has a `logo_size` beside a `logo_url` of
/// null.
fn needs(fields: &mut Fields, field: &str, others: &[&str]) {
    if fields.has(field) && !others.iter().any(|other| fields.has(other) || fields.is_null(other)) {
        fields.wrong(field, Expected::With { field: others[0].to_owned() });
    }
}

fn format(fields: &mut Fields) -> Option<Format> {
    let chosen = if fields.has("format") {
        fields.choice("format", &choices(Format::ALL))?
    } else {
        Format::Svg
    };
    let format = match chosen {
        Format::Pdf { .. } => Format::Pdf { cmyk: fields.flag("cmyk").unwrap_or(false) },
        Format::Jpeg { quality } => {
            let chosen = fields.int("quality", 1..=100);
            let chosen = chosen.and_then(|quality| Quality::new(quality as u8));
            Format::Jpeg { quality: chosen.unwrap_or(quality) }
        }
        other => other,
    };
    for (field, only) in [("cmyk", "pdf"), ("quality", "jpeg")] {
        // The format that knows it has taken it.
        if fields.has(field) {
            fields.wrong(field, Expected::WithFormat { format: only.to_owned() });
        }
    }
    Some(format)
}

/// Reads the size: `size` px per module, `width` px, or `size_inches` at `dpi`. Only one of them.
fn size(fields: &mut Fields) -> Size {
    let sent: Vec<&str> =
        ["size", "width", "size_inches"].into_iter().filter(|name| fields.has(name)).collect();
    if let [first, second, ..] = sent[..] {
        fields.complain(Condition::FieldConflict {
            field: second.to_owned(),
            other: first.to_owned(),
        });
    }
    needs(fields, "dpi", &["size_inches"]);
    if let Some(inches) = fields.number("size_inches", 0.5..=15.0) {
        let dpi = fields.int("dpi", 72..=600).unwrap_or(300) as u32;
        return Size::Inches { inches, dpi };
    }
    if let Some(px) = fields.int("width", 21..=9000) {
        return Size::Pixels(px as u32);
    }
    Size::Module(fields.int("size", 1..=50).unwrap_or(10) as u32)
}

/// Reads the fields of a design.
pub(super) fn look(fields: &mut Fields) -> Look {
    let mut look = Look { level: fields.choice("error_correction", &LEVELS), ..Look::default() };
    let design = &mut look.design;
    let foreground = fields.color("foreground_color").unwrap_or(Rgba::BLACK);
    design.foreground = gradient(fields).map_or(Paint::Solid(foreground), Paint::Gradient);
    design.background = fields.color("background_color").unwrap_or(Rgba::WHITE);
    design.pattern = fields.choice("dot_style", &patterns()).unwrap_or_default();
    design.quiet_zone =
        fields.int("quiet_zone", 0..=16).map_or(design.quiet_zone, |quiet| quiet as u32);
    needs(fields, "eye_outer_frame_match", &["eye_outer_frame"]);
    design.eyes = Eyes {
        shape: fields.choice("corner_style", &CORNERS).unwrap_or_default(),
        color: fields.color("eye_color"),
        border: fields.choice("eye_border_shape", &choices(EyeBorder::ALL)),
        center: fields.choice("eye_center_shape", &choices(EyeCenter::ALL)),
        border_color: fields.color("eye_border_color"),
        center_color: fields.color("eye_center_color"),
        outer_frame: fields.flag("eye_outer_frame").unwrap_or(false),
        outer_frame_match: fields.flag("eye_outer_frame_match").unwrap_or(false),
    };
    let [_, dark] = design.foreground.extremes();
    design.frame = frame(fields, dark);
    ["logo_size", "logo_clear_zone", "logo_neon_alpha"]
        .iter()
        .for_each(|field| needs(fields, field, &["logo_data", "logo_url"]));
    if fields.has("logo_data") && fields.has("logo_url") {
        fields.complain(Condition::FieldConflict {
            field: "logo_url".into(),
            other: "logo_data".into(),
        });
    }
    look.logo =
        fields.file("logo_data").or_else(|| fields.file_at("logo_url")).map(|file| LogoFile {
            file,
            ratio: fields.number("logo_size", 0.1..=0.4).map_or(Logo::RATIO, |ratio| ratio as f32),
            clear_zone: fields
                .choice("logo_clear_zone", &choices(ClearZone::ALL))
                .unwrap_or_default(),
            neon_alpha: fields.flag("logo_neon_alpha").unwrap_or(false),
        });
    needs(fields, "background_opacity", &["background_data"]);
    look.backdrop = fields.file("background_data").map(|file| BackdropFile {
        file,
        opacity: fields
            .number("background_opacity", 0.0..=1.0)
            .map_or(0.35, |opacity| opacity as f32),
    });
    look
}

/// The patterns under our names and those of the reference.
fn patterns() -> Vec<(&'static str, Pattern)> {
    let theirs = [("square", Pattern::Squares), ("dots", Pattern::Dot)];
    theirs.into_iter().chain(choices(Pattern::ALL)).collect()
}

fn gradient(fields: &mut Fields) -> Option<Gradient> {
    const ENDS: [&str; 2] = ["gradient_from", "gradient_to"];
    // One end alone is a mistake.
    if ENDS.iter().any(|end| fields.has(end)) {
        ENDS.iter().for_each(|end| fields.demand(end));
    }
    needs(fields, "gradient_direction", &ENDS);
    let [from, to] = ENDS.map(|end| fields.color(end));
    let direction =
        fields.choice("gradient_direction", &choices(Direction::ALL)).unwrap_or_default();
    Some(Gradient { direction, from: from?, to: to? })
}

/// The fields of a design.
const NAMES: &str = "foreground_color background_color error_correction dot_style corner_style quiet_zone \
        gradient_from gradient_to gradient_direction eye_color eye_border_shape eye_border_color eye_center_shape eye_center_color \
        eye_outer_frame eye_outer_frame_match logo_url logo_data logo_size logo_clear_zone logo_neon_alpha background_data background_opacity \
        frame_style frame_label frame_color frame_label_color";
/// Refuses fields of a design beside `design` instead of within it.
pub(super) fn no_stray_design(fields: &mut Fields) {
    for field in NAMES.split_whitespace().filter(|name| fields.has(name)).collect::<Vec<_>>() {
        fields.complain(Condition::FieldUnsupported {
            field: field.to_owned(),
            instead: Instead::Field(format!("design.{field}")),
        });
    }
}

/// Refuses fields of a design beside the template that has them all.
pub(super) fn no_stray_look(fields: &mut Fields) {
    for field in NAMES.split_whitespace().filter(|name| fields.has(name)).collect::<Vec<_>>() {
        fields.complain(Condition::FieldConflict {
            field: field.to_owned(),
            other: "template_id".to_owned(),
        });
    }
}

fn frame(fields: &mut Fields, foreground: Rgba) -> Option<Frame> {
    needs(fields, "frame_color", &["frame_style", "frame_label"]);
    needs(fields, "frame_label_color", &["frame_label"]);
    let label = fields.text("frame_label");
    let style = fields.choice("frame_style", &choices(FrameStyle::ALL));
    let (color, label_color) = (fields.color("frame_color"), fields.color("frame_label_color"));
    if style == Some(FrameStyle::Border) && label.is_some() {
        fields.complain(Condition::FieldConflict {
            field: "frame_label".into(),
            other: ["frame_style", FrameStyle::Border.name()].join(" "),
        });
    }
    // A label alone asks for the usual frame.
    let style = style.or(label.is_some().then_some(FrameStyle::LabelBelow))?;
    Some(Frame { style, color: color.unwrap_or(foreground), label, label_color })
}
