//! `/api/v1/workspace`: the caller, the usage, and the limits of the plan (xQR reference, section
//! 15.3).

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use serde_json::json;
use xqr_engine::auth::Scope;
use xqr_engine::callers::workspaces::Usage;
use xqr_engine::callers::{users, workspaces};
use xqr_engine::pictures::templates;
use xqr_engine::plans::{Cap, Plan, Terms};
use xqr_engine::rows::User;
use xqr_engine::runtime::time_format::rfc3339;

use crate::Native;
use crate::envelope::Answers as _;
use xqr_http::ApiRequest;
use xqr_http::refusal::Refusal;
use xqr_http::routes::resource;

mod keys;
mod webhooks;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .configure(keys::routes)
        .configure(webhooks::routes)
        .service(resource("/v1/workspace", "GET").route(web::get().to(get)))
        .service(resource("/v1/workspace/usage", "GET").route(web::get().to(usage)))
        .service(resource("/v1/workspace/members", "GET").route(web::get().to(members)));
}

/// `GET /api/v1/workspace`
async fn get(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::WorkspaceRead)?;
    let owner = &call.caller.owner;
    let view = WorkspaceView {
        id: &owner.uid,
        name: &owner.name,
        description: owner.description.as_deref(),
        plan: &owner.plan,
        created_at: rfc3339(owner.created_at),
    };
    Ok(call.answer(StatusCode::OK, view))
}

/// `GET /api/v1/workspace/usage`
async fn usage(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::WorkspaceRead)?;
    let (workspace, now, caller) = (call.caller.workspace, call.app.now(), call.caller.clone());
    let read = call.app.read(move |conn| {
        Ok((workspaces::usage(conn, workspace, now)?, templates::count(conn, &caller)?))
    });
    let (mut usage, templates) = read.await?;
    // What this node has leased and not handed out is not used.
    usage.calls_this_month = usage.calls_this_month.saturating_sub(call.app.leased(workspace));
    Ok(call.answer(StatusCode::OK, UsageView::new(&usage, templates, &call.caller.terms)))
}

/// `GET /api/v1/workspace/members`
async fn members(call: ApiRequest<Native>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::WorkspaceRead)?;
    let workspace = call.caller.workspace;
    let people = call.app.read(move |conn| users::list(conn, workspace)).await?;
    let view = |user: &User| json!({ "id": user.uid, "email": user.email, "name": user.name });
    Ok(call.answer(StatusCode::OK, people.iter().map(view).collect::<Vec<_>>()))
}

#[derive(Serialize)]
struct WorkspaceView<'a> {
    id: &'a str,
    name: &'a str,
    description: Option<&'a str>,
    plan: &'a str,
    created_at: String,
}

#[derive(Serialize)]
struct UsageView {
    plan: &'static str,
    usage: UsedView,
    limits: LimitsView,
    features: FeaturesView,
}

#[derive(Serialize)]
struct UsedView {
    links_created_this_month: u64,
    api_calls_this_month: u64,
    total_links: u64,
    total_qr_templates: u64,
    total_bio_pages: u64,
    storage_bytes: u64,
    storage_mb: f64,
}

/// What there may be of each; null is unlimited. There is no limit of links per month: the plan
/// limits how many there are.
#[derive(Serialize)]
struct LimitsView {
    links_per_month: Cap,
    dynamic_qr: Cap,
    bio_pages: Cap,
    storage_mb: Cap,
    api_calls_per_month: Cap,
    qr_templates: Cap,
}

#[derive(Serialize)]
struct FeaturesView {
    routing_rules: bool,
    csv_export: bool,
    bulk_ops: bool,
    ad_free: bool,
}

impl UsageView {
    fn new(usage: &Usage, templates: u64, terms: &Terms) -> Self {
        let limits = &terms.limits;
        Self {
            plan: terms.plan.name(),
            usage: UsedView {
                links_created_this_month: usage.links_created_this_month,
                api_calls_this_month: usage.calls_this_month,
                total_links: usage.links,
                total_qr_templates: templates,
                total_bio_pages: usage.bio_pages,
                storage_bytes: usage.storage_bytes,
                storage_mb: (usage.storage_bytes as f64 / 1_048_576.0 * 100.0).round() / 100.0,
            },
            limits: LimitsView {
                links_per_month: None,
                dynamic_qr: limits.links,
                bio_pages: limits.bio_pages,
                storage_mb: limits.storage_bytes.map(|bytes| bytes / (1024 * 1024)),
                api_calls_per_month: limits.monthly_calls,
                qr_templates: limits.templates,
            },
            features: FeaturesView {
                routing_rules: limits.routing_basic,
                csv_export: limits.csv_export,
                bulk_ops: limits.bulk,
                ad_free: terms.plan > Plan::Free,
            },
        }
    }
}
