//! Deliveries survive kills, orderly ends and restarts.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::TcpListener;
use std::time::Duration;

use serde_json::{Value, json};
use xqr_engine::auth::SigningSecret;
use xqr_engine::callers::workspaces;
use xqr_engine::errors::Dialect;
use xqr_engine::plans::Plan;

use crate::support::pictures::PNG;
use crate::support::program::{Program, request};
use crate::support::receiver::{Receiver, reaching, start_reaching};
use crate::support::test_app::TestApp;
use crate::support::webhooks::python_verifies;

#[actix_web::test]
async fn twenty_kills_and_an_orderly_end_lose_no_delivery() {
    const KILLS: usize = 20;
    let receiver = Receiver::start();
    let app = start_reaching(&[&receiver]).await;
    app.subscribe(Dialect::Xqr, &receiver.url(), &["link.created"]).await;
    let settings = app.running.app.settings.clone();
    app.running.stop().await;
    let port = receiver.port.to_string();
    let given = [
        ("XQR_SECRET", settings.secret.as_str()),
        ("XQR_WEBHOOKS_ALLOW_HTTP", "true"),
        ("XQR_WEBHOOKS_ALLOW_NETS", "127.0.0.0/8"),
        ("XQR_WEBHOOKS_PORTS", &port),
    ];
    let boot = || Program::start_with(&settings.data_dir, &settings.database_url, false, &given);
    let create = format!("POST /api/v1/links HTTP/1.1\r\nAuthorization: Bearer {}", app.key);
    let mut acknowledged = HashSet::new();
    for end in 0..=KILLS {
        let mut program = boot();
        let clients: Vec<_> = (0..3)
            .map(|_| {
                let (address, create) = (program.address.clone(), create.clone());
                std::thread::spawn(move || {
                    let mut made = Vec::new();
                    while let Some((201, body)) =
                        request(&address, &create, r#"{"url":"https://example.com/"}"#)
                    {
                        made.push(
                            serde_json::from_str::<Value>(&body).unwrap()["data"]["id"]
                                .as_str()
                                .unwrap()
                                .to_owned(),
                        );
                    }
                    made
                })
            })
            .collect();
        // At another point of its work each time.
        for _ in 0..5 + end {
            receiver.arrived.recv_timeout(Duration::from_secs(40)).unwrap();
        }
        if end < KILLS {
            program.kill();
        } else {
            assert_eq!(program.end(), Some(0));
        }
        acknowledged.extend(clients.into_iter().flat_map(|client| client.join().unwrap()));
    }
    // What a killed program had claimed is due again when its lease ends.
    let program = boot();
    let reported = || {
        receiver
            .heard()
            .iter()
            .map(|it| it.json()["data"]["link_id"].as_str().unwrap().to_owned())
            .collect::<HashSet<_>>()
    };
    while !acknowledged.is_subset(&reported()) {
        receiver.arrived.recv_timeout(Duration::from_secs(40)).unwrap();
    }
    let heard = receiver.heard();
    let mut bodies = HashMap::new();
    for it in &heard {
        let first =
            bodies.entry(it.headers["webhook-id"].clone()).or_insert_with(|| it.body.clone());
        assert_eq!(*first, it.body, "an id is one delivery");
    }
    assert_eq!(bodies.len(), reported().len(), "a change is one delivery");
    assert!(heard.len() - bodies.len() <= 2 * KILLS, "no more duplicates than were under way");
    for id in reported() {
        let get = format!("GET /api/v1/links/{id} HTTP/1.1\r\nAuthorization: Bearer {}", app.key);
        assert_eq!(request(&program.address, &get, "").unwrap().0, 200, "reported, and not there");
    }
}

#[actix_web::test]
async fn every_event_reaches_a_receiver_that_was_dead_through_a_restart() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let app = TestApp::start_with(reaching(&[port])).await;
    let menu = app.link(json!({ "url": "https://example.com", "custom_slug": "menu" })).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    for _ in 0..99 {
        app.get("/menu").await.expect(302);
    }
    app.drain().await;
    // Not earlier: a hundred failures in a row disable it.
    let input = json!({ "url": format!("http://127.0.0.1:{port}/"), "events": ["*"] });
    let hook = app.owner().post("/webhooks", input).await.expect(201).json()["data"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    app.get("/menu").await.expect(302);
    app.drain().await;
    let link = app.example().await;
    app.patch(&link, json!({ "url": "https://example.org" })).await;
    app.owner().delete(&format!("/links/{link}")).await.expect(204);
    app.published("logo.png", "image/png", PNG).await;
    let page = app.page(json!({ "title": "Acme" })).await["id"].as_str().unwrap().to_owned();
    for act in ["publish", "unpublish"] {
        app.owner().post(&format!("/bio/pages/{page}/{act}"), None).await.expect(200);
    }
    let workspace = app.owner().get("/workspace").await.expect(200).json()["data"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    app.running
        .app
        .write(move |tx| workspaces::set_plan(tx, &workspace, Plan::Business))
        .await
        .unwrap();
    app.owner().post(&format!("/webhooks/{hook}/test"), None).await.expect(202);
    for _ in 0..10 {
        app.deliver().await;
        app.clock.advance(60_000);
    }
    // Another process on the same data, after an orderly end of the first one.
    let app = app.restart().await;
    let receiver = Receiver::on(TcpListener::bind(("127.0.0.1", port)).unwrap());
    for _ in 0..60 {
        app.clock.advance(60_000);
        app.deliver().await;
    }
    let heard = receiver.heard();
    let reported: BTreeMap<&str, usize> = heard.iter().fold(BTreeMap::new(), |mut reported, it| {
        *reported.entry(it.header("x-xqr-event")).or_default() += 1;
        reported
    });
    let mut events = xqr_native::DIALECT.profile.webhooks().unwrap().events().to_vec();
    events.sort_unstable();
    assert_eq!(reported.keys().copied().collect::<Vec<_>>(), events);
    let ids: HashSet<&str> = heard.iter().map(|it| it.header("x-xqr-delivery")).collect();
    assert_eq!(ids.len(), events.len(), "each once or more: {reported:?}");
    let data = |event: &str| {
        heard.iter().find(|it| it.header("x-xqr-event") == event).unwrap().json()["data"].clone()
    };
    let milestone =
        json!({ "link_id": menu, "short_code": "menu", "scan_count": 100, "threshold": 100 });
    assert_eq!(data("link.threshold"), milestone);
    assert_eq!(
        data("subscription.updated"),
        json!({ "old_plan": "enterprise", "new_plan": "business" })
    );
    let secret = app.owner().get(&format!("/webhooks/{hook}/secret")).await.expect(200).json();
    let secret = secret["data"]["secret"].as_str().unwrap().parse::<SigningSecret>().unwrap();
    assert_eq!(python_verifies(Dialect::Xqr, &secret, &heard), heard.len());
}
