//! `/api/v1/webhooks` (xQR reference, section 16.1), and two functions of the reference's dashboard
//! for signed-in users: show the secret, send a test. Extensions: the same two with an API key,
//! rotation, and redelivery.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use serde_json::{Value, json};
use xqr_engine::auth::{Scope, SigningSecret};
use xqr_engine::errors::{Condition, Result};
use xqr_engine::rows::{Conn, Delivery, DeliveryStatus, Page, Webhook, WebhookStatus};
use xqr_engine::runtime::time_format::rfc3339;
use xqr_engine::webhooks::subscriptions::{self, Edit, NewWebhook};
use xqr_engine::{App, Caller, Tx};

use crate::envelope::{Answers as _, PageMeta};
use crate::webhook_format::{EVENTS, EVERY_EVENT};
use crate::{Native, NativeUser};
use xqr_http::ApiRequest;
use xqr_http::Dialect as _;
use xqr_http::forms::fields::Fields;
use xqr_http::middleware::Secret;
use xqr_http::refusal::Refusal;
use xqr_http::routes::resource;

const DESCRIPTION_CHARS: usize = 200;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            resource("/v1/webhooks", "GET, POST")
                .route(web::get().to(list))
                .route(web::post().to(create)),
        )
        .service(
            resource("/v1/webhooks/{webhook_id}", "GET, PATCH, DELETE")
                .route(web::get().to(get))
                .route(web::patch().to(edit))
                .route(web::delete().to(delete)),
        )
        .service(
            resource("/v1/webhooks/{webhook_id}/deliveries", "GET")
                .route(web::get().to(deliveries)),
        )
        .service(
            resource("/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver", "POST")
                .route(web::post().to(redeliver)),
        )
        .service(resource("/v1/webhooks/{webhook_id}/secret", "GET").route(web::get().to(secret)))
        .service(resource("/v1/webhooks/{webhook_id}/rotate", "POST").route(web::post().to(rotate)))
        .service(resource("/v1/webhooks/{webhook_id}/test", "POST").route(web::post().to(test)))
        .service(
            resource("/developer/webhooks/{webhook_id}/secret", "GET")
                .route(web::get().to(show_secret)),
        )
        .service(
            resource("/developer/webhooks/{webhook_id}/test", "POST")
                .route(web::post().to(send_test)),
        );
}

/// `GET /api/v1/webhooks`
async fn list(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::WebhooksRead)?;
    let caller = call.caller.clone();
    let webhooks =
        call.app.read(move |conn| subscriptions::list(conn, &caller, Native::COLUMN)).await?;
    Ok(call.answer(StatusCode::OK, webhooks.iter().map(WebhookView::new).collect::<Vec<_>>()))
}

/// `POST /api/v1/webhooks`
async fn create(mut call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::WebhooksWrite)?;
    subscriptions::check_plan(&call.caller)?;
    let mut fields = call.fields().await?;
    fields.demand("url");
    let url = fields.text("url");
    fields.demand("events");
    let events = events(&mut fields);
    let description = fields.prose("description", DESCRIPTION_CHARS).unwrap_or_default();
    fields.end()?;
    let url = subscriptions::endpoint(&call.app, "url", &url.unwrap_or_default()).await?;
    let draft = NewWebhook {
        dialect: Native::COLUMN,
        url,
        description,
        events: events.unwrap_or_default(),
    };
    let (caller, cover) = (call.caller.clone(), call.cover());
    let create = move |tx: &mut Tx<'_>| Ok(subscriptions::create(tx, &caller, draft)?.0);
    Ok(call.make(create, move |webhook| cover.close(WebhookView::new(&webhook))).await?)
}

/// `GET /api/v1/webhooks/{webhook_id}`
async fn get(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::WebhooksRead)?;
    let (caller, uid) = (call.caller.clone(), call.path("webhook_id"));
    let webhook = call.app.read(move |conn| find(conn, &caller, &uid)).await?;
    Ok(call.answer(StatusCode::OK, WebhookView::new(&webhook)))
}

/// `PATCH /api/v1/webhooks/{webhook_id}`
async fn edit(mut call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::WebhooksWrite)?;
    subscriptions::check_plan(&call.caller)?;
    let mut fields = call.fields().await?;
    let url = fields.text("url");
    let events = events(&mut fields);
    let description = fields.prose("description", DESCRIPTION_CHARS);
    let status = fields
        .flag("enabled")
        .map(|enabled| if enabled { WebhookStatus::Active } else { WebhookStatus::Disabled });
    fields.end()?;
    let url = match url {
        Some(url) => Some(subscriptions::endpoint(&call.app, "url", &url).await?),
        None => None,
    };
    let (caller, uid, edit) =
        (call.caller.clone(), call.path("webhook_id"), Edit { url, description, events, status });
    let job = move |tx: &mut Tx<'_>| {
        let id = find(tx.conn, &caller, &uid)?.id;
        subscriptions::update(tx, &caller, Native::COLUMN, id, edit)
    };
    let webhook = call.app.write(job).await?;
    Ok(call.answer(StatusCode::OK, WebhookView::new(&webhook)))
}

/// `DELETE /api/v1/webhooks/{webhook_id}`
async fn delete(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::WebhooksWrite)?;
    let (caller, uid) = (call.caller.clone(), call.path("webhook_id"));
    let job = move |tx: &mut Tx<'_>| {
        let id = find(tx.conn, &caller, &uid)?.id;
        subscriptions::delete(tx, &caller, Native::COLUMN, id)
    };
    call.app.write(job).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `GET /api/v1/webhooks/{webhook_id}/deliveries`
async fn deliveries(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::WebhooksRead)?;
    let query = call.query();
    let limit = query.int("limit", 1..=200, 50)?;
    let offset = query.int("offset", 0..=i64::from(u32::MAX), 0)?;
    let (caller, uid) = (call.caller.clone(), call.path("webhook_id"));
    let read = call.app.read(move |conn| {
        let id = find(conn, &caller, &uid)?.id;
        let rows = subscriptions::deliveries(
            conn,
            &caller,
            Native::COLUMN,
            id,
            Page::Offset { limit, offset },
        )?;
        Ok((rows, subscriptions::count_deliveries(conn, &caller, id)?))
    });
    let (rows, total) = read.await?;
    Ok(call.page(
        rows.iter().map(DeliveryView::new).collect::<Vec<_>>(),
        PageMeta { total, limit, offset },
    ))
}

/// `POST /api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver`: one more attempt, with
/// the id and the bytes of the first.
async fn redeliver(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::WebhooksWrite)?;
    subscriptions::check_plan(&call.caller)?;
    let (caller, uid, delivery) =
        (call.caller.clone(), call.path("webhook_id"), call.path("delivery_id"));
    let job = move |tx: &mut Tx<'_>| {
        let id = find(tx.conn, &caller, &uid)?.id;
        subscriptions::redeliver(
            tx,
            &caller,
            Native::COLUMN,
            id,
            delivery.strip_prefix("del_").unwrap_or(&delivery),
        )
    };
    let delivery = call.app.write(job).await?;
    Ok(call.answer(StatusCode::ACCEPTED, DeliveryView::new(&delivery)))
}

/// `GET /api/v1/webhooks/{webhook_id}/secret`
async fn secret(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::WebhooksWrite)?;
    let secret = secret_of(&call.app, &call.caller, call.path("webhook_id")).await?;
    Ok(confidential(call.answer(StatusCode::OK, secret)))
}

/// `POST /api/v1/webhooks/{webhook_id}/test`
async fn test(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::WebhooksWrite)?;
    let sent = test_of(&call.app, &call.caller, call.path("webhook_id")).await?;
    Ok(call.answer(StatusCode::ACCEPTED, sent))
}

/// `POST /api/v1/webhooks/{webhook_id}/rotate`: the secret before signs on for a day in the headers
/// of Standard Webhooks.
async fn rotate(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::WebhooksWrite)?;
    subscriptions::check_plan(&call.caller)?;
    let (caller, uid) = (call.caller.clone(), call.path("webhook_id"));
    let job = move |tx: &mut Tx<'_>| {
        let id = find(tx.conn, &caller, &uid)?.id;
        subscriptions::rotate(tx, &caller, Native::COLUMN, id, subscriptions::OVERLAP)
    };
    let (_, secret) = call.app.write(job).await?;
    Ok(call.answer(StatusCode::OK, secret_json(&secret)))
}

/// `GET /api/developer/webhooks/{webhook_id}/secret`
async fn show_secret(call: ApiRequest<NativeUser>) -> Result<HttpResponse, Refusal> {
    let secret = secret_of(&call.app, &call.caller, call.path("webhook_id")).await?;
    Ok(confidential(call.answer(StatusCode::OK, secret)))
}

/// `POST /api/developer/webhooks/{webhook_id}/test`
async fn send_test(call: ApiRequest<NativeUser>) -> Result<HttpResponse, Refusal> {
    let sent = test_of(&call.app, &call.caller, call.path("webhook_id")).await?;
    Ok(call.answer(StatusCode::ACCEPTED, sent))
}

async fn secret_of(app: &App, caller: &Caller, uid: String) -> Result<Value> {
    let (caller, master) = (caller.clone(), app.data.secret().clone());
    let read = app.read(move |conn| {
        let id = find(conn, &caller, &uid)?.id;
        subscriptions::secret(conn, &caller, Native::COLUMN, id, &master)
    });
    Ok(secret_json(&read.await?))
}

async fn test_of(app: &App, caller: &Caller, uid: String) -> Result<Value> {
    subscriptions::check_plan(caller)?;
    let caller = caller.clone();
    let job = move |tx: &mut Tx<'_>| {
        let id = find(tx.conn, &caller, &uid)?.id;
        subscriptions::test(tx, &caller, Native::COLUMN, id)
    };
    let delivery = app.write(job).await?;
    Ok(json!({ "delivery_id": format!("del_{delivery}"), "event_type": "test.ping" }))
}

/// Keeps a secret out of content codings.
fn confidential(mut answer: HttpResponse) -> HttpResponse {
    answer.extensions_mut().insert(Secret);
    answer
}

fn secret_json(secret: &SigningSecret) -> Value {
    json!({ "secret": secret.expose() })
}

fn find(conn: &mut Conn, caller: &Caller, uid: &str) -> Result<Webhook> {
    let id = subscriptions::id_of(conn, caller, uid.strip_prefix("wh_").unwrap_or(uid))?;
    subscriptions::get(conn, caller, Native::COLUMN, id)
}

/// Reads the names of events; `*` stands for all.
fn events(fields: &mut Fields) -> Option<Vec<String>> {
    let known = EVENTS;
    let names = fields.texts("events", known.len(), 64)?;
    if names.is_empty() {
        fields
            .complain(Condition::ListEmpty { field: "events".to_owned(), max: known.len() as u64 });
    }
    for name in names.iter().filter(|name| *name != EVERY_EVENT && !known.contains(&name.as_str()))
    {
        let (value, allowed) = (name.clone(), format!("{EVERY_EVENT}, {}", known.join(", ")));
        fields.complain(Condition::ChoiceUnknown { field: "events".to_owned(), value, allowed });
    }
    Some(names)
}

#[derive(Serialize)]
struct WebhookView {
    id: String,
    url: String,
    events: Vec<String>,
    description: String,
    enabled: bool,
    failure_count: i64,
    disabled_at: Option<String>,
    created_at: String,
    updated_at: String,
}

impl WebhookView {
    fn new(webhook: &Webhook) -> Self {
        Self {
            id: format!("wh_{}", webhook.uid),
            url: webhook.url.clone(),
            events: subscriptions::subscribed_events(webhook),
            description: webhook.description.clone(),
            enabled: webhook.status == WebhookStatus::Active,
            failure_count: webhook.consecutive_failures,
            disabled_at: webhook.disabled_at.map(rfc3339),
            created_at: rfc3339(webhook.created_at),
            updated_at: rfc3339(webhook.updated_at),
        }
    }
}

#[derive(Serialize)]
struct DeliveryView {
    id: String,
    status: DeliveryStatus,
    event_type: String,
    created_at: String,
    delivered_at: Option<String>,
    failed_at: Option<String>,
    attempts: i32,
    response_status: Option<i32>,
}

impl DeliveryView {
    fn new(delivery: &Delivery) -> Self {
        Self {
            id: format!("del_{}", delivery.uid),
            status: delivery.status,
            event_type: delivery.event.clone(),
            created_at: rfc3339(delivery.created_at),
            delivered_at: delivery.delivered_at().map(rfc3339),
            failed_at: delivery.failed_at().map(rfc3339),
            attempts: delivery.attempts,
            response_status: delivery.response_status,
        }
    }
}
