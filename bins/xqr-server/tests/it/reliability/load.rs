//! Keys and limits under load: a revoked key stays out, a client over its limits slows no other, and
//! no secret leaks.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use futures_util::future::join;
use serde_json::{Value, json};
use xqr_engine::Clock as _;
use xqr_engine::callers::workspaces;
use xqr_engine::plans::Plan;

use crate::support::actors::concurrently;
use crate::support::test_app::{Answer, NOW, TestApp};

fn count(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}

#[actix_web::test]
async fn a_revoked_key_is_out_at_once() {
    let app = TestApp::start().await;
    let node = app.node();
    let body = json!({ "name": "storm", "scopes": ["links:read"] });
    let made = app.owner().post("/keys", body).await.expect(201).json()["data"].clone();
    let (id, key) = (made["id"].as_str().unwrap(), made["key"].as_str().unwrap());
    let (revoked, admitted) = (AtomicBool::new(false), AtomicU64::new(0));
    let calls = concurrently(2_000, async |i| {
        let known = revoked.load(Ordering::SeqCst);
        let answer = if i % 2 == 0 { &app } else { &node }.client(key).get("/links?limit=1").await;
        if known {
            answer.refused(401, "REVOKED_API_KEY", "This API key has been revoked.");
        }
        admitted.fetch_add(u64::from(answer.status == 200), Ordering::SeqCst);
        (known, answer.status)
    });
    let revoke = async {
        while admitted.load(Ordering::SeqCst) < 200 {
            tokio::task::yield_now().await;
        }
        app.owner().post(&format!("/keys/{id}/revoke"), None).await.expect(200);
        revoked.store(true, Ordering::SeqCst);
    };
    let (calls, ()) = join(calls, revoke).await;
    assert!(
        calls.iter().filter(|(known, _)| *known).count() > 100,
        "the storm went on after the revocation"
    );
    assert!(calls.iter().all(|(_, status)| [200, 401].contains(status)));
}

#[actix_web::test]
async fn ten_thousand_calls_over_quota_are_refused() {
    let app = TestApp::start().await;
    // To five seconds before April.
    app.clock.advance(898_200_000 - 5_000);
    let key = app.key_with(Plan::Pro, r#"{"monthly_calls":1,"burst_per_second":null}"#, &["*"]);
    app.client(&key).get("/links").await.expect(200);
    let waits = concurrently(10_000, async |_| {
        let answer = app.client(&key).get("/links").await.expect(429);
        answer.header("retry-after").parse::<i64>().unwrap()
    })
    .await;
    assert!(waits.iter().all(|wait| *wait == 5));
    app.clock.advance(waits[0] * 1000);
    app.client(&key).get("/links").await.expect(200);
}

#[actix_web::test]
async fn waiting_for_retry_after_always_helps() {
    let app = TestApp::start().await;
    let key = app.key_with(Plan::Pro, r#"{"monthly_calls":null,"burst_per_second":3}"#, &["*"]);
    for _ in 0..100 {
        let answers =
            concurrently(20, async |_| app.client(&key).get("/links?limit=1").await).await;
        assert!(
            count(&answers, 429) > 0 && count(&answers, 200) > 0,
            "{} refused",
            count(&answers, 429)
        );
        let wait = answers
            .iter()
            .filter_map(|answer| answer.header("retry-after").parse::<i64>().ok())
            .min()
            .unwrap();
        app.clock.advance(wait * 1000);
    }
}

#[actix_web::test]
async fn a_client_over_its_limits_slows_no_other() {
    let app = TestApp::start().await;
    let loud = app.key_with(Plan::Pro, r#"{"burst_per_second":10}"#, &["*"]);
    let quiet = app.key_with(Plan::Pro, r#"{"burst_per_second":1000}"#, &["*"]);
    let noise = concurrently(2_000, async |_| app.client(&loud).get("/links?limit=1").await);
    let work = concurrently(500, async |_| app.client(&quiet).get("/links?limit=1").await);
    let (noise, work) = join(noise, work).await;
    assert_eq!((count(&noise, 200), count(&noise, 429), count(&work, 200)), (10, 1_990, 500));
}

#[actix_web::test]
async fn a_new_month_under_load_loses_no_call() {
    let app = TestApp::start().await;
    app.clock.advance(898_200_000 - 1);
    let key = app.key_with(Plan::Pro, r#"{"monthly_calls":300,"burst_per_second":null}"#, &["*"]);
    let answers = concurrently(1_200, async |i| {
        if i == 600 {
            app.clock.advance(1);
        }
        app.client(&key).get(if i % 4 == 3 { "/links/none" } else { "/links?limit=1" }).await
    })
    .await;
    let kept = count(&answers, 200) as u64;
    assert_eq!(count(&answers, 200) + count(&answers, 404) + count(&answers, 429), 1_200);
    for answer in &answers {
        let remaining: u64 = answer.header("x-ratelimit-remaining").parse().unwrap();
        assert!(remaining <= 300, "{remaining}");
    }
    app.running.app.return_leases();
    let calls = |now| {
        let found = app.running.app.data.read_here(move |conn| {
            let workspace =
                workspaces::list(conn)?.into_iter().max_by_key(|workspace| workspace.id).unwrap();
            Ok(workspaces::usage(conn, workspace.id, now)?.calls_this_month)
        });
        found.unwrap()
    };
    let (march, april) = (calls(NOW), calls(app.clock.now()));
    assert_eq!(march + april, kept, "what was admitted and kept is what is counted");
    assert!(march > 0 && april > 0, "{march} and {april}");
}

#[actix_web::test]
async fn a_hundred_secrets_are_nowhere() {
    let app = TestApp::start().await;
    let mut secrets = vec![app.key.clone()];
    for i in 0..50 {
        let body = json!({ "name": format!("k{i}"), "scopes": ["keys:write", "keys:read"] });
        let request = app
            .request("POST", "/api/v1/keys")
            .bearer_auth(&app.key)
            .header("idempotency-key", format!("i{i}"));
        let made = app.send(request.json(&body)).await.expect(201).json()["data"].clone();
        let (id, key) = (made["id"].as_str().unwrap(), made["key"].as_str().unwrap().to_owned());
        app.client(&key).get("/keys").await.expect(200);
        let rotated =
            app.owner().post(&format!("/keys/{id}/rotate"), None).await.expect(201).json()["data"]
                .clone();
        secrets.extend([key, rotated["key"].as_str().unwrap().to_owned()]);
    }
    assert_eq!(secrets.len(), 101);
    let mut haystack = app.files();
    for path in ["/metrics", "/api/v1/errors", "/health/ready"] {
        haystack.push((path.to_owned(), app.get(path).await.bytes));
    }
    let hidden: Vec<String> =
        secrets.iter().map(|key| key.rsplit('.').next().unwrap().to_owned()).collect();
    for (name, bytes) in &haystack {
        let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
        for secret in &hidden {
            assert!(secret.len() >= 32, "{secret}");
            let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
            for form in [secret.clone(), hex.to_uppercase(), hex, base64_of(secret)] {
                assert!(!text.contains(&form), "{name} holds a secret");
            }
        }
    }
}

/// The middle of the Base64 of a text, which is the same at whatever place of a longer text it
/// begins three bytes along.
fn base64_of(text: &str) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let whole = &text.as_bytes()[..text.len() / 3 * 3];
    let sextets = whole.chunks(3).flat_map(|three| {
        let bits = three.iter().fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte));
        [18, 12, 6, 0].map(|shift| char::from(ALPHABET[bits >> shift & 63]))
    });
    sextets.collect()
}

/// Fields that belong to the service, in every write: none of them takes effect.
#[actix_web::test]
async fn clients_cannot_set_fields_of_the_service() {
    let app = TestApp::start().await;
    let link =
        app.link(json!({ "url": "https://example.com" })).await["id"].as_str().unwrap().to_owned();
    let key = json!({ "name": "k", "scopes": ["links:read"] });
    let key = app.owner().post("/keys", key).await.expect(201).json()["data"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let writes = [
        ("POST", "/links".to_owned(), json!({ "url": "https://example.com" })),
        ("POST", "/links/bulk".to_owned(), json!({ "links": [{ "url": "https://example.com" }] })),
        ("PATCH", "/links/bulk/status".to_owned(), json!({ "ids": [link], "enabled": true })),
        ("PATCH", format!("/links/{link}"), json!({ "enabled": true, "labels": ["a"] })),
        ("POST", "/keys".to_owned(), json!({ "name": "k", "scopes": ["links:read"] })),
        ("POST", format!("/keys/{key}/rotate"), json!({})),
    ];
    let theirs = [
        "workspace_id",
        "owner",
        "plan",
        "id",
        "uid",
        "scan_count",
        "created_at",
        "updated_at",
        "role",
        "key_prefix",
    ];
    for (method, path, body) in &writes {
        for field in theirs {
            let mut body = body.clone();
            body[field] = json!("evil");
            let answer = app.owner().send(method, path, Some(body)).await;
            let ignored = answer.status < 300 && !answer.text().contains("evil");
            assert!(
                ignored || (400..500).contains(&answer.status),
                "{method} {path} took {field}: {}",
                answer.text()
            );
        }
        for (field, valid) in body.as_object().unwrap() {
            for wrong in wrong_for(valid) {
                let mut body = body.clone();
                body[field] = wrong.clone();
                let answer = app.owner().send(method, path, Some(body)).await;
                assert!(
                    (400..500).contains(&answer.status),
                    "{method} {path} took {wrong} for {field}: {}",
                    answer.text()
                );
            }
        }
    }
    for path in ["/links?limit=100", "/keys", "/workspace"] {
        assert!(!app.owner().get(path).await.expect(200).text().contains("evil"));
    }
}

/// Values of every JSON type that `valid` is not; null is as good as no field.
fn wrong_for(valid: &Value) -> Vec<Value> {
    let all = [json!(true), json!(1.5), json!("x"), json!(["x", 1]), json!({ "x": 1 })];
    let same = |other: &Value| std::mem::discriminant(other) == std::mem::discriminant(valid);
    all.into_iter().filter(|other| !same(other)).collect()
}
