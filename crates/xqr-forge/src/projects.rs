//! `/v1/projects` (QRForge reference, sections 5.1 and 6.1 to 6.3).

use actix_web::{HttpResponse, web};
use serde_json::{Value, json};
use xqr_engine::Tx;
use xqr_engine::auth::Scope;
use xqr_engine::errors::{Condition, Result};
use xqr_engine::links::projects;
use xqr_engine::rows::Project;
use xqr_engine::runtime::time_format::rfc3339_millis;

use super::Forge;
use crate::envelope::Answers as _;
use xqr_http::ApiRequest;
use xqr_http::refusal::Refusal;
use xqr_http::routes::resource;

/// Characters of a name and of a description (section 3.3).
const NAME_CHARS: usize = 200;
const DESCRIPTION_CHARS: usize = 1000;
/// What cursors of this list are sealed for.
const LIST: &str = "forge projects";

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            resource("/projects", "GET, POST")
                .route(web::get().to(list))
                .route(web::post().to(create)),
        )
        .service(resource("/projects/{project_id}", "GET").route(web::get().to(get)));
}

/// `GET /v1/projects`
async fn list(call: ApiRequest<Forge>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::LinksRead)?;
    let (page, size) = call.page(LIST)?;
    let caller = call.caller.clone();
    let rows = call.app.read(move |conn| projects::list(conn, &caller, page)).await?;
    Ok(call.items(LIST, rows, size, |project| project.id, view)?)
}

/// `POST /v1/projects`
async fn create(mut call: ApiRequest<Forge>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::LinksWrite)?;
    let mut fields = call.fields().await?;
    fields.demand("name");
    let name = fields.line("name", NAME_CHARS);
    let description = fields.prose("description", DESCRIPTION_CHARS);
    fields.end()?;
    let name = name.ok_or(Condition::BodyNotObject)?;
    let (caller, cover) = (call.caller.clone(), call.cover());
    let create = move |tx: &mut Tx<'_>| projects::create(tx, &caller, name, description);
    Ok(call.make(create, move |project| cover.close(view(&project))).await?)
}

/// `GET /v1/projects/{project_id}`
async fn get(call: ApiRequest<Forge>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::LinksRead)?;
    let (caller, uid) = (call.caller.clone(), call.path("project_id"));
    let project = call.app.read(move |conn| projects::get(conn, &caller, &uid)).await?;
    Ok(call.answer(view(&project)))
}

fn view(project: &Project) -> Value {
    json!({
        "id": project.uid,
        "project_id": project.uid,
        "name": project.name,
        "description": project.description,
        "is_default": project.is_default,
        "has_custom_domain": false,
        "created_via": project.created_via,
        "created_at": rfc3339_millis(project.created_at),
        "updated_at": rfc3339_millis(project.updated_at),
    })
}
