//! Attempts that fail: retry tables, disabled webhooks, receivers that are overloaded or down.

use std::net::TcpListener;

use xqr_engine::errors::Dialect;
use xqr_engine::rows::{DeliveryStatus, WebhookStatus};

use crate::support::receiver::{Receiver, reaching, start_reaching};
use crate::support::test_app::TestApp;
use crate::support::webhooks::{STUDIO_EVENTS, python_verifies};

#[cfg(feature = "studio")]
#[actix_web::test]
async fn attempts_follow_the_tables_and_ids_stay() {
    for (dialect, delays, jitter) in [
        (Dialect::Studio, [60_000, 300_000, 1_800_000, 7_200_000, 43_200_000], 20),
        (Dialect::Xqr, [5_000, 30_000, 300_000, 1_800_000, 7_200_000], 0),
    ] {
        let receiver = Receiver::start();
        receiver.say("500 Oh", "");
        let app = start_reaching(&[&receiver]).await;
        let (hook, secret) =
            app.subscribe(dialect, &receiver.url(), &["*", "dynamic_qr.created"]).await;
        app.example().await;
        app.deliver().await;
        for (n, delay) in delays.into_iter().enumerate() {
            assert_eq!(receiver.heard().len(), n + 1);
            let delivery = app.deliveries(&hook).remove(0);
            assert_eq!(
                (delivery.status.as_str(), delivery.attempts),
                ("pending", i32::try_from(n).unwrap() + 1)
            );
            let wait = delivery.due_at - app.running.app.now();
            assert!((wait - delay).abs() <= delay * jitter / 100, "{dialect:?} {n} {wait}");
            app.clock.advance(wait - 1);
            app.deliver().await;
            assert_eq!(receiver.heard().len(), n + 1, "not a millisecond early");
            app.clock.advance(1);
            app.deliver().await;
        }
        let delivery = app.deliveries(&hook).remove(0);
        assert_eq!(
            (delivery.status.as_str(), delivery.attempts, delivery.response_status),
            ("failed", 6, Some(500))
        );
        assert_eq!(delivery.failed_at(), Some(app.running.app.now()));
        app.clock.advance(1_000_000_000);
        app.deliver().await;
        let heard = receiver.heard();
        assert_eq!(heard.len(), 6, "never again");
        assert!(heard.iter().all(|it| it.headers["webhook-id"] == heard[0].headers["webhook-id"]
            && it.body == heard[0].body));
        let mut timestamps: Vec<_> =
            heard.iter().map(|it| it.headers["webhook-timestamp"].clone()).collect();
        timestamps.dedup();
        assert_eq!(timestamps.len(), 6, "each attempt is signed anew");
        assert_eq!(python_verifies(dialect, &secret, &heard), 6);
    }
}

#[cfg(feature = "studio")]
#[actix_web::test]
async fn webhooks_are_disabled_after_failures_in_a_row_and_by_gone() {
    for (dialect, limit) in [(Dialect::Studio, 20), (Dialect::Xqr, 100)] {
        let receiver = Receiver::start();
        let app = start_reaching(&[&receiver]).await;
        let (hook, _) = app.subscribe(dialect, &receiver.url(), &["*", "dynamic_qr.created"]).await;
        // A success in between begins the count anew.
        receiver.say("500 Oh", "");
        app.example().await;
        app.deliver().await;
        assert_eq!(app.find(&hook).consecutive_failures, 1);
        receiver.say("204 No Content", "");
        app.clock.advance(72_001);
        app.deliver().await;
        assert_eq!(app.find(&hook).consecutive_failures, 0);
        receiver.say("302 Found", &format!("Location: {}\r\n", receiver.url()));
        for n in 1..=limit {
            assert_eq!(app.find(&hook).status, WebhookStatus::Active, "{n}");
            app.example().await;
            app.deliver().await;
            assert_eq!(
                app.find(&hook).consecutive_failures,
                n,
                "a redirect is a failure, and not followed"
            );
        }
        let disabled = app.find(&hook);
        assert_eq!(
            (disabled.status.as_str(), disabled.disabled_at),
            ("disabled", Some(app.running.app.now()))
        );
        let (before, made) = (receiver.heard().len(), app.deliveries(&hook).len());
        app.example().await;
        app.clock.advance(86_400_000);
        app.deliver().await;
        assert_eq!(
            (receiver.heard().len(), app.deliveries(&hook).len()),
            (before, made),
            "nothing more"
        );
        receiver.say("200 OK", "");
        let active = app.set(&hook, WebhookStatus::Active).await;
        assert_eq!(
            (active.status.as_str(), active.consecutive_failures, active.disabled_at),
            ("active", 0, None)
        );
        app.deliver().await;
        assert!(
            app.deliveries(&hook).iter().all(|it| it.status == DeliveryStatus::Delivered),
            "what was due waited"
        );
        // Gone.
        receiver.say("410 Gone", "");
        app.example().await;
        app.deliver().await;
        let gone = app.find(&hook);
        assert_eq!((gone.status.as_str(), gone.consecutive_failures), ("disabled", 1));
        assert_eq!(app.deliveries(&hook).last().unwrap().status, DeliveryStatus::Failed);
    }
}

#[cfg(feature = "studio")]
#[actix_web::test]
async fn a_receiver_that_was_dead_for_ten_minutes_gets_everything() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let app = TestApp::start_with(reaching(&[port])).await;
    let (hook, _) =
        app.subscribe(Dialect::Studio, &format!("http://127.0.0.1:{port}/"), &STUDIO_EVENTS).await;
    let mut ids = Vec::new();
    for minute in 0..10 {
        if minute < 3 {
            ids.push(app.example().await);
        }
        app.deliver().await;
        app.clock.advance(60_000);
    }
    let pending = app.deliveries(&hook);
    assert!(pending.iter().all(|it| it.status == DeliveryStatus::Pending
        && it.response_status.is_none()
        && it.attempts >= 2));
    let receiver = Receiver::on(TcpListener::bind(("127.0.0.1", port)).unwrap());
    for _ in 0..60 {
        app.clock.advance(60_000);
        app.deliver().await;
    }
    let mut reported: Vec<_> =
        receiver.heard().iter().map(|it| it.headers["webhook-id"].clone()).collect();
    reported.sort();
    let mut made: Vec<_> = pending.iter().map(|it| it.uid.clone()).collect();
    made.sort();
    assert_eq!((reported.len(), reported), (3, made));
    assert_eq!(app.find(&hook).consecutive_failures, 0);
}

#[actix_web::test]
async fn overloaded_receivers_are_left_alone() {
    let receiver = Receiver::start();
    receiver.say("429 Slow Down", "Retry-After: 120\r\n");
    let app = start_reaching(&[&receiver]).await;
    let (hook, _) = app.subscribe(Dialect::Xqr, &receiver.url(), &["*"]).await;
    app.example().await;
    app.deliver().await;
    let wait = |n: usize| app.deliveries(&hook)[n].due_at - app.running.app.now();
    assert_eq!(wait(0), 120_000, "not the table's 5 s");
    app.example().await;
    app.clock.advance(119_999);
    app.deliver().await;
    assert_eq!(receiver.heard().len(), 1, "other deliveries wait, too");
    // Not for ever.
    receiver.say("503 No", "Retry-After: 99999999\r\n");
    app.clock.advance(1);
    app.deliver().await;
    assert_eq!(wait(1), 3_600_000, "the one that waited longest was tried, alone");
    receiver.say("502 Bad Gateway", "");
    app.clock.advance(3_600_000);
    app.deliver().await;
    assert_eq!(
        app.find(&hook).not_before.map(|at| at - app.running.app.now()),
        Some(30_000),
        "until its next attempt"
    );
    receiver.say("200 OK", "");
    app.clock.advance(300_000);
    app.deliver().await;
    assert_eq!(app.find(&hook).not_before, None);
    assert!(app.deliveries(&hook).iter().all(|it| it.status == DeliveryStatus::Delivered));
}
