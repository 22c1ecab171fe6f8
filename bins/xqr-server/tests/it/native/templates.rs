//! QR templates: kept, merged, counted, drawn, and read back.

use serde_json::json;
use xqr_engine::plans::Plan;

use crate::support::pictures::read_png;
use crate::support::test_app::TestApp;

#[actix_web::test]
async fn a_template_is_kept_merged_and_drawn() {
    let app = TestApp::start().await;
    let input = json!({ "name": "Brand Primary", "design": { "foreground_color": "#5B21B6", "error_correction": "H", "dot_style": "rounded",
        "corner_style": "square", "quiet_zone": 4 } });
    let made = app.owner().post("/qr/templates", input).await.expect(201).json();
    let id = made["data"]["id"].as_str().unwrap().to_owned();
    assert!(id.starts_with("tpl_"));
    let whole = json!({
        "id": id, "name": "Brand Primary", "description": null,
        "design": {
            "foreground_color": "#5B21B6", "background_color": "#FFFFFF", "error_correction": "H", "dot_style": "rounded",
            "corner_style": "square", "logo_url": null, "logo_size": 0.2, "quiet_zone": 4
        },
        "created_at": "2026-03-21T14:30:00Z", "updated_at": "2026-03-21T14:30:00Z"
    });
    assert_eq!(made["data"], whole);
    let path = format!("/qr/templates/{id}");
    assert_eq!(app.owner().get(&path).await.expect(200).json()["data"], whole);
    assert_eq!(app.owner().get("/qr/templates").await.expect(200).json()["data"], json!([whole]));
    let plain =
        app.owner().post("/qr/templates", json!({ "name": "Plain" })).await.expect(201).json();
    assert_eq!(
        (&plain["data"]["design"]["quiet_zone"], &plain["data"]["design"]["error_correction"]),
        (&json!(1), &json!("M"))
    );
    app.clock.advance(60_000);
    let change = json!({ "description": "For print", "design": { "eye_color": "#111111", "quiet_zone": null } });
    let changed = app.owner().patch(&path, change).await.expect(200).json();
    let mut expected = whole["design"].clone();
    (expected["eye_color"], expected["quiet_zone"]) = (json!("#111111"), json!(1));
    assert_eq!(
        (&changed["data"]["design"], &changed["data"]["name"]),
        (&expected, &json!("Brand Primary"))
    );
    assert_eq!(
        (&changed["data"]["description"], &changed["data"]["updated_at"]),
        (&json!("For print"), &json!("2026-03-21T14:31:00Z"))
    );
    app.owner()
        .patch(
            &path,
            json!({ "design": { "quiet_zone": 4, "eye_color": null }, "description": null }),
        )
        .await
        .expect(200);
    for method in ["GET", "POST"] {
        let render =
            format!("{path}/render?data=https%3A%2F%2Fexample.com%2Fmenu&format=png&size=8");
        let picture = app.owner().send(method, &render, None).await.expect(200);
        assert_eq!(
            (picture.header("content-type"), read_png(&picture.bytes).as_str()),
            ("image/png", "https://example.com/menu")
        );
        assert_eq!(picture.header("x-qr-error-correction"), "H");
    }
    let vector = app.owner().get(&format!("{path}/render?data=x")).await.expect(200);
    assert!(vector.text().to_lowercase().contains("5b21b6"));
    let link = app.link(json!({ "url": "https://example.com", "custom_slug": "menu" })).await;
    let qr = format!("/links/{}/qr?format=png&size=10", link["id"].as_str().unwrap());
    let branded = app.owner().get(&format!("{qr}&template_id={id}")).await.expect(200);
    assert_eq!(read_png(&branded.bytes), "https://qr.example/menu");
    assert_ne!(branded.bytes, app.owner().get(&qr).await.expect(200).bytes);
    let both = app.owner().get(&format!("{qr}&template_id={id}&dot_style=dots")).await;
    both.refused(400, "VALIDATION_ERROR", "dot_style: Cannot be combined with template_id.");
    let usage = app.owner().get("/workspace/usage").await.json();
    assert_eq!(usage["data"]["usage"]["total_qr_templates"], 2);
    app.owner().delete(&path).await.expect(204);
    app.owner().get(&path).await.refused(404, "RESOURCE_NOT_FOUND", "Template not found.");
    app.owner().get(&format!("{qr}&template_id={id}")).await.refused(
        404,
        "RESOURCE_NOT_FOUND",
        "Template not found.",
    );
}

#[actix_web::test]
async fn refusals_name_what_is_wrong() {
    let app = TestApp::start().await;
    for (input, message) in [
        (json!({}), "name: This field is required."),
        (json!({ "name": "x", "design": 5 }), "design: Must be an object."),
        (
            json!({ "name": "x", "design": { "quiet_zone": 17 } }),
            "design.quiet_zone: Must be at most 16.",
        ),
        (
            json!({ "name": "x", "design": { "logo_data": "aGk=" } }),
            "design.logo_data: Not supported; send design.logo_url instead.",
        ),
        (
            json!({ "name": "x", "design": { "logo_url": "ftp://x" } }),
            "design.logo_url: Invalid URL format. Must start with http:// or https://",
        ),
        (
            json!({ "name": "x", "design": { "sparkle": true } }),
            "design.sparkle: Not supported; send a field of a design instead.",
        ),
    ] {
        let refused = app.owner().post("/qr/templates", input).await;
        assert_eq!((refused.status, &refused.json()["error"]["message"]), (400, &json!(message)));
    }
    let made = app.owner().post("/qr/templates", json!({ "name": "x" })).await.expect(201).json();
    let path = format!("/qr/templates/{}", made["data"]["id"].as_str().unwrap());
    for (query, message) in [
        ("", "data: This field is required."),
        ("?data=x&size=51", "size: Must be at most 50."),
        ("?data=x&size=0", "size: Must be at least 1."),
    ] {
        app.owner().get(&format!("{path}/render{query}")).await.refused(
            400,
            "VALIDATION_ERROR",
            message,
        );
    }
    app.owner().get(&format!("{path}/render?data=x&format=gif")).await.expect(400);
    for (method, path, body) in [
        ("GET", path.clone(), None),
        ("PATCH", path.clone(), Some(json!({ "name": "stolen" }))),
        ("DELETE", path.clone(), None),
        ("GET", format!("{path}/render?data=x"), None),
    ] {
        app.stranger().send(method, &path, body).await.refused(
            404,
            "RESOURCE_NOT_FOUND",
            "Template not found.",
        );
    }
    let one = app.key_with(Plan::Pro, r#"{"templates":1}"#, &["*"]);
    let create =
        async |key: &str| app.client(key).post("/qr/templates", json!({ "name": "x" })).await;
    create(&one).await.expect(201);
    create(&one).await.refused(403, "PLAN_LIMIT_EXCEEDED", "The pro plan allows 1 QR templates.");
    let none = app.key_with(Plan::Pro, r#"{"templates":0}"#, &["*"]);
    create(&none).await.refused(
        403,
        "FEATURE_NOT_AVAILABLE",
        "QR templates is not available on the pro plan.",
    );
}
