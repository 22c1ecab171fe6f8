//! Pictures and templates.

use serde_json::{Map, Value, json};
use xqr_engine::render::{ClearZone, Direction, EyeBorder, EyeCenter, Format, FrameStyle, Pattern};

use super::{NUMBERS, TEXTS, all, keyed, one};
use xqr_http::forms::fields::choices;
use xqr_http::forms::payload_fields::Kind;
use xqr_http::openapi::operation::Operation;
use xqr_http::openapi::schema::{
    body, choice, color, count, flag, int, line, list, maybe, moment, named, number, object,
    one_of, prose, text, url, usual, with,
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
            ("id", text("tpl_9f2c")), ("name", text("House style")), ("description", maybe(text("Blue on white"))),
            ("design", shown),
            ("created_at", moment()), ("updated_at", moment()),
        ]),
    })
}

/// The fields of a design.
fn look() -> Value {
    body([
        ("foreground_color?", maybe(color())),
        ("background_color?", maybe(color())),
        ("error_correction?", maybe(one_of(["L", "M", "Q", "H"]))),
        (
            "dot_style?",
            maybe(one_of(["square", "dots"].into_iter().chain(Pattern::ALL.map(Pattern::name)))),
        ),
        ("corner_style?", maybe(one_of(["square", "rounded", "dot", "circle", "frame"]))),
        ("quiet_zone?", maybe(int(0, 16))),
        ("gradient_from?", maybe(color())),
        ("gradient_to?", maybe(color())),
        ("gradient_direction?", maybe(choice(&choices(Direction::ALL)))),
        ("eye_color?", maybe(color())),
        ("eye_border_shape?", maybe(choice(&choices(EyeBorder::ALL)))),
        ("eye_border_color?", maybe(color())),
        ("eye_center_shape?", maybe(choice(&choices(EyeCenter::ALL)))),
        ("eye_center_color?", maybe(color())),
        ("eye_outer_frame?", maybe(flag())),
        ("eye_outer_frame_match?", maybe(flag())),
        ("logo_url?", maybe(url())),
        ("logo_data?", maybe(text("data:image/png;base64,iVBORw0…"))),
        ("logo_size?", maybe(number(0.1, 0.4))),
        ("logo_clear_zone?", maybe(choice(&choices(ClearZone::ALL)))),
        ("logo_neon_alpha?", maybe(flag())),
        ("background_data?", maybe(text("data:image/png;base64,iVBORw0…"))),
        ("background_opacity?", maybe(number(0.0, 1.0))),
        ("frame_style?", maybe(choice(&choices(FrameStyle::ALL)))),
        ("frame_label?", maybe(text("Scan me"))),
        ("frame_color?", maybe(color())),
        ("frame_label_color?", maybe(color())),
    ])
}

/// Format, size and symbol.
fn order() -> Value {
    body([
        ("format?", maybe(usual(choice(&choices(Format::ALL)), "svg"))),
        ("quality?", maybe(int(1, 100))),
        ("cmyk?", maybe(flag())),
        ("size?", maybe(usual(int(1, 50), 10))),
        ("width?", maybe(int(21, 9000))),
        ("size_inches?", maybe(number(0.5, 15.0))),
        ("dpi?", maybe(usual(int(72, 600), 300))),
        ("version?", maybe(int(1, 40))),
        ("mask?", maybe(int(0, 7))),
        ("verify?", maybe(usual(flag(), false))),
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
    let verdict = || one_of(["good", "risky", "unreadable"]);
    let symbol = object([
        ("version", int(1, 40)),
        ("modules", int(21, 177)),
        ("error_correction", one_of(["L", "M", "Q", "H"])),
        ("mask", int(0, 7)),
    ]);
    object([
        ("verdict", verdict()),
        ("content", text("https://example.com/menu")),
        ("symbol", symbol),
        ("width_px", count()),
        ("module_px", number(0.0, 9000.0)),
        ("contrast", number(0.0, 21.0)),
        ("quiet_zone", count()),
        ("covered_modules", count()),
        ("error_correction_spent", number(0.0, 1000.0)),
        ("decoded", flag()),
        (
            "findings",
            list(object([
                ("check", text("contrast")),
                ("verdict", verdict()),
                ("reason", text("3.1:1")),
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
                ("type?", maybe(usual(choice(&Kind::ALL), "url"))),
                ("data?", maybe(text("https://example.com/menu"))),
                ("payload?", maybe(json!({ "type": "object" }))),
                ("link_id?", maybe(text("d47f2e1a-8c3b-4a5d-9e6f-1234567890ab"))),
                ("design?", maybe(named("Design"))),
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
            "drawLink",
            "Draw a link's QR code.",
            "qr:render",
        ))
        .query_like(&in_query(order()))
        .query_like(&in_query(look()))
        .query([("template_id?", text("tpl_9f2c"))])
        .refuses("ResourceNotFound")
        .draws(&media_types(), true),
        drawn(keyed("POST", "/api/v1/qr", "draw", "Draw any content in any design.", "qr:render"))
            .takes(wanted())
            .draws(&media_types(), false),
        drawn(keyed(
            "POST",
            "/api/v1/qr/validate",
            "judge",
            "Tell whether a picture would scan.",
            "qr:render",
        ))
        .takes(wanted())
        .answers(200, one(named("Judgement"))),
    ]
}

fn templates() -> [Operation; 7] {
    let description = || maybe(prose(1000, "Blue on white"));
    let (read, write) = ("qr:read", "qr:write");
    let render = |method, id| {
        keyed(
            method,
            "/api/v1/qr/templates/{template_id}/render",
            id,
            "Draw something with a template.",
            "qr:render",
        )
        .query([
            ("data", text("https://example.com/menu")),
            ("format?", usual(one_of(["svg", "png"]), "svg")),
            ("size?", usual(int(1, 50), 10)),
        ])
        .refuses(DRAW)
        .refuses(NUMBERS)
        .refuses("ResourceNotFound")
        .draws(&["image/svg+xml", "image/png"], method == "GET")
    };
    [
        keyed("GET", "/api/v1/qr/templates", "listTemplates", "List templates.", read)
            .answers(200, all("Template")),
        keyed("POST", "/api/v1/qr/templates", "createTemplate", "Keep a design.", write)
            .once()
            .takes(body([
                ("name", line(100, "House style")),
                ("description?", description()),
                ("design?", maybe(named("KeptDesign"))),
            ]))
            .refuses(DRAW)
            .refuses(TEXTS)
            .refuses(NUMBERS)
            .refuses("PlanLimitReached")
            .answers(201, one(named("Template"))),
        keyed("GET", "/api/v1/qr/templates/{template_id}", "getTemplate", "Read a template.", read)
            .refuses("ResourceNotFound")
            .answers(200, one(named("Template"))),
        keyed(
            "PATCH",
            "/api/v1/qr/templates/{template_id}",
            "updateTemplate",
            "Change a template; what is left out stays.",
            write,
        )
        .takes(body([
            ("name?", maybe(line(100, "House style"))),
            ("description?", description()),
            ("design?", maybe(named("KeptDesign"))),
        ]))
        .refuses(DRAW)
        .refuses(TEXTS)
        .refuses(NUMBERS)
        .refuses("ResourceNotFound")
        .answers(200, one(named("Template"))),
        keyed(
            "DELETE",
            "/api/v1/qr/templates/{template_id}",
            "deleteTemplate",
            "Delete a template.",
            write,
        )
        .refuses("ResourceNotFound")
        .answers_nothing(),
        render("GET", "drawWithTemplate"),
        render("POST", "renderTemplate"),
    ]
}
