//! `/api/v1/dynamic/` (QR Studio reference, sections 11.1 to 11.3 and 11.6): links, seen as dynamic
//! QRs.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use serde_json::{Value, json};
use xqr_engine::errors::{Condition, Resource, Result};
use xqr_engine::links::Edit;
use xqr_engine::rows::{Filter, Link, LinkId, Page};
use xqr_engine::runtime::time_format::rfc3339;
use xqr_engine::scans::analytics::{self, Facet, Machines, Period};
use xqr_engine::{App, Tx, links};

use crate::StudioUser;
use crate::addresses::public_url;
use crate::dynamic_fields::{DESTINATION, NAME_CHARS, read_new};
use xqr_http::ApiRequest;
use xqr_http::forms::variant_fields;
use xqr_http::refusal::Refusal;
use xqr_http::routes::resource;

/// QRs of a page, unless asked otherwise, and at most.
const PAGE: i64 = 25;
const MAX_PAGE: i64 = 100;
/// The most values of a kind in analytics; the most frequent come first.
const TOP: usize = 50;
/// Days of analytics, unless asked otherwise.
const DAYS: i64 = 30;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            resource("/v1/dynamic/", "GET, POST")
                .route(web::get().to(list))
                .route(web::post().to(create)),
        )
        .service(
            resource("/v1/dynamic/{short_id}/", "GET, PATCH, DELETE")
                .route(web::get().to(get))
                .route(web::patch().to(edit))
                .route(web::delete().to(delete)),
        )
        .service(
            resource("/v1/dynamic/{short_id}/analytics/", "GET").route(web::get().to(analyse)),
        );
}

/// `GET /api/v1/dynamic/`
async fn list(call: ApiRequest<StudioUser>) -> Result<HttpResponse, Refusal> {
    let query = call.query();
    let page = query.int("page", 1..=1_000_000, 1)?;
    let size = query.int("page_size", 1..=i64::MAX, PAGE)?.min(MAX_PAGE);
    let caller = call.caller.clone();
    let wanted = Page::Offset { limit: size, offset: (page - 1) * size };
    let (rows, count) =
        call.app.read(move |conn| links::list(conn, &caller, &Filter::default(), wanted)).await?;
    if rows.is_empty() && page > 1 {
        return Err(Condition::ResourceNotFound { what: Resource::Page }.into());
    }
    let address =
        |page: i64| format!("{}/api/v1/dynamic/?page={page}&page_size={size}", call.app.public_url);
    let results: Vec<_> = rows.iter().map(|link| View::new(&call.app, link)).collect();
    Ok(HttpResponse::Ok().json(json!({
        "count": count,
        "next": (page * size < count).then(|| address(page + 1)),
        "previous": (page > 1).then(|| address(page - 1)),
        "results": results,
    })))
}

/// `POST /api/v1/dynamic/`
async fn create(mut call: ApiRequest<StudioUser>) -> Result<HttpResponse, Refusal> {
    let mut fields = call.fields().await?;
    let draft = read_new(&mut fields);
    fields.end()?;
    let draft = draft.ok_or(Condition::BodyNotObject)?;
    let (caller, app) = (call.caller.clone(), call.app.clone());
    let create = move |tx: &mut Tx<'_>| links::create(tx, &caller, draft);
    Ok(call
        .make(create, move |link| json!(View::new(&app, &link)).to_string().into_bytes())
        .await?)
}

/// `GET /api/v1/dynamic/{short_id}/`
async fn get(call: ApiRequest<StudioUser>) -> Result<HttpResponse, Refusal> {
    let (caller, code) = (call.caller.clone(), call.path("short_id"));
    let link = call.app.read(move |conn| links::get_by_code(conn, &caller, &code)).await?;
    Ok(HttpResponse::Ok().json(View::new(&call.app, &link)))
}

/// `PATCH /api/v1/dynamic/{short_id}/`
async fn edit(mut call: ApiRequest<StudioUser>) -> Result<HttpResponse, Refusal> {
    let mut fields = call.fields().await?;
    let edit = Edit {
        destination: fields.url("destination_url"),
        name: fields.line("name", NAME_CHARS),
        variants: variant_fields::read(&mut fields, DESTINATION),
        sticky: fields.flag("sticky"),
        enabled: fields.flag("is_active"),
        capped: true,
        ..Edit::default()
    };
    fields.end()?;
    let (caller, code) = (call.caller.clone(), call.path("short_id"));
    let job = move |tx: &mut Tx<'_>| {
        let link = links::get_by_code(tx.conn, &caller, &code)?;
        links::edit(tx, &caller, &link.uid, edit)
    };
    let link = call.app.write(job).await?;
    Ok(HttpResponse::Ok().json(View::new(&call.app, &link)))
}

/// `DELETE /api/v1/dynamic/{short_id}/`
async fn delete(call: ApiRequest<StudioUser>) -> Result<HttpResponse, Refusal> {
    let (caller, code) = (call.caller.clone(), call.path("short_id"));
    let job = move |tx: &mut Tx<'_>| {
        let link = links::get_by_code(tx.conn, &caller, &code)?;
        links::delete(tx, &caller, &link.uid)
    };
    call.app.write(job).await?;
    Ok(HttpResponse::build(StatusCode::NO_CONTENT).finish())
}

/// `GET /api/v1/dynamic/{short_id}/analytics/`: what the reference does not show is ours (section
/// 11.6).
async fn analyse(call: ApiRequest<StudioUser>) -> Result<HttpResponse, Refusal> {
    let days = call.query().int("days", 1..=366, DAYS)?;
    let (caller, code, now) = (call.caller.clone(), call.path("short_id"), call.app.now());
    let span = Period::Days(days).days(now);
    let read = call.app.read(move |conn| {
        let link = links::get_by_code(conn, &caller, &code)?;
        let found = analytics::of_link(conn, &caller, &link, span, span, Machines::Included)?;
        Ok((link, found))
    });
    let (link, found) = read.await?;
    let counts = |name: &str, facet: Facet| -> Vec<Value> {
        let known = |value: &String| Some(value.clone()).filter(|value| !value.is_empty());
        let values = found.by[&facet].iter().take(TOP);
        values.map(|(value, count)| json!({ name: known(value), "count": count })).collect()
    };
    let by_day: Vec<Value> =
        found.by_day.iter().map(|(date, count)| json!({ "date": date, "count": count })).collect();
    Ok(HttpResponse::Ok().json(json!({
        "short_id": link.code,
        "days": days,
        "total_scans": link.scan_count,
        "first_scanned_at": found.first_at.map(rfc3339),
        "last_scanned_at": link.last_scan_at.map(rfc3339),
        "by_day": by_day,
        "by_country": counts("country", Facet::Country),
        "by_device": counts("device", Facet::Device),
        "by_browser": counts("browser", Facet::Browser),
        "by_referer": counts("referer", Facet::Referrer),
        "by_variant": counts("variant", Facet::Variant),
    })))
}

/// A dynamic QR as the studio shows it.
#[derive(Serialize)]
struct View {
    id: LinkId,
    short_id: String,
    name: Option<String>,
    destination_url: Option<String>,
    variants: Vec<Value>,
    /// Not of the original: only where there are variants.
    #[serde(skip_serializing_if = "Option::is_none")]
    sticky: Option<bool>,
    is_active: bool,
    scan_count: i64,
    last_scanned_at: Option<String>,
    destination_changes_count: i64,
    public_url: String,
    created_at: String,
    updated_at: String,
}

impl View {
    fn new(app: &App, link: &Link) -> Self {
        let variants = variant_fields::view(link, DESTINATION);
        Self {
            id: link.id,
            short_id: link.code.clone(),
            name: link.name.clone(),
            destination_url: link.destination.clone(),
            sticky: (!variants.is_empty()).then_some(link.sticky),
            variants,
            is_active: link.enabled && !link.archived,
            scan_count: link.scan_count,
            last_scanned_at: link.last_scan_at.map(rfc3339),
            destination_changes_count: link.edit_count,
            public_url: public_url(app, &link.code),
            created_at: rfc3339(link.created_at),
            updated_at: rfc3339(link.updated_at),
        }
    }
}
