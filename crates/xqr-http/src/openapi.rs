//! The OpenAPI 3.1 documents, one per dialect, and where they are served:
//! `/openapi/{dialect}.json`, and for people `/docs/api`.
//!
//! To add a route, add its operation to the file of its dialect; a test fails until it is there,
//! and every test of the suite fails that gets an answer which the document does not know. Then run
//! `cargo xtask openapi --write`.

mod forge;
mod hub;
mod operation;
mod page;
mod schema;
mod serve;
mod studio;
mod xqr;

use serde_json::{Map, Value, json};
use xqr_engine::errors::{Dialect, rows};

use self::operation::{Operation, spoken};
pub(crate) use self::serve::routes;

/// What a dialect says of itself.
struct Book {
    title: &'static str,
    about: &'static str,
    /// Security schemes by name.
    security: Value,
    /// Shapes by name; `Refusal` is among them.
    schemas: Value,
    operations: Vec<Operation>,
}

/// Returns the OpenAPI document of a dialect.
pub fn document(dialect: Dialect) -> Value {
    let book = match dialect {
        Dialect::Xqr => xqr::book(),
        Dialect::Studio => studio::book(),
        Dialect::Forge => forge::book(),
        Dialect::Hub => hub::book(),
    };
    let schemas = book.schemas.as_object().cloned().unwrap_or_default();
    let (mut paths, mut shared) = (Map::<String, Value>::new(), Map::new());
    for operation in &book.operations {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.method.to_ascii_lowercase()] =
            operation.document(dialect, &schemas, &mut shared);
    }
    let used: Vec<&str> = book.operations.iter().flat_map(Operation::refusals).collect();
    let examples: Map<String, Value> = rows()
        .iter()
        .filter(|row| used.contains(&row.name))
        .map(|row| (row.name.to_owned(), spoken(dialect, row)))
        .collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": book.title,
            "description": book.about,
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "securitySchemes": book.security,
            "schemas": schemas,
            "responses": shared,
            "headers": {
                "X-Request-Id": { "description": "The id of this request, also in the log of the service.", "schema": { "type": "string" } },
                "Retry-After": { "description": "Seconds to wait.", "schema": { "type": "integer", "minimum": 1 } },
            },
            "examples": examples,
        },
    })
}

/// Returns the document as it is checked in at `docs/openapi/{dialect}.json`.
pub fn text(dialect: Dialect) -> String {
    let mut text = serde_json::to_string_pretty(&document(dialect)).unwrap_or_default();
    text.push('\n');
    text
}
