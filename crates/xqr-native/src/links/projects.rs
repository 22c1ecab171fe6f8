//! `/api/v1/projects`: folders of links (an extension).

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use xqr_engine::Tx;
use xqr_engine::auth::Scope;
use xqr_engine::errors::{Condition, Result};
use xqr_engine::links::projects;
use xqr_engine::rows::{Page, Project};
use xqr_engine::runtime::time_format::rfc3339;

use crate::Native;
use crate::envelope::{Answers as _, PageMeta};
use xqr_http::ApiRequest;
use xqr_http::refusal::Refusal;
use xqr_http::routes::resource;

/// Characters of a name and of a description.
const NAME_CHARS: usize = 200;
const DESCRIPTION_CHARS: usize = 1000;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            resource("/v1/projects", "GET, POST")
                .route(web::get().to(list))
                .route(web::post().to(create)),
        )
        .service(
            resource("/v1/projects/{project_id}", "GET, PATCH")
                .route(web::get().to(get))
                .route(web::patch().to(edit)),
        );
}

/// `GET /api/v1/projects`
async fn list(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::LinksRead)?;
    let query = call.query();
    let limit = query.int("limit", 1..=200, 50)?;
    let offset = query.int("offset", 0..=i64::from(u32::MAX), 0)?;
    let caller = call.caller.clone();
    let read = call.app.read(move |conn| {
        Ok((
            projects::list(conn, &caller, Page::Offset { limit, offset })?,
            projects::count(conn, &caller)?,
        ))
    });
    let (rows, total) = read.await?;
    Ok(call.page(
        rows.iter().map(ProjectView::new).collect::<Vec<_>>(),
        PageMeta { total, limit, offset },
    ))
}

/// `POST /api/v1/projects`
async fn create(mut call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::LinksWrite)?;
    let mut fields = call.fields().await?;
    fields.demand("name");
    let name = fields.line("name", NAME_CHARS);
    let description = fields.prose("description", DESCRIPTION_CHARS);
    fields.end()?;
    let name = name.ok_or(Condition::BodyNotObject)?;
    let (caller, cover) = (call.caller.clone(), call.cover());
    let create = move |tx: &mut Tx<'_>| projects::create(tx, &caller, name, description);
    Ok(call.make(create, move |project| cover.close(ProjectView::new(&project))).await?)
}

/// `GET /api/v1/projects/{project_id}`
async fn get(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::LinksRead)?;
    let (caller, uid) = (call.caller.clone(), call.path("project_id"));
    let project = call.app.read(move |conn| projects::get(conn, &caller, &uid)).await?;
    Ok(call.answer(StatusCode::OK, ProjectView::new(&project)))
}

/// `PATCH /api/v1/projects/{project_id}`
async fn edit(mut call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::LinksWrite)?;
    let mut fields = call.fields().await?;
    let name = fields.line("name", NAME_CHARS);
    let sent = fields.peek("description").is_some();
    let description = Some(fields.prose("description", DESCRIPTION_CHARS)).filter(|_| sent);
    fields.end()?;
    let (caller, uid) = (call.caller.clone(), call.path("project_id"));
    let project =
        call.app.write(move |tx| projects::edit(tx, &caller, &uid, name, description)).await?;
    Ok(call.answer(StatusCode::OK, ProjectView::new(&project)))
}

/// A project as the native API shows it.
#[derive(Serialize)]
struct ProjectView {
    id: String,
    name: String,
    description: Option<String>,
    is_default: bool,
    created_at: String,
    updated_at: String,
}

impl ProjectView {
    fn new(project: &Project) -> Self {
        Self {
            id: project.uid.clone(),
            name: project.name.clone(),
            description: project.description.clone(),
            is_default: project.is_default,
            created_at: rfc3339(project.created_at),
            updated_at: rfc3339(project.updated_at),
        }
    }
}
