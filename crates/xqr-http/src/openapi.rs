//! A builder of OpenAPI 3.1 documents. Each dialect describes its own operations and envelopes.
//!
//! Refusals are names of rows of the error catalogue, so statuses, codes and sentences of a
//! document come from there. After a change run `cargo xtask openapi --write`.

pub mod operation;
pub mod schema;

use serde_json::{Map, Value, json};
use xqr_engine::errors::{Dialect, Row, rows};

use self::operation::Operation;

/// What a dialect describes.
#[derive(Debug)]
pub struct Description {
    /// The dialect's column of the error catalogue.
    pub column: Dialect,
    /// The title of the document.
    pub title: &'static str,
    /// One paragraph about envelopes and errors.
    pub about: &'static str,
    /// Security schemes by name.
    pub security: Value,
    /// Schemas by name; `Refusal` is among them.
    pub schemas: Value,
    /// Every operation.
    pub operations: Vec<Operation>,
    /// The dialect's refusal envelope.
    pub envelope: Envelope,
}

/// The refusal envelope of a dialect, as its document shows it.
#[derive(Debug, Clone, Copy)]
pub struct Envelope {
    /// Returns the schema of the refusals with one status; the codes are those of the catalogue.
    pub schema: fn(codes: &[&str], status: u16) -> Value,
    /// The name of the schema of RFC 9457 refusals, in dialects that have them.
    pub problem: Option<&'static str>,
    /// The request id of examples; `None` where no refusal but a 5xx has a `request_id`.
    pub request_id: Option<&'static str>,
}

impl Envelope {
    /// Returns an example of a row's refusal, with the members that every refusal has.
    fn example(&self, column: Dialect, row: &Row) -> Value {
        let body = row.example(column).body(self.request_id.unwrap_or_default());
        let mut body: Value = serde_json::from_str(&body).expect("a refusal's body is JSON");
        if self.request_id.is_none() {
            body.as_object_mut().map(|body| body.remove("request_id"));
        }
        json!({ "summary": row.meaning, "value": body })
    }
}

impl Description {
    /// Returns the OpenAPI document.
    pub fn document(&self) -> Value {
        let schemas = self.schemas.as_object().cloned().unwrap_or_default();
        let (mut paths, mut shared) = (Map::<String, Value>::new(), Map::new());
        for operation in &self.operations {
            let path = paths.entry(operation.path).or_insert_with(|| json!({}));
            path[operation.method.to_ascii_lowercase()] =
                operation.document(self.column, &self.envelope, &schemas, &mut shared);
        }
        let used: Vec<&str> = self.operations.iter().flat_map(Operation::refusals).collect();
        let examples: Map<String, Value> = rows()
            .iter()
            .filter(|row| used.contains(&row.name))
            .map(|row| (row.name.to_owned(), self.envelope.example(self.column, row)))
            .collect();
        json!({
            "openapi": "3.1.0",
            "info": {
                "title": self.title,
                "description": self.about,
                "version": env!("CARGO_PKG_VERSION"),
                "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
            },
            "servers": [{ "url": "/" }],
            "paths": paths,
            "components": {
                "securitySchemes": self.security,
                "schemas": schemas,
                "responses": shared,
                "headers": {
                    "X-Request-Id": {
                        "description": "The id of this request, also in the log of the service.",
                        "schema": { "type": "string" },
                    },
                    "Retry-After": {
                        "description": "Seconds to wait.",
                        "schema": { "type": "integer", "minimum": 1 },
                    },
                },
                "examples": examples,
            },
        })
    }
}

/// Returns a document as it is checked in at `docs/openapi/{dialect}.json`.
pub fn pretty(document: &Value) -> String {
    let mut text = serde_json::to_string_pretty(document).unwrap_or_default();
    text.push('\n');
    text
}
