//! Holds every answer that a test gets against the document of its dialect: is this status one that
//! the operation tells of, is the media type, has the body the shape? And what was taken, was it of
//! the shape that the document asks for?

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jsonschema::Validator;
use serde_json::{Map, Value, json};
use xqr_engine::errors::Dialect;
use xqr_http::openapi::pretty;

use crate::support::test_app::{Answer, TestApp};

static DOCUMENTS: LazyLock<[Value; 4]> = LazyLock::new(|| Dialect::ALL.map(document));

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

/// Fails when the answer is one that the document does not know. Paths that are no route are told
/// so by other tests.
#[track_caller]
pub(crate) fn check(sent: &Sent, answer: &Answer) {
    let Some(dialect) = dialect_of(&sent.path) else { return };
    let method =
        if sent.method == "HEAD" { "get".to_owned() } else { sent.method.to_ascii_lowercase() };
    let document = &DOCUMENTS[dialect as usize];
    let Some((path, operation)) = find(document, &sent.path, &method) else { return };
    let name = format!("{} {path} answers {}", sent.method, answer.status);
    let place = format!("/paths/{}/{method}", escape(path));
    let Some((at, response)) = response_of(document, &place, answer.status) else {
        panic!(
            "{name}, which docs/openapi/{}.json does not tell of: {}",
            dialect.name(),
            text(answer)
        );
    };
    assert!(!answer.header("x-request-id").is_empty(), "{name} without an id");
    if (200..300).contains(&answer.status)
        && let Some(json) = &sent.json
        && operation.pointer("/requestBody/content/application~1json").is_some()
    {
        hold(
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
        hold(
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

/// Fails when `value` has not the shape at `place`.
#[track_caller]
fn hold(dialect: Dialect, place: &str, value: &Value, name: &str) {
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
    let document = &DOCUMENTS[dialect as usize];
    let shape = document.pointer(place).unwrap_or_else(|| panic!("{place}"));
    let schema =
        json!({ "allOf": [shape], "components": { "schemas": document["components"]["schemas"] } });
    jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap_or_else(|error| panic!("{place}: {error}"))
}

fn escape(part: &str) -> String {
    part.replace('~', "~0").replace('/', "~1")
}

/// Returns a response of an operation, and where it stands.
fn response_of<'a>(
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

/// Returns who answers a path, as the server has it.
fn dialect_of(path: &str) -> Option<Dialect> {
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

#[test]
fn the_documents_are_fresh() {
    for dialect in Dialect::ALL {
        let path =
            format!("{}/../../docs/openapi/{}.json", env!("CARGO_MANIFEST_DIR"), dialect.name());
        let written = std::fs::read_to_string(path).unwrap();
        assert!(
            written == pretty(&document(dialect)),
            "{} is stale: run `cargo xtask openapi --write`",
            dialect.name()
        );
    }
}

#[test]
fn no_operation_is_missing() {
    let mut routed: Vec<(String, String)> = Vec::new();
    for (path, methods) in xqr_server::api_resources() {
        routed.extend(
            methods
                .split(", ")
                .filter(|method| *method != "HEAD")
                .map(|method| (path.clone(), method.to_lowercase())),
        );
    }
    let mut told: Vec<(String, String)> = Vec::new();
    for (dialect, document) in Dialect::ALL.into_iter().zip(DOCUMENTS.iter()) {
        for (path, methods) in document["paths"].as_object().unwrap() {
            assert_eq!(dialect_of(path), Some(dialect), "{path}");
            let below =
                path.strip_prefix(if dialect == Dialect::Forge { "/v1" } else { "/api" }).unwrap();
            told.extend(
                methods
                    .as_object()
                    .unwrap()
                    .keys()
                    .map(|method| (below.to_owned(), method.clone())),
            );
        }
    }
    routed.sort();
    told.sort();
    assert_eq!(told, routed);
}

#[test]
fn ids_are_unique_references_lead_somewhere_and_examples_have_their_shapes() {
    for (dialect, document) in Dialect::ALL.into_iter().zip(DOCUMENTS.iter()) {
        let mut ids = Vec::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                let id = operation["operationId"].as_str().unwrap();
                assert!(!ids.contains(&id), "{id} stands twice");
                ids.push(id);
                let place = format!("/paths/{}/{method}", escape(path));
                for status in operation["responses"].as_object().unwrap().keys() {
                    let (at, response) = response_of(document, &place, status).unwrap();
                    let empty = Map::new();
                    let content = response["content"].as_object().unwrap_or(&empty);
                    for (kind, content) in content {
                        let shape = format!("{at}/content/{}/schema", escape(kind));
                        if let Some(example) = content.get("example") {
                            hold(
                                dialect,
                                &shape,
                                example,
                                &format!("the example of {id} {status}"),
                            );
                        }
                        for (name, link) in content["examples"].as_object().unwrap_or(&empty) {
                            let example = &document
                                .pointer(link["$ref"].as_str().unwrap().trim_start_matches('#'))
                                .unwrap()["value"];
                            hold(
                                dialect,
                                &shape,
                                example,
                                &format!("the example {name} of {id} {status}"),
                            );
                        }
                    }
                }
            }
        }
    }
}

#[test]
#[should_panic(expected = "has not the shape of docs/openapi/xqr.json")]
fn an_answer_with_one_more_member_is_told() {
    let error = json!({ "code": "INTERNAL_ERROR", "message": "x", "status": 500, "more": 1 });
    let bytes =
        json!({ "error": error, "meta": { "request_id": "req_" } }).to_string().into_bytes();
    let headers = [("content-type", "application/json"), ("x-request-id", "req_")];
    let headers = headers
        .into_iter()
        .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
        .collect();
    let sent = Sent { method: "GET".to_owned(), path: "/api/v1/links".to_owned(), json: None };
    check(&sent, &Answer { status: 500, headers, bytes });
}

#[actix_web::test]
async fn the_documents_are_served_for_tools_and_for_people() {
    let app = TestApp::start().await;
    for dialect in Dialect::ALL {
        let name = dialect.name();
        let served = app.get(&format!("/openapi/{name}.json")).await.expect(200);
        assert_eq!(
            (served.header("content-type"), served.text()),
            ("application/json", pretty(&document(dialect)))
        );
        let page = app.get(&format!("/docs/api/{name}")).await.expect(200);
        assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
        for (path, methods) in DOCUMENTS[dialect as usize]["paths"].as_object().unwrap() {
            for method in methods.as_object().unwrap().keys() {
                assert!(
                    page.text().contains(&format!("{} {path}", method.to_uppercase())),
                    "{method} {path}"
                );
            }
        }
        // Nothing comes from elsewhere, and nothing is run.
        assert!(
            !["<script", "src=", "http-equiv", "@import"]
                .iter()
                .any(|odd| page.text().contains(odd))
        );
        assert!(
            app.get("/docs/api")
                .await
                .expect(200)
                .text()
                .contains(&format!("/openapi/{name}.json"))
        );
    }
    for path in ["/openapi/nothing.json", "/openapi/xqr", "/docs/api/nothing"] {
        app.get(path).await.expect(404);
    }
    for slug in ["openapi", "docs"] {
        let taken = app
            .call(
                "POST",
                "/links",
                Some(json!({ "url": "https://example.com", "custom_slug": slug })),
            )
            .await;
        assert_eq!(taken.status, 400, "{slug}");
    }
}
