//! `GET /api/v1/errors`: the catalogue, for programs. Public.

use actix_web::{HttpResponse, web};
use serde_json::{Value, json};
use xqr_engine::errors::{Dialect, Row, native_codes, rows_of};

use xqr_http::routes::resource;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(resource("/v1/errors", "GET").route(web::get().to(list)));
}

async fn list() -> HttpResponse {
    let data: Vec<_> = native_codes()
        .into_iter()
        .map(|code| {
            json!({
                "code": code,
                "help": format!("/docs/errors/{code}"),
                "conditions": rows_of(code).map(condition).collect::<Vec<_>>(),
            })
        })
        .collect();
    HttpResponse::Ok().json(json!({ "data": data }))
}

fn condition(row: &Row) -> Value {
    let replies: serde_json::Map<String, Value> = Dialect::ALL
        .into_iter()
        .map(|dialect| {
            let cell = row.cell(dialect);
            let reply = json!({ "status": cell.status, "code": cell.code, "message": cell.template, "extension": cell.ours });
            (dialect.name().to_owned(), reply)
        })
        .collect();
    json!({
        "name": row.name, "meaning": row.meaning, "causes": row.causes, "fix": row.fix, "retry": row.retry.name(), "replies": replies,
    })
}
