use std::collections::HashSet;

use super::*;

#[test]
fn every_native_code_has_one_status_save_validation() {
    let mut seen = std::collections::HashMap::new();
    for row in rows() {
        let cell = row.cell(Dialect::Xqr);
        let status = *seen.entry(row.code()).or_insert(cell.status);
        assert!(status == cell.status || row.code() == "VALIDATION_ERROR", "{}", row.name);
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
            rows().iter().any(|row| row.code() == code && row.cell(Dialect::Xqr).status == status),
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
