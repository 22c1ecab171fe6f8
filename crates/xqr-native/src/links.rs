//! `/api/v1/links`: bodies, handlers, views (xQR reference, sections 9.1 to 9.8).

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use serde_json::Value;
use xqr_engine::auth::{Passcode, Scope};
use xqr_engine::errors::{Condition, Dialect, Error, Result};
use xqr_engine::limits::idempotency::Outcome;
use xqr_engine::links::projects as stored_projects;
use xqr_engine::links::{Edit, NewLink};
use xqr_engine::rows::{Filter, Link, Page};
use xqr_engine::runtime::time_format::rfc3339;
use xqr_engine::{App, Caller, Tx, links};

use self::routing_fields as rules;
use crate::Native;
use crate::envelope::{Answers as _, PageMeta};
use xqr_http::ApiRequest;
use xqr_http::forms::fields::Fields;
use xqr_http::forms::variant_fields;
use xqr_http::refusal::Refusal;
use xqr_http::routes::resource;

/// Links of one bulk creation, and ids of one bulk status.
const BULK_CREATE: usize = 100;
const BULK_STATUS: usize = 200;

mod projects;
mod routing_dry_run;
pub(crate) mod routing_fields;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.configure(projects::routes).configure(routing_dry_run::routes);
    // `bulk` before `{link_id}`.
    config
        .service(
            resource("/v1/links", "GET, POST")
                .route(web::get().to(list))
                .route(web::post().to(create)),
        )
        .service(resource("/v1/links/bulk", "POST").route(web::post().to(create_bulk)))
        .service(resource("/v1/links/bulk/status", "PATCH").route(web::patch().to(set_status)))
        .service(
            resource("/v1/links/{link_id}", "GET, PATCH, DELETE")
                .route(web::get().to(get))
                .route(web::patch().to(edit))
                .route(web::delete().to(delete)),
        );
}

/// `POST /api/v1/links`
async fn create(mut call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::LinksWrite)?;
    let (draft, guarded) = draft(call.fields().await?)?;
    let (caller, app, cover) = (call.caller.clone(), call.app.clone(), call.cover());
    let create = move |tx: &mut Tx<'_>| make(tx, &caller, draft, guarded);
    Ok(call.make(create, move |made| cover.close(made.view(&app))).await?)
}

/// `GET /api/v1/links`
async fn list(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::LinksRead)?;
    let query = call.query();
    let limit = query.int("limit", 1..=200, 50)?;
    let offset = query.int("offset", 0..=i64::from(u32::MAX), 0)?;
    let text = |field| {
        Ok::<_, Error>(query.text(field)?.filter(|text| !text.is_empty()).map(str::to_owned))
    };
    let (label, enabled, search) = (text("label")?, query.flag("enabled")?, text("search")?);
    let mut filter =
        Filter { label, enabled, search, archived: query.flag("archived")?, project: None };
    let (caller, project) = (call.caller.clone(), text("project_id")?);
    let read = call.app.read(move |conn| {
        filter.project = project
            .map(|uid| stored_projects::get(conn, &caller, &uid))
            .transpose()?
            .map(|project| project.id);
        links::list(conn, &caller, &filter, Page::Offset { limit, offset })
    });
    let (rows, total) = read.await?;
    let views: Vec<_> = rows.iter().map(|link| LinkView::new(&call.app, link)).collect();
    Ok(call.page(views, PageMeta { total, limit, offset }))
}

/// `GET /api/v1/links/{link_id}`
async fn get(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::LinksRead)?;
    let (uid, caller) = (call.path("link_id"), call.caller.clone());
    let link = call.app.read(move |conn| links::get(conn, &caller, &uid)).await?;
    Ok(call.answer(StatusCode::OK, LinkView::new(&call.app, &link)))
}

/// `PATCH /api/v1/links/{link_id}`
async fn edit(mut call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::LinksWrite)?;
    let mut fields = call.fields().await?;
    let edit = Edit {
        destination: fields.url("url"),
        labels: fields.texts("labels", links::MAX_LABELS, links::LABEL_CHARS),
        archived: fields.flag("archived"),
        project: fields.text("project_id"),
        variants: variant_fields::read(&mut fields, "url"),
        sticky: fields.flag("sticky"),
        enabled: fields.flag("enabled"),
        rules: rules::read(&mut fields),
        expires_at: if fields.is_null("expires_at") {
            Some(None)
        } else {
            fields.moment("expires_at").map(Some)
        },
        ..Edit::default()
    };
    fields.end()?;
    let (uid, caller) = (call.path("link_id"), call.caller.clone());
    let link = call.app.write(move |tx| links::edit(tx, &caller, &uid, edit)).await?;
    Ok(call.answer(StatusCode::OK, LinkView::new(&call.app, &link)))
}

/// `DELETE /api/v1/links/{link_id}`
async fn delete(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::LinksWrite)?;
    let (uid, caller) = (call.path("link_id"), call.caller.clone());
    call.app.write(move |tx| links::delete(tx, &caller, &uid)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /api/v1/links/bulk`
async fn create_bulk(mut call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::LinksWrite)?;
    let mut fields = call.fields().await?;
    fields.demand("links");
    let items = fields.list("links", 1, BULK_CREATE);
    fields.end()?;
    let items = items.unwrap_or_default();
    let urls: Vec<Value> =
        items.iter().map(|item| item.get("url").cloned().unwrap_or_default()).collect();
    let (mut drafts, mut places, mut errors) = (Vec::new(), Vec::new(), Vec::new());
    for (index, item) in items.into_iter().enumerate() {
        match Fields::from_value(item).map_err(Error::from).and_then(draft) {
            Ok(draft) => {
                drafts.push(draft);
                places.push(index);
            }
            Err(error) => errors.push(BulkError::new(index, &urls, &error)),
        }
    }
    let (caller, app, cover) = (call.caller.clone(), call.app.clone(), call.cover());
    let create = move |tx: &mut Tx<'_>| {
        let passcodes: Vec<_> = drafts.iter().map(|(_, guarded)| passcode(tx, *guarded)).collect();
        let drafts = drafts
            .into_iter()
            .zip(&passcodes)
            .map(|((draft, _), passcode)| NewLink { passcode: passcode.clone(), ..draft });
        let links = links::create_each(tx, &caller, drafts.collect())?;
        Ok(links.into_iter().zip(passcodes).collect())
    };
    let answer = move |results: Vec<(Result<Link>, Option<Passcode>)>| {
        let mut created = Vec::new();
        for (index, (result, passcode)) in places.into_iter().zip(results) {
            match result {
                Ok(link) => created.push(Made { link, passcode }.view(&app)),
                Err(error) => errors.push(BulkError::new(index, &urls, &error)),
            }
        }
        errors.sort_by_key(|error| error.index);
        let had_effect = !created.is_empty();
        Outcome { status: 201, body: cover.close(Bulk { created, errors }), had_effect }
    };
    Ok(call.try_make(create, answer).await?)
}

/// `PATCH /api/v1/links/bulk/status`
async fn set_status(mut call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::LinksWrite)?;
    let mut fields = call.fields().await?;
    fields.demand("ids");
    let ids = fields.texts("ids", BULK_STATUS, 64);
    fields.demand("enabled");
    let enabled = fields.flag("enabled");
    fields.end()?;
    let (Some(ids), Some(enabled)) = (ids, enabled) else {
        return Err(Condition::BodyNotObject.into());
    };
    let caller = call.caller.clone();
    let updated = call.app.write(move |tx| links::set_enabled(tx, &caller, &ids, enabled)).await?;
    Ok(call.answer(StatusCode::OK, Updated { updated }))
}

/// A link that was just made, with its passcode, which is shown here only.
struct Made {
    link: Link,
    passcode: Option<Passcode>,
}

impl Made {
    fn view(self, app: &App) -> LinkView {
        LinkView {
            passcode: self.passcode.map(|passcode| passcode.expose().to_owned()),
            ..LinkView::new(app, &self.link)
        }
    }
}

fn make(tx: &mut Tx<'_>, caller: &Caller, draft: NewLink, guarded: bool) -> Result<Made> {
    let passcode = passcode(tx, guarded);
    Ok(Made {
        link: links::create(tx, caller, NewLink { passcode: passcode.clone(), ..draft })?,
        passcode,
    })
}

fn passcode(tx: &Tx<'_>, guarded: bool) -> Option<Passcode> {
    guarded.then(|| Passcode::mint(|bytes| tx.random(bytes)))
}

/// Reads the body of a link to make, and whether it is to have a passcode.
fn draft(mut fields: Fields) -> Result<(NewLink, bool)> {
    let reserve = fields.flag("reserve").unwrap_or(false);
    if reserve {
        fields.demand("custom_slug");
        for field in ["url", "variants", "routing_rules"]
            .into_iter()
            .filter(|field| fields.has(field))
            .collect::<Vec<_>>()
        {
            fields.complain(Condition::FieldConflict {
                field: field.to_owned(),
                other: "reserve".to_owned(),
            });
        }
    } else {
        fields.demand("url");
    }
    let destination = fields.url("url");
    let slug = fields.slug("custom_slug");
    let labels = fields.texts("labels", links::MAX_LABELS, links::LABEL_CHARS).unwrap_or_default();
    let variants = variant_fields::read(&mut fields, "url").unwrap_or_default();
    let sticky = fields.flag("sticky").unwrap_or(false);
    let rules = rules::read(&mut fields).unwrap_or_default();
    let expires_at = fields.moment("expires_at");
    let project = fields.text("project_id");
    let guarded = fields.flag("passcode").unwrap_or(false);
    fields.end()?;
    Ok((
        NewLink {
            destination,
            slug,
            labels,
            rules,
            variants,
            sticky,
            expires_at,
            project,
            ..NewLink::default()
        },
        guarded,
    ))
}

/// A link as the native API shows it.
#[derive(Serialize)]
struct LinkView {
    id: String,
    short_url: String,
    short_code: String,
    destination: Option<String>,
    enabled: bool,
    /// Not of the original: only of those that are.
    #[serde(skip_serializing_if = "is_false")]
    archived: bool,
    labels: Value,
    routing_rules: Value,
    /// Not of the original: only where there are some.
    #[serde(skip_serializing_if = "Option::is_none")]
    variants: Option<Vec<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sticky: Option<bool>,
    /// Not of the original: in the answer that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    passcode: Option<String>,
    scan_count: i64,
    last_scan_at: Option<String>,
    expires_at: Option<String>,
    created_at: String,
    updated_at: String,
}

impl LinkView {
    fn new(app: &App, link: &Link) -> Self {
        let variants =
            Some(variant_fields::view(link, "url")).filter(|variants| !variants.is_empty());
        let json =
            |text: &str| serde_json::from_str(text).unwrap_or_else(|_| Value::Array(Vec::new()));
        Self {
            id: link.uid.clone(),
            short_url: app.short_url(&link.code),
            short_code: link.code.clone(),
            destination: link.destination.clone(),
            enabled: link.enabled,
            archived: link.archived,
            labels: json(&link.labels),
            routing_rules: json(&link.routing_rules),
            sticky: variants.as_ref().map(|_| link.sticky),
            variants,
            passcode: None,
            scan_count: link.scan_count,
            last_scan_at: link.last_scan_at.map(rfc3339),
            expires_at: link.expires_at.map(rfc3339),
            created_at: rfc3339(link.created_at),
            updated_at: rfc3339(link.updated_at),
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

#[derive(Serialize)]
struct Bulk {
    created: Vec<LinkView>,
    errors: Vec<BulkError>,
}

/// Why an item of a bulk creation failed; `index` counts from 0.
#[derive(Serialize)]
struct BulkError {
    index: usize,
    url: Value,
    code: &'static str,
    message: String,
}

impl BulkError {
    fn new(index: usize, urls: &[Value], error: &Error) -> Self {
        let reply = error.condition().reply(Dialect::Xqr);
        Self {
            index,
            url: urls[index].clone(),
            code: error.condition().row().native_code(),
            message: reply.message,
        }
    }
}

#[derive(Serialize)]
struct Updated {
    updated: usize,
}
