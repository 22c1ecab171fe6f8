//! The studio dialect for people: accounts, keys, dynamic QRs, webhooks.

use serde_json::{Value, json};
use xqr_engine::callers::workspaces;
use xqr_engine::plans::Plan;
use xqr_engine::settings::Signup;

use crate::support::test_app::{Answer, TestApp};

pub(crate) const PASSWORD: &str = "correct horse battery";
const MENU: &str = "https://example.com/menu";

/// Somebody who has signed in.
pub(crate) struct Somebody<'a> {
    app: &'a TestApp,
    pub(crate) access: String,
    refresh: String,
}

pub(crate) fn body(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.bytes)
        .unwrap_or_else(|_| panic!("{} {}", answer.status, answer.text()))
}

#[track_caller]
pub(crate) fn refused(answer: &Answer, status: u16, expected: &Value) {
    assert_eq!((answer.status, &body(answer)), (status, expected));
}

pub(crate) async fn post(app: &TestApp, path: &str, body: Value) -> Answer {
    app.send(app.request("POST", &format!("/api/auth/{path}/")).json(&body)).await
}

impl<'a> Somebody<'a> {
    /// Signs up in a workspace on this plan.
    pub(crate) async fn new(app: &'a TestApp, email: &str, plan: Plan) -> Self {
        let session = body(
            &post(app, "signup", json!({ "email": email, "password": PASSWORD })).await.expect(201),
        );
        let workspace = session["workspace"]["id"].as_str().unwrap().to_owned();
        app.running
            .app
            .data
            .write_here(move |tx| workspaces::set_plan(tx, &workspace, plan))
            .unwrap();
        Self::of(app, &session)
    }

    /// Signs in again.
    pub(crate) async fn back(app: &'a TestApp, email: &str) -> Self {
        Self::of(
            app,
            &body(
                &post(app, "login", json!({ "email": email, "password": PASSWORD }))
                    .await
                    .expect(200),
            ),
        )
    }

    pub(crate) fn of(app: &'a TestApp, session: &Value) -> Self {
        let text = |name: &str| session[name].as_str().unwrap().to_owned();
        Self { app, access: text("access"), refresh: text("refresh") }
    }

    pub(crate) fn access(&self) -> &str {
        &self.access
    }

    pub(crate) async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let mut request =
            self.app.request(method, &format!("/api/v1/{path}")).bearer_auth(&self.access);
        if let Some(body) = body {
            request = request.json(&body);
        }
        self.app.send(request).await
    }
}

pub(crate) async fn open() -> TestApp {
    TestApp::start_with(|settings| settings.accounts.signup = Signup::Open).await
}

#[actix_web::test]
async fn the_first_account_closes_the_door() {
    let app = TestApp::start().await;
    let session = body(
        &post(&app, "signup", json!({ "email": "Ann@Example.com", "password": PASSWORD }))
            .await
            .expect(201),
    );
    assert_eq!(
        (&session["user"]["role"], &session["workspace"]["plan"]),
        (&json!("owner"), &json!("enterprise"))
    );
    let second =
        post(&app, "signup", json!({ "email": "bob@example.com", "password": PASSWORD })).await;
    assert_eq!(second.status, 403, "{}", second.text());
    let ann = Somebody::of(&app, &session);
    let native = app.link(json!({ "url": MENU })).await;
    let listed = body(&ann.call("GET", "dynamic/", None).await.expect(200));
    assert_eq!(
        (&listed["count"], &listed["results"][0]["short_id"]),
        (&json!(1), &native["short_code"])
    );
}

#[actix_web::test]
async fn a_sign_in_lives_and_dies() {
    let app = open().await;
    let ann = Somebody::new(&app, "ann@example.com", Plan::Pro).await;
    ann.call("GET", "keys/", None).await.expect(200);
    let wrong =
        post(&app, "login", json!({ "email": "ann@example.com", "password": "another one here" }))
            .await;
    let nobody =
        post(&app, "login", json!({ "email": "eve@example.com", "password": PASSWORD })).await;
    assert_eq!(
        (wrong.status, &wrong.bytes),
        (401, &nobody.bytes),
        "nobody learns who has an account"
    );
    let session = post(&app, "login", json!({ "email": "ANN@example.com", "password": PASSWORD }))
        .await
        .expect(200);
    let again = Somebody::of(&app, &body(&session));
    let renewed = post(&app, "refresh", json!({ "refresh": again.refresh })).await.expect(200);
    let renewed = Somebody::of(&app, &body(&renewed));
    renewed.call("GET", "keys/", None).await.expect(200);
    // A refresh token that comes twice ends its sign-in.
    post(&app, "refresh", json!({ "refresh": again.refresh })).await.expect(401);
    post(&app, "refresh", json!({ "refresh": renewed.refresh })).await.expect(401);
    let text = "Given token is missing, expired or not valid.";
    refused(&renewed.call("GET", "keys/", None).await, 401, &json!({ "detail": text }));
    ann.call("GET", "keys/", None).await.expect(200);
    let change = json!({ "current_password": PASSWORD, "new_password": "staple battery horse" });
    let changed = app
        .send(app.request("POST", "/api/auth/password/").bearer_auth(&ann.access).json(&change))
        .await
        .expect(200);
    refused(&ann.call("GET", "keys/", None).await, 401, &json!({ "detail": text }));
    let ann = Somebody::of(&app, &body(&changed));
    ann.call("GET", "keys/", None).await.expect(200);
    post(&app, "logout", json!({ "refresh": ann.refresh })).await.expect(204);
    ann.call("GET", "keys/", None).await.expect(401);
    app.no_file_holds("staple battery horse");
}

#[actix_web::test]
async fn an_access_token_lives_a_quarter_of_an_hour() {
    let app = open().await;
    let ann = Somebody::new(&app, "ann@example.com", Plan::Pro).await;
    app.clock.advance(15 * 60 * 1000 - 1000);
    ann.call("GET", "keys/", None).await.expect(200);
    app.clock.advance(1000);
    ann.call("GET", "keys/", None).await.expect(401);
    let parts: Vec<_> = ann.access.split('.').collect();
    let none = format!("eyJhbGciOiJub25lIn0.{}.", parts[1]);
    let app_none = Somebody { app: &app, access: none, refresh: String::new() };
    app_none.call("GET", "keys/", None).await.expect(401);
}

#[actix_web::test]
async fn a_person_manages_keys() {
    let app = open().await;
    let ann = Somebody::new(&app, "ann@example.com", Plan::Pro).await;
    let made = body(
        &ann.call("POST", "keys/", Some(json!({ "name": "production", "plan": "starter" })))
            .await
            .expect(201),
    );
    let key = made["raw_key"].as_str().unwrap().to_owned();
    assert_eq!(key.len(), 40);
    assert_eq!(
        made,
        json!({
            "id": made["id"], "name": "production", "raw_key": key, "key_prefix": &key[..12], "plan": "starter",
            "warning": "Store this key securely. It will NOT be shown again."
        })
    );
    let draw = async |key: &str| {
        let wish = json!({ "data": MENU, "size_inches": 1 });
        app.send(app.request("POST", "/api/v1/generate/").header("x-api-key", key).json(&wish))
            .await
    };
    assert_eq!(draw(&key).await.expect(200).header("x-qr-plan"), "starter");
    let listed = body(&ann.call("GET", "keys/", None).await.expect(200));
    assert_eq!(
        (&listed["keys"][0]["is_active"], &listed["keys"][0]["revoked_at"]),
        (&json!(true), &Value::Null)
    );
    let usage = body(&ann.call("GET", "usage/me/", None).await.expect(200));
    assert_eq!(
        (&usage["plan"], &usage["used_this_month"], &usage["monthly_quota"]),
        (&json!("pro"), &json!(1), &json!(5000))
    );
    assert_eq!(usage["by_key"][0]["used_this_month"], 1);
    refused(
        &ann.call("POST", "keys/", Some(json!({}))).await,
        400,
        &json!({ "name": "Required." }),
    );
    let tier = json!({ "plan": "Plan 'agency' exceeds your subscription tier 'pro'." });
    refused(
        &ann.call("POST", "keys/", Some(json!({ "name": "k", "plan": "agency" }))).await,
        400,
        &tier,
    );
    let path = format!("keys/{}/", made["id"]);
    let rotated = body(&ann.call("POST", &format!("{path}rotate/"), None).await.expect(200));
    assert_eq!(rotated["id"], made["id"]);
    let fresh = rotated["raw_key"].as_str().unwrap();
    let dead = json!({ "detail": "Invalid or revoked API key." });
    refused(&draw(&key).await, 401, &dead);
    draw(fresh).await.expect(200);
    ann.call("DELETE", &path, None).await.expect(204);
    refused(&draw(fresh).await, 401, &dead);
    let listed = body(&ann.call("GET", "keys/", None).await.expect(200));
    assert_eq!(
        (&listed["keys"][0]["is_active"], &listed["keys"][0]["revoked_at"]),
        (&json!(false), &json!("2026-03-21T14:30:00Z"))
    );
    refused(&ann.call("DELETE", "keys/999/", None).await, 404, &json!({ "detail": "Not found." }));
    let bob = Somebody::new(&app, "bob@example.com", Plan::Pro).await;
    refused(&bob.call("DELETE", &path, None).await, 404, &json!({ "detail": "Not found." }));
}

#[actix_web::test]
async fn a_dynamic_qr_is_made_changed_and_paid_for() {
    let app = open().await;
    let ann = Somebody::new(&app, "ann@example.com", Plan::Free).await;
    let wish = json!({ "name": "Spring menu", "destination_url": MENU });
    let made = body(&ann.call("POST", "dynamic/", Some(wish.clone())).await.expect(201));
    let code = made["short_id"].as_str().unwrap();
    assert_eq!(
        made,
        json!({
            "id": made["id"], "short_id": code, "name": "Spring menu", "destination_url": MENU, "variants": [],
            "is_active": true, "scan_count": 0, "last_scanned_at": null, "destination_changes_count": 0,
            "public_url": format!("https://qr.example/q/{code}/"),
            "created_at": "2026-03-21T14:30:00Z", "updated_at": "2026-03-21T14:30:00Z"
        })
    );
    let full = json!({ "detail": "Plan 'free' allows 1 active dynamic QRs. Upgrade for more." });
    refused(&ann.call("POST", "dynamic/", Some(wish)).await, 403, &full);
    let path = format!("dynamic/{code}/");
    let edit = async |change: Value| ann.call("PATCH", &path, Some(change)).await;
    edit(json!({ "name": "Summer menu" })).await.expect(200);
    assert_eq!(
        body(&edit(json!({ "destination_url": "https://example.com/1" })).await.expect(200))["destination_changes_count"],
        1
    );
    let text = "Plan 'free' allows 1 destination edit per dynamic QR. This QR has been edited 1 time(s) already. \
        Upgrade to Starter ($7/mo) or higher for unlimited edits, or buy a credit pack.";
    refused(
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
    let found = body(&ann.call("GET", &format!("{path}analytics/?days=2"), None).await.expect(200));
    assert_eq!(
        (&found["total_scans"], &found["by_day"][1]),
        (&json!(1), &json!({ "date": "2026-03-21", "count": 1 }))
    );
    assert_eq!(found["by_device"][0]["count"], 1);
    refused(
        &ann.call("GET", "dynamic/zzzzzzzz/", None).await,
        404,
        &json!({ "detail": "Not found." }),
    );
    ann.call("DELETE", &path, None).await.expect(204);
    app.get(&format!("/q/{code}/")).await.expect(404);
    let bad =
        json!({ "name": ["This field is required."], "destination_url": ["Enter a valid URL."] });
    refused(
        &ann.call("POST", "dynamic/", Some(json!({ "destination_url": "gopher://x" }))).await,
        400,
        &bad,
    );
}

#[actix_web::test]
async fn pages_of_dynamic_qrs() {
    let app = open().await;
    let ann = Somebody::new(&app, "ann@example.com", Plan::Pro).await;
    for i in 0..3 {
        let wish = json!({ "name": format!("QR {i}"), "destination_url": MENU });
        ann.call("POST", "dynamic/", Some(wish)).await.expect(201);
    }
    let first = body(&ann.call("GET", "dynamic/?page_size=2", None).await.expect(200));
    assert_eq!((&first["count"], &first["previous"]), (&json!(3), &Value::Null));
    assert_eq!(first["next"], "https://qr.example/api/v1/dynamic/?page=2&page_size=2");
    let second = body(&ann.call("GET", "dynamic/?page=2&page_size=2", None).await.expect(200));
    assert_eq!((&second["next"], second["results"].as_array().unwrap().len()), (&Value::Null, 1));
    assert_eq!(second["previous"], "https://qr.example/api/v1/dynamic/?page=1&page_size=2");
    ann.call("GET", "dynamic/?page=3&page_size=2", None).await.expect(404);
}

#[actix_web::test]
async fn webhooks_are_managed() {
    let app = open().await;
    let [ann, free] = [
        Somebody::new(&app, "ann@example.com", Plan::Pro).await,
        Somebody::new(&app, "bob@example.com", Plan::Free).await,
    ];
    let wish = |url: &str| json!({ "url": url, "description": "CRM", "events": ["scan.created", "quota.threshold_75"] });
    let locked = json!({ "detail": "Plan 'free' doesn't include webhooks." });
    refused(
        &free.call("POST", "webhooks/", Some(wish("https://example.com/hook"))).await,
        403,
        &locked,
    );
    let missing =
        json!({ "url": ["This field is required."], "events": ["This field is required."] });
    refused(&ann.call("POST", "webhooks/", Some(json!({}))).await, 400, &missing);
    for url in ["https://127.0.0.1/", "https://10.0.0.5/", "https://[::1]/"] {
        assert_eq!(ann.call("POST", "webhooks/", Some(wish(url))).await.status, 400, "{url}");
    }
    ann.call("POST", "webhooks/", Some(wish("http://example.com/hook"))).await.expect(400);
    let made = body(
        &ann.call("POST", "webhooks/", Some(wish("https://93.184.215.14/hook"))).await.expect(201),
    );
    let secret = made["secret"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("whsec_"));
    assert_eq!(
        (&made["status"], &made["consecutive_failures"], &made["events"]),
        (&json!("active"), &json!(0), &wish("")["events"])
    );
    let path = format!("webhooks/{}/", made["id"]);
    let listed = body(&ann.call("GET", "webhooks/", None).await.expect(200));
    assert_eq!(
        (&listed["results"][0]["id"], &listed["results"][0]["secret"]),
        (&made["id"], &Value::Null)
    );
    let paused = body(
        &ann.call("PATCH", &path, Some(json!({ "status": "paused", "events": ["scan.created"] })))
            .await
            .expect(200),
    );
    assert_eq!(
        (&paused["status"], &paused["events"]),
        (&json!("paused"), &json!(["scan.created"]))
    );
    let rotated = body(&ann.call("POST", &format!("{path}rotate/"), None).await.expect(200));
    assert_ne!(rotated["secret"], json!(secret));
    assert_eq!(
        body(&ann.call("GET", &format!("{path}deliveries/"), None).await.expect(200)),
        json!({ "results": [] })
    );
    ann.call(
        "POST",
        "webhooks/",
        Some(json!({ "url": "https://93.184.215.14/", "events": ["nonsense"] })),
    )
    .await
    .expect(400);
    refused(&free.call("DELETE", &path, None).await, 404, &json!({ "detail": "Not found." }));
    ann.call("DELETE", &path, None).await.expect(204);
    app.no_file_holds(&secret[6..]);
}
