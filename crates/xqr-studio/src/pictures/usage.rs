//! `GET /api/v1/usage/` (QR Studio reference, section 13.2).

use actix_web::{HttpResponse, web};
use serde_json::json;
use xqr_engine::auth::Scope;
use xqr_engine::errors::Result;
use xqr_engine::pictures::render_billing;

use crate::Studio;
use xqr_http::ApiRequest;
use xqr_http::refusal::Refusal;
use xqr_http::routes::resource;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(resource("/v1/usage/", "GET").route(web::get().to(usage)));
}

/// `GET /api/v1/usage/`: the month of the calling key (section 16, C18). What remains is what the
/// next calls would be given: of the key's own plan, and of the workspace's quota, which other keys
/// use, too. What is unlimited is null.
async fn usage(call: ApiRequest<Studio>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::WorkspaceRead)?;
    let (caller, now, plans) = (call.caller.clone(), call.app.now(), call.app.data.plans().clone());
    let read = call.app.read(move |conn| {
        let own = render_billing::usage_of(conn, caller.workspace, caller.principal, now)?;
        Ok((
            render_billing::usage(conn, caller.workspace, now)?,
            own,
            render_billing::remaining(conn, &plans, &caller, now)?,
        ))
    });
    let (used, own, remaining) = read.await?;
    let (terms, limits) = (&call.caller.terms, &call.caller.terms.limits);
    Ok(HttpResponse::Ok().json(json!({
        "key_prefix": call.caller.key_prefix,
        "plan": terms.plan.name(),
        "monthly_quota": limits.monthly_renders,
        "used_this_month": own,
        "remaining": remaining,
        "max_size_inches": whole(limits.max_inches),
        "max_dpi": limits.max_dpi,
        "allow_custom_logo": limits.logo,
        "max_active_dynamic_qrs": limits.dynamic_codes,
        "max_bulk_items": limits.bulk_items,
        "active_dynamic_qrs": used.active_codes,
        "credits_remaining": used.credits,
    })))
}

/// Returns a number without a fraction as an integer: 8, not 8.0.
pub(super) fn whole(number: f64) -> serde_json::Value {
    if number.fract() == 0.0 { json!(number as i64) } else { json!(number) }
}
