//! Assets.

use serde_json::{Value, json};
use xqr_engine::assets::MAX_BYTES;

use super::{NUMBERS, TEXTS, keyed, one, page, paged};
use xqr_http::openapi::operation::Operation;
use xqr_http::openapi::schema::{
    constant, flag, int, line, list, maybe, moment, named, object, one_of, says, text, url, usual,
    uuid,
};

pub(super) fn schemas() -> Value {
    let media_type = || json!({ "type": "string", "maxLength": 100, "examples": ["image/png"] });
    json!({
        "Asset": object([
            ("id", uuid()), ("filename", line(255, "logo.png")), ("mime_type", media_type()), ("file_size", int(1, MAX_BYTES)),
            ("status", one_of(["pending", "confirmed"])), ("is_public", flag()), ("public_url", maybe(url())),
            ("tags", list(text("brand"))), ("created_at", moment()), ("updated_at", moment()),
        ]),
        "Upload": object([
            ("asset_id", uuid()),
            ("upload_url", says(url(), "Takes the file once more until the asset is confirmed. Whoever has it needs no key.")),
            ("method", constant("PUT")),
            ("headers", object([("Content-Type", media_type())])),
        ]),
    })
}

pub(super) fn operations() -> Vec<Operation> {
    let (read, write) = ("assets:read", "assets:write");
    let confirm = |path, id| {
        keyed(
            "POST",
            path,
            id,
            "Say that the file is uploaded. From then on it stays as it is.",
            write,
        )
        .refuses("ResourceNotFound StateConflict")
        .answers(200, one(named("Asset")))
    };
    let tags = says(text("brand, red"), "Up to 10 of up to 50 characters, separated by commas.");
    [
        keyed(
            "POST",
            "/api/v1/assets/presign",
            "presignAsset",
            "Make an asset, and a signed link to upload its file with.",
            write,
        )
        .once()
        .query([
            ("filename", line(255, "logo.png")),
            ("file_size", says(int(1, MAX_BYTES), "Bytes of the file.")),
            ("content_type?", usual(text("image/png"), "application/octet-stream")),
            ("tags?", tags),
        ])
        .refuses(TEXTS)
        .refuses(NUMBERS)
        .refuses("FieldMissing FilenameInvalid ListTooLong FeatureLocked PlanLimitReached")
        .answers(200, one(named("Upload"))),
        paged(keyed("GET", "/api/v1/assets", "listAssets", "List assets, the latest first.", read))
            .answers(200, page("Asset")),
        keyed("GET", "/api/v1/assets/{asset_id}", "getAsset", "Read an asset.", read)
            .refuses("ResourceNotFound")
            .answers(200, one(named("Asset"))),
        keyed(
            "DELETE",
            "/api/v1/assets/{asset_id}",
            "deleteAsset",
            "Delete an asset with its file.",
            write,
        )
        .refuses("ResourceNotFound")
        .answers_nothing(),
        confirm("/api/v1/assets/{asset_id}/confirm", "confirmAsset"),
        confirm("/api/v1/assets/presign/{asset_id}/confirm", "confirmPresignedAsset"),
        keyed(
            "POST",
            "/api/v1/assets/{asset_id}/publish",
            "publishAsset",
            "Let everybody read the file.",
            write,
        )
        .refuses("ResourceNotFound StateConflict")
        .answers(200, one(named("Asset"))),
    ]
    .map(|operation| operation.tag("Assets"))
    .into()
}
