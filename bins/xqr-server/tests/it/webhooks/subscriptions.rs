//! Subscriptions through the engine: endpoints, plans, secrets, states.

use std::sync::Arc;

use serde_json::json;
use xqr_engine::auth::SecretKey;
use xqr_engine::callers::api_keys;
use xqr_engine::errors::{Condition, Dialect};
use xqr_engine::plans::Plan;
use xqr_engine::rows::{Page, WebhookStatus};
use xqr_engine::webhooks::subscriptions::{self, Edit, NewWebhook};
use xqr_engine::{Caller, Tx, links};

use crate::support::receiver::{Receiver, start_reaching};
use crate::support::test_app::TestApp;
use crate::support::webhooks::{STUDIO_EVENTS, destination, python_verifies};

#[actix_web::test]
async fn internal_addresses_are_refused_when_named_and_with_every_attempt() {
    let receiver = Receiver::start();
    let app = TestApp::start().await;
    for url in [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://10.0.0.5/",
        "https://169.254.169.254/latest",
        "https://0x7f.1/",
        "https://[::ffff:127.0.0.1]/",
    ] {
        let refused = subscriptions::endpoint(&app.running.app, "url", url).await.err().unwrap();
        assert!(matches!(refused.condition(), Condition::FetchRefused { .. }), "{url}: {refused}");
    }
    for url in [
        "http://example.com/",
        "ftp://example.com/",
        "https://user@example.com/",
        "https://example.com:8443/",
        "x",
        "",
    ] {
        let refused = subscriptions::endpoint(&app.running.app, "url", url).await.err().unwrap();
        assert!(
            matches!(refused.condition(), Condition::EndpointInvalid { .. }),
            "{url}: {refused}"
        );
    }
    // The operator allowed it once, and does no more.
    let app = start_reaching(&[&receiver]).await;
    let (hook, _) = app.subscribe(Dialect::Xqr, &receiver.url(), &["*"]).await;
    let mut settings = app.running.app.settings.clone();
    // The one that is refused is due again at the end.
    app.leave_deliveries();
    app.running.stop().await;
    settings.webhooks.allow_nets = Vec::new();
    let strict = xqr_server::start(
        settings,
        Arc::clone(&app.clock) as _,
        Arc::new(xqr_engine::SeededRandom::new(3)),
    )
    .unwrap();
    let engine = &strict.app;
    let secret = app.key.parse::<SecretKey>().unwrap();
    let caller = engine
        .data
        .read_here(|conn| api_keys::authenticate(conn, engine.data.plans(), &secret, engine.now()))
        .unwrap();
    let (maker, id) = (caller.clone(), hook.id);
    engine
        .write(move |tx| links::create(tx, &maker, links::NewLink::new(destination())))
        .await
        .unwrap();
    for n in 1..=3 {
        xqr_work::drain(engine).await.unwrap();
        let page = Page::Offset { limit: 1, offset: 0 };
        let delivery = engine
            .data
            .read_here(|conn| subscriptions::deliveries(conn, &caller, Dialect::Xqr, id, page))
            .unwrap()
            .remove(0);
        assert_eq!(
            (delivery.attempts, delivery.response_status, delivery.duration_ms),
            (n, None, None)
        );
        app.clock.advance(delivery.due_at - engine.now());
    }
    assert!(receiver.heard().is_empty() && receiver.arrived.try_recv().is_err());
    strict.stop().await;
}

#[cfg(feature = "studio")]
#[actix_web::test]
async fn plans_count_webhooks() {
    let app = TestApp::start().await;
    let make = |key: String| {
        let caller = app.caller(&key);
        let engine = Arc::clone(&app.running.app);
        async move {
            let url =
                subscriptions::endpoint(&engine, "url", "https://hooks.example/").await.unwrap();
            let draft = NewWebhook {
                dialect: Dialect::Studio,
                url,
                description: String::new(),
                events: vec!["scan.created".into()],
            };
            engine
                .write(move |tx| subscriptions::create(tx, &caller, draft))
                .await
                .map(|(hook, _)| hook)
        }
    };
    let free = app.key_of(Plan::Starter, &[]);
    let locked = Condition::FeatureLocked { feature: "webhooks".into(), plan: "starter".into() };
    assert_eq!(*make(free).await.unwrap_err().condition(), locked);
    let pro = app.key_of(Plan::Pro, &[]);
    let mut hooks_of_pro = Vec::new();
    for _ in 0..3 {
        hooks_of_pro.push(make(pro.clone()).await.unwrap());
    }
    let full = Condition::PlanLimitReached { what: "webhooks".into(), cap: 3, plan: "pro".into() };
    assert_eq!(*make(pro.clone()).await.unwrap_err().condition(), full);
    let (id, caller) = (hooks_of_pro[0].id, app.caller(&pro));
    let foreign = app
        .tx(move |tx, caller| subscriptions::delete(tx, caller, Dialect::Studio, id))
        .await
        .unwrap_err();
    assert!(
        matches!(foreign.condition(), Condition::ResourceNotFound { .. }),
        "another workspace's"
    );
    let owner = caller.clone();
    let other_dialect = app
        .running
        .app
        .write(move |tx| subscriptions::delete(tx, &owner, Dialect::Xqr, id))
        .await
        .unwrap_err();
    assert!(
        matches!(other_dialect.condition(), Condition::ResourceNotFound { .. }),
        "another dialect's"
    );
    app.running
        .app
        .write(move |tx| subscriptions::delete(tx, &caller, Dialect::Studio, id))
        .await
        .unwrap();
    make(pro).await.unwrap();
}

#[cfg(feature = "studio")]
#[actix_web::test]
async fn secrets_are_sealed_and_rotate_with_an_overlap() {
    let receiver = Receiver::start();
    let app = start_reaching(&[&receiver]).await;
    let (hook, old) = app.subscribe(Dialect::Studio, &receiver.url(), &STUDIO_EVENTS).await;
    let id = hook.id;
    let (_, new) = app
        .tx(move |tx, caller| {
            subscriptions::rotate(tx, caller, Dialect::Studio, id, subscriptions::OVERLAP)
        })
        .await
        .unwrap();
    assert_ne!(old.expose(), new.expose());
    app.example().await;
    app.deliver().await;
    app.clock.advance(subscriptions::OVERLAP);
    app.example().await;
    app.deliver().await;
    let heard = receiver.heard();
    assert_eq!(python_verifies(Dialect::Studio, &new, &heard), 2);
    let signatures = |n: usize| heard[n].headers["webhook-signature"].split(' ').count();
    assert_eq!((signatures(0), signatures(1)), (2, 1));
    let now: i64 = heard[0].headers["webhook-timestamp"].parse().unwrap();
    let by_old = old.sign_standard(&heard[0].headers["webhook-id"], now, heard[0].body.as_bytes());
    assert!(heard[0].headers["webhook-signature"].ends_with(&by_old));
    for secret in [&old, &new] {
        app.no_file_holds(secret.expose());
        app.no_file_holds(&secret.expose()["whsec_".len()..]);
    }
}

#[cfg(feature = "studio")]
#[actix_web::test]
async fn paused_webhooks_get_no_events_and_tests_are_sent_on_demand() {
    let receiver = Receiver::start();
    let app = start_reaching(&[&receiver]).await;
    let (hook, _) = app.subscribe(Dialect::Studio, &receiver.url(), &["scan.created"]).await;
    let id = hook.id;
    let test = move |tx: &mut Tx<'_>, caller: &Caller| {
        subscriptions::test(tx, caller, Dialect::Studio, id)
    };
    let uid = app.tx(test).await.unwrap();
    app.deliver().await;
    let heard = receiver.heard();
    assert_eq!(heard.len(), 1);
    assert_eq!(heard[0].headers["webhook-id"], uid);
    assert_eq!(
        (&heard[0].json()["type"], &heard[0].json()["data"]),
        (&json!("test.ping"), &json!({ "webhook_id": id }))
    );
    let edit = Edit { events: Some(vec!["dynamic_qr.created".into()]), ..Edit::default() };
    let edited = app
        .tx(move |tx, caller| subscriptions::update(tx, caller, Dialect::Studio, id, edit))
        .await
        .unwrap();
    assert_eq!(subscriptions::subscribed_events(&edited), ["dynamic_qr.created"]);
    app.set(&hook, WebhookStatus::Paused).await;
    app.example().await;
    assert!(matches!(app.tx(test).await.unwrap_err().condition(), Condition::StateConflict { .. }));
    app.set(&hook, WebhookStatus::Active).await;
    app.deliver().await;
    assert_eq!(receiver.heard().len(), 1);
    // Past the retention, deliveries go.
    app.clock.advance(73 * 3_600_000);
    app.deliver().await;
    assert!(app.deliveries(&hook).is_empty());
}
