//! Requests of the studio dialect, and its refusals.

use serde_json::{Value, json};
use xqr_engine::plans::Plan;

use crate::support::test_app::{Answer, TestApp};

pub(crate) const MENU: &str = "https://example.com/menu";

pub(crate) fn studio_key(app: &TestApp, plan: Plan) -> String {
    app.key_with(plan, r#"{"calls_per_minute":null}"#, &["*"])
}

pub(crate) async fn generate(app: &TestApp, key: &str, body: Value) -> Answer {
    app.studio(key).post("/api/v1/generate/", body).await
}

/// A form with these parts: name, file name, content.
pub(crate) fn form(parts: &[(&str, Option<&str>, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, bytes) in parts {
        let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
        body.extend_from_slice(
            format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n")
                .as_bytes(),
        );
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--XX--\r\n");
    body
}

/// A public address, so that nothing is looked up.
pub(crate) fn webhook() -> Value {
    json!({ "url": "https://93.184.215.14/hook", "events": ["scan.created"] })
}

pub(crate) fn dynamic(destination: &str) -> Value {
    json!({ "name": "Menu", "destination_url": destination })
}

pub(crate) fn dynamic_picture(destination: &str) -> Value {
    json!({ "data_type": "dynamic", "payload": dynamic(destination), "size_inches": 1 })
}

/// Posts with an Idempotency-Key, as a signed-in user or with an API key.
pub(crate) async fn once(app: &TestApp, credential: &str, path: &str, input: &Value) -> Answer {
    let request = app
        .request("POST", &format!("/api/v1/{path}"))
        .header("idempotency-key", "8c7f2f8e-order-1");
    let request = if credential.starts_with("ey") {
        request.bearer_auth(credential)
    } else {
        request.header("x-api-key", credential)
    };
    app.send(request.json(input)).await
}

/// The requests that create a resource: path, body, another body.
pub(crate) fn makers() -> [(&'static str, Value, Value); 4] {
    let other = |mut input: Value, events: &[&str]| {
        input["events"] = json!(events);
        input
    };
    [
        ("keys/", json!({ "name": "k", "plan": "pro" }), json!({ "name": "k", "plan": "starter" })),
        ("dynamic/", dynamic(MENU), dynamic("https://example.org/")),
        ("webhooks/", webhook(), other(webhook(), &["dynamic_qr.created"])),
        ("generate/", dynamic_picture(MENU), dynamic_picture("https://example.org/")),
    ]
}
