//! Assets.

use serde_json::{Value, json};
use xqr_engine::assets::MAX_BYTES;

use super::{NUMBERS, TEXTS, keyed, one, page, paged};
use xqr_http::openapi::operation::Operation;
use xqr_http::openapi::schema::{
    boolean, constant, described, enumeration, int, line, list, nullable, object, reference,
    string, timestamp, url, uuid, with_default,
};

pub(super) fn schemas() -> Value {
    let media_type = || json!({ "type": "string", "maxLength": 100, "examples": ["image/png"] });
    json!({
        "Asset": object([
            ("id", uuid()), ("filename", line(255, "logo.png")), ("mime_type", media_type()), ("file_size", int(1, MAX_BYTES)),
            ("status", enumeration(["pending", "confirmed"])), ("is_public", boolean()), ("public_url", nullable(url())),
            ("tags", list(string("brand"))), ("created_at", timestamp()), ("updated_at", timestamp()),
        ]),
        "Upload": object([
            ("asset_id", uuid()),
            ("upload_url", described(url(), "Accepts the file again until the asset is confirmed. It needs no key.")),
            ("method", constant("PUT")),
            ("headers", object([("Content-Type", media_type())])),
        ]),
    })
}

pub(super) fn operations() -> Vec<Operation> {
    let (read, write) = ("assets:read", "assets:write");
    let confirm = |path, id| {
        keyed("POST", path, id, "Confirm the upload. Afterwards the file never changes.", write)
            .refuses("ResourceNotFound StateConflict")
            .answers(200, one(reference("Asset")))
    };
    let tags =
        described(string("brand, red"), "Up to 10 of up to 50 characters, separated by commas.");
    [
        keyed(
            "POST",
            "/api/v1/assets/presign",
            "presignAsset",
            "Create an asset and a signed link to upload its file.",
            write,
        )
        .once()
        .query([
            ("filename", line(255, "logo.png")),
            ("file_size", described(int(1, MAX_BYTES), "Bytes of the file.")),
            ("content_type?", with_default(string("image/png"), "application/octet-stream")),
            ("tags?", tags),
        ])
        .refuses(TEXTS)
        .refuses(NUMBERS)
        .refuses("FieldMissing FilenameInvalid ListTooLong FeatureLocked PlanLimitReached")
        .answers(200, one(reference("Upload"))),
        paged(keyed("GET", "/api/v1/assets", "listAssets", "List assets, newest first.", read))
            .answers(200, page("Asset")),
        keyed("GET", "/api/v1/assets/{asset_id}", "getAsset", "Get an asset.", read)
            .refuses("ResourceNotFound")
            .answers(200, one(reference("Asset"))),
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
            "Make the file public.",
            write,
        )
        .refuses("ResourceNotFound StateConflict")
        .answers(200, one(reference("Asset"))),
    ]
    .map(|operation| operation.tag("Assets"))
    .into()
}
