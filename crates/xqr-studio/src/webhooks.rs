//! `/api/v1/webhooks/` (QR Studio reference, section 12). The secret stands in `secret`, and only
//! where one is made. `test/` is ours, as the guide promises it and the index has none.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde_json::{Value, json};
use xqr_engine::Tx;
use xqr_engine::auth::SigningSecret;
use xqr_engine::errors::{Condition, Resource, Result};
use xqr_engine::rows::{Delivery, Page, Webhook, WebhookId, WebhookStatus};
use xqr_engine::runtime::time_format::rfc3339;
use xqr_engine::webhooks::subscriptions::{self, Edit, NewWebhook};

use crate::webhook_format::EVENTS;
use crate::{Studio, StudioUser};
use xqr_http::ApiRequest;
use xqr_http::Dialect as _;
use xqr_http::forms::fields::Fields;
use xqr_http::refusal::Refusal;
use xqr_http::routes::resource;

const DESCRIPTION_CHARS: usize = 200;
/// Deliveries that are listed.
const DELIVERIES: i64 = 100;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            resource("/v1/webhooks/", "GET, POST")
                .route(web::get().to(list))
                .route(web::post().to(create)),
        )
        .service(
            resource("/v1/webhooks/{id}/", "GET, PATCH, DELETE")
                .route(web::get().to(get))
                .route(web::patch().to(edit))
                .route(web::delete().to(delete)),
        )
        .service(resource("/v1/webhooks/{id}/rotate/", "POST").route(web::post().to(rotate)))
        .service(resource("/v1/webhooks/{id}/test/", "POST").route(web::post().to(test)))
        .service(resource("/v1/webhooks/{id}/deliveries/", "GET").route(web::get().to(deliveries)));
}

/// `GET /api/v1/webhooks/`
async fn list(call: ApiRequest<StudioUser>) -> Result<HttpResponse, Refusal> {
    let caller = call.caller.clone();
    let webhooks =
        call.app.read(move |conn| subscriptions::list(conn, &caller, Studio::COLUMN)).await?;
    Ok(HttpResponse::Ok().json(json!({ "results": webhooks.iter().map(view).collect::<Vec<_>>() })))
}

/// `POST /api/v1/webhooks/`
async fn create(mut call: ApiRequest<StudioUser>) -> Result<HttpResponse, Refusal> {
    subscriptions::check_plan(&call.caller)?;
    let mut fields = call.fields().await?;
    fields.demand("url");
    let url = fields.text("url");
    let description = description(&mut fields).unwrap_or_default();
    fields.demand("events");
    let events = events(&mut fields);
    fields.end()?;
    let url = subscriptions::endpoint(&call.app, "url", &url.unwrap_or_default()).await?;
    let draft = NewWebhook {
        dialect: Studio::COLUMN,
        url,
        description,
        events: events.unwrap_or_default(),
    };
    let caller = call.caller.clone();
    let create = move |tx: &mut Tx<'_>| subscriptions::create(tx, &caller, draft);
    let answer = |(webhook, secret): (Webhook, SigningSecret)| {
        let mut view = view(&webhook);
        view["secret"] = json!(secret.expose());
        view.to_string().into_bytes()
    };
    Ok(call.make(create, answer).await?)
}

/// `GET /api/v1/webhooks/{id}/`
async fn get(call: ApiRequest<StudioUser>) -> Result<HttpResponse, Refusal> {
    let (caller, id) = (call.caller.clone(), path_id(&call, "id")?);
    let webhook =
        call.app.read(move |conn| subscriptions::get(conn, &caller, Studio::COLUMN, id)).await?;
    Ok(HttpResponse::Ok().json(view(&webhook)))
}

/// `PATCH /api/v1/webhooks/{id}/`
async fn edit(mut call: ApiRequest<StudioUser>) -> Result<HttpResponse, Refusal> {
    let statuses: Vec<_> = WebhookStatus::ALL.iter().map(|it| (it.as_str(), *it)).collect();
    subscriptions::check_plan(&call.caller)?;
    let mut fields = call.fields().await?;
    let url = fields.text("url");
    let description = description(&mut fields);
    let events = events(&mut fields);
    let status = fields.choice("status", &statuses);
    fields.end()?;
    let url = match url {
        Some(url) => Some(subscriptions::endpoint(&call.app, "url", &url).await?),
        None => None,
    };
    let (caller, id) = (call.caller.clone(), path_id(&call, "id")?);
    let edit = Edit { url, description, events, status };
    let webhook = call
        .app
        .write(move |tx| subscriptions::update(tx, &caller, Studio::COLUMN, id, edit))
        .await?;
    Ok(HttpResponse::Ok().json(view(&webhook)))
}

/// `DELETE /api/v1/webhooks/{id}/`
async fn delete(call: ApiRequest<StudioUser>) -> Result<HttpResponse, Refusal> {
    let (caller, id) = (call.caller.clone(), path_id(&call, "id")?);
    call.app.write(move |tx| subscriptions::delete(tx, &caller, Studio::COLUMN, id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /api/v1/webhooks/{id}/rotate/`
async fn rotate(call: ApiRequest<StudioUser>) -> Result<HttpResponse, Refusal> {
    subscriptions::check_plan(&call.caller)?;
    let (caller, id) = (call.caller.clone(), path_id(&call, "id")?);
    let rotate = call.app.write(move |tx| {
        subscriptions::rotate(tx, &caller, Studio::COLUMN, id, subscriptions::OVERLAP)
    });
    let (webhook, secret) = rotate.await?;
    let mut view = view(&webhook);
    view["secret"] = json!(secret.expose());
    Ok(HttpResponse::Ok().insert_header(("cache-control", "no-store")).json(view))
}

/// `POST /api/v1/webhooks/{id}/test/`: one delivery of a made-up event.
async fn test(call: ApiRequest<StudioUser>) -> Result<HttpResponse, Refusal> {
    subscriptions::check_plan(&call.caller)?;
    let (caller, id) = (call.caller.clone(), path_id(&call, "id")?);
    let delivery =
        call.app.write(move |tx| subscriptions::test(tx, &caller, Studio::COLUMN, id)).await?;
    Ok(HttpResponse::build(StatusCode::ACCEPTED).json(json!({ "id": delivery })))
}

/// `GET /api/v1/webhooks/{id}/deliveries/`: the latest first.
async fn deliveries(call: ApiRequest<StudioUser>) -> Result<HttpResponse, Refusal> {
    let (caller, id) = (call.caller.clone(), path_id(&call, "id")?);
    let page = Page::Before { limit: DELIVERIES, id: None };
    let deliveries = call
        .app
        .read(move |conn| subscriptions::deliveries(conn, &caller, Studio::COLUMN, id, page))
        .await?;
    Ok(HttpResponse::Ok()
        .json(json!({ "results": deliveries.iter().map(delivery).collect::<Vec<_>>() })))
}

/// Reads a description, which may be empty.
fn description(fields: &mut Fields) -> Option<String> {
    if fields.peek("description").is_some_and(|text| text == "") {
        return fields.text("description");
    }
    fields.line("description", DESCRIPTION_CHARS)
}

/// Reads the names of events.
fn events(fields: &mut Fields) -> Option<Vec<String>> {
    let known = EVENTS;
    let names = fields.texts("events", known.len(), 64)?;
    if names.is_empty() {
        fields
            .complain(Condition::ListEmpty { field: "events".to_owned(), max: known.len() as u64 });
    }
    for name in names.iter().filter(|name| !known.contains(&name.as_str())) {
        let (value, allowed) = (name.clone(), known.join(", "));
        fields.complain(Condition::ChoiceUnknown { field: "events".to_owned(), value, allowed });
    }
    Some(names)
}

fn view(webhook: &Webhook) -> Value {
    json!({
        "id": webhook.id,
        "url": webhook.url,
        "description": webhook.description,
        "events": subscriptions::subscribed_events(webhook),
        "status": webhook.status,
        "consecutive_failures": webhook.consecutive_failures,
        "last_delivery_at": webhook.last_delivery_at.map(rfc3339),
        "last_response_status": webhook.last_response_status,
        "created_at": rfc3339(webhook.created_at),
    })
}

fn delivery(delivery: &Delivery) -> Value {
    json!({
        "id": delivery.uid,
        "event": delivery.event,
        "status": delivery.status,
        "attempts": delivery.attempts,
        "response_status": delivery.response_status,
        "duration_ms": delivery.duration_ms,
        "created_at": rfc3339(delivery.created_at),
        "delivered_at": delivery.delivered_at().map(rfc3339),
    })
}

/// Returns the id of a webhook in the path.
fn path_id(call: &ApiRequest<StudioUser>, name: &str) -> Result<WebhookId> {
    let id = call.path(name).parse();
    id.map(WebhookId).map_err(|_| Condition::ResourceNotFound { what: Resource::Webhook }.into())
}
