use std::collections::HashSet;
use std::error::Error as _;

use serde_json::{Value, json};

use super::*;

#[test]
fn every_native_code_has_one_status_save_validation() {
    let mut seen = std::collections::HashMap::new();
    for row in rows() {
        let cell = row.cell(Dialect::Xqr);
        let status = *seen.entry(row.native_code()).or_insert(cell.status);
        assert!(status == cell.status || row.native_code() == "VALIDATION_ERROR", "{}", row.name);
    }
}

#[test]
fn names_are_unique_and_texts_are_whole() {
    let names: HashSet<_> = rows().iter().map(|row| row.name).collect();
    assert_eq!(names.len(), rows().len());
    for row in rows() {
        for text in [row.meaning, row.causes, row.fix] {
            assert!(text.ends_with('.') && text.trim() == text, "{}: {text:?}", row.name);
        }
        for dialect in Dialect::ALL {
            assert!((400..=599).contains(&row.cell(dialect).status), "{}", row.name);
        }
    }
}

#[test]
fn forge_speaks_only_its_eleven_codes() {
    let codes: HashSet<_> = rows().iter().filter_map(|row| row.cell(Dialect::Forge).code).collect();
    let published = [
        "unauthorized",
        "forbidden",
        "invalid_request",
        "method_not_allowed",
        "invalid_payload",
        "not_found",
        "rate_limit_minute",
        "rate_limit_day",
        "project_not_found",
        "resource_archived",
        "internal_error",
    ];
    assert_eq!(codes, HashSet::from(published));
}

#[test]
fn the_twelve_published_native_codes_are_there() {
    let published = [
        ("INVALID_API_KEY", 401),
        ("REVOKED_API_KEY", 401),
        ("EXPIRED_API_KEY", 401),
        ("INSUFFICIENT_SCOPE", 403),
        ("FEATURE_NOT_AVAILABLE", 403),
        ("PLAN_LIMIT_EXCEEDED", 403),
        ("VALIDATION_ERROR", 400),
        ("SLUG_TAKEN", 409),
        ("RATE_LIMIT_EXCEEDED", 429),
        ("BURST_LIMIT_EXCEEDED", 429),
        ("RESOURCE_NOT_FOUND", 404),
        ("INTERNAL_ERROR", 500),
    ];
    for (code, status) in published {
        assert!(
            rows()
                .iter()
                .any(|row| row.native_code() == code && row.cell(Dialect::Xqr).status == status),
            "{code}"
        );
    }
}

#[test]
fn published_sentences_stand_to_the_letter() {
    let check = |condition: Condition, dialect, status, message: &str| {
        let reply = condition.reply(dialect);
        assert_eq!((reply.status, reply.message.as_str()), (status, message));
    };
    let s = str::to_owned;
    check(
        Condition::ScopeMissing { scope: s("links:write") },
        Dialect::Xqr,
        403,
        "This endpoint requires the links:write scope.",
    );
    check(
        Condition::UrlInvalid { field: s("url") },
        Dialect::Xqr,
        400,
        "url: Invalid URL format. Must start with http:// or https://",
    );
    check(Condition::LinkNotFound { code: s("x") }, Dialect::Xqr, 404, "Link not found.");
    check(
        Condition::SizeOverPlan { cap: s("3"), plan: s("free") },
        Dialect::Studio,
        403,
        "Plan 'free' allows up to 3\". Upgrade for larger sizes.",
    );
    check(
        Condition::DpiOverPlan { cap: 300, plan: s("starter") },
        Dialect::Studio,
        403,
        "Plan 'starter' caps DPI at 300. Upgrade for higher resolution.",
    );
    check(
        Condition::LogoLocked { plan: s("free") },
        Dialect::Studio,
        403,
        "Plan 'free' doesn't support custom logos.",
    );
    check(
        Condition::BulkLocked { plan: s("free") },
        Dialect::Studio,
        403,
        "Plan 'free' doesn't include bulk generation. Upgrade to Starter or higher.",
    );
    check(
        Condition::QuotaSpent { quota: 5, plan: s("free"), seconds: 1 },
        Dialect::Studio,
        429,
        "Monthly quota of 5 exceeded for plan 'free'.",
    );
    check(
        Condition::EditsSpent { plan: s("free"), edits: 1 },
        Dialect::Studio,
        402,
        "Plan 'free' allows 1 destination edit per dynamic QR. This QR has been edited 1 time(s) already. Upgrade to Starter ($7/mo) or higher for unlimited edits, or buy a credit pack.",
    );
    check(
        Condition::BulkItemOverPlan { cap: s("8") },
        Dialect::Studio,
        422,
        "size_inches > plan max (8)",
    );
    check(
        Condition::BulkItemColorInvalid { value: s("rouge") },
        Dialect::Studio,
        422,
        "Invalid color 'rouge'.",
    );
    check(
        Condition::FieldMissing { field: s("redirect_url") },
        Dialect::Forge,
        400,
        "Missing required field: redirect_url",
    );
    check(Condition::QrIdMissing, Dialect::Forge, 400, "Missing QR id (id or qr_id).");
    check(
        Condition::RateExceeded { seconds: 47 },
        Dialect::Forge,
        429,
        "Too many requests this minute.",
    );
    check(
        Condition::RateExceeded { seconds: 47 },
        Dialect::Hub,
        429,
        "Rate limit exceeded. Retry in 47 seconds.",
    );
    check(
        Condition::UrlInvalid { field: s("url") },
        Dialect::Hub,
        400,
        "Invalid URL: must start with http:// or https://",
    );
    check(
        Condition::SlugInvalid { field: s("code") },
        Dialect::Hub,
        400,
        "Invalid code: must be 6-20 alphanumeric characters",
    );
    check(
        Condition::ListEmpty { field: s("urls"), max: 100 },
        Dialect::Hub,
        400,
        "urls must contain between 1 and 100 items",
    );
    check(
        Condition::PasscodeWrong { code: s("AB3XK9PQ7M") },
        Dialect::Hub,
        403,
        "Invalid passcode for code AB3XK9PQ7M",
    );
    check(
        Condition::Maintenance { until: s("2026-05-12T03:00:00Z"), seconds: 60 },
        Dialect::Hub,
        503,
        "Service temporarily unavailable. Maintenance ends 2026-05-12T03:00:00Z.",
    );
}

#[test]
fn studio_files_sentences_where_its_reference_does() {
    let field = || "color".to_owned();
    let place = |condition: Condition| condition.reply(Dialect::Studio).place;
    assert_eq!(place(Condition::FieldMissing { field: field() }), Place::List(field()));
    assert_eq!(
        place(Condition::ColorInvalid { field: field(), value: String::new() }),
        Place::Field(field())
    );
    assert_eq!(place(Condition::KeyNameMissing), Place::Field("name".into()));
    assert_eq!(place(Condition::KeyInvalid), Place::Top);
}

#[test]
fn codes_name_their_rows() {
    assert_eq!(Code::ALL.len(), rows().len());
    for (code, row) in Code::ALL.iter().zip(rows()) {
        assert_eq!((code.row().name, row.code), (row.name, *code));
        assert_eq!(code.name().parse(), Ok(*code));
    }
    assert_eq!(Condition::KeyRevoked.code(), Code::KeyRevoked);
    assert_eq!("Nothing".parse::<Code>().unwrap_err().to_string(), r#"unknown code: "Nothing""#);
    for dialect in Dialect::ALL {
        assert_eq!(dialect.to_string().parse(), Ok(dialect));
    }
    assert!("Hub".parse::<Dialect>().is_err());
}

#[test]
fn default_cells_are_written_out_in_documents_and_replies_alike() {
    let check = |condition: Condition, dialect, code, template: &str, message: &str| {
        let cell = condition.row().cell(dialect);
        assert_eq!((cell.code, cell.template, cell.ours), (code, template, true));
        let reply = condition.reply(dialect);
        assert_eq!((reply.code, reply.message.as_str()), (code, message));
    };
    let field = || "width".to_owned();
    let payload = Some("invalid_payload");
    check(
        Condition::TextEmpty { field: field() },
        Dialect::Forge,
        payload,
        "Invalid value for field: {field}",
        "Invalid value for field: width",
    );
    check(
        Condition::PasswordCommon,
        Dialect::Forge,
        payload,
        "Invalid value for field: password",
        "Invalid value for field: password",
    );
    check(
        Condition::TextEmpty { field: field() },
        Dialect::Hub,
        None,
        "Invalid parameter: {field}",
        "Invalid parameter: width",
    );
    let plain = |condition: Condition, dialect, code, text: &str| {
        check(condition, dialect, code, text, text);
    };
    let denied = "Access to this resource is not allowed.";
    plain(Condition::SignupClosed, Dialect::Forge, Some("forbidden"), denied);
    let key = "Invalid or missing API key.";
    plain(Condition::TokenInvalid, Dialect::Forge, Some("unauthorized"), key);
    plain(Condition::TokenInvalid, Dialect::Hub, None, "Invalid or missing API key");
    plain(Condition::RouteNotFound, Dialect::Forge, Some("not_found"), "Resource not found.");
    plain(Condition::RouteNotFound, Dialect::Studio, None, "Not found.");
}

#[test]
fn logs_read_the_field_the_limit_the_code_and_the_causes() {
    let small = Condition::NumberTooSmall { field: "width".into(), min: "45".into() };
    assert_eq!(small.to_string(), "width: Must be at least 45. (NumberTooSmall)");
    let two = Error::all(vec![small, Condition::KeyNameMissing]);
    assert_eq!(
        two.to_string(),
        "width: Must be at least 45. (NumberTooSmall) name: This field is required. \
         (KeyNameMissing)"
    );

    let outer = Error::from(Condition::RenderFailed).because(Error::internal("disk full"));
    let source = outer.source().expect("the cause is the source");
    assert_eq!(source.to_string(), "An unexpected error occurred. (Internal)");
    assert_eq!(source.source().map(ToString::to_string).as_deref(), Some("disk full"));
    assert_eq!(
        outer.report().to_string(),
        "Render engine failure. Retry once or contact support. (RenderFailed): \
         An unexpected error occurred. (Internal): disk full"
    );
    assert!(format!("{outer:?}").contains("tests.rs"), "{outer:?}");
    assert_eq!(size_of::<Error>(), size_of::<usize>());
}

/// Reads a body and checks that it is the text that `serde_json` writes.
fn body(reply: &Reply) -> Value {
    let text = reply.body("req_1");
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value.to_string(), text);
    value
}

#[test]
fn bodies_have_the_envelope_of_their_dialect() {
    let odd = "\"\\/\u{0}\u{1f}\u{7f}\u{8}\u{c}\n\r\t\u{2028}é😀";
    let taken = Condition::SlugTaken { slug: odd.to_owned() };
    let message = format!("The slug '{odd}' is already taken.");
    assert_eq!(
        body(&taken.reply(Dialect::Xqr)),
        json!({
            "error": { "code": "SLUG_TAKEN", "message": message, "status": 409 },
            "meta": { "request_id": "req_1" },
        })
    );
    let message = format!("The short id '{odd}' is already taken.");
    assert_eq!(body(&taken.reply(Dialect::Studio)), json!({ "detail": message }));
    assert_eq!(
        body(&taken.reply(Dialect::Forge)),
        json!({
            "ok": false,
            "version": "2025-11-14-v1",
            "request_id": "req_1",
            "code": "invalid_payload",
            "message": "Invalid value for field: slug",
        })
    );
    let message = format!("Code already in use: {odd}");
    assert_eq!(body(&taken.reply(Dialect::Hub)), json!({ "error": message }));
    assert_eq!(
        body(&Condition::Internal.reply(Dialect::Hub)),
        json!({ "error": "Internal server error", "request_id": "req_1" })
    );
    let problem = taken.reply(Dialect::Xqr).problem("req_1");
    let value: Value = serde_json::from_str(&problem).unwrap();
    assert_eq!(value.to_string(), problem);
    assert_eq!(
        value,
        json!({
            "type": "/docs/errors/SLUG_TAKEN",
            "title": "The slug or code is in use.",
            "status": 409,
            "detail": format!("The slug '{odd}' is already taken."),
            "code": "SLUG_TAKEN",
            "request_id": "req_1",
        })
    );
}

#[test]
fn studio_bodies_have_all_sentences_under_their_fields() {
    let missing = |field: &str| Condition::FieldMissing { field: field.into() };
    let long = |field: &str| Condition::TextTooLong { field: field.into(), max: 5 };
    let color = |value: &str| Condition::ColorInvalid { field: "b".into(), value: value.into() };
    let check = |conditions: Vec<Condition>, expected: Value| {
        assert_eq!(body(&Error::all(conditions).reply(Dialect::Studio)), expected);
    };
    let (required, most) =
        ("This field is required.", "Ensure this field has no more than 5 characters.");
    let invalid = "Invalid color 'x'. Use 'black', 'white', or hex like #RRGGBB.";
    check(
        vec![missing("z"), color("x"), long("z"), Condition::BodyNotJson, missing("a")],
        json!({ "z": [required, most], "b": invalid, "a": [required] }),
    );
    // The first sentence about a field decides its form.
    check(vec![color("x"), color("y"), missing("b")], json!({ "b": invalid }));
    check(vec![missing("b"), color("x")], json!({ "b": [required] }));
    check(vec![Condition::BodyNotJson, missing("a")], json!({ "detail": "JSON parse error." }));
}

#[test]
fn examples_stand_where_replies_do() {
    for (row, dialect) in rows().iter().flat_map(|row| Dialect::ALL.map(|it| (row, it))) {
        let example = row.example(dialect);
        assert_eq!(example.message, row.cell(dialect).template);
        body(&example);
    }
    let studio = |code: Code| code.row().example(Dialect::Studio).place;
    assert_eq!(studio(Code::ColorInvalid), Place::Field("field".into()));
    assert_eq!(studio(Code::TextEmpty), Place::List("field".into()));
    assert_eq!(studio(Code::QrIdMissing), Place::List("id".into()));
    assert_eq!(studio(Code::KeyNameMissing), Place::Field("name".into()));
    assert_eq!(studio(Code::BodyNotJson), Place::Top);
}

#[test]
fn native_codes_group_all_rows() {
    let grouped: usize = native_codes().iter().map(|code| rows_of(code).count()).sum();
    assert_eq!(grouped, rows().len());
    assert_eq!(rows_of("NOTHING").count(), 0);
}
