//! What a key may do with codes (QuickResponseHub reference, sections 6.1 to 6.6).

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde_json::{Value, json};
use xqr_engine::auth::{Passcode, Scope};
use xqr_engine::destinations::slug::{Shape, Slug};
use xqr_engine::errors::{Condition, Error, Expected, Result};
use xqr_engine::limits::idempotency::Outcome;
use xqr_engine::links::{Edit, NewLink};
use xqr_engine::rows::{Filter, Link, Page};
use xqr_engine::runtime::cursor;
use xqr_engine::runtime::time_format::rfc3339_millis;
use xqr_engine::{App, Caller, Tx, links};

use super::Hub;
use xqr_http::ApiRequest;
use xqr_http::forms::fields::Fields;
use xqr_http::refusal::Refusal;
use xqr_http::response::sanitize;
use xqr_http::routes::resource;

/// Addresses of one bulk call.
const BULK: usize = 100;
/// Codes of a page, unless asked otherwise.
const PAGE: i64 = 50;
/// What cursors of the list are sealed for.
const LIST: &str = "hub codes";

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(resource("/shorten", "POST").route(web::post().to(shorten)))
        .service(resource("/update", "POST").route(web::post().to(update)))
        .service(resource("/delete", "POST").route(web::post().to(delete)))
        .service(resource("/reserve", "POST").route(web::post().to(reserve)))
        .service(resource("/bulk-shorten", "POST").route(web::post().to(bulk)))
        .service(resource("/list", "GET").route(web::get().to(list)));
}

/// `POST /api/shorten`
async fn shorten(mut call: ApiRequest<Hub>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::LinksWrite)?;
    let mut fields = call.fields().await?;
    let draft = draft(&mut fields);
    fields.end()?;
    let (caller, app) = (call.caller.clone(), call.app.clone());
    let job = move |tx: &mut Tx<'_>| make(tx, &caller, draft);
    Ok(call.try_make(job, move |(link, passcode)| made(&view(&app, &link, &passcode))).await?)
}

/// `POST /api/bulk-shorten`: all or nothing.
async fn bulk(mut call: ApiRequest<Hub>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::LinksWrite)?;
    let mut fields = call.fields().await?;
    let Some(Value::Array(urls)) = fields
        .take("urls")
        .filter(|urls| urls.as_array().is_some_and(|it| (1..=BULK).contains(&it.len())))
    else {
        return Err(Condition::ListTooLong { field: "urls".to_owned(), max: BULK as u64 }.into());
    };
    let mut drafts = Vec::with_capacity(urls.len());
    for url in urls {
        let item = if url.is_object() { url } else { json!({ "url": url }) };
        let mut fields = Fields::from_value(item)?;
        drafts.push(draft(&mut fields));
        fields.end()?;
    }
    let (caller, app) = (call.caller.clone(), call.app.clone());
    let job = move |tx: &mut Tx<'_>| {
        drafts.into_iter().map(|draft| make(tx, &caller, draft)).collect::<Result<Vec<_>>>()
    };
    let answer = move |links: Vec<(Link, Passcode)>| {
        let results: Vec<Value> =
            links.iter().map(|(link, passcode)| view(&app, link, passcode)).collect();
        made(&json!({ "count": results.len(), "results": results }))
    };
    Ok(call.try_make(job, answer).await?)
}

/// `POST /api/reserve`
async fn reserve(mut call: ApiRequest<Hub>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::LinksWrite)?;
    let mut fields = call.fields().await?;
    let text = match fields.take("code") {
        Some(Value::String(text)) => text,
        _ => String::new(),
    };
    let slug = Slug::parse_strict(&text).map_err(|error| error.at("code"))?;
    let (caller, app) = (call.caller.clone(), call.app.clone());
    let job = move |tx: &mut Tx<'_>| {
        make(tx, &caller, NewLink { slug: Some(slug), ..NewLink::default() })
    };
    let answer = move |(link, passcode): (Link, Passcode)| {
        let code = shown(&link);
        made(
            &json!({ "code": code, "passcode": passcode.expose(), "short_url": app.short_url(&code), "reserved": true }),
        )
    };
    Ok(call.try_make(job, answer).await?)
}

/// `POST /api/update`
async fn update(mut call: ApiRequest<Hub>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::LinksWrite)?;
    let mut fields = call.fields().await?;
    let (code, passcode) = code_and_passcode(&mut fields);
    if !fields.has("url") && !fields.is_null("url") {
        fields.demand("url");
    }
    let destination = address(&mut fields);
    fields.end()?;
    let link = call.app.open_by_passcode(&call.caller, &code, &passcode).await?;
    let (caller, edit) = (call.caller.clone(), Edit { destination, ..Edit::default() });
    let link = call.app.write(move |tx| links::edit(tx, &caller, &link.uid, edit)).await?;
    let code = shown(&link);
    Ok(HttpResponse::Ok()
        .json(json!({ "code": code, "url": link.destination, "short_url": call.app.short_url(&code), "updated": true })))
}

/// `POST /api/delete`
async fn delete(mut call: ApiRequest<Hub>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::LinksWrite)?;
    let mut fields = call.fields().await?;
    let (code, passcode) = code_and_passcode(&mut fields);
    fields.end()?;
    let link = call.app.open_by_passcode(&call.caller, &code, &passcode).await?;
    let caller = call.caller.clone();
    let uid = link.uid.clone();
    // Gone meanwhile is gone.
    call.app.write(move |tx| links::delete_all(tx, &caller, &[uid])).await?;
    Ok(HttpResponse::Ok().json(json!({ "code": shown(&link), "deleted": true })))
}

/// `GET /api/list`
async fn list(call: ApiRequest<Hub>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::LinksRead)?;
    let query = call.query();
    let limit = query.int("limit", 1..=100, PAGE)?;
    let id = match query.text("cursor")?.filter(|cursor| !cursor.is_empty()) {
        Some(cursor) => {
            let malformed =
                || Condition::QueryMalformed { field: "cursor".into(), expected: Expected::Cursor };
            Some(
                cursor::open(&call.app.data, &call.caller, LIST, cursor)
                    .ok_or_else(|| Error::from(malformed()))?,
            )
        }
        None => None,
    };
    let (caller, page) = (call.caller.clone(), Page::Before { limit: limit + 1, id });
    let mut rows =
        call.app.read(move |conn| links::page(conn, &caller, &Filter::default(), page)).await?;
    let more = rows.len() as i64 > limit;
    rows.truncate(limit as usize);
    let last = rows.last().filter(|_| more);
    let next =
        last.map(|link| cursor::seal(&call.app.data, &call.caller, LIST, link.id)).transpose()?;
    let codes: Vec<Value> = rows
        .iter()
        .map(|link| {
            let code = shown(link);
            json!({
                "code": code, "url": link.destination, "short_url": call.app.short_url(&code),
                "created_at": rfc3339_millis(link.created_at), "hit_count": link.scan_count,
            })
        })
        .collect();
    Ok(HttpResponse::Ok().json(json!({ "codes": codes, "next_cursor": next })))
}

/// Returns a link's code as this dialect writes codes. Codes ignore case, so it leads to the same
/// link.
pub(super) fn shown(link: &Link) -> String {
    link.code.to_ascii_uppercase()
}

/// Reads the address of a code to make. Whatever is wrong with it, it is an invalid one (section 8,
/// entry 1).
fn draft(fields: &mut Fields) -> NewLink {
    NewLink { destination: address(fields), shape: Shape::Upper, ..NewLink::default() }
}

fn address(fields: &mut Fields) -> Option<xqr_engine::destinations::destination::Destination> {
    if !fields.has("url") {
        fields.complain(Condition::UrlInvalid { field: "url".to_owned() });
    }
    fields.url("url")
}

/// Reads what names a code and opens it. A value that is no text is reported like a wrong one.
fn code_and_passcode(fields: &mut Fields) -> (String, String) {
    fields.demand("code");
    fields.demand("passcode");
    let code = fields.text("code").map(|code| sanitize::code(&code)).unwrap_or_default();
    (code, fields.text("passcode").unwrap_or_default())
}

fn make(tx: &mut Tx<'_>, caller: &Caller, draft: NewLink) -> Result<(Link, Passcode)> {
    let passcode = Passcode::mint(|bytes| tx.random(bytes));
    let link = links::create(tx, caller, NewLink { passcode: Some(passcode.clone()), ..draft })?;
    Ok((link, passcode))
}

/// A code that was just made, with its passcode, which is shown here only.
fn view(app: &App, link: &Link, passcode: &Passcode) -> Value {
    let code = shown(link);
    json!({
        "code": code,
        "passcode": passcode.expose(),
        "url": link.destination,
        "short_url": app.short_url(&code),
        "created_at": rfc3339_millis(link.created_at),
    })
}

/// 200 everywhere (section 6): the clients that are published test for 2xx, and some for 200.
fn made(body: &Value) -> Outcome {
    Outcome {
        status: StatusCode::OK.as_u16(),
        body: body.to_string().into_bytes(),
        had_effect: true,
    }
}
