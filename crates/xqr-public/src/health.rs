//! What operators and their machines ask of a running server.

use std::collections::HashMap;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use xqr_http::routes::readable;
use xqr_http::{metrics, request};

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(readable("/health", health))
        .service(readable("/ready", ready))
        .service(readable("/metrics", prometheus));
}

/// `GET /health`: the process is alive. Touches no database.
async fn health() -> HttpResponse {
    HttpResponse::Ok().json(HashMap::from([("status", "ok")]))
}

/// `GET /ready`: the database answers.
async fn ready(request: HttpRequest) -> HttpResponse {
    let app = request::app(&request);
    let database = app.data.backend();
    match app.data.ping().await {
        Ok(()) => HttpResponse::Ok().json(json!({ "status": "ok", "database": database })),
        Err(error) => {
            tracing::warn!(error = %error.report(), "not ready");
            HttpResponse::ServiceUnavailable()
                .insert_header(("retry-after", "1"))
                .json(json!({ "status": "unavailable", "database": database }))
        }
    }
}

/// `GET /metrics`: Prometheus' text format.
async fn prometheus(request: HttpRequest) -> HttpResponse {
    let app = request::app(&request);
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"))
        .body(metrics::print(&app))
}
