//! Validates every answer that a test gets against the OpenAPI document of its dialect: status, media
//! type, body; and the body of every accepted request against the document's schema.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jsonschema::Validator;
use serde_json::{Value, json};
use xqr_engine::errors::Dialect;

use crate::support::test_app::Answer;

pub(crate) static DOCUMENTS: LazyLock<HashMap<Dialect, Value>> =
    LazyLock::new(|| compiled_in().map(|dialect| (dialect, document(dialect))).collect());

/// Returns the dialects that are compiled in, each a feature of the server.
pub(crate) fn compiled_in() -> impl Iterator<Item = Dialect> {
    xqr_server::DIALECTS.iter().map(|dialect| dialect.column)
}

/// Returns whether the dialect of a path is compiled in; a path of none is.
pub(crate) fn is_served(path: &str) -> bool {
    dialect_of(path).is_none_or(|dialect| compiled_in().any(|it| it == dialect))
}

/// Returns the OpenAPI document of a dialect.
pub(crate) fn document(dialect: Dialect) -> Value {
    let found = xqr_server::DIALECTS.iter().find(|it| it.column == dialect).unwrap();
    (found.document)()
}

/// Compiled shapes.
type Shapes = HashMap<String, Arc<Validator>>;

/// By dialect and the place of the shape in its document.
static SHAPES: LazyLock<Mutex<Shapes>> = LazyLock::new(Mutex::default);

/// What a test sent.
pub(crate) struct Sent {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) json: Option<Value>,
}

/// Fails if the document does not describe the answer. Paths without a route have tests of their own.
#[track_caller]
pub(crate) fn check(sent: &Sent, answer: &Answer) {
    let Some(dialect) = dialect_of(&sent.path) else { return };
    let method =
        if sent.method == "HEAD" { "get".to_owned() } else { sent.method.to_ascii_lowercase() };
    let Some(document) = DOCUMENTS.get(&dialect) else { return };
    let Some((path, operation)) = find(document, &sent.path, &method) else { return };
    let name = format!("{} {path} answers {}", sent.method, answer.status);
    let place = format!("/paths/{}/{method}", escape(path));
    let Some((at, response)) = response_of(document, &place, answer.status) else {
        panic!(
            "{name}, which docs/openapi/{}.json does not describe: {}",
            dialect.name(),
            text(answer)
        );
    };
    assert!(!answer.header("x-request-id").is_empty(), "{name} without an id");
    if (200..300).contains(&answer.status)
        && let Some(json) = &sent.json
        && operation.pointer("/requestBody/content/application~1json").is_some()
    {
        validate(
            dialect,
            &format!("{place}/requestBody/content/application~1json/schema"),
            json,
            &format!("{name} to a body that"),
        );
    }
    let Some(content) = response["content"].as_object() else {
        assert!(answer.bytes.is_empty(), "{name} with a body: {}", text(answer));
        return;
    };
    let kind = answer.header("content-type").split(';').next().unwrap_or_default();
    assert!(
        content.contains_key(kind),
        "{name} as '{kind}', not as one of {:?}",
        content.keys().collect::<Vec<_>>()
    );
    if kind.ends_with("json")
        && sent.method != "HEAD"
        && answer.header("content-encoding").is_empty()
    {
        let body: Value = serde_json::from_slice(&answer.bytes)
            .unwrap_or_else(|error| panic!("{name}, no JSON: {error}"));
        validate(
            dialect,
            &format!("{at}/content/{}/schema", escape(kind)),
            &body,
            &format!("{name} with what"),
        );
    }
}

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.bytes).chars().take(2000).collect()
}

/// Fails if `value` does not match the schema at `place`.
#[track_caller]
pub(crate) fn validate(dialect: Dialect, place: &str, value: &Value, name: &str) {
    let key = format!("{}{place}", dialect.name());
    let shapes = || SHAPES.lock().unwrap_or_else(PoisonError::into_inner);
    let known = shapes().get(&key).cloned();
    let shape = known.unwrap_or_else(|| {
        let shape = Arc::new(compile(dialect, place));
        shapes().insert(key, Arc::clone(&shape));
        shape
    });
    let errors: Vec<String> = shape
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(
        errors.is_empty(),
        "{name} has not the shape of docs/openapi/{}.json:\n{}\n{value}",
        dialect.name(),
        errors.join("\n")
    );
}

fn compile(dialect: Dialect, place: &str) -> Validator {
    let document = &DOCUMENTS[&dialect];
    let shape = document.pointer(place).unwrap_or_else(|| panic!("{place}"));
    let schema =
        json!({ "allOf": [shape], "components": { "schemas": document["components"]["schemas"] } });
    jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap_or_else(|error| panic!("{place}: {error}"))
}

pub(crate) fn escape(part: &str) -> String {
    part.replace('~', "~0").replace('/', "~1")
}

/// Returns a response of an operation, and where it stands.
pub(crate) fn response_of<'a>(
    document: &'a Value,
    operation: &str,
    status: impl std::fmt::Display,
) -> Option<(String, &'a Value)> {
    let place = format!("{operation}/responses/{status}");
    let response = document.pointer(&place)?;
    match response["$ref"].as_str().and_then(|link| link.strip_prefix('#')) {
        Some(place) => Some((place.to_owned(), document.pointer(place)?)),
        None => Some((place, response)),
    }
}

/// Returns the dialect that serves a path, as the server routes it.
pub(crate) fn dialect_of(path: &str) -> Option<Dialect> {
    let first = path.strip_prefix("/api/").and_then(|rest| rest.split('/').next());
    let version = |first: &str| {
        first.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    match first {
        Some(_) if path.ends_with('/') => Some(Dialect::Studio),
        Some(first) if first == "developer" || version(first) => Some(Dialect::Xqr),
        Some(_) => Some(Dialect::Hub),
        None => path.starts_with("/v1/").then_some(Dialect::Forge),
    }
}

/// Returns the operation of a path; one without parameters wins.
fn find<'a>(document: &'a Value, path: &str, method: &str) -> Option<(&'a str, &'a Value)> {
    let parts: Vec<&str> = path.split('/').collect();
    let matches = |pattern: &str| {
        let pattern: Vec<&str> = pattern.split('/').collect();
        pattern.len() == parts.len()
            && pattern.iter().zip(&parts).all(|(pattern, part)| {
                pattern == part || (pattern.starts_with('{') && !part.is_empty())
            })
    };
    let paths = document["paths"].as_object()?;
    let found = paths
        .iter()
        .filter(|(pattern, _)| matches(pattern))
        .min_by_key(|(pattern, _)| pattern.contains('{'))?;
    Some((found.0, found.1.get(method)?))
}
