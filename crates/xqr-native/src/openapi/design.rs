//! Pictures and templates.

use serde_json::{Map, Value, json};
use xqr_engine::render::{ClearZone, Direction, EyeBorder, EyeCenter, Format, FrameStyle, Pattern};

use super::{NUMBERS, TEXTS, all, keyed, one};
use xqr_http::forms::fields::choices;
use xqr_http::forms::payload_fields::Kind;
use xqr_http::openapi::operation::Operation;
use xqr_http::openapi::schema::{
    body, boolean, choice, color, count, enumeration, int, line, list, nullable, number, object,
    prose, reference, string, timestamp, url, with, with_default,
};

/// What is refused of a picture.
const DRAW: &str = "ChoiceUnknown ColorInvalid ContentTooLong FieldConflict FieldUnsupported FieldMissing FieldTypeWrong UploadTooLarge \
                    ImageUnreadable ImageTooLarge ImageUnsafe PictureTooLarge GlyphMissing FetchRefused FetchFailed UrlInvalid Unscannable \
                    LogoLocked SizeOverPlan DpiOverPlan RenderFailed MomentInvalid ListEmpty ListTooLong";

pub(super) fn schemas() -> Value {
    let mut kept = look();
    // A template keeps no files.
    for name in ["logo_data", "background_data"] {
        kept["properties"].as_object_mut().map(|members| members.remove(name));
    }
    let mut shown = kept.clone();
    shown["additionalProperties"] = json!(false);
    shown["examples"] = json!([{ "foreground_color": "#000000", "dot_style": "square" }]);
    json!({
        "Design": look(),
        "KeptDesign": kept,
        "Judgement": judgement(),
        "Template": object([
            ("id", string("tpl_9f2c")), ("name", string("House style")), ("description", nullable(string("Blue on white"))),
            ("design", shown),
            ("created_at", timestamp()), ("updated_at", timestamp()),
        ]),
    })
}

/// The fields of a design.
fn look() -> Value {
    body([
        ("foreground_color?", nullable(color())),
        ("background_color?", nullable(color())),
        ("error_correction?", nullable(enumeration(["L", "M", "Q", "H"]))),
        (
            "dot_style?",
            nullable(enumeration(
                ["square", "dots"].into_iter().chain(Pattern::ALL.map(Pattern::name)),
            )),
        ),
        ("corner_style?", nullable(enumeration(["square", "rounded", "dot", "circle", "frame"]))),
        ("quiet_zone?", nullable(int(0, 16))),
        ("gradient_from?", nullable(color())),
        ("gradient_to?", nullable(color())),
        ("gradient_direction?", nullable(choice(&choices(Direction::ALL)))),
        ("eye_color?", nullable(color())),
        ("eye_border_shape?", nullable(choice(&choices(EyeBorder::ALL)))),
        ("eye_border_color?", nullable(color())),
        ("eye_center_shape?", nullable(choice(&choices(EyeCenter::ALL)))),
        ("eye_center_color?", nullable(color())),
        ("eye_outer_frame?", nullable(boolean())),
        ("eye_outer_frame_match?", nullable(boolean())),
        ("logo_url?", nullable(url())),
        ("logo_data?", nullable(string("data:image/png;base64,iVBORw0…"))),
        ("logo_size?", nullable(number(0.1, 0.4))),
        ("logo_clear_zone?", nullable(choice(&choices(ClearZone::ALL)))),
        ("logo_neon_alpha?", nullable(boolean())),
        ("background_data?", nullable(string("data:image/png;base64,iVBORw0…"))),
        ("background_opacity?", nullable(number(0.0, 1.0))),
        ("frame_style?", nullable(choice(&choices(FrameStyle::ALL)))),
        ("frame_label?", nullable(string("Scan me"))),
        ("frame_color?", nullable(color())),
        ("frame_label_color?", nullable(color())),
    ])
}

/// Format, size and symbol.
fn order() -> Value {
    body([
        ("format?", nullable(with_default(choice(&choices(Format::ALL)), "svg"))),
        ("quality?", nullable(int(1, 100))),
        ("cmyk?", nullable(boolean())),
        ("size?", nullable(with_default(int(1, 50), 10))),
        ("width?", nullable(int(21, 9000))),
        ("size_inches?", nullable(number(0.5, 15.0))),
        ("dpi?", nullable(with_default(int(72, 600), 300))),
        ("version?", nullable(int(1, 40))),
        ("mask?", nullable(int(0, 7))),
        ("verify?", nullable(with_default(boolean(), false))),
    ])
}

/// The same in a query, where nothing is null.
fn in_query(mut schema: Value) -> Value {
    for schema in schema["properties"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        if let Some(kind) = schema.pointer("/type/0").cloned() {
            schema["type"] = kind;
        }
        if let Some(Value::Array(names)) = schema.get_mut("enum") {
            names.retain(|name| !name.is_null());
        }
    }
    schema
}

fn judgement() -> Value {
    let verdict = || enumeration(["good", "risky", "unreadable"]);
    let symbol = object([
        ("version", int(1, 40)),
        ("modules", int(21, 177)),
        ("error_correction", enumeration(["L", "M", "Q", "H"])),
        ("mask", int(0, 7)),
    ]);
    object([
        ("verdict", verdict()),
        ("content", string("https://example.com/menu")),
        ("symbol", symbol),
        ("width_px", count()),
        ("module_px", number(0.0, 9000.0)),
        ("contrast", number(0.0, 21.0)),
        ("quiet_zone", count()),
        ("covered_modules", count()),
        ("error_correction_spent", number(0.0, 1000.0)),
        ("decoded", boolean()),
        (
            "findings",
            list(object([
                ("check", string("contrast")),
                ("verdict", verdict()),
                ("reason", string("3.1:1")),
            ])),
        ),
    ])
}

pub(super) fn operations() -> Vec<Operation> {
    let mut operations: Vec<Operation> =
        pictures().into_iter().map(|operation| operation.tag("Pictures")).collect();
    operations.extend(templates().into_iter().map(|operation| operation.tag("Templates")));
    operations
}

fn media_types() -> Vec<&'static str> {
    Format::ALL
        .iter()
        .map(|format| format.media_type().split(';').next().unwrap_or_default())
        .collect()
}

fn pictures() -> [Operation; 3] {
    let wanted = || {
        with(
            body([
                ("type?", nullable(with_default(choice(&Kind::ALL), "url"))),
                ("data?", nullable(string("https://example.com/menu"))),
                ("payload?", nullable(json!({ "type": "object" }))),
                ("link_id?", nullable(string("d47f2e1a-8c3b-4a5d-9e6f-1234567890ab"))),
                ("design?", nullable(reference("Design"))),
            ]),
            order(),
        )
    };
    let drawn = |operation: Operation| {
        operation.refuses(DRAW).refuses(TEXTS).refuses(NUMBERS).refuses("LinkNotFound")
    };
    [
        drawn(keyed(
            "GET",
            "/api/v1/links/{link_id}/qr",
            "drawLinkQrCode",
            "Draw the QR code of a link.",
            "qr:render",
        ))
        .query_like(&in_query(order()))
        .query_like(&in_query(look()))
        .query([("template_id?", string("tpl_9f2c"))])
        .refuses("ResourceNotFound")
        .draws(&media_types(), true),
        drawn(keyed(
            "POST",
            "/api/v1/qr",
            "drawQrCode",
            "Draw any content in any design.",
            "qr:render",
        ))
        .takes(wanted())
        .draws(&media_types(), false),
        drawn(keyed(
            "POST",
            "/api/v1/qr/validate",
            "checkScannability",
            "Check whether a picture would scan.",
            "qr:render",
        ))
        .takes(wanted())
        .answers(200, one(reference("Judgement"))),
    ]
}

fn templates() -> [Operation; 7] {
    let description = || nullable(prose(1000, "Blue on white"));
    let (read, write) = ("qr:read", "qr:write");
    let render = |method, id| {
        keyed(
            method,
            "/api/v1/qr/templates/{template_id}/render",
            id,
            "Draw data with a template.",
            "qr:render",
        )
        .query([
            ("data", string("https://example.com/menu")),
            ("format?", with_default(enumeration(["svg", "png"]), "svg")),
            ("size?", with_default(int(1, 50), 10)),
        ])
        .refuses(DRAW)
        .refuses(NUMBERS)
        .refuses("ResourceNotFound")
        .draws(&["image/svg+xml", "image/png"], method == "GET")
    };
    [
        keyed("GET", "/api/v1/qr/templates", "listTemplates", "List templates.", read)
            .answers(200, all("Template")),
        keyed(
            "POST",
            "/api/v1/qr/templates",
            "createTemplate",
            "Create a template from a design.",
            write,
        )
        .once()
        .takes(body([
            ("name", line(100, "House style")),
            ("description?", description()),
            ("design?", nullable(reference("KeptDesign"))),
        ]))
        .refuses(DRAW)
        .refuses(TEXTS)
        .refuses(NUMBERS)
        .refuses("PlanLimitReached")
        .answers(201, one(reference("Template"))),
        keyed("GET", "/api/v1/qr/templates/{template_id}", "getTemplate", "Get a template.", read)
            .refuses("ResourceNotFound")
            .answers(200, one(reference("Template"))),
        keyed(
            "PATCH",
            "/api/v1/qr/templates/{template_id}",
            "updateTemplate",
            "Update a template. Omitted fields stay.",
            write,
        )
        .takes(body([
            ("name?", nullable(line(100, "House style"))),
            ("description?", description()),
            ("design?", nullable(reference("KeptDesign"))),
        ]))
        .refuses(DRAW)
        .refuses(TEXTS)
        .refuses(NUMBERS)
        .refuses("ResourceNotFound")
        .answers(200, one(reference("Template"))),
        keyed(
            "DELETE",
            "/api/v1/qr/templates/{template_id}",
            "deleteTemplate",
            "Delete a template.",
            write,
        )
        .refuses("ResourceNotFound")
        .answers_nothing(),
        render("GET", "previewTemplate"),
        render("POST", "renderTemplate"),
    ]
}
