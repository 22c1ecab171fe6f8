//! `/api/v1/qr/templates` (xQR reference, section 10). The reference has eight fields of a design.
//! A template accepts all fields of `POST /api/v1/qr`, except uploaded files; images are named by
//! URL.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use serde_json::{Value, json};
use xqr_engine::Tx;
use xqr_engine::auth::Scope;
use xqr_engine::errors::{Condition, Expected, Instead, Result};
use xqr_engine::pictures::render_request::RenderRequest;
use xqr_engine::pictures::templates::{self, Design, Edit, NewTemplate};
use xqr_engine::render::{ClearZone, Format, Size};
use xqr_engine::rows::{Conn, Template};
use xqr_engine::runtime::time_format::rfc3339;

use super::design_fields::{Look, look, plain};
use super::picture_response::{Draw as _, picture};
use crate::Native;
use crate::envelope::Answers as _;
use xqr_http::ApiRequest;
use xqr_http::forms::fields::{Fields, choices};
use xqr_http::refusal::Refusal;
use xqr_http::routes::resource;

/// Characters of a name and of a description.
const NAME_CHARS: usize = 100;
const DESCRIPTION_CHARS: usize = 1000;
/// Bytes of a design, as JSON.
const DESIGN_BYTES: usize = 8192;
const FORMATS: [(&str, Format); 2] = [("svg", Format::Svg), ("png", Format::Png)];

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            resource("/v1/qr/templates", "GET, POST")
                .route(web::get().to(list))
                .route(web::post().to(create)),
        )
        .service(
            resource("/v1/qr/templates/{template_id}", "GET, PATCH, DELETE")
                .route(web::get().to(get))
                .route(web::patch().to(edit))
                .route(web::delete().to(delete)),
        )
        .service(
            resource("/v1/qr/templates/{template_id}/render", "GET, POST")
                .route(web::get().to(show))
                .route(web::post().to(render)),
        );
}

/// `GET /api/v1/qr/templates`
async fn list(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::QrRead)?;
    let caller = call.caller.clone();
    let found = call.app.read(move |conn| templates::list(conn, &caller)).await?;
    Ok(call.answer(StatusCode::OK, found.iter().map(TemplateView::new).collect::<Vec<_>>()))
}

/// `POST /api/v1/qr/templates`
async fn create(mut call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::QrWrite)?;
    let mut fields = call.fields().await?;
    fields.demand("name");
    let name = fields.line("name", NAME_CHARS);
    let description = fields.prose("description", DESCRIPTION_CHARS);
    let design = design(&mut fields, usual()).unwrap_or_else(usual);
    fields.end()?;
    let draft = NewTemplate { name: name.ok_or(Condition::BodyNotObject)?, description, design };
    let (caller, cover) = (call.caller.clone(), call.cover());
    let create = move |tx: &mut Tx<'_>| templates::create(tx, &caller, draft);
    Ok(call.make(create, move |template| cover.close(TemplateView::new(&template))).await?)
}

/// `GET /api/v1/qr/templates/{template_id}`
async fn get(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::QrRead)?;
    let template = find(&call).await?;
    Ok(call.answer(StatusCode::OK, TemplateView::new(&template)))
}

/// `PATCH /api/v1/qr/templates/{template_id}`: fields of `design` that are left out stay, those
/// that are null are as they were at first.
async fn edit(mut call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::QrWrite)?;
    let mut fields = call.fields().await?;
    let name = fields.line("name", NAME_CHARS);
    let sent = fields.peek("description").is_some();
    let description = Some(fields.prose("description", DESCRIPTION_CHARS)).filter(|_| sent);
    let known = templates::design(&find(&call).await?);
    let design = design(&mut fields, known);
    fields.end()?;
    let (caller, uid, edit) = (call.caller.clone(), uid(&call), Edit { name, description, design });
    let template = call.app.write(move |tx| templates::edit(tx, &caller, &uid, edit)).await?;
    Ok(call.answer(StatusCode::OK, TemplateView::new(&template)))
}

/// `DELETE /api/v1/qr/templates/{template_id}`
async fn delete(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::QrWrite)?;
    let (caller, uid) = (call.caller.clone(), uid(&call));
    call.app.write(move |tx| templates::delete(tx, &caller, &uid)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `GET /api/v1/qr/templates/{template_id}/render`
async fn show(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    let (order, name) = wanted(&call).await?;
    Ok(call.conditional(order, &name).await?)
}

/// `POST /api/v1/qr/templates/{template_id}/render`, with its parameters in the query, too (section
/// 17, C-8).
async fn render(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    let (mut order, name) = wanted(&call).await?;
    call.prepare(&mut order).await?;
    Ok(picture(HttpResponse::Ok(), order.format, &name, call.draw(order).await?))
}

/// Reads what is to be drawn with which template, and how the file is called.
async fn wanted(call: &ApiRequest<Native>) -> Result<(RenderRequest, String)> {
    call.allow(Scope::QrRender)?;
    let mut fields = Fields::from_query(&call.query());
    fields.demand("data");
    let data = fields.text("data");
    let format = fields.choice("format", &FORMATS).unwrap_or(Format::Svg);
    let size = fields.int("size", 1..=50).unwrap_or(10);
    fields.end()?;
    let template = find(call).await?;
    let order = plain(
        "data",
        data.unwrap_or_default(),
        look_of(&template)?,
        Size::Module(size as u32),
        format,
    );
    Ok((order, format!("{}-qr", &template.uid[..8])))
}

/// Returns the look of a template.
pub(super) fn look_of(template: &Template) -> Result<Look> {
    let mut fields = Fields::from_value(Value::Object(templates::design(template)))?;
    let look = look(&mut fields);
    fields.end()?;
    Ok(look)
}

/// Returns the id in a row, of one as clients see it.
pub(super) fn uid_of(id: &str) -> String {
    id.strip_prefix("tpl_").unwrap_or(id).to_owned()
}

fn uid(call: &ApiRequest<Native>) -> String {
    uid_of(&call.path("template_id"))
}

async fn find(call: &ApiRequest<Native>) -> Result<Template> {
    let (caller, uid) = (call.caller.clone(), uid(call));
    call.app.read(move |conn: &mut Conn| templates::get(conn, &caller, &uid)).await
}

/// The documented design, with the documented defaults.
fn usual() -> Design {
    let usual = json!({
        "foreground_color": "#000000", "background_color": "#FFFFFF", "error_correction": "M", "dot_style": "square",
        "corner_style": "square", "logo_url": null, "logo_size": 0.2, "quiet_zone": 1,
    });
    usual.as_object().cloned().unwrap_or_default()
}

/// Reads a design over the one that is known. Whether it makes sense is tried here, not when
/// something is to be drawn.
fn design(fields: &mut Fields, known: Design) -> Option<Design> {
    let sent = match fields.take("design")? {
        Value::Object(sent) => sent,
        _ => {
            fields.wrong("design", Expected::Object);
            return None;
        }
    };
    for field in ["logo_data", "background_data"] {
        if sent.contains_key(field) {
            fields.complain(Condition::FieldUnsupported {
                field: format!("design.{field}"),
                instead: Instead::Field("design.logo_url".to_owned()),
            });
        }
    }
    let (mut design, usual) = (known, usual());
    for (name, value) in sent {
        match (value.is_null(), usual.get(&name)) {
            (true, Some(usual)) => design.insert(name, usual.clone()),
            (true, None) => design.remove(&name),
            (false, _) => design.insert(name, value),
        };
    }
    let mut trial = Fields::inside(design.clone(), "design.");
    look(&mut trial);
    // Without a logo, its size has no meaning.
    trial.number("logo_size", 0.1..=0.4);
    trial.choice("logo_clear_zone", &choices(ClearZone::ALL));
    trial.flag("logo_neon_alpha");
    trial.refuse_the_rest(&Instead::DesignField);
    fields.absorb(trial);
    if json!(design).to_string().len() > DESIGN_BYTES {
        fields.complain(Condition::TextTooLong {
            field: "design".to_owned(),
            max: DESIGN_BYTES as u64,
        });
    }
    Some(design)
}

#[derive(Serialize)]
struct TemplateView {
    id: String,
    name: String,
    description: Option<String>,
    design: Design,
    created_at: String,
    updated_at: String,
}

impl TemplateView {
    fn new(template: &Template) -> Self {
        Self {
            id: format!("tpl_{}", template.uid),
            name: template.name.clone(),
            description: template.description.clone(),
            design: templates::design(template),
            created_at: rfc3339(template.created_at),
            updated_at: rfc3339(template.updated_at),
        }
    }
}
