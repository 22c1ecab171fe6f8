//! The documents for people: pages without a script, so that they work under the policy that all
//! pages of the service have.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use maud::{Markup, html};
use serde_json::Value;

use crate::page::answer;

/// `/docs/api`: which dialects there are.
pub(super) fn index(documents: &[(&str, &Value)]) -> HttpResponse {
    let body = html! {
        h1 { "The APIs" }
        p { "One service, " (documents.len()) " dialects. Each has an OpenAPI 3.1 document for tools, and a page." }
        table {
            tr { th { "Dialect" } th { "For tools" } th { "Operations" } }
            @for (name, document) in documents {
                tr {
                    td { a href={ "/docs/api/" (name) } { (title(document)) } }
                    td { a href={ "/openapi/" (name) ".json" } { code { "/openapi/" (name) ".json" } } }
                    td { (operations(document).len()) }
                }
            }
        }
        p { a href="/docs/errors" { "Errors" } }
    };
    answer(StatusCode::OK, "The APIs", &body)
}

/// `/docs/api/{dialect}`: every operation.
pub(super) fn show(name: &str, document: &Value) -> HttpResponse {
    let operations = operations(document);
    let body = html! {
        p { a href="/docs/api" { "The APIs" } }
        h1 { (title(document)) }
        p { (prose(text(&document["info"]["description"]))) }
        p { "For tools: " a href={ "/openapi/" (name) ".json" } { code { "/openapi/" (name) ".json" } } }
        ul {
            @for (path, method, operation) in &operations {
                li { a href={ "#" (text(&operation["operationId"])) } { code { (method) " " (path) } } " " (text(&operation["summary"])) }
            }
        }
        @for (path, method, operation) in &operations { (section(document, path, method, operation)) }
        h2 { "Shapes" }
        @for (name, schema) in document["components"]["schemas"].as_object().into_iter().flatten() {
            h3 id={ "shape-" (name) } { (name) }
            pre { (pretty(schema)) }
        }
    };
    answer(StatusCode::OK, title(document), &body)
}

fn section(document: &Value, path: &str, method: &str, operation: &Value) -> Markup {
    let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    html! {
        section {
            h2 id=(text(&operation["operationId"])) { code { (method) " " (path) } }
            p { (prose(text(&operation["summary"]))) " " (prose(text(&operation["description"]))) }
            @if !parameters.is_empty() {
                table {
                    tr { th { "Parameter" } th { "In" } th { "Required" } th { "Shape" } }
                    @for parameter in parameters {
                        tr {
                            td { code { (text(&parameter["name"])) } }
                            td { (text(&parameter["in"])) }
                            td { @if parameter["required"] == true { "yes" } @else { "no" } }
                            td { code { (parameter["schema"].to_string()) } }
                        }
                    }
                }
            }
            @for (kind, content) in operation["requestBody"]["content"].as_object().into_iter().flatten() {
                p { "Body, " code { (kind) } }
                pre { (pretty(&content["schema"])) }
            }
            table {
                tr { th { "Status" } th { "Means" } th { "Body" } }
                @for (status, response) in operation["responses"].as_object().into_iter().flatten() {
                    @let response = resolved(document, response);
                    tr {
                        td { (status) }
                        td { (text(&response["description"])) }
                        td { @for (kind, content) in response["content"].as_object().into_iter().flatten() { (body(kind, &content["example"])) } }
                    }
                }
            }
        }
    }
}

/// Shows as code what stands between backticks.
fn prose(text: &str) -> Markup {
    html! {
        @for (i, part) in text.split('`').enumerate() {
            @if i % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

fn body(kind: &str, example: &Value) -> Markup {
    html! {
        p { code { (kind) } }
        @if !example.is_null() { pre { (pretty(example)) } }
    }
}

/// Follows a reference.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let link = value["$ref"].as_str().and_then(|link| link.strip_prefix('#'));
    link.and_then(|link| document.pointer(link)).unwrap_or(value)
}

/// Path, method and operation, in the order of the document.
fn operations(document: &Value) -> Vec<(&str, String, &Value)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths
        .flat_map(|(path, methods)| {
            methods
                .as_object()
                .into_iter()
                .flatten()
                .map(move |(method, operation)| (path, method, operation))
        })
        .map(|(path, method, operation)| (path.as_str(), method.to_ascii_uppercase(), operation))
        .collect()
}

fn title(document: &Value) -> &str {
    text(&document["info"]["title"])
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
