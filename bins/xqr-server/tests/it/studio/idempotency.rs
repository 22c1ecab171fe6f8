//! Idempotency-Key in the studio dialect: what is sent again has no second effect, what failed may
//! be tried again (sections 6 and 18).

use std::net::TcpListener;

use serde_json::json;
use xqr_engine::plans::Plan;

use crate::support::actors::{PASSWORD, Person};
use crate::support::envelopes::studio_refused;
use crate::support::pictures::square;
use crate::support::servers::serve_on;
use crate::support::studio::{MENU, dynamic_picture, makers, once, studio_key};
use crate::support::test_app::TestApp;

const DAY: i64 = 24 * 60 * 60 * 1000;

#[actix_web::test]
async fn what_is_sent_again_has_no_second_effect() {
    let app = TestApp::start_with_signup().await;
    let ann = app.person("ann@example.com", Plan::Enterprise).await;
    let key = studio_key(&app, Plan::Pro);
    let mut first = Vec::new();
    for (path, input, _) in makers() {
        let who = if path == "generate/" { &key } else { &ann.access };
        let made = once(&app, who, path, &input).await;
        assert!(
            [200, 201].contains(&made.status) && made.header("idempotent-replayed").is_empty(),
            "{path}: {}",
            made.status
        );
        for _ in 0..2 {
            let again = once(&app, who, path, &input).await;
            assert_eq!(
                (again.status, &again.bytes, again.header("idempotent-replayed")),
                (made.status, &made.bytes, "true"),
                "{path}"
            );
            for name in ["content-type", "x-qr-short-id", "x-qr-public-url"] {
                assert_eq!(again.header(name), made.header(name), "{path}: {name}");
            }
        }
        first.push(made.bytes);
    }
    let usage = app.studio(&key).get("/api/v1/usage/").await.body();
    // The QR was made once, and each picture charged.
    assert_eq!((&usage["used_this_month"], &usage["active_dynamic_qrs"]), (&json!(3), &json!(1)));
    let batch = json!({ "items": [dynamic_picture(MENU), { "data": MENU, "size_inches": 1 }] });
    let made = once(&app, &key, "generate/bulk/", &batch).await.expect(200);
    let again = once(&app, &key, "generate/bulk/", &batch).await.expect(200);
    assert_eq!(
        (again.header("idempotent-replayed"), made.header("idempotent-replayed")),
        ("true", "")
    );
    // As is a picture alone.
    for _ in 0..2 {
        let picture = once(&app, &key, "validate/", &json!({ "data": MENU, "size_inches": 1 }))
            .await
            .expect(200);
        assert_eq!(picture.header("idempotent-replayed"), "");
        app.studio(&key)
            .post("/api/v1/generate/", json!({ "data": MENU, "size_inches": 1 }))
            .await
            .expect(200);
    }
    let usage = app.studio(&key).get("/api/v1/usage/").await.body();
    assert_eq!((&usage["used_this_month"], &usage["active_dynamic_qrs"]), (&json!(9), &json!(2)));

    app.clock.advance(DAY - 1);
    let session = app
        .auth("login", json!({ "email": "ann@example.com", "password": PASSWORD }))
        .await
        .expect(200)
        .body();
    let later = Person::of(&app, &session);
    for ((path, input, _), made) in
        makers().into_iter().zip(&first).filter(|((path, ..), _)| *path != "generate/")
    {
        let kept = once(&app, &later.access, path, &input).await;
        assert_eq!(
            (&kept.bytes, kept.header("idempotent-replayed")),
            (made, "true"),
            "{path}: another sign-in of the same person"
        );
    }
    app.clock.advance(1);
    let key = &app.key;
    for ((path, input, _), made) in makers().into_iter().zip(first) {
        let who = if path == "generate/" { key } else { &later.access };
        let fresh = once(&app, who, path, &input).await;
        assert!(
            [200, 201].contains(&fresh.status) && fresh.header("idempotent-replayed").is_empty(),
            "{path}"
        );
        assert_ne!(fresh.bytes, made, "{path}");
    }
}

#[actix_web::test]
async fn what_failed_may_be_tried_again_with_the_same_key() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let app = TestApp::start_with(|settings| {
        settings.fetch.ports = vec![port];
        settings.fetch.allow_nets = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await;
    let key = studio_key(&app, Plan::Pro);
    let mut input = dynamic_picture(MENU);
    input["logo_url"] = json!(format!("http://127.0.0.1:{port}/logo.png"));
    let used = async || {
        let usage = app.studio(&key).get("/api/v1/usage/").await.body();
        (usage["used_this_month"].clone(), usage["active_dynamic_qrs"].clone())
    };
    let failed = once(&app, &key, "generate/", &input).await;
    studio_refused(
        &failed,
        400,
        &json!({ "logo_url": "The picture cannot be fetched: the host cannot be reached." }),
    );
    assert_eq!(used().await, (json!(0), json!(0)));
    serve_on(TcpListener::bind(("127.0.0.1", port)).unwrap(), square([20, 60, 160]));
    let made = once(&app, &key, "generate/", &input).await.expect(200);
    assert_eq!((made.header("idempotent-replayed"), used().await), ("", (json!(1), json!(1))));
    let again = once(&app, &key, "generate/", &input).await.expect(200);
    assert_eq!((again.header("idempotent-replayed"), used().await), ("true", (json!(2), json!(1))));
    assert_eq!(again.bytes, made.bytes);
}
