//! The studio dialect for signed-in users: accounts, keys, dynamic QRs, webhooks.

use insta::assert_snapshot;
use serde_json::{Value, json};
use xqr_engine::plans::Plan;

use crate::support::actors::{PASSWORD, Person};
use crate::support::envelopes::studio_refused;
use crate::support::snapshots::shown;
use crate::support::studio::MENU;
use crate::support::test_app::TestApp;

#[cfg(feature = "native")]
#[actix_web::test]
async fn the_first_account_closes_signup() {
    let app = TestApp::start().await;
    let session = app
        .auth("signup", json!({ "email": "Ann@Example.com", "password": PASSWORD }))
        .await
        .expect(201)
        .body();
    assert_eq!(
        (&session["user"]["role"], &session["workspace"]["plan"]),
        (&json!("owner"), &json!("enterprise"))
    );
    let second =
        app.auth("signup", json!({ "email": "bob@example.com", "password": PASSWORD })).await;
    assert_eq!(second.status, 403, "{}", second.text());
    let ann = Person::of(&app, &session);
    let native = app.link(json!({ "url": MENU })).await;
    let listed = ann.get("dynamic/").await.expect(200).body();
    assert_eq!(
        (&listed["count"], &listed["results"][0]["short_id"]),
        (&json!(1), &native["short_code"])
    );
}

#[actix_web::test]
async fn a_sign_in_lives_and_dies() {
    let app = TestApp::start_with_signup().await;
    let ann = app.person("ann@example.com", Plan::Pro).await;
    ann.get("keys/").await.expect(200);
    let wrong = app
        .auth("login", json!({ "email": "ann@example.com", "password": "another one here" }))
        .await;
    let unknown =
        app.auth("login", json!({ "email": "eve@example.com", "password": PASSWORD })).await;
    assert_eq!(
        (wrong.status, &wrong.bytes),
        (401, &unknown.bytes),
        "an attacker does not learn which accounts exist"
    );
    let session = app
        .auth("login", json!({ "email": "ANN@example.com", "password": PASSWORD }))
        .await
        .expect(200);
    let again = Person::of(&app, &session.body());
    let renewed = app.auth("refresh", json!({ "refresh": again.refresh })).await.expect(200);
    let renewed = Person::of(&app, &renewed.body());
    renewed.get("keys/").await.expect(200);
    // A refresh token that comes twice ends its sign-in.
    app.auth("refresh", json!({ "refresh": again.refresh })).await.expect(401);
    app.auth("refresh", json!({ "refresh": renewed.refresh })).await.expect(401);
    let text = "Given token is missing, expired or not valid.";
    studio_refused(&renewed.get("keys/").await, 401, &json!({ "detail": text }));
    ann.get("keys/").await.expect(200);
    let change = json!({ "current_password": PASSWORD, "new_password": "staple battery horse" });
    let changed = app
        .send(app.request("POST", "/api/auth/password/").bearer_auth(&ann.access).json(&change))
        .await
        .expect(200);
    studio_refused(&ann.get("keys/").await, 401, &json!({ "detail": text }));
    let ann = Person::of(&app, &changed.body());
    ann.get("keys/").await.expect(200);
    app.auth("logout", json!({ "refresh": ann.refresh })).await.expect(204);
    ann.get("keys/").await.expect(401);
    app.no_file_holds("staple battery horse");
}

#[actix_web::test]
async fn an_access_token_lives_a_quarter_of_an_hour() {
    let app = TestApp::start_with_signup().await;
    let ann = app.person("ann@example.com", Plan::Pro).await;
    app.clock.advance(15 * 60 * 1000 - 1000);
    ann.get("keys/").await.expect(200);
    app.clock.advance(1000);
    ann.get("keys/").await.expect(401);
    let parts: Vec<_> = ann.access.split('.').collect();
    let none = format!("eyJhbGciOiJub25lIn0.{}.", parts[1]);
    let app_none = Person::with_token(&app, none);
    app_none.get("keys/").await.expect(401);
}

#[actix_web::test]
async fn a_person_manages_keys() {
    let app = TestApp::start_with_signup().await;
    let ann = app.person("ann@example.com", Plan::Pro).await;
    let made = ann
        .post("keys/", json!({ "name": "production", "plan": "starter" }))
        .await
        .expect(201)
        .body();
    let key = made["raw_key"].as_str().unwrap().to_owned();
    assert_eq!(key.len(), 40);
    let id = format!(r#""id":{}"#, made["id"]);
    assert_snapshot!(shown(&made, &[(&id, "id"), (&key, "key"), (&key[..12], "prefix")]), @r#"
        {[id],"key_prefix":"[prefix]","name":"production","plan":"starter",
        "raw_key":"[key]","warning":"Store this key securely. It will NOT be shown again."}
        "#);
    let draw = async |key: &str| {
        let input = json!({ "data": MENU, "size_inches": 1 });
        app.studio(key).post("/api/v1/generate/", input).await
    };
    assert_eq!(draw(&key).await.expect(200).header("x-qr-plan"), "starter");
    let listed = ann.get("keys/").await.expect(200).body();
    assert_eq!(
        (&listed["keys"][0]["is_active"], &listed["keys"][0]["revoked_at"]),
        (&json!(true), &Value::Null)
    );
    let usage = ann.get("usage/me/").await.expect(200).body();
    assert_eq!(
        (&usage["plan"], &usage["used_this_month"], &usage["monthly_quota"]),
        (&json!("pro"), &json!(1), &json!(5000))
    );
    assert_eq!(usage["by_key"][0]["used_this_month"], 1);
    studio_refused(&ann.post("keys/", json!({})).await, 400, &json!({ "name": "Required." }));
    let tier = json!({ "plan": "Plan 'agency' exceeds your subscription tier 'pro'." });
    studio_refused(&ann.post("keys/", json!({ "name": "k", "plan": "agency" })).await, 400, &tier);
    let path = format!("keys/{}/", made["id"]);
    let rotated = ann.post(&format!("{path}rotate/"), None).await.expect(200).body();
    assert_eq!(rotated["id"], made["id"]);
    let fresh = rotated["raw_key"].as_str().unwrap();
    let dead = json!({ "detail": "Invalid or revoked API key." });
    studio_refused(&draw(&key).await, 401, &dead);
    draw(fresh).await.expect(200);
    ann.delete(&path).await.expect(204);
    studio_refused(&draw(fresh).await, 401, &dead);
    let listed = ann.get("keys/").await.expect(200).body();
    assert_eq!(
        (&listed["keys"][0]["is_active"], &listed["keys"][0]["revoked_at"]),
        (&json!(false), &json!("2026-03-21T14:30:00Z"))
    );
    studio_refused(&ann.delete("keys/999/").await, 404, &json!({ "detail": "Not found." }));
    let bob = app.person("bob@example.com", Plan::Pro).await;
    studio_refused(&bob.delete(&path).await, 404, &json!({ "detail": "Not found." }));
}

#[actix_web::test]
async fn a_dynamic_qr_is_made_changed_and_paid_for() {
    let app = TestApp::start_with_signup().await;
    let ann = app.person("ann@example.com", Plan::Free).await;
    let input = json!({ "name": "Spring menu", "destination_url": MENU });
    let made = ann.post("dynamic/", input.clone()).await.expect(201).body();
    let code = made["short_id"].as_str().unwrap();
    let id = format!(r#""id":{}"#, made["id"]);
    assert_snapshot!(shown(&made, &[(&id, "id"), (code, "code")]), @r#"
        {"created_at":"2026-03-21T14:30:00Z","destination_changes_count":0,
        "destination_url":"https://example.com/menu",[id],"is_active":true,
        "last_scanned_at":null,"name":"Spring menu",
        "public_url":"https://qr.example/q/[code]/","scan_count":0,"short_id":"[code]",
        "updated_at":"2026-03-21T14:30:00Z","variants":[]}
        "#);
    let full = json!({ "detail": "Plan 'free' allows 1 active dynamic QRs. Upgrade for more." });
    studio_refused(&ann.post("dynamic/", input).await, 403, &full);
    let path = format!("dynamic/{code}/");
    let edit = async |change: Value| ann.patch(&path, change).await;
    edit(json!({ "name": "Summer menu" })).await.expect(200);
    assert_eq!(
        edit(json!({ "destination_url": "https://example.com/1" })).await.expect(200).body()["destination_changes_count"],
        1
    );
    let text = "Plan 'free' allows 1 destination edit per dynamic QR. This QR has been edited 1 time(s) already. \
        Upgrade to Starter ($7/mo) or higher for unlimited edits, or buy a credit pack.";
    studio_refused(
        &edit(json!({ "destination_url": "https://example.com/2" })).await,
        402,
        &json!({ "detail": text }),
    );
    edit(json!({ "destination_url": "https://example.com/1", "name": "Autumn menu" }))
        .await
        .expect(200);
    assert_eq!(
        app.get(&format!("/q/{code}/")).await.expect(302).header("location"),
        "https://example.com/1"
    );
    edit(json!({ "is_active": false })).await.expect(200);
    assert_eq!(
        app.get(&format!("/q/{code}/")).await.expect(302).header("location"),
        format!("/q/{code}/paused/")
    );
    app.drain().await;
    let found = ann.get(&format!("{path}analytics/?days=2")).await.expect(200).body();
    assert_eq!(
        (&found["total_scans"], &found["by_day"][1]),
        (&json!(1), &json!({ "date": "2026-03-21", "count": 1 }))
    );
    assert_eq!(found["by_device"][0]["count"], 1);
    studio_refused(&ann.get("dynamic/zzzzzzzz/").await, 404, &json!({ "detail": "Not found." }));
    ann.delete(&path).await.expect(204);
    app.get(&format!("/q/{code}/")).await.expect(404);
    let bad =
        json!({ "name": ["This field is required."], "destination_url": ["Enter a valid URL."] });
    studio_refused(
        &ann.post("dynamic/", json!({ "destination_url": "gopher://x" })).await,
        400,
        &bad,
    );
}

#[actix_web::test]
async fn pages_of_dynamic_qrs() {
    let app = TestApp::start_with_signup().await;
    let ann = app.person("ann@example.com", Plan::Pro).await;
    for i in 0..3 {
        let input = json!({ "name": format!("QR {i}"), "destination_url": MENU });
        ann.post("dynamic/", input).await.expect(201);
    }
    let first = ann.get("dynamic/?page_size=2").await.expect(200).body();
    assert_eq!((&first["count"], &first["previous"]), (&json!(3), &Value::Null));
    assert_eq!(first["next"], "https://qr.example/api/v1/dynamic/?page=2&page_size=2");
    let second = ann.get("dynamic/?page=2&page_size=2").await.expect(200).body();
    assert_eq!((&second["next"], second["results"].as_array().unwrap().len()), (&Value::Null, 1));
    assert_eq!(second["previous"], "https://qr.example/api/v1/dynamic/?page=1&page_size=2");
    ann.get("dynamic/?page=3&page_size=2").await.expect(404);
}

#[actix_web::test]
async fn webhooks_are_managed() {
    let app = TestApp::start_with_signup().await;
    let [ann, free] = [
        app.person("ann@example.com", Plan::Pro).await,
        app.person("bob@example.com", Plan::Free).await,
    ];
    let input = |url: &str| json!({ "url": url, "description": "CRM", "events": ["scan.created", "quota.threshold_75"] });
    let locked = json!({ "detail": "Plan 'free' doesn't include webhooks." });
    studio_refused(&free.post("webhooks/", input("https://example.com/hook")).await, 403, &locked);
    let missing =
        json!({ "url": ["This field is required."], "events": ["This field is required."] });
    studio_refused(&ann.post("webhooks/", json!({})).await, 400, &missing);
    for url in ["https://127.0.0.1/", "https://10.0.0.5/", "https://[::1]/"] {
        assert_eq!(ann.post("webhooks/", input(url)).await.status, 400, "{url}");
    }
    ann.post("webhooks/", input("http://example.com/hook")).await.expect(400);
    let made = ann.post("webhooks/", input("https://93.184.215.14/hook")).await.expect(201).body();
    let secret = made["secret"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("whsec_"));
    assert_eq!(
        (&made["status"], &made["consecutive_failures"], &made["events"]),
        (&json!("active"), &json!(0), &input("")["events"])
    );
    let path = format!("webhooks/{}/", made["id"]);
    let listed = ann.get("webhooks/").await.expect(200).body();
    assert_eq!(
        (&listed["results"][0]["id"], &listed["results"][0]["secret"]),
        (&made["id"], &Value::Null)
    );
    let paused = ann
        .patch(&path, json!({ "status": "paused", "events": ["scan.created"] }))
        .await
        .expect(200)
        .body();
    assert_eq!(
        (&paused["status"], &paused["events"]),
        (&json!("paused"), &json!(["scan.created"]))
    );
    let rotated = ann.post(&format!("{path}rotate/"), None).await.expect(200).body();
    assert_ne!(rotated["secret"], json!(secret));
    assert_eq!(
        ann.get(&format!("{path}deliveries/")).await.expect(200).body(),
        json!({ "results": [] })
    );
    ann.post("webhooks/", json!({ "url": "https://93.184.215.14/", "events": ["nonsense"] }))
        .await
        .expect(400);
    studio_refused(&free.delete(&path).await, 404, &json!({ "detail": "Not found." }));
    ann.delete(&path).await.expect(204);
    app.no_file_holds(&secret[6..]);
}
