//! `/api/v1/assets` (xQR reference, section 14).
//!
//! The reference leaves open, and the service decides: a link holds for `assets.upload_seconds`.
//! Any type may be uploaded, and the declared type must be that of the content. Confirming or
//! publishing twice is idempotent. Publishing an unconfirmed asset, or confirming one that is not
//! uploaded, is a conflict (409). `tags` of `presign`, separated by commas, are an extension.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use serde_json::json;
use xqr_engine::assets::{NewAsset, media};
use xqr_engine::auth::Scope;
use xqr_engine::errors::{Condition, Expected, Result};
use xqr_engine::limits::idempotency::Outcome;
use xqr_engine::rows::{Asset, AssetStatus};
use xqr_engine::runtime::time_format::rfc3339;
use xqr_engine::{App, Tx, assets};

use crate::Native;
use crate::envelope::{Answers as _, PageMeta};
use xqr_http::ApiRequest;
use xqr_http::forms::fields::Fields;
use xqr_http::refusal::Refusal;
use xqr_http::routes::resource;

/// Characters of a file's name and of a tag.
const FILENAME_CHARS: usize = 255;
const TAG_CHARS: usize = 50;
/// Tags of one asset.
const TAGS: usize = 10;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(resource("/v1/assets/presign", "POST").route(web::post().to(presign)))
        .service(resource("/v1/assets", "GET").route(web::get().to(list)))
        .service(
            resource("/v1/assets/{asset_id}", "GET, DELETE")
                .route(web::get().to(get))
                .route(web::delete().to(delete)),
        )
        .service(resource("/v1/assets/{asset_id}/confirm", "POST").route(web::post().to(confirm)))
        // Section 17, C-13.
        .service(
            resource("/v1/assets/presign/{asset_id}/confirm", "POST")
                .route(web::post().to(confirm)),
        )
        .service(resource("/v1/assets/{asset_id}/publish", "POST").route(web::post().to(publish)));
}

/// `POST /api/v1/assets/presign`, with its parameters in the query.
async fn presign(mut call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::AssetsWrite)?;
    let mut fields = Fields::from_query(&call.query());
    call.mark(&fields, &[]);
    fields.demand("filename");
    let filename = fields.line("filename", FILENAME_CHARS);
    if filename.as_deref().is_some_and(|name| !assets::is_filename(name)) {
        fields.complain(Condition::FilenameInvalid { field: "filename".into() });
    }
    let media_type = match fields.text("content_type") {
        None => Some(media::UNKNOWN.to_owned()),
        Some(text) => media::parse(&text).or_else(|| {
            fields.wrong("content_type", Expected::MediaType);
            None
        }),
    };
    fields.demand("file_size");
    let size = fields.int("file_size", 1..=assets::MAX_BYTES);
    let tags = tags(&mut fields);
    fields.end()?;
    let (Some(filename), Some(media_type), Some(size)) = (filename, media_type, size) else {
        return Err(Condition::BodyNotObject.into());
    };
    let draft = NewAsset { filename, media_type, size, tags };
    let (caller, cover, app) = (call.caller.clone(), call.cover(), call.app.clone());
    let create = move |tx: &mut Tx<'_>| assets::create(tx, &caller, draft);
    let answer = move |asset: Asset| Outcome {
        status: 200,
        body: cover.close(upload(&app, &asset)),
        had_effect: true,
    };
    Ok(call.try_make(create, answer).await?)
}

fn tags(fields: &mut Fields) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for tag in fields
        .text("tags")
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|tag| !tag.is_empty())
    {
        if tag.chars().count() > TAG_CHARS {
            fields.complain(Condition::TextTooLong {
                field: "tags".to_owned(),
                max: TAG_CHARS as u64,
            });
            break;
        }
        if !tags.iter().any(|other| other == tag) {
            tags.push(tag.to_owned());
        }
    }
    if tags.len() > TAGS {
        fields.complain(Condition::ListTooLong { field: "tags".to_owned(), max: TAGS as u64 });
    }
    tags
}

/// What the owner of an asset sends its file with.
fn upload(app: &App, asset: &Asset) -> serde_json::Value {
    let signed = app.upload_signature(asset);
    let base = &app.public_url;
    json!({
        "asset_id": asset.uid,
        "upload_url": format!("{base}/assets/{}?expires={}&signature={}", asset.uid, signed.expires, signed.signature),
        "method": "PUT",
        "headers": { "Content-Type": asset.media_type },
    })
}

/// `POST /api/v1/assets/{asset_id}/confirm`
async fn confirm(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::AssetsWrite)?;
    let (caller, uid) = (call.caller.clone(), call.path("asset_id"));
    let asset = call.app.write(move |tx| assets::confirm(tx, &caller, &uid)).await?;
    Ok(call.answer(StatusCode::OK, AssetView::new(&call.app, &asset)))
}

/// `POST /api/v1/assets/{asset_id}/publish`
async fn publish(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::AssetsWrite)?;
    let (caller, uid) = (call.caller.clone(), call.path("asset_id"));
    let asset = call.app.write(move |tx| assets::publish(tx, &caller, &uid)).await?;
    Ok(call.answer(StatusCode::OK, AssetView::new(&call.app, &asset)))
}

/// `GET /api/v1/assets`
async fn list(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::AssetsRead)?;
    let query = call.query();
    let (limit, offset) =
        (query.int("limit", 1..=200, 50)?, query.int("offset", 0..=i64::from(u32::MAX), 0)?);
    let caller = call.caller.clone();
    let (rows, total) =
        call.app.read(move |conn| assets::list(conn, &caller, limit, offset)).await?;
    let views: Vec<_> = rows.iter().map(|asset| AssetView::new(&call.app, asset)).collect();
    Ok(call.page(views, PageMeta { total, limit, offset }))
}

/// `GET /api/v1/assets/{asset_id}`
async fn get(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::AssetsRead)?;
    let (caller, uid) = (call.caller.clone(), call.path("asset_id"));
    let asset = call.app.read(move |conn| assets::get(conn, &caller, &uid)).await?;
    Ok(call.answer(StatusCode::OK, AssetView::new(&call.app, &asset)))
}

/// `DELETE /api/v1/assets/{asset_id}`
async fn delete(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::AssetsWrite)?;
    let (caller, uid) = (call.caller.clone(), call.path("asset_id"));
    let objects = call.app.write(move |tx| assets::delete(tx, &caller, &uid)).await?;
    call.app.clear(objects).await;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Serialize)]
struct AssetView<'a> {
    id: &'a str,
    filename: &'a str,
    mime_type: &'a str,
    file_size: i64,
    status: AssetStatus,
    is_public: bool,
    public_url: Option<String>,
    tags: Vec<String>,
    created_at: String,
    updated_at: String,
}

impl<'a> AssetView<'a> {
    fn new(app: &App, asset: &'a Asset) -> Self {
        Self {
            id: &asset.uid,
            filename: &asset.filename,
            mime_type: asset.content_type(),
            file_size: asset.size,
            status: asset.status,
            is_public: asset.is_public,
            public_url: asset.is_public.then(|| app.asset_url(asset)),
            tags: assets::tags(asset),
            created_at: rfc3339(asset.created_at),
            updated_at: rfc3339(asset.updated_at),
        }
    }
}
