//! `/api/v1/keys/` and `GET /api/v1/usage/me/` (QR Studio reference, section 13). People manage
//! keys; keys do not.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde_json::{Value, json};
use xqr_engine::auth::{KeyFormat, Scopes, SecretKey};
use xqr_engine::callers::api_keys::{self, NewKey};
use xqr_engine::errors::{Condition, Resource, Result};
use xqr_engine::pictures::render_billing;
use xqr_engine::plans::Plan;
use xqr_engine::rows::Key;
use xqr_engine::runtime::time_format::rfc3339;
use xqr_engine::{Principal, Tx};

use crate::StudioUser;
use xqr_http::ApiRequest;
use xqr_http::refusal::Refusal;
use xqr_http::routes::resource;

const NAME_CHARS: usize = 100;
const PLANS: [(&str, Plan); 6] = [
    ("free", Plan::Free),
    ("starter", Plan::Starter),
    ("pro", Plan::Pro),
    ("business", Plan::Business),
    ("agency", Plan::Agency),
    ("enterprise", Plan::Enterprise),
];

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            resource("/v1/keys/", "GET, POST")
                .route(web::get().to(list))
                .route(web::post().to(create)),
        )
        .service(resource("/v1/keys/{id}/", "DELETE").route(web::delete().to(revoke)))
        .service(resource("/v1/keys/{id}/rotate/", "POST").route(web::post().to(rotate)))
        .service(resource("/v1/usage/me/", "GET").route(web::get().to(usage)));
}

/// `GET /api/v1/keys/`: revoked ones stay in the list.
async fn list(call: ApiRequest<StudioUser>) -> Result<HttpResponse, Refusal> {
    let workspace = call.caller.workspace;
    let keys = call.app.read(move |conn| api_keys::list(conn, workspace)).await?;
    let tier = call.caller.terms.plan;
    Ok(HttpResponse::Ok()
        .json(json!({ "keys": keys.iter().map(|key| view(key, tier)).collect::<Vec<_>>() })))
}

/// `POST /api/v1/keys/`
async fn create(mut call: ApiRequest<StudioUser>) -> Result<HttpResponse, Refusal> {
    let mut fields = call.fields().await?;
    if !fields.has("name") {
        fields.complain(Condition::KeyNameMissing);
    }
    let name = fields.line("name", NAME_CHARS);
    let plan = if fields.has("plan") { fields.choice("plan", &PLANS) } else { Some(Plan::Free) };
    fields.end()?;
    let (Some(name), Some(plan)) = (name, plan) else {
        return Err(Condition::BodyNotObject.into());
    };
    let draft = NewKey {
        name,
        look: KeyFormat::Studio,
        scopes: Scopes::all(),
        expires_at: None,
        plan: Some(plan),
    };
    let (caller, tier) = (call.caller.clone(), call.caller.terms.plan);
    let create = move |tx: &mut Tx<'_>| api_keys::create_by(tx, &caller, &draft);
    Ok(call
        .make(create, move |(key, secret)| once(&key, &secret, tier).to_string().into_bytes())
        .await?)
}

/// `POST /api/v1/keys/{id}/rotate/`: the same key with another secret.
async fn rotate(call: ApiRequest<StudioUser>) -> Result<HttpResponse, Refusal> {
    let (workspace, id, tier) = (call.caller.workspace, call.path("id"), call.caller.terms.plan);
    let job = move |tx: &mut Tx<'_>| {
        let key = own(api_keys::list(tx.conn, workspace)?, &id)?;
        api_keys::rekey(tx, &key)
    };
    let (key, secret) = call.app.write(job).await?;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(once(&key, &secret, tier)))
}

/// `DELETE /api/v1/keys/{id}/`
async fn revoke(call: ApiRequest<StudioUser>) -> Result<HttpResponse, Refusal> {
    let (workspace, id) = (call.caller.workspace, call.path("id"));
    let job = move |tx: &mut Tx<'_>| {
        let key = own(api_keys::list(tx.conn, workspace)?, &id)?;
        api_keys::revoke(tx, &key)
    };
    call.app.write(job).await?;
    Ok(HttpResponse::build(StatusCode::NO_CONTENT).finish())
}

/// `GET /api/v1/usage/me/`: the month of the workspace, over all its keys.
async fn usage(call: ApiRequest<StudioUser>) -> Result<HttpResponse, Refusal> {
    let (workspace, now, tier) = (call.caller.workspace, call.app.now(), call.caller.terms.plan);
    let read = call.app.read(move |conn| {
        let mut by_key = Vec::new();
        for key in api_keys::list(conn, workspace)? {
            let used = render_billing::usage_of(conn, workspace, Principal::Key(key.id), now)?;
            by_key.push(json!({
                "id": key.id, "name": key.name, "key_prefix": key.prefix, "plan": key.plan.as_deref().unwrap_or(tier.name()),
                "used_this_month": used, "is_active": key.revoked_at.is_none(),
            }));
        }
        Ok((render_billing::usage(conn, workspace, now)?, by_key))
    });
    let (used, by_key) = read.await?;
    let limits = &call.caller.terms.limits;
    Ok(HttpResponse::Ok().json(json!({
        "plan": tier.name(),
        "monthly_quota": limits.monthly_renders,
        "used_this_month": used.renders,
        "remaining": limits.monthly_renders.map(|quota| quota.saturating_sub(used.renders)),
        "credits_remaining": used.credits,
        "active_dynamic_qrs": used.active_codes,
        "max_active_dynamic_qrs": limits.dynamic_codes,
        "by_key": by_key,
    })))
}

/// Finds a key by the number that this dialect shows.
fn own(keys: Vec<Key>, id: &str) -> Result<Key> {
    let found = keys.into_iter().find(|key| key.id.to_string() == id);
    found.ok_or_else(|| Condition::ResourceNotFound { what: Resource::Key }.into())
}

fn view(key: &Key, tier: Plan) -> Value {
    json!({
        "id": key.id,
        "name": key.name,
        "key_prefix": key.prefix,
        "plan": key.plan.as_deref().unwrap_or(tier.name()),
        "is_active": key.revoked_at.is_none(),
        "created_at": rfc3339(key.created_at),
        "last_used_at": key.last_used_at.map(rfc3339),
        "revoked_at": key.revoked_at.map(rfc3339),
    })
}

/// The one answer with the secret.
fn once(key: &Key, secret: &SecretKey, tier: Plan) -> Value {
    json!({
        "id": key.id,
        "name": key.name,
        "raw_key": secret.expose(),
        "key_prefix": key.prefix,
        "plan": key.plan.as_deref().unwrap_or(tier.name()),
        "warning": "Store this key securely. It will NOT be shown again.",
    })
}
