//! What receivers get: events, payloads, signatures.

use insta::assert_snapshot;
use serde_json::json;
use xqr_engine::errors::{Condition, Dialect};
use xqr_engine::links;
use xqr_engine::rows::{DeliveryStatus, WebhookStatus};
use xqr_store::outbox;

use crate::support::receiver::{Heard, Receiver, start_reaching};
use crate::support::snapshots::shown;
use crate::support::webhooks::{STUDIO_EVENTS, destination, python_verifies};

#[cfg(feature = "studio")]
#[actix_web::test]
async fn receivers_of_both_formats_get_events_and_verify_them() {
    let (studio, native) = (Receiver::start(), Receiver::start());
    let app = start_reaching(&[&studio, &native]).await;
    let (studio_hook, studio_secret) =
        app.subscribe(Dialect::Studio, &studio.url(), &STUDIO_EVENTS).await;
    let (native_hook, native_secret) = app.subscribe(Dialect::Xqr, &native.url(), &["*"]).await;
    let id = app.example().await;
    app.patch(&id, json!({ "url": "https://example.org/" })).await;
    // The studio has no word for labels, and none for the end.
    app.patch(&id, json!({ "labels": ["a"] })).await;
    app.owner().delete(&format!("/links/{id}")).await.expect(204);
    app.deliver().await;

    let heard = studio.heard();
    assert_eq!(heard.len(), 2, "{heard:?}");
    let (created, updated) = (heard[0].json(), heard[1].json());
    let code = created["data"]["short_id"].as_str().unwrap();
    let names = [(heard[0].header("webhook-id"), "id"), (code, "code")];
    assert_snapshot!(shown(&created, &names), @r#"
        {"created_at":"2026-03-21T14:30:00Z","data":{"created_at":"2026-03-21T14:30:00Z",
        "destination_url":"https://example.com/","is_active":true,"name":null,
        "scan_count":0,"short_id":"[code]","updated_at":"2026-03-21T14:30:00Z",
        "variants":[]},"id":"[id]","type":"dynamic_qr.created"}
        "#);
    assert_eq!(updated["type"], "dynamic_qr.updated");
    assert_eq!(updated["data"]["destination_url"], "https://example.org/");
    let of = |name: &str| heard[0].headers[name].as_str();
    assert_eq!(
        (of("x-qrstudio-event"), of("x-qrstudio-delivery")),
        ("dynamic_qr.created", of("webhook-id"))
    );
    assert_eq!((of("content-type"), of("webhook-timestamp")), ("application/json", "1774103400"));
    assert!(of("x-qrstudio-signature").starts_with("t=1774103400,v1="));

    let reported: Vec<_> = native.heard().iter().map(Heard::json).collect();
    assert_snapshot!(shown(&json!(reported), &[(id.as_str(), "id"), (code, "code")]), @r#"
        [{"data":{"destination":"https://example.com/","link_id":"[id]",
        "short_code":"[code]"},"event":"link.created","timestamp":"2026-03-21T14:30:00Z"},
        {"data":{"changes":{"destination":"https://example.org/"},"link_id":"[id]",
        "short_code":"[code]"},"event":"link.updated","timestamp":"2026-03-21T14:30:00Z"},
        {"data":{"changes":{"labels":["a"]},"link_id":"[id]","short_code":"[code]"},
        "event":"link.updated","timestamp":"2026-03-21T14:30:00Z"},
        {"data":{"link_id":"[id]","short_code":"[code]"},"event":"link.deleted",
        "timestamp":"2026-03-21T14:30:00Z"}]
        "#);
    let first = &native.heard()[0].headers;
    assert_eq!(
        (first["user-agent"].as_str(), first["x-xqr-event"].as_str()),
        ("xQR-Webhooks/1.0", "link.created")
    );
    assert_eq!(first["x-xqr-delivery"].len(), 36);

    assert_eq!(python_verifies(Dialect::Studio, &studio_secret, &heard), 2);
    assert_eq!(python_verifies(Dialect::Xqr, &native_secret, &native.heard()), 4);
    for (hook, count) in [(studio_hook, 2), (native_hook, 4)] {
        let deliveries = app.deliveries(&hook);
        assert_eq!(deliveries.len(), count);
        assert!(deliveries.iter().all(|it| it.status == DeliveryStatus::Delivered
            && it.attempts == 1
            && it.response_status == Some(200)));
        assert!(
            deliveries
                .iter()
                .all(|it| it.delivered_at() == Some(app.running.app.now())
                    && it.duration_ms.is_some())
        );
        let hook = app.find(&hook);
        assert_eq!((hook.consecutive_failures, hook.last_response_status), (0, Some(200)));
        assert_eq!(hook.last_delivery_at, Some(app.running.app.now()));
    }
}

#[cfg(feature = "studio")]
#[actix_web::test]
async fn a_thousand_deliveries_are_verified() {
    let receiver = Receiver::start();
    let app = start_reaching(&[&receiver]).await;
    let (_, studio) = app.subscribe(Dialect::Studio, &receiver.url(), &STUDIO_EVENTS).await;
    let (_, native) = app.subscribe(Dialect::Xqr, &receiver.url(), &["*"]).await;
    for _ in 0..10 {
        app.tx(|tx, caller| {
            let draft = || links::NewLink::new(destination());
            links::create_each(tx, caller, std::iter::repeat_with(draft).take(100).collect())
                .map(drop)
        })
        .await
        .unwrap();
    }
    app.deliver().await;
    let (of_studio, of_native): (Vec<_>, Vec<_>) = receiver
        .heard()
        .into_iter()
        .partition(|heard| heard.headers.contains_key("x-qrstudio-event"));
    assert_eq!(python_verifies(Dialect::Studio, &studio, &of_studio), 1_000);
    assert_eq!(python_verifies(Dialect::Xqr, &native, &of_native), 1_000);
}

#[cfg(feature = "studio")]
#[actix_web::test]
async fn scans_are_sent_to_subscribed_webhooks() {
    let (studio, native) = (Receiver::start(), Receiver::start());
    let app = start_reaching(&[&studio, &native]).await;
    let (other, _) = app.subscribe(Dialect::Studio, &studio.url(), &["dynamic_qr.created"]).await;
    let link = app.link(json!({ "url": "https://example.com/" })).await;
    let path = format!("/{}", link["short_code"].as_str().unwrap());
    app.get(&path).await.expect(302);
    app.drain().await;
    app.deliver().await;
    assert_eq!(app.deliveries(&other).len(), 1, "no scan");
    app.subscribe(Dialect::Studio, &studio.url(), &["scan.created"]).await;
    app.subscribe(Dialect::Xqr, &native.url(), &["link.scanned"]).await;
    let request = app
        .request("GET", &path)
        .header("user-agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile/15E148 Safari/604.1")
        .header("referer", "https://news.example/a?b");
    app.send(request).await.expect(302);
    app.drain().await;
    app.deliver().await;
    let reported = studio.heard().last().unwrap().json();
    assert_eq!(reported["type"], "scan.created");
    let code = link["short_code"].as_str().unwrap();
    assert_snapshot!(shown(&reported["data"], &[(code, "code")]), @r#"
        {"browser":"Safari","country":null,"device":"mobile","referer":"news.example",
        "scanned_at":"2026-03-21T14:30:00Z","short_id":"[code]","variant":null}
        "#);
    let reported = native.heard().last().unwrap().json();
    assert_eq!(reported["event"], "link.scanned");
    let browser = &reported["data"]["browser"];
    assert!(browser.is_string());
    assert_eq!(
        reported["data"],
        json!({ "link_id": link["id"], "short_code": code, "country": null, "device": "mobile", "browser": browser, "ip": null })
    );
}

#[actix_web::test]
async fn a_rolled_back_change_sends_no_event() {
    let receiver = Receiver::start();
    let app = start_reaching(&[&receiver]).await;
    let (hook, _) = app.subscribe(Dialect::Xqr, &receiver.url(), &["*"]).await;
    let aborted = app
        .tx(|tx, caller| {
            links::create(tx, caller, links::NewLink::new(destination()))?;
            Err::<(), _>(Condition::KeyInvalid.into())
        })
        .await;
    assert!(aborted.is_err());
    app.deliver().await;
    assert!(receiver.heard().is_empty() && app.deliveries(&hook).is_empty());
}

#[actix_web::test]
async fn an_edit_that_changes_nothing_sends_no_event_and_keeps_its_timestamp() {
    let receiver = Receiver::start();
    let app = start_reaching(&[&receiver]).await;
    let body = json!({ "url": "https://example.com/", "labels": ["a"] });
    let made = app.link(body.clone()).await;
    app.subscribe(Dialect::Xqr, &receiver.url(), &["*"]).await;
    app.clock.advance(60_000);
    let path = format!("/links/{}", made["id"].as_str().unwrap());
    let same = app.owner().patch(&path, body).await.expect(200).json();
    assert_eq!(same["data"], made);
    app.deliver().await;
    assert!(receiver.heard().is_empty());
    let other = app.owner().patch(&path, json!({ "labels": ["b"] })).await.expect(200).json();
    assert_eq!(other["data"]["updated_at"], "2026-03-21T14:31:00Z");
    app.deliver().await;
    assert_eq!(receiver.heard().len(), 1);
}

#[actix_web::test]
async fn an_event_is_stored_only_for_a_workspace_with_an_active_webhook() {
    let receiver = Receiver::start();
    let app = start_reaching(&[&receiver]).await;
    let stores_an_event = async || {
        app.tx(|tx, caller| {
            links::create(tx, caller, links::NewLink::new(destination()))?;
            outbox::has_events(tx.conn)
        })
        .await
        .unwrap()
    };
    assert!(!stores_an_event().await);
    let (hook, _) = app.subscribe(Dialect::Xqr, &receiver.url(), &["*"]).await;
    assert!(stores_an_event().await);
    app.deliver().await;
    app.set(&hook, WebhookStatus::Paused).await;
    assert!(!stores_an_event().await);
}
