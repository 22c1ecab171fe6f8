//! `/api/v1/bio/pages` (xQR reference, section 15).
//!
//! The reference leaves open, and the service decides: the slug is made from the title and stays.
//! `page_data` of a `PATCH` is merged key by key, and null removes a key. Of `page_data` the keys
//! `theme`, `avatar_url`, `links` and `lang` (an extension) are checked; all others are stored
//! unchanged. `DELETE` answers 204.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use serde_json::Value;
use xqr_engine::auth::Scope;
use xqr_engine::bio::{Content, Edit, LINKS, NewBioPage, PageData, is_language};
use xqr_engine::destinations::destination::{Destination, DestinationError};
use xqr_engine::errors::{Amount, Condition, Expected, Result};
use xqr_engine::rows::BioPage;
use xqr_engine::runtime::time_format::rfc3339;
use xqr_engine::{Tx, bio};

use crate::Native;
use crate::envelope::Answers as _;
use xqr_http::ApiRequest;
use xqr_http::forms::fields::Fields;
use xqr_http::refusal::Refusal;
use xqr_http::routes::resource;

/// Characters of a title, a description and a link's label.
const TITLE_CHARS: usize = 100;
const DESCRIPTION_CHARS: usize = 1000;
const LABEL_CHARS: usize = 100;
/// Levels of lists and objects within `page_data`.
const DEPTH: usize = 8;
const THEMES: [(&str, ()); 2] = [("light", ()), ("dark", ())];

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            resource("/v1/bio/pages", "GET, POST")
                .route(web::get().to(list))
                .route(web::post().to(create)),
        )
        .service(
            resource("/v1/bio/pages/{page_id}", "GET, PATCH, DELETE")
                .route(web::get().to(get))
                .route(web::patch().to(edit))
                .route(web::delete().to(delete)),
        )
        .service(resource("/v1/bio/pages/{page_id}/publish", "POST").route(web::post().to(publish)))
        .service(
            resource("/v1/bio/pages/{page_id}/unpublish", "POST").route(web::post().to(unpublish)),
        );
}

/// `GET /api/v1/bio/pages`
async fn list(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::BioRead)?;
    let caller = call.caller.clone();
    let found = call.app.read(move |conn| bio::list(conn, &caller)).await?;
    let base = call.app.bio_base();
    Ok(call.answer(
        StatusCode::OK,
        found.iter().map(|page| BioView::new(&base, page)).collect::<Vec<_>>(),
    ))
}

/// `POST /api/v1/bio/pages`
async fn create(mut call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::BioWrite)?;
    let mut fields = call.fields().await?;
    fields.demand("title");
    let title = fields.line("title", TITLE_CHARS);
    let description = fields.prose("description", DESCRIPTION_CHARS);
    let content = content(&mut fields).unwrap_or_default();
    fields.end()?;
    let draft = NewBioPage { title: title.ok_or(Condition::BodyNotObject)?, description, content };
    let (caller, cover, base) = (call.caller.clone(), call.cover(), call.app.bio_base());
    let shown = base.clone();
    let create = move |tx: &mut Tx<'_>| bio::create(tx, &caller, draft, &base);
    Ok(call.make(create, move |page| cover.close(BioView::new(&shown, &page))).await?)
}

/// `GET /api/v1/bio/pages/{page_id}`
async fn get(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::BioRead)?;
    let (caller, uid) = (call.caller.clone(), uid(&call));
    let page = call.app.read(move |conn| bio::get(conn, &caller, &uid)).await?;
    Ok(answer(&call, &page))
}

/// `PATCH /api/v1/bio/pages/{page_id}`
async fn edit(mut call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::BioWrite)?;
    let mut fields = call.fields().await?;
    let title = fields.line("title", TITLE_CHARS);
    let sent = fields.peek("description").is_some();
    let description = Some(fields.prose("description", DESCRIPTION_CHARS)).filter(|_| sent);
    let content = content(&mut fields);
    fields.end()?;
    let (caller, uid, base) = (call.caller.clone(), uid(&call), call.app.bio_base());
    let edit = Edit { title, description, content };
    let page = call.app.write(move |tx| bio::edit(tx, &caller, &uid, edit, &base)).await?;
    Ok(answer(&call, &page))
}

/// `POST /api/v1/bio/pages/{page_id}/publish`
async fn publish(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::BioWrite)?;
    let (caller, uid, base) = (call.caller.clone(), uid(&call), call.app.bio_base());
    let page = call.app.write(move |tx| bio::publish(tx, &caller, &uid, &base)).await?;
    Ok(answer(&call, &page))
}

/// `POST /api/v1/bio/pages/{page_id}/unpublish`
async fn unpublish(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::BioWrite)?;
    let (caller, uid) = (call.caller.clone(), uid(&call));
    let page = call.app.write(move |tx| bio::unpublish(tx, &caller, &uid)).await?;
    Ok(answer(&call, &page))
}

/// `DELETE /api/v1/bio/pages/{page_id}`
async fn delete(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::BioWrite)?;
    let (caller, uid) = (call.caller.clone(), uid(&call));
    call.app.write(move |tx| bio::delete(tx, &caller, &uid)).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn answer(call: &ApiRequest<Native>, page: &BioPage) -> HttpResponse {
    call.answer(StatusCode::OK, BioView::new(&call.app.bio_base(), page))
}

fn uid(call: &ApiRequest<Native>) -> String {
    let id = call.path("page_id");
    id.strip_prefix("bio_").unwrap_or(&id).to_owned()
}

/// Reads `page_data`, and puts the addresses in it into their normal form.
fn content(fields: &mut Fields) -> Option<Content> {
    let mut data = match fields.take("page_data")? {
        Value::Object(data) => data,
        _ => {
            fields.wrong("page_data", Expected::Object);
            return None;
        }
    };
    if data.values().any(|value| depth(value) >= DEPTH) {
        fields.complain(Condition::DataTooComplex {
            field: "page_data".to_owned(),
            max: Amount::Levels(DEPTH),
        });
        return None;
    }
    let mut destinations = Vec::new();
    let mut known = Fields::inside(data.clone(), "page_data.");
    known.choice("theme", &THEMES);
    if known.text("lang").is_some_and(|tag| !is_language(&tag)) {
        known.wrong("lang", Expected::LanguageTag);
    }
    if let Some(avatar) = known.url("avatar_url") {
        data.insert("avatar_url".to_owned(), avatar.as_str().into());
        destinations.push(avatar);
    }
    for (index, mut link) in
        known.objects("links", LINKS).unwrap_or_default().into_iter().enumerate()
    {
        link.demand("label");
        link.line("label", LABEL_CHARS);
        link.demand("url");
        let url = link.text("url").and_then(|text| match target(&link.name("url"), &text) {
            Ok(target) => Some(target),
            Err(complaint) => {
                link.complain(complaint);
                None
            }
        });
        known.absorb(link);
        let text = match url {
            Some(Target::Page(destination)) => {
                let text = destination.as_str().to_owned();
                destinations.push(destination);
                text
            }
            Some(Target::Contact(text)) => text,
            None => continue,
        };
        if let Some(slot) = data
            .get_mut("links")
            .and_then(|links| links.get_mut(index))
            .and_then(|link| link.get_mut("url"))
        {
            *slot = text.into();
        }
    }
    fields.absorb(known);
    Some(Content { data, destinations })
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or_default(),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}

/// Where a link of a page leads.
enum Target {
    Page(Destination),
    /// `mailto:` or `tel:`, with the scheme in lower case.
    Contact(String),
}

fn target(field: &str, text: &str) -> Result<Target, Condition> {
    let invalid = || Condition::LinkInvalid { field: field.to_owned() };
    let (scheme, rest) = text.split_once(':').ok_or_else(invalid)?;
    let scheme = scheme.to_ascii_lowercase();
    let fits = match scheme.as_str() {
        "mailto" => {
            let (address, _) = rest.split_once('?').unwrap_or((rest, ""));
            address.contains('@')
                && rest
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"@.+-_%?=&,~!$'*/:;".contains(&b))
        }
        "tel" => {
            let (number, parameters) = rest.split_once(';').unwrap_or((rest, ""));
            number.bytes().any(|b| b.is_ascii_digit())
                && number.bytes().all(|b| b.is_ascii_digit() || b"+-().,*#".contains(&b))
                && parameters.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.=;".contains(&b))
        }
        _ => {
            return match text.parse::<Destination>() {
                Ok(destination) => Ok(Target::Page(destination.of_field(field))),
                Err(DestinationError::Invalid) => Err(invalid()),
                Err(error) => Err(error.at(field)),
            };
        }
    };
    if fits && rest.len() <= 500 {
        Ok(Target::Contact(format!("{scheme}:{rest}")))
    } else {
        Err(invalid())
    }
}

#[derive(Serialize)]
struct BioView<'a> {
    id: String,
    title: &'a str,
    description: Option<&'a str>,
    slug: &'a str,
    page_data: PageData,
    is_published: bool,
    published_at: Option<String>,
    view_count: i64,
    click_count: i64,
    html_url: String,
    created_at: String,
    updated_at: String,
}

impl<'a> BioView<'a> {
    fn new(base: &str, page: &'a BioPage) -> Self {
        Self {
            id: bio::id(page),
            title: &page.title,
            description: page.description.as_deref(),
            slug: &page.slug,
            page_data: bio::data(page),
            is_published: page.is_published,
            published_at: page.published_at.map(rfc3339),
            view_count: page.view_count,
            click_count: page.click_count,
            html_url: bio::html_url(base, page),
            created_at: rfc3339(page.created_at),
            updated_at: rfc3339(page.updated_at),
        }
    }
}
