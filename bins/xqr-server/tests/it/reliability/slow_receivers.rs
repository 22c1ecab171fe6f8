//! Many receivers that misbehave, and one that does not.

use std::net::TcpListener;
use std::time::Duration;

use serde_json::{Value, json};
use xqr_engine::plans::Plan;
use xqr_engine::settings::Signup;

use crate::support::receiver::{Receiver, reaching};
use crate::support::servers::{Manner, rogue_on};
use crate::support::studio::{MENU, dynamic};
use crate::support::test_app::TestApp;

#[actix_web::test]
async fn forty_five_misbehaving_receivers_delay_no_other() {
    let healthy = Receiver::start();
    let mut crowd = Vec::new();
    for (net, count, manner) in
        [(3, 20, Manner::Silent), (4, 20, Manner::Drips), (5, 5, Manner::EndlessBody)]
    {
        for n in 1..=count {
            let address = format!("127.0.{net}.{n}");
            let port = rogue_on(TcpListener::bind((address.as_str(), 0)).unwrap(), manner);
            crowd.push((format!("http://{address}:{port}/"), port));
        }
    }
    let ports: Vec<u16> = crowd.iter().map(|(_, port)| *port).chain([healthy.port]).collect();
    let allow = reaching(&ports);
    let app = TestApp::start_with(|settings| {
        allow(settings);
        settings.accounts.signup = Signup::Open;
    })
    .await;
    let ann = app.person("ann@example.com", Plan::Enterprise).await;
    let subscribe = async |url: &str| {
        let input = json!({ "url": url, "events": ["dynamic_qr.created", "dynamic_qr.updated"] });
        ann.post("webhooks/", input).await.expect(201).body()["id"].clone()
    };
    for (url, _) in &crowd {
        subscribe(url).await;
    }
    let hook = subscribe(&healthy.url()).await;
    // The service's own loop delivers.
    for n in 0..5 {
        let made = ann.post("dynamic/", dynamic(MENU)).await.expect(201).body();
        let code = made["short_id"].as_str().unwrap();
        let change = json!({ "destination_url": format!("{MENU}/{n}") });
        ann.patch(&format!("dynamic/{code}/"), change).await.expect(200);
        app.get(&format!("/q/{code}/")).await.expect(302);
    }
    // Off this thread, which the loop runs on.
    let waiting = actix_web::web::block(move || {
        let arrived = (0..10)
            .map_while(|_| healthy.arrived.recv_timeout(Duration::from_secs(2)).ok())
            .count();
        (arrived, healthy)
    });
    let (arrived, healthy) = waiting.await.unwrap();
    assert_eq!((arrived, healthy.heard().len()), (10, 10));
    let deliveries = async || {
        let answer = ann.get(&format!("webhooks/{hook}/deliveries/")).await.expect(200);
        answer.body()["results"].as_array().unwrap().clone()
    };
    let delivered = |all: &[Value]| all.iter().filter(|it| it["status"] == "delivered").count();
    // A delivery is marked as delivered shortly after the receiver has it.
    while delivered(&deliveries().await) < 10 {
        tokio::task::yield_now().await;
    }
    assert!(deliveries().await.iter().all(|it| it["attempts"] == 1));
    // Those to the receivers that misbehave.
    app.leave_deliveries();
}
