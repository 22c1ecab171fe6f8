//! The refusals of the dialects, compared whole. `Answer::refused` is the native one.

use serde_json::{Value, json};

use crate::support::test_app::Answer;

/// Compares a refusal of the studio dialect whole.
#[track_caller]
pub(crate) fn studio_refused(answer: &Answer, status: u16, body: &Value) {
    assert_eq!((answer.status, &answer.body()), (status, body));
    assert_eq!(answer.header("content-type"), "application/json");
    assert!(answer.header("x-request-id").len() >= 26);
}

/// The body of the forge dialect, whose envelope is checked and taken off.
#[track_caller]
pub(crate) fn without_envelope(answer: &Answer) -> Value {
    let mut value = answer.body();
    let members = value.as_object_mut().unwrap();
    assert_eq!(members.remove("ok"), Some(json!(answer.status < 400)));
    assert_eq!(members.remove("version"), Some(json!("2025-11-14-v1")));
    let id = members.remove("request_id").unwrap();
    let id = id.as_str().unwrap();
    assert_eq!(id, answer.header("x-request-id"));
    assert!(
        id.len() == 36 && id.as_bytes()[14] == b'4' && b"89ab".contains(&id.as_bytes()[19]),
        "{id} is no UUID v4"
    );
    value
}

/// Compares a refusal of the forge dialect whole: exactly five members.
#[track_caller]
pub(crate) fn forge_refused(answer: &Answer, status: u16, code: &str, message: &str) {
    assert_eq!(
        (answer.status, without_envelope(answer)),
        (status, json!({ "code": code, "message": message }))
    );
    // Byte for byte, and in the published order.
    let id = answer.header("x-request-id");
    let whole = format!(
        r#"{{"ok":false,"version":"2025-11-14-v1","request_id":"{id}","code":{},"message":{}}}"#,
        json!(code),
        json!(message)
    );
    assert_eq!(answer.text(), whole);
    assert_eq!(answer.header("content-type"), "application/json");
}

/// Compares a refusal of the hub dialect whole.
#[track_caller]
pub(crate) fn hub_refused(answer: &Answer, status: u16, message: &str) {
    assert_eq!((answer.status, answer.text()), (status, json!({ "error": message }).to_string()));
    assert_eq!(answer.header("content-type"), "application/json");
}
