//! Every row of the studio reference's catalogue (sections 15.1 to 15.3), provoked over HTTP and
//! compared whole: status, body, `Retry-After`. One row is missing: no request is known that makes
//! the render engine fail, so the test of 500 stands with the engine's render pool, where a drawing
//! thread can be made to panic.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use xqr_engine::plans::Plan;

use crate::support::envelopes::studio_refused;
use crate::support::pictures::square;
use crate::support::studio::{MENU, dynamic, form, generate, makers, once, studio_key, webhook};
use crate::support::test_app::{Answer, TestApp};

/// The statuses of section 15.1, but for 500.
const STATUSES: [u16; 14] = [200, 201, 204, 302, 400, 401, 402, 403, 404, 409, 422, 426, 429, 503];

fn detail(text: &str) -> Value {
    json!({ "detail": text })
}

/// The rows that were provoked, by status.
#[derive(Default)]
struct Rows(BTreeSet<u16>);

impl Rows {
    /// Compares an answer whole; `wait` is its `Retry-After`.
    #[track_caller]
    fn row(&mut self, what: &str, answer: &Answer, status: u16, expected: &Value, wait: &str) {
        let found = if answer.bytes.is_empty() { Value::Null } else { answer.body() };
        assert_eq!((answer.status, &found), (status, expected), "{what}");
        assert_eq!(answer.header("retry-after"), wait, "{what}");
        let id = answer.header("x-request-id").trim_start_matches("req_");
        assert!(
            id.len() == 26 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()),
            "{what}: {id}"
        );
        if !answer.bytes.is_empty() {
            assert_eq!(answer.header("content-type"), "application/json", "{what}");
        }
        if status >= 400 {
            assert_eq!(answer.header("cache-control"), "no-store", "{what}");
        }
        self.0.insert(status);
    }

    fn plain(&mut self, what: &str, answer: &Answer, status: u16) {
        assert_eq!(answer.status, status, "{what}: {}", answer.text());
        self.0.insert(status);
    }
}

#[cfg(feature = "native")]
#[actix_web::test]
async fn every_status_of_the_table() {
    let mut rows = Rows::default();
    successes(&mut rows).await;
    credentials(&mut rows).await;
    gates(&mut rows).await;
    absences(&mut rows).await;
    reused_keys(&mut rows).await;
    limits(&mut rows).await;
    closed_doors(&mut rows).await;
    assert_eq!(rows.0, BTreeSet::from(STATUSES));
}

async fn successes(rows: &mut Rows) {
    let app = TestApp::start_with_signup().await;
    let ann = app.person("ann@example.com", Plan::Pro).await;
    let made = ann.post("keys/", json!({ "name": "production-server-1", "plan": "starter" })).await;
    let key = made.body();
    let raw = key["raw_key"].as_str().unwrap().to_owned();
    let expected = json!({
        "id": key["id"], "name": "production-server-1", "raw_key": raw, "key_prefix": &raw[..12], "plan": "starter",
        "warning": "Store this key securely. It will NOT be shown again.",
    });
    rows.row("POST /keys/", &made, 201, &expected, "");
    let made = ann.post("dynamic/", dynamic(MENU)).await;
    let code = made.body()["short_id"].as_str().unwrap().to_owned();
    let timestamp = "2026-03-21T14:30:00Z";
    let expected = json!({
        "id": made.body()["id"], "short_id": code, "name": "Menu", "destination_url": MENU, "variants": [], "is_active": true,
        "scan_count": 0, "last_scanned_at": null, "destination_changes_count": 0,
        "public_url": format!("https://qr.example/q/{code}/"), "created_at": timestamp, "updated_at": timestamp,
    });
    rows.row("POST /dynamic/", &made, 201, &expected, "");
    let made = ann.post("webhooks/", webhook()).await;
    let webhook = made.body();
    let expected = json!({
        "id": webhook["id"], "url": "https://93.184.215.14/hook", "description": "", "events": ["scan.created"],
        "status": "active", "consecutive_failures": 0, "last_delivery_at": null, "last_response_status": null,
        "created_at": timestamp, "secret": webhook["secret"],
    });
    rows.row("POST /webhooks/", &made, 201, &expected, "");

    let input = json!({ "data": MENU, "size_inches": 1 });
    let picture = generate(&app, &raw, input.clone()).await;
    rows.plain("POST /generate/", &picture, 200);
    assert_eq!(picture.header("content-type"), "image/png");
    let expected = json!({
        "valid": true, "data_type": "url", "format": "png", "size_inches": 1, "dpi": 300, "width_px": 300, "plan": "starter",
    });
    rows.row(
        "POST /validate/",
        &app.studio(&raw).post("/api/v1/validate/", input).await,
        200,
        &expected,
        "",
    );
    let expected = json!({
        "key_prefix": &raw[..12], "plan": "starter", "monthly_quota": 500, "used_this_month": 1, "remaining": 499,
        "max_size_inches": 8, "max_dpi": 300, "allow_custom_logo": true, "max_active_dynamic_qrs": 10, "max_bulk_items": 50,
        "active_dynamic_qrs": 1, "credits_remaining": 0,
    });
    rows.row("GET /usage/", &app.studio(&raw).get("/api/v1/usage/").await, 200, &expected, "");

    let scan = app.get(&format!("/q/{code}/")).await;
    rows.plain("GET /q/{short_id}/", &scan, 302);
    assert_eq!((scan.header("location"), scan.header("cache-control")), (MENU, "no-store"));
    for path in [
        format!("keys/{}/", key["id"]),
        format!("dynamic/{code}/"),
        format!("webhooks/{}/", webhook["id"]),
    ] {
        rows.row(&path, &ann.delete(&path).await, 204, &Value::Null, "");
    }
    app.get(&format!("/q/{code}/")).await.expect(404);
}

async fn credentials(rows: &mut Rows) {
    let app = TestApp::start_with_signup().await;
    let ann = app.person("ann@example.com", Plan::Pro).await;
    let input = json!({ "data": MENU, "size_inches": 1 });
    let dead = detail("Invalid or revoked API key.");
    for key in ["", "smk_", "smk_aBc12dEfaBc12dEfaBc12dEfaBc12dEfaBc12dEf", "nonsense", &ann.access]
    {
        rows.row(key, &generate(&app, key, input.clone()).await, 401, &dead, "");
    }
    let keyless = app.send(app.request("POST", "/api/v1/generate/").json(&input)).await;
    rows.row("no key", &keyless, 401, &dead, "");
    let made = ann.post("keys/", json!({ "name": "k" })).await.expect(201).body();
    let old = made["raw_key"].as_str().unwrap();
    generate(&app, old, input.clone()).await.expect(200);
    let path = format!("keys/{}/", made["id"]);
    let rotated = ann.post(&format!("{path}rotate/"), None).await.expect(200).body();
    rows.row("rotated", &generate(&app, old, input.clone()).await, 401, &dead, "");
    let fresh = rotated["raw_key"].as_str().unwrap();
    generate(&app, fresh, input.clone()).await.expect(200);
    ann.delete(&path).await.expect(204);
    rows.row("revoked", &generate(&app, fresh, input).await, 401, &dead, "");
    let text = detail("Given token is missing, expired or not valid.");
    for token in ["", "nonsense", fresh] {
        for path in ["keys/", "dynamic/", "webhooks/", "usage/me/"] {
            let answer = app.client(token).get(&format!("/{path}")).await;
            rows.row(path, &answer, 401, &text, "");
        }
    }
}

async fn gates(rows: &mut Rows) {
    let app = TestApp::start_with_signup().await;
    let [free, starter] = [Plan::Free, Plan::Starter].map(|plan| studio_key(&app, plan));
    let bob = app.person("bob@example.com", Plan::Free).await;
    let code = bob.post("dynamic/", dynamic(MENU)).await.expect(201).body()["short_id"].clone();
    let edit = async |n: u8| {
        let change = json!({ "destination_url": format!("{MENU}/{n}") });
        bob.patch(&format!("dynamic/{}/", code.as_str().unwrap()), change).await
    };
    edit(1).await.expect(200);
    let text = "Plan 'free' allows 1 destination edit per dynamic QR. This QR has been edited 1 time(s) already. \
        Upgrade to Starter ($7/mo) or higher for unlimited edits, or buy a credit pack.";
    rows.row("a second edit", &edit(2).await, 402, &detail(text), "");

    rows.row(
        "no name",
        &bob.post("keys/", json!({})).await,
        400,
        &json!({ "name": "Required." }),
        "",
    );
    let above = json!({ "plan": "Plan 'pro' exceeds your subscription tier 'free'." });
    rows.row(
        "tier",
        &bob.post("keys/", json!({ "name": "k", "plan": "pro" })).await,
        400,
        &above,
        "",
    );
    let logo = json!({ "data": MENU, "size_inches": 1, "logo_url": "http://10.0.0.5/logo.png" });
    let refusal = json!({ "logo_url": "refusing to fetch 10.0.0.5: resolves to private/internal IP 10.0.0.5" });
    rows.row("an internal logo", &generate(&app, &starter, logo.clone()).await, 400, &refusal, "");
    let locked = detail("Plan 'free' doesn't support custom logos.");
    rows.row("a logo by address", &generate(&app, &free, logo).await, 403, &locked, "");
    let send = async |key: &str, logo: &[u8]| {
        let parts = [
            ("data", None, MENU.as_bytes()),
            ("size_inches", None, b"1"),
            ("logo_file", Some("logo.png"), logo),
        ];
        let request = app.request("POST", "/api/v1/generate/").header("x-api-key", key);
        app.send(
            request.header("content-type", "multipart/form-data; boundary=XX").body(form(&parts)),
        )
        .await
    };
    rows.row("a logo in a form", &send(&free, &square([9; 3])).await, 403, &locked, "");
    let huge = send(&starter, &vec![0; 2_097_153]).await;
    rows.row("a large logo", &huge, 400, &json!({ "logo_file": "Max 2097152 bytes." }), "");

    let item = || json!({ "data": MENU, "size_inches": 1, "dpi": 72 });
    let bulk = async |key: &str, items: Vec<Value>| {
        app.studio(key).post("/api/v1/generate/bulk/", json!({ "items": items })).await
    };
    let off = detail("Plan 'free' doesn't include bulk generation. Upgrade to Starter or higher.");
    rows.row("a batch", &bulk(&free, vec![json!("nonsense")]).await, 403, &off, "");
    let long = json!({ "items": "Plan 'starter' caps bulk at 50 items per request, got 51." });
    rows.row("a long batch", &bulk(&starter, vec![json!("nonsense"); 51]).await, 400, &long, "");
    let mut items = vec![item(); 20];
    items[3]["size_inches"] = json!(9);
    items[17]["color"] = json!("rouge");
    let errors = json!({ "3": "size_inches > plan max (8)", "17": "Invalid color 'rouge'." });
    let refusal = json!({ "errors": errors, "rendered_before_failure": 17 });
    rows.row("bad items", &bulk(&starter, items).await, 422, &refusal, "");
    let lone = bulk(&starter, vec![item(), json!({ "data": MENU, "size_inches": 9 })]).await;
    let refusal =
        json!({ "errors": { "1": "size_inches > plan max (8)" }, "rendered_before_failure": 1 });
    rows.row("a bad item", &lone, 422, &refusal, "");
}

async fn absences(rows: &mut Rows) {
    let app = TestApp::start_with_signup().await;
    let ann = app.person("ann@example.com", Plan::Pro).await;
    let none = detail("Not found.");
    for (method, path) in [
        ("DELETE", "keys/999/"),
        ("POST", "keys/999/rotate/"),
        ("DELETE", "keys/nonsense/"),
        ("GET", "dynamic/zzzzzzzz/"),
        ("PATCH", "dynamic/zzzzzzzz/"),
        ("DELETE", "dynamic/zzzzzzzz/"),
        ("GET", "dynamic/zzzzzzzz/analytics/"),
        ("GET", "dynamic/?page=2"),
        ("GET", "webhooks/999/"),
        ("PATCH", "webhooks/999/"),
        ("DELETE", "webhooks/999/"),
        ("DELETE", "webhooks/nonsense/"),
        ("POST", "webhooks/999/rotate/"),
        ("POST", "webhooks/999/test/"),
        ("GET", "webhooks/999/deliveries/"),
        ("GET", "nothing/"),
    ] {
        let change = (method == "PATCH").then(|| json!({}));
        rows.row(path, &ann.send(method, path, change).await, 404, &none, "");
    }
    app.get("/q/zzzzzzzz/").await.expect(404);
}

async fn reused_keys(rows: &mut Rows) {
    let app = TestApp::start_with_signup().await;
    let ann = app.person("ann@example.com", Plan::Enterprise).await;
    let text = detail("Idempotency-Key was already used with a different request body.");
    for (path, input, other) in makers() {
        let who = if path == "generate/" { &app.key } else { &ann.access };
        assert!([200, 201].contains(&once(&app, who, path, &input).await.status), "{path}");
        rows.row(path, &once(&app, who, path, &other).await, 409, &text, "");
    }
    let bad = app
        .request("POST", "/api/v1/dynamic/")
        .bearer_auth(&ann.access)
        .header("idempotency-key", "x".repeat(256));
    let text = detail("Idempotency-Key must be 1 to 255 printable ASCII characters.");
    rows.row("a long Idempotency-Key", &app.send(bad.json(&dynamic(MENU))).await, 400, &text, "");
}

async fn limits(rows: &mut Rows) {
    let app = TestApp::start().await;
    let key = app.key_with(Plan::Pro, r#"{"calls_per_minute":5}"#, &["*"]);
    for _ in 0..5 {
        app.studio(&key).get("/api/v1/usage/").await.expect(200);
    }
    let text = detail("Too many requests. Retry in 12 seconds.");
    rows.row("the sixth call", &app.studio(&key).get("/api/v1/usage/").await, 429, &text, "12");
    app.clock.advance(11_999);
    let text = detail("Too many requests. Retry in 1 seconds.");
    rows.row("too early", &app.studio(&key).get("/api/v1/usage/").await, 429, &text, "1");
    app.clock.advance(1);
    app.studio(&key).get("/api/v1/usage/").await.expect(200);

    let free = studio_key(&app, Plan::Free);
    let input = || json!({ "data": MENU, "size_inches": 1 });
    for _ in 0..5 {
        generate(&app, &free, input()).await.expect(200);
    }
    let text = detail("Monthly quota of 5 exceeded for plan 'free'.");
    rows.row("the sixth picture", &generate(&app, &free, input()).await, 429, &text, "898188");
}

async fn closed_doors(rows: &mut Rows) {
    let app = TestApp::start_with(|settings| settings.edge.require_https = true).await;
    for path in
        ["/api/v1/generate/", "/api/v1/keys/", "/api/auth/login/", "/api/health/", "/api/nothing/"]
    {
        // A client that is no trusted proxy cannot claim HTTPS.
        let forged = app.request("POST", path).header("x-forwarded-proto", "https");
        rows.row(path, &app.send(forged).await, 426, &detail("This API requires HTTPS."), "");
    }
    let app = TestApp::start_with(|settings| {
        settings.edge.require_https = true;
        settings.edge.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    })
    .await;
    let behind = app
        .request("GET", "/api/v1/usage/")
        .header("x-forwarded-proto", "https")
        .header("x-api-key", &app.key);
    app.send(behind.header("x-forwarded-for", "198.51.100.7")).await.expect(200);

    let app = TestApp::start_with(|settings| {
        settings.maintenance_until = "2026-03-21T15:00:00Z".to_owned()
    })
    .await;
    let closed = generate(&app, &app.key, json!({ "data": MENU, "size_inches": 1 })).await;
    let text = detail("Service temporarily unavailable. Maintenance ends 2026-03-21T15:00:00Z.");
    rows.row("maintenance", &closed, 503, &text, "1800");

    // The only seat is taken.
    let app =
        TestApp::start_with(|settings| (settings.render.parallel, settings.render.queue) = (1, 0))
            .await;
    let (started, sits) = tokio::sync::oneshot::channel();
    let (release, wait) = std::sync::mpsc::channel::<()>();
    let busy = std::sync::Arc::clone(&app.running.app);
    let sitting = actix_web::rt::spawn(async move {
        let job = move || {
            started.send(()).ok();
            wait.recv().ok();
            Ok(())
        };
        busy.draw(job).await
    });
    sits.await.unwrap();
    let full = generate(&app, &app.key, json!({ "data": MENU, "size_inches": 1 })).await;
    rows.row("overload", &full, 503, &detail("Service temporarily unavailable."), "1");
    release.send(()).unwrap();
    sitting.await.unwrap().unwrap();
    let usage = app.studio(&app.key).get("/api/v1/usage/").await.body();
    assert_eq!(usage["used_this_month"], 0, "what was not drawn is not charged");
}

#[actix_web::test]
async fn refusals_are_word_for_word() {
    let app = TestApp::start().await;
    let [free, starter, pro] =
        [Plan::Free, Plan::Starter, Plan::Pro].map(|plan| studio_key(&app, plan));
    let sized = |inches: f64| json!({ "data": MENU, "size_inches": inches });
    let with = |name: &str, value: Value| {
        let mut input = sized(2.0);
        input[name] = value;
        input
    };
    for (key, input, status, body) in [
        (&pro, json!({ "size_inches": 2 }), 400, json!({ "data": ["This field is required."] })),
        (&pro, json!({ "data": MENU }), 400, json!({ "size_inches": ["This field is required."] })),
        (
            &free,
            sized(15.01),
            400,
            json!({ "size_inches": ["Ensure this value is less than or equal to 15."] }),
        ),
        (
            &pro,
            sized(0.4),
            400,
            json!({ "size_inches": ["Ensure this value is greater than or equal to 0.5."] }),
        ),
        (
            &pro,
            with("color", json!("rouge")),
            400,
            json!({ "color": "Invalid color 'rouge'. Use 'black', 'white', or hex like #RRGGBB." }),
        ),
        (
            &pro,
            json!({ "data": MENU, "size_inches": 20, "color": "rouge" }),
            400,
            json!({
                "size_inches": ["Ensure this value is less than or equal to 15."],
                "color": "Invalid color 'rouge'. Use 'black', 'white', or hex like #RRGGBB.",
            }),
        ),
        (
            &free,
            sized(3.01),
            403,
            json!({ "detail": "Plan 'free' allows up to 3\". Upgrade for larger sizes." }),
        ),
        (
            &starter,
            with("dpi", json!(600)),
            403,
            json!({ "detail": "Plan 'starter' caps DPI at 300. Upgrade for higher resolution." }),
        ),
        (
            &pro,
            with("dpi", json!(601)),
            400,
            json!({ "dpi": ["Ensure this value is less than or equal to 600."] }),
        ),
        (
            &pro,
            with("gradient_from", json!("#112233")),
            400,
            json!({ "gradient_to": ["This field is required."] }),
        ),
        (
            &pro,
            with("data_type", json!("fax")),
            400,
            json!({ "data_type": ["\"fax\" is not a valid choice."] }),
        ),
        (&pro, json!([]), 400, json!({ "detail": "Invalid data. Expected a dictionary." })),
    ] {
        for path in ["/api/v1/generate/", "/api/v1/validate/"] {
            studio_refused(&app.studio(key).post(path, input.clone()).await, status, &body);
        }
    }
    generate(&app, &free, sized(3.0)).await.expect(200);
    studio_refused(
        &app.studio(&pro).get("/api/v1/generate/").await,
        405,
        &detail("Method not allowed."),
    );
    studio_refused(&app.studio(&pro).get("/api/v1/nothing/").await, 404, &detail("Not found."));
    let narrow = app.key_of(Plan::Pro, &["links:read"]);
    studio_refused(
        &generate(&app, &narrow, sized(2.0)).await,
        403,
        &detail("This endpoint requires the qr:render scope."),
    );
}
