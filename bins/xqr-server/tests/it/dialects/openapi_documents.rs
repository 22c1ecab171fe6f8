//! The OpenAPI documents: fresh, complete, consistent, and served.

use serde_json::{Map, json};
use xqr_engine::errors::Dialect;
use xqr_http::openapi::pretty;

use crate::support::contract::{
    DOCUMENTS, Sent, check, compiled_in, dialect_of, document, escape, response_of, validate,
};
use crate::support::test_app::{Answer, TestApp};

#[test]
fn the_documents_are_fresh() {
    for dialect in compiled_in() {
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
    let mut documented: Vec<(String, String)> = Vec::new();
    for (dialect, document) in DOCUMENTS.iter().map(|(dialect, document)| (*dialect, document)) {
        for (path, methods) in document["paths"].as_object().unwrap() {
            assert_eq!(dialect_of(path), Some(dialect), "{path}");
            let below =
                path.strip_prefix(if dialect == Dialect::Forge { "/v1" } else { "/api" }).unwrap();
            documented.extend(
                methods
                    .as_object()
                    .unwrap()
                    .keys()
                    .map(|method| (below.to_owned(), method.clone())),
            );
        }
    }
    routed.sort();
    documented.sort();
    assert_eq!(documented, routed);
}

#[test]
fn ids_are_unique_references_lead_somewhere_and_examples_have_their_shapes() {
    for (dialect, document) in DOCUMENTS.iter().map(|(dialect, document)| (*dialect, document)) {
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
                            validate(
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
                            validate(
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

#[cfg(feature = "native")]
#[test]
#[should_panic(expected = "has not the shape of docs/openapi/xqr.json")]
fn an_answer_with_an_unknown_member_fails() {
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

#[cfg(feature = "native")]
#[actix_web::test]
async fn the_documents_are_served_as_json_and_as_pages() {
    let app = TestApp::start().await;
    for dialect in compiled_in() {
        let name = dialect.name();
        let served = app.get(&format!("/openapi/{name}.json")).await.expect(200);
        assert_eq!(
            (served.header("content-type"), served.text()),
            ("application/json", pretty(&document(dialect)))
        );
        let page = app.get(&format!("/docs/api/{name}")).await.expect(200);
        assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
        for (path, methods) in DOCUMENTS[&dialect]["paths"].as_object().unwrap() {
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
            .owner()
            .post("/links", json!({ "url": "https://example.com", "custom_slug": slug }))
            .await;
        assert_eq!(taken.status, 400, "{slug}");
    }
}
