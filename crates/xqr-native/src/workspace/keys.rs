//! `/api/v1/keys`: create, list, rotate, revoke and delete keys (an extension; the reference has
//! keys in its dashboard only).

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use xqr_engine::Tx;
use xqr_engine::auth::{KeyFormat, Scope, Scopes, SecretKey};
use xqr_engine::callers::api_keys::{self, NewKey};
use xqr_engine::errors::{Condition, Result};
use xqr_engine::plans::Plan;
use xqr_engine::rows::Key;
use xqr_engine::runtime::time_format::rfc3339;

use crate::Native;
use crate::envelope::Answers as _;
use xqr_http::ApiRequest;
use xqr_http::refusal::Refusal;
use xqr_http::routes::resource;

/// Characters of a key's name.
const NAME_CHARS: usize = 100;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            resource("/v1/keys", "GET, POST")
                .route(web::get().to(list))
                .route(web::post().to(create)),
        )
        .service(
            resource("/v1/keys/{key_id}", "GET, DELETE")
                .route(web::get().to(get))
                .route(web::delete().to(delete)),
        )
        .service(resource("/v1/keys/{key_id}/rotate", "POST").route(web::post().to(rotate)))
        .service(resource("/v1/keys/{key_id}/revoke", "POST").route(web::post().to(revoke)));
}

/// `GET /api/v1/keys`
async fn list(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::KeysRead)?;
    let (workspace, now) = (call.caller.workspace, call.app.now());
    let all = call.app.read(move |conn| api_keys::list(conn, workspace)).await?;
    let views: Vec<_> = all.iter().map(|key| KeyView::new(key, now)).collect();
    Ok(call.answer(StatusCode::OK, views))
}

/// `POST /api/v1/keys`
async fn create(mut call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::KeysWrite)?;
    let draft = draft(&mut call).await?;
    let (caller, cover, now) = (call.caller.clone(), call.cover(), call.app.now());
    let create = move |tx: &mut Tx<'_>| api_keys::create_by(tx, &caller, &draft);
    Ok(call
        .make(create, move |(key, secret)| cover.close(KeyView::with_secret(&key, &secret, now)))
        .await?)
}

/// `GET /api/v1/keys/{key_id}`
async fn get(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::KeysRead)?;
    let (uid, caller) = (call.path("key_id"), call.caller.clone());
    let key = call.app.read(move |conn| api_keys::get_own(conn, &caller, &uid)).await?;
    Ok(call.answer(StatusCode::OK, KeyView::new(&key, call.app.now())))
}

/// `POST /api/v1/keys/{key_id}/rotate`
async fn rotate(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::KeysWrite)?;
    let (uid, caller, cover, now) =
        (call.path("key_id"), call.caller.clone(), call.cover(), call.app.now());
    let rotate = move |tx: &mut Tx<'_>| {
        let old = api_keys::get_own(tx.conn, &caller, &uid)?;
        api_keys::rotate_by(tx, &caller, &old)
    };
    Ok(call
        .make(rotate, move |(key, secret)| cover.close(KeyView::with_secret(&key, &secret, now)))
        .await?)
}

/// `POST /api/v1/keys/{key_id}/revoke`
async fn revoke(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::KeysWrite)?;
    let (uid, caller) = (call.path("key_id"), call.caller.clone());
    let revoke = move |tx: &mut Tx<'_>| {
        let key = api_keys::get_own(tx.conn, &caller, &uid)?;
        api_keys::revoke(tx, &key)?;
        api_keys::get_own(tx.conn, &caller, &uid)
    };
    let key = call.app.write(revoke).await?;
    Ok(call.answer(StatusCode::OK, KeyView::new(&key, call.app.now())))
}

/// `DELETE /api/v1/keys/{key_id}`
async fn delete(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::KeysWrite)?;
    let (uid, caller) = (call.path("key_id"), call.caller.clone());
    let delete = move |tx: &mut Tx<'_>| {
        let key = api_keys::get_own(tx.conn, &caller, &uid)?;
        api_keys::delete(tx, &key)
    };
    call.app.write(delete).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Reads the body of a key to make.
async fn draft(call: &mut ApiRequest<Native>) -> Result<NewKey> {
    let now = call.app.now();
    let mut fields = call.fields().await?;
    if !fields.has("name") {
        fields.complain(Condition::KeyNameMissing);
    }
    let name = fields.line("name", NAME_CHARS);
    fields.demand("scopes");
    let scopes = fields.texts("scopes", Scope::ALL.len(), 64).and_then(|names| {
        let parsed = Scopes::parse_list(names.iter().map(String::as_str));
        fields.keep(parsed)
    });
    if scopes.is_some_and(Scopes::is_empty) {
        fields.complain(Condition::ListEmpty {
            field: "scopes".into(),
            max: Scope::ALL.len() as u64,
        });
    }
    let expires_at = fields.moment("expires_at");
    if expires_at.is_some_and(|at| at <= now) {
        fields.complain(Condition::MomentPast { field: "expires_at".into() });
    }
    let look = fields
        .choice("dialect", &KeyFormat::ALL.map(|look| (look.name(), look)))
        .unwrap_or(KeyFormat::Xqr);
    let plan = fields.choice("plan", &Plan::ALL.map(|plan| (plan.name(), plan)));
    fields.end()?;
    Ok(NewKey {
        name: name.unwrap_or_default(),
        look,
        scopes: scopes.unwrap_or_default(),
        expires_at,
        plan,
    })
}

/// A key as the native API shows it. The secret is shown once, to the client that made or rotated
/// the key.
#[derive(Serialize)]
struct KeyView {
    id: String,
    name: String,
    prefix: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    dialect: String,
    scopes: Vec<String>,
    plan: Option<String>,
    status: KeyState,
    created_at: String,
    expires_at: Option<String>,
    revoked_at: Option<String>,
    last_used_at: Option<String>,
}

/// Whether a key works.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
enum KeyState {
    Active,
    Expired,
    /// The key was rotated and works until the end of the overlap.
    Rotated,
    Revoked,
}

impl KeyState {
    fn of(key: &Key, now: i64) -> Self {
        let overlaps = key.overlap_until.is_some_and(|until| until > now);
        match key {
            _ if key.expires_at.is_some_and(|at| at <= now) => Self::Expired,
            _ if key.revoked_at.is_some() && overlaps => Self::Rotated,
            _ if key.revoked_at.is_some() => Self::Revoked,
            _ => Self::Active,
        }
    }
}

impl KeyView {
    fn new(key: &Key, now: i64) -> Self {
        Self {
            id: key.uid.clone(),
            name: key.name.clone(),
            prefix: key.prefix.clone(),
            key: None,
            dialect: key.look.clone(),
            scopes: key.scopes.split(' ').map(str::to_owned).collect(),
            plan: key.plan.clone(),
            status: KeyState::of(key, now),
            created_at: rfc3339(key.created_at),
            expires_at: key.expires_at.map(rfc3339),
            revoked_at: key.revoked_at.map(rfc3339),
            last_used_at: key.last_used_at.map(rfc3339),
        }
    }

    fn with_secret(key: &Key, secret: &SecretKey, now: i64) -> Self {
        Self { key: Some(secret.expose().to_owned()), ..Self::new(key, now) }
    }
}
