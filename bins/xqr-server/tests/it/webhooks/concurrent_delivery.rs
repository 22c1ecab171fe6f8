//! Many receivers, several nodes: no receiver delays another, and every event is delivered once.

use std::collections::HashSet;
use std::net::TcpListener;
use std::time::Duration;

use serde_json::json;
use xqr_engine::errors::Dialect;
use xqr_engine::rows::DeliveryStatus;
use xqr_engine::webhooks::delivery::{self, Room};
use xqr_engine::webhooks::subscriptions;
use xqr_engine::{Caller, Tx};

use crate::support::receiver::{Heard, Receiver, start_reaching};
use crate::support::webhooks::STUDIO_EVENTS;

#[cfg(feature = "studio")]
#[actix_web::test]
async fn a_slow_receiver_delays_no_other() {
    let (slow, healthy) = (Receiver::start(), Receiver::start());
    slow.hold();
    let app = start_reaching(&[&slow, &healthy]).await;
    let (slow_hook, _) = app.subscribe(Dialect::Studio, &slow.url(), &STUDIO_EVENTS).await;
    app.subscribe(Dialect::Studio, &healthy.url(), &STUDIO_EVENTS).await;
    // The service's own loop delivers.
    for _ in 0..10 {
        app.example().await;
    }
    // Off this thread, which the loop runs on.
    let healthy = actix_web::web::block(move || {
        let arrived =
            (0..10).map_while(|_| healthy.arrived.recv_timeout(Duration::from_secs(2)).ok());
        assert_eq!(arrived.count(), 10);
        healthy
    });
    assert_eq!(healthy.await.unwrap().heard().len(), 10);
    assert!(slow.heard().len() <= 2, "two at a time: {}", slow.heard().len());
    assert!(app.deliveries(&slow_hook).iter().all(|it| it.status == DeliveryStatus::Pending));
    app.leave_deliveries();
    // Attempts under way end before the service does.
    app.running.stop().await;
}

#[cfg(feature = "studio")]
#[actix_web::test]
async fn many_slow_receivers_delay_no_other() {
    let crowd: Vec<_> = (1..=45)
        .map(|n| Receiver::on(TcpListener::bind((format!("127.0.1.{n}"), 0)).unwrap()))
        .collect();
    let healthy = Receiver::start();
    let app = start_reaching(&crowd.iter().chain([&healthy]).collect::<Vec<_>>()).await;
    for receiver in crowd.iter().chain([&healthy]) {
        app.subscribe(Dialect::Studio, &receiver.url(), &STUDIO_EVENTS).await;
    }
    crowd.iter().for_each(Receiver::hold);
    app.example().await;
    app.example().await;
    app.example().await;
    let arrived = actix_web::web::block(move || {
        (0..3).map_while(|_| healthy.arrived.recv_timeout(Duration::from_secs(2)).ok()).count()
    });
    assert_eq!(arrived.await.unwrap(), 3);
    assert!(crowd.iter().all(|receiver| receiver.heard().len() <= 2));
    // Those to the slow receivers.
    app.leave_deliveries();
}

#[actix_web::test]
async fn two_nodes_deliver_everything_once() {
    let receivers: Vec<_> = (1..=4)
        .map(|n| Receiver::on(TcpListener::bind((format!("127.0.2.{n}"), 0)).unwrap()))
        .collect();
    let app = start_reaching(&receivers.iter().collect::<Vec<_>>()).await;
    for receiver in &receivers {
        app.subscribe(Dialect::Xqr, &receiver.url(), &["*"]).await;
    }
    let other = app.node();
    for n in 0..100 {
        let node = if n % 2 == 0 { &app } else { &other };
        let id = node.example().await;
        node.patch(&id, json!({ "url": "https://example.org/" })).await;
    }
    let (one, two) = futures_util::future::join(app.deliver(), other.deliver()).await;
    assert_eq!((one, two), ((), ()));
    for receiver in &receivers {
        let heard = receiver.heard();
        let ids: HashSet<_> = heard.iter().map(|it| it.headers["webhook-id"].clone()).collect();
        assert_eq!((heard.len(), ids.len()), (200, 200));
        // Events of one link arrive in their order; those of several links need not.
        let mut created = HashSet::new();
        for reported in heard.iter().map(Heard::json) {
            let first = created.insert(reported["data"]["link_id"].as_str().unwrap().to_owned());
            assert_eq!(reported["event"], if first { "link.created" } else { "link.updated" });
        }
    }
}

#[actix_web::test]
async fn an_unfinished_delivery_is_claimed_again_after_its_lease() {
    let receiver = Receiver::start();
    let app = start_reaching(&[&receiver]).await;
    let (hook, _) = app.subscribe(Dialect::Xqr, &receiver.url(), &["*"]).await;
    let id = hook.id;
    // A node that dies between claim and attempt.
    let claimed = app
        .tx(move |tx, caller| {
            subscriptions::test(tx, caller, Dialect::Xqr, id)?;
            delivery::claim(tx, "dead", &[id], Room { all: 8, suspects: 8 })
        })
        .await
        .unwrap();
    assert_eq!(claimed.len(), 1);
    let again = move |tx: &mut Tx<'_>, _: &Caller| {
        delivery::claim(tx, "dead", &[id], Room { all: 8, suspects: 8 })
    };
    app.clock.advance(29_999);
    assert!(app.tx(again).await.unwrap().is_empty());
    app.clock.advance(1);
    app.deliver().await;
    assert_eq!(receiver.heard().len(), 1);
    let delivery = app.deliveries(&hook).remove(0);
    assert_eq!((delivery.status.as_str(), delivery.attempts), ("delivered", 1));
}
