//! `/api/health/` and `/api/status/` (QR Studio reference, section 13.3). Neither asks who is
//! calling, and both answer during maintenance: they are what a monitor looks at.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use xqr_http::request;
use xqr_http::routes::resource;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(resource("/health/", "GET, HEAD").route(web::get().to(health)))
        .service(resource("/status/", "GET, HEAD").route(web::get().to(status)));
}

/// `GET|HEAD /api/health/`: the process is alive. Touches no database.
async fn health() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "ok" }))
}

/// `GET|HEAD /api/status/`: each component.
async fn status(request: HttpRequest) -> HttpResponse {
    let app = request::app(&request);
    let database = app.data.ping().await.is_ok();
    let name = |up: bool| if up { "ok" } else { "unavailable" };
    let code = if database { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let components = json!({ "database": name(database), "cache": "ok" });
    let mut answer = HttpResponse::build(code);
    if !database {
        answer.insert_header(("retry-after", "1"));
    }
    answer.json(json!({ "status": name(database), "components": components }))
}
