//! `/v1/qr-codes` (QRForge reference, sections 5.2, 5.3 and 6.4 to 6.8). The paths beyond list and
//! create are not published; every form that the seed leaves open is taken, with `id` or `qr_id` in
//! path, query or body.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use serde_json::{Value, json};
use xqr_engine::auth::Scope;
use xqr_engine::destinations::slug::Shape;
use xqr_engine::errors::{Condition, Error, Expected, Result};
use xqr_engine::links::{Edit, NewLink, projects};
use xqr_engine::rows::{Conn, Filter, Link, ProjectId};
use xqr_engine::runtime::time_format::rfc3339_millis;
use xqr_engine::{App, Caller, Tx, links};

use super::{Forge, doc_id};
use crate::envelope::Answers as _;
use xqr_http::ApiRequest;
use xqr_http::forms::fields::Fields;
use xqr_http::forms::query::Query;
use xqr_http::refusal::Refusal;
use xqr_http::response::qr_image::image_url;
use xqr_http::routes::resource;

/// Characters of a name (section 3.3).
const NAME_CHARS: usize = 200;
/// What cursors of this list are sealed for.
const LIST: &str = "forge qr codes";

pub(super) fn routes(config: &mut web::ServiceConfig) {
    // `slug` before `{id}`.
    config
        .service(
            resource("/qr-codes", "GET, POST, PATCH, PUT")
                .route(web::get().to(list))
                .route(web::post().to(create))
                .route(web::patch().to(edit))
                .route(web::put().to(edit)),
        )
        .service(resource("/qr-codes/slug/{slug}", "GET").route(web::get().to(get_by_slug)))
        .service(
            resource("/qr-codes/{id}", "GET, POST, PATCH, PUT")
                .route(web::get().to(get))
                .route(web::post().to(edit))
                .route(web::patch().to(edit))
                .route(web::put().to(edit)),
        );
}

/// `GET /v1/qr-codes`: a page, or one code by `id`, `qr_id` or `slug`.
async fn list(call: ApiRequest<Forge>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::LinksRead)?;
    let query = call.query();
    if let Some(id) = id_in_query(&query)? {
        return show(&call, move |conn, caller| find(conn, caller, &id)).await;
    }
    if let Some(slug) = query.text("slug")?.map(str::to_owned) {
        return show(&call, move |conn, caller| links::get_by_code(conn, caller, &slug)).await;
    }
    let mut fields = Fields::from_query(&query);
    let archived = fields.choice("status", &STATUSES);
    let project = fields.text("project_id");
    fields.end()?;
    let (page, size) = call.page(LIST)?;
    let caller = call.caller.clone();
    let read = call.app.read(move |conn| {
        let project = project
            .map(|uid| projects::get(conn, &caller, &uid))
            .transpose()?
            .map(|project| project.id);
        let filter = Filter { archived, project, ..Filter::default() };
        Ok((links::page(conn, &caller, &filter, page)?, projects::names(conn, &caller)?))
    });
    let (rows, names) = read.await?;
    Ok(call.items(LIST, rows, size, |link| link.id, |link| view(&call.app, &names, link))?)
}

/// `POST /v1/qr-codes`: makes a code, or changes the one that the body names.
async fn create(mut call: ApiRequest<Forge>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::LinksWrite)?;
    let mut fields = call.fields().await?;
    if ["id", "qr_id"].iter().any(|name| fields.has(name)) || id_in_query(&call.query())?.is_some()
    {
        return change(call, fields).await;
    }
    fields.demand("redirect_url");
    let destination = fields.url("redirect_url");
    let name = name(&mut fields);
    fields.choice("type", &[("url", ())]);
    let project = fields.text("project_id");
    fields.end()?;
    let draft = NewLink { destination, name, project, shape: Shape::Tagged, ..NewLink::default() };
    let (caller, app, cover) = (call.caller.clone(), call.app.clone(), call.cover());
    let create = move |tx: &mut Tx<'_>| {
        let link = links::create(tx, &caller, draft)?;
        Ok((link, projects::names(tx.conn, &caller)?))
    };
    Ok(call.make(create, move |(link, names)| cover.close(view(&app, &names, &link))).await?)
}

/// `GET /v1/qr-codes/{id}`
async fn get(call: ApiRequest<Forge>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::LinksRead)?;
    let id = call.path("id");
    show(&call, move |conn, caller| find(conn, caller, &id)).await
}

/// `GET /v1/qr-codes/slug/{slug}`
async fn get_by_slug(call: ApiRequest<Forge>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::LinksRead)?;
    let slug = call.path("slug");
    show(&call, move |conn, caller| links::get_by_code(conn, caller, &slug)).await
}

/// `PATCH /v1/qr-codes/{id}`, and the same with `PUT` or `POST`, and without a path.
async fn edit(mut call: ApiRequest<Forge>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::LinksWrite)?;
    let fields = call.fields().await?;
    change(call, fields).await
}

async fn change(call: ApiRequest<Forge>, mut fields: Fields) -> Result<HttpResponse, Refusal> {
    let id = wanted(&call, &mut fields)?;
    let destination = fields.url("redirect_url");
    let name = name(&mut fields);
    let archived = fields.choice("status", &STATUSES);
    let edit = Edit {
        destination,
        name,
        archived,
        // Here is one way to close a code, elsewhere there are two.
        enabled: archived.filter(|archived| !archived).map(|_| true),
        project: fields.text("project_id"),
        ..Edit::default()
    };
    fields.end()?;
    let caller = call.caller.clone();
    let job = move |tx: &mut Tx<'_>| {
        let link = find(tx.conn, &caller, &id)?;
        let link = links::edit(tx, &caller, &link.uid, edit)?;
        Ok((link, projects::names(tx.conn, &caller)?))
    };
    let (link, names) = call.app.write(job).await?;
    Ok(call.answer(view(&call.app, &names, &link)))
}

/// Whether a code of this status is archived.
const STATUSES: [(&str, bool); 2] = [("active", false), ("archived", true)];

/// `label` is what one page calls it (section 10, number 6).
fn name(fields: &mut Fields) -> Option<String> {
    let label = fields.line("label", NAME_CHARS);
    fields.line("name", NAME_CHARS).or(label)
}

/// Returns the id that path, query or body name; the first of them counts.
fn wanted(call: &ApiRequest<Forge>, fields: &mut Fields) -> Result<String> {
    let in_body = [fields.text("id"), fields.text("qr_id")];
    let in_path = Some(call.path("id")).filter(|id| !id.is_empty());
    let named = one_of([one_of([in_path, id_in_query(&call.query())?])?, one_of(in_body)?])?;
    named.ok_or_else(|| Condition::QrIdMissing.into())
}

/// Returns the id in a query: `id` or `qr_id`. An empty one is missing.
fn id_in_query(query: &Query) -> Result<Option<String>> {
    let of = |name| Ok::<_, Error>(query.text(name)?.map(str::to_owned));
    one_of([of("id")?, of("qr_id")?])
}

fn one_of(ids: [Option<String>; 2]) -> Result<Option<String>> {
    match ids {
        [Some(id), Some(other)] if id != other => Err(Condition::QueryMalformed {
            field: "qr_id".into(),
            expected: Expected::SameAs { field: "id".into() },
        }
        .into()),
        [id, other] => match id.or(other) {
            Some(id) if id.is_empty() => Err(Condition::QrIdMissing.into()),
            id => Ok(id),
        },
    }
}

fn find(conn: &mut Conn, caller: &Caller, id: &str) -> Result<Link> {
    let (first, last) =
        doc_id::range(id).ok_or_else(|| Condition::LinkNotFound { code: id.to_owned() })?;
    links::get_between(conn, caller, &first, &last)
}

async fn show(
    call: &ApiRequest<Forge>,
    find: impl FnOnce(&mut Conn, &Caller) -> Result<Link> + Send + 'static,
) -> Result<HttpResponse, Refusal> {
    let caller = call.caller.clone();
    let read =
        call.app.read(move |conn| Ok((find(conn, &caller)?, projects::names(conn, &caller)?)));
    let (link, names) = read.await?;
    Ok(call.answer(view(&call.app, &names, &link)))
}

/// A QR code. Pictures are drawn on request, so each is rendered as soon as it is made.
fn view(app: &App, projects: &HashMap<ProjectId, String>, link: &Link) -> Value {
    let id = doc_id::of(&link.uid);
    json!({
        "id": id,
        "qr_id": id,
        "project_id": link.project_id.and_then(|id| projects.get(&id)),
        "slug": link.code,
        "name": link.name.as_ref().unwrap_or(&link.code),
        "status": if link.archived || !link.enabled { "archived" } else { "active" },
        "type": "url",
        "redirect_url": link.destination,
        "created_at": rfc3339_millis(link.created_at),
        "updated_at": rfc3339_millis(link.updated_at),
        "last_rendered_at": rfc3339_millis(link.created_at),
        "render_status": "rendered",
        "scan_url": app.short_url(&link.code),
        "png_url": image_url(app, &link.code, "png"),
        "svg_url": image_url(app, &link.code, "svg"),
        "scan_count": link.scan_count,
        "last_scanned_at": link.last_scan_at.map(rfc3339_millis),
    })
}
