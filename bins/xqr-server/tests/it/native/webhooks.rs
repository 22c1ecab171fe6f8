//! The native API's webhooks over HTTP: managed, delivered, delivered again; each refusal whole.

use serde_json::{Value, json};
use xqr_engine::plans::Plan;

use crate::support::receiver::{Receiver, reaching};
use crate::support::test_app::TestApp;

async fn start(receiver: &Receiver) -> TestApp {
    let change = reaching(&[receiver.port]);
    TestApp::start_with(|settings| {
        change(settings);
        settings.accounts.signup = xqr_engine::settings::Signup::Open;
    })
    .await
}

#[actix_web::test]
async fn a_webhook_is_managed_and_gets_events() {
    let receiver = Receiver::start();
    let app = start(&receiver).await;
    let input = json!({ "url": receiver.url(), "events": ["link.created"], "description": "Production\nlink events" });
    let made = app.owner().post("/webhooks", input).await.expect(201).json();
    let id = made["data"]["id"].as_str().unwrap().to_owned();
    assert!(id.starts_with("wh_") && id.len() == 39);
    let whole = json!({
        "id": id, "url": receiver.url(), "events": ["link.created"], "description": "Production\nlink events",
        "enabled": true, "failure_count": 0, "disabled_at": null,
        "created_at": "2026-03-21T14:30:00Z", "updated_at": "2026-03-21T14:30:00Z"
    });
    assert_eq!(made["data"], whole);
    assert_eq!(app.owner().get("/webhooks").await.expect(200).json()["data"], json!([whole]));
    assert_eq!(app.owner().get(&format!("/webhooks/{id}")).await.expect(200).json()["data"], whole);
    app.link(json!({ "url": "https://example.com" })).await;
    app.drain().await;
    xqr_work::drain(&app.running.app).await.unwrap();
    let path = format!("/webhooks/{id}/deliveries");
    let listed = app.owner().get(&path).await.expect(200).json();
    let delivery = listed["data"][0]["id"].as_str().unwrap().to_owned();
    let expected = json!({
        "id": delivery, "status": "delivered", "event_type": "link.created", "created_at": "2026-03-21T14:30:00Z",
        "delivered_at": "2026-03-21T14:30:00Z", "failed_at": null, "attempts": 1, "response_status": 200
    });
    assert_eq!((&listed["data"], &listed["meta"]["total"]), (&json!([expected]), &json!(1)));
    // Once more, with the same id and bytes.
    let again =
        app.owner().post(&format!("{path}/{delivery}/redeliver"), None).await.expect(202).json();
    assert_eq!(
        (&again["data"]["id"], &again["data"]["status"]),
        (&json!(delivery), &json!("pending"))
    );
    xqr_work::drain(&app.running.app).await.unwrap();
    let heard = receiver.heard();
    assert_eq!(
        (heard.len(), heard[0].header("x-xqr-delivery")),
        (2, heard[1].header("x-xqr-delivery"))
    );
    assert_eq!(
        (&heard[0].body, format!("del_{}", heard[0].header("x-xqr-delivery"))),
        (&heard[1].body, delivery)
    );
    assert_eq!(app.owner().get(&path).await.json()["data"][0]["attempts"], 2);
    let sent = app.owner().post(&format!("/webhooks/{id}/test"), None).await.expect(202).json();
    xqr_work::drain(&app.running.app).await.unwrap();
    let ping: Value = serde_json::from_str(&receiver.heard()[2].body).unwrap();
    assert_eq!(
        (&ping["event"], &sent["data"]["event_type"]),
        (&json!("test.ping"), &json!("test.ping"))
    );
    let [first, second] = ["secret", "rotate"].map(|it| format!("/webhooks/{id}/{it}"));
    let old = app.owner().get(&first).await.expect(200);
    assert_eq!(old.header("cache-control"), "no-store");
    let new = app.owner().post(&second, None).await.expect(200).json();
    assert_ne!(old.json()["data"]["secret"], new["data"]["secret"]);
    assert_eq!(app.owner().get(&first).await.expect(200).json()["data"], new["data"]);
    let off = json!({ "enabled": false, "events": ["*"], "description": "" });
    let edited = app.owner().patch(&format!("/webhooks/{id}"), off).await.expect(200).json();
    assert_eq!(
        (&edited["data"]["enabled"], &edited["data"]["events"]),
        (&json!(false), &json!(["*"]))
    );
    assert_eq!(edited["data"]["disabled_at"], "2026-03-21T14:30:00Z");
    let refused = app.owner().post(&format!("/webhooks/{id}/test"), None).await;
    refused.refused(409, "STATE_CONFLICT", "The resource is disabled.");
    app.owner().delete(&format!("/webhooks/{id}")).await.expect(204);
    app.owner().get(&format!("/webhooks/{id}")).await.refused(
        404,
        "RESOURCE_NOT_FOUND",
        "Webhook not found.",
    );
}

#[actix_web::test]
async fn refusals_name_what_is_wrong() {
    let receiver = Receiver::start();
    let app = start(&receiver).await;
    let create = async |body: Value| app.owner().post("/webhooks", body).await;
    let url = receiver.url();
    for (input, message) in [
        (json!({}), "url: This field is required."),
        (json!({ "url": url }), "events: This field is required."),
        (json!({ "url": url, "events": [] }), "events: Must have at least 1 item."),
        (json!({ "url": url, "events": "link.created" }), "events: Must be a list."),
        (
            json!({ "url": url, "events": ["link.created"], "description": "x".repeat(201) }),
            "description: Must have at most 200 characters.",
        ),
    ] {
        let answer = create(input).await;
        assert_eq!((answer.status, &answer.json()["error"]["message"]), (400, &json!(message)));
    }
    let odd = create(json!({ "url": url, "events": ["link.nonsense"] })).await.expect(400).json();
    assert!(odd["error"]["message"].as_str().unwrap().starts_with("events: "));
    for internal in
        ["https://10.0.0.5/", "https://[::1]/", "gopher://example.com/", "https://127.0.0.1:1/"]
    {
        assert_eq!(
            create(json!({ "url": internal, "events": ["*"] })).await.status,
            400,
            "{internal}"
        );
    }
    let made = create(json!({ "url": url, "events": ["*"] })).await.expect(201).json();
    let id = made["data"]["id"].as_str().unwrap();
    for (method, path) in [
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("GET", "/deliveries"),
        ("POST", "/deliveries/del_x/redeliver"),
        ("GET", "/secret"),
        ("POST", "/rotate"),
        ("POST", "/test"),
    ] {
        let foreign = app
            .stranger()
            .send(method, &format!("/webhooks/{id}{path}"), (method == "PATCH").then(|| json!({})))
            .await;
        foreign.refused(404, "RESOURCE_NOT_FOUND", "Webhook not found.");
    }
    let unknown =
        app.owner().post(&format!("/webhooks/{id}/deliveries/del_x/redeliver"), None).await;
    unknown.refused(404, "RESOURCE_NOT_FOUND", "Delivery not found.");
    let small = app.key_with(Plan::Pro, r#"{"webhooks":0}"#, &["*"]);
    let locked = app.client(&small).post("/webhooks", json!({ "url": url, "events": ["*"] })).await;
    locked.refused(403, "FEATURE_NOT_AVAILABLE", "webhooks is not available on the pro plan.");
}

#[cfg(feature = "studio")]
#[actix_web::test]
async fn a_person_sees_the_secret_and_sends_a_test() {
    let receiver = Receiver::start();
    let app = start(&receiver).await;
    let ann = app.person("ann@example.com", Plan::Pro).await;
    let key = ann.post("keys/", json!({ "name": "k", "plan": "pro" })).await.expect(201).body();
    let key = key["raw_key"].as_str().unwrap();
    let input = json!({ "url": receiver.url(), "events": ["link.created"] });
    let made = app.client(key).post("/webhooks", input).await.expect(201).json();
    let id = made["data"]["id"].as_str().unwrap();
    let as_person = async |method: &str, path: &str| {
        app.send(
            app.request(method, &format!("/api/developer/webhooks/{id}/{path}"))
                .bearer_auth(&ann.access),
        )
        .await
    };
    let secret = as_person("GET", "secret").await.expect(200).json();
    assert_eq!(
        secret["data"],
        app.client(key).get(&format!("/webhooks/{id}/secret")).await.json()["data"]
    );
    as_person("POST", "test").await.expect(202);
    xqr_work::drain(&app.running.app).await.unwrap();
    assert_eq!(receiver.heard().len(), 1);
    let with_key = app
        .send(app.request("GET", &format!("/api/developer/webhooks/{id}/secret")).bearer_auth(key))
        .await;
    with_key.refused(401, "INVALID_TOKEN", "The access token is missing, expired or invalid.");
}
