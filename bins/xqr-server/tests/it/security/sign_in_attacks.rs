//! Attackers who try to get in: passwords by the thousand, forged tokens, addresses of the
//! operator's own network.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::future::join;
use serde_json::{Value, json};
use xqr_engine::auth::MasterSecret;
use xqr_engine::auth::token::Subject;
use xqr_engine::plans::Plan;
use xqr_engine::settings::Signup;

use crate::support::actors::{PASSWORD, concurrently};
use crate::support::envelopes::studio_refused;
use crate::support::studio::{MENU, generate, studio_key};
use crate::support::test_app::{Answer, NOW, TestApp};

/// Signs in from an address that a trusted proxy reports.
async fn sign_in(app: &TestApp, from: &str, email: &str, password: &str) -> Answer {
    let request = app.request("POST", "/api/auth/login/").header("x-forwarded-for", from);
    app.send(request.json(&json!({ "email": email, "password": password }))).await
}

#[actix_web::test]
async fn ten_thousand_password_guesses_are_limited() {
    let app = TestApp::start_with(|settings| {
        settings.accounts.signup = Signup::Open;
        settings.edge.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    })
    .await;
    let ann = app.person("ann@example.com", Plan::Pro).await;
    app.person("bob@example.com", Plan::Pro).await;
    let (evaluated, reported) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let guesses = concurrently(10_000, async |n| {
        // Passwords tried on Ann's account, and on any account.
        let email =
            if n % 2 == 0 { "ann@example.com".to_owned() } else { format!("user{n}@example.com") };
        let answer = sign_in(&app, "198.51.100.7", &email, &format!("guess number {n}")).await;
        let count = match answer.status {
            401 => &evaluated,
            429 => {
                let wait: u64 = answer.header("retry-after").parse().unwrap();
                assert!(
                    (1..=60).contains(&wait) && answer.body()["detail"].is_string(),
                    "{}",
                    answer.text()
                );
                &reported
            }
            other => panic!("{other}: {}", answer.text()),
        };
        count.fetch_add(1, Ordering::SeqCst);
    });
    // Meanwhile: Ann works on, Bob signs in.
    let others = async {
        for _ in 0..20 {
            ann.get("keys/").await.expect(200);
        }
        sign_in(&app, "203.0.113.9", "bob@example.com", PASSWORD).await.expect(200);
    };
    join(guesses, others).await;
    // 30 a minute for an address, of which Ann's account hears ten; the clock stands still.
    let (evaluated, reported) = (evaluated.into_inner(), reported.into_inner());
    assert!((10..=30).contains(&evaluated), "{evaluated}");
    assert_eq!(evaluated + reported, 10_000);
    // A minute later Ann signs in, and the guessing that goes on gets another minute's worth.
    app.clock.advance(60_000);
    sign_in(&app, "203.0.113.10", "ann@example.com", PASSWORD).await.expect(200);
    let later = concurrently(100, async |n| {
        sign_in(&app, "198.51.100.7", "ann@example.com", &format!("more {n}")).await.status
    })
    .await;
    assert_eq!(
        later.iter().filter(|status| **status == 401).count(),
        9,
        "an account has ten tries a minute, from wherever"
    );
    assert!(later.iter().all(|status| [401, 429].contains(status)));
}

/// How the subject of a token differs from that of a good one.
type Change = fn(&mut Subject);

#[actix_web::test]
async fn forged_tokens_are_no_tokens() {
    let app = TestApp::start_with_signup().await;
    let ann = app.person("ann@example.com", Plan::Pro).await;
    let parts: Vec<&str> = ann.access.split('.').collect();
    let [header, claims, signature] = parts[..] else { panic!("{}", ann.access) };
    let good: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    let mut forged: Vec<String> = Vec::new();
    // Other headers, with the signature of the good one or none.
    for alg in
        ["none", "None", "NONE", "nOnE", "HS256", "HS384", "HS512", "RS256", "ES256", "EdDSA", ""]
    {
        for typ in ["JWT", "jwt", "at+jwt"].iter().filter(|typ| alg != "HS256" || **typ != "JWT") {
            let header = URL_SAFE_NO_PAD.encode(json!({ "alg": alg, "typ": typ }).to_string());
            forged.extend([
                format!("{header}.{claims}."),
                format!("{header}.{claims}"),
                format!("{header}.{claims}.{signature}"),
            ]);
        }
    }
    // Other claims under the good header.
    for (name, value) in [
        ("aud", json!("other")),
        ("aud", json!(["xqr", "other"])),
        ("aud", Value::Null),
        ("exp", json!(i64::MAX)),
        ("iat", json!(0)),
        ("typ", json!("refresh")),
        ("sub", json!("user_1")),
        ("ws", json!("ws_1")),
        ("admin", json!(true)),
    ] {
        let mut claims = good.clone();
        claims[name] = value;
        let claims = URL_SAFE_NO_PAD.encode(claims.to_string());
        forged.extend([format!("{header}.{claims}.{signature}"), format!("{header}.{claims}.")]);
    }
    // Signed with the right key, as by a defect of ours: of another time, of no user, of a sign-in
    // that never was.
    let key = |text: &str| text.parse::<MasterSecret>().unwrap().token_key();
    let right = key(&app.running.app.settings.secret);
    let text = |name: &str| good[name].as_str().unwrap().to_owned();
    let subject = |change: Change| {
        let (sub, ws, sid, jti) = (text("sub"), text("ws"), text("sid"), text("jti"));
        let mut subject = Subject { sub, ws, sid, pwd: good["pwd"].as_i64().unwrap(), jti };
        change(&mut subject);
        subject
    };
    let changes: [(Change, i64); 8] = [
        (|_| (), NOW - 900_000),
        (|_| (), NOW - 86_400_000),
        (|_| (), NOW + 11_000),
        (|_| (), NOW + 86_400_000),
        (|it| it.sub = "user_00000000-0000-4000-8000-000000000000".into(), NOW),
        (|it| it.ws = "ws_00000000-0000-4000-8000-000000000000".into(), NOW),
        (|it| it.sid = "ses_1".into(), NOW),
        (|it| it.pwd += 1, NOW),
    ];
    forged.extend(
        changes.map(|(change, at)| right.issue(subject(change), at).unwrap().expose().to_owned()),
    );
    let control = right.issue(subject(|_| ()), NOW).unwrap();
    // With another key; and every character of the good token changed.
    forged.push(key(&"00".repeat(32)).issue(subject(|_| ()), NOW).unwrap().expose().to_owned());
    forged.extend((0..ann.access.len()).map(|at| {
        let mut token = ann.access.clone().into_bytes();
        token[at] = if token[at] == b'Q' { b'g' } else { b'Q' };
        String::from_utf8(token).unwrap()
    }));
    forged.extend([
        String::new(),
        ".".into(),
        "..".into(),
        "a.b.c".into(),
        signature.to_owned(),
        "x".repeat(5_000),
    ]);
    let reported = json!({ "detail": "Given token is missing, expired or not valid." });
    for token in &forged {
        let answer = app.send(app.request("GET", "/api/v1/usage/me/").bearer_auth(token)).await;
        studio_refused(&answer, 401, &reported);
    }
    assert!(forged.len() > 400, "{}", forged.len());
    for token in [&ann.access, control.expose()] {
        app.send(app.request("GET", "/api/v1/usage/me/").bearer_auth(token)).await.expect(200);
    }
}

/// Addresses that are refused, as they are written and as the refusal names them.
const INTERNAL: [(&str, &str); 40] = [
    ("127.0.0.1", "127.0.0.1"),
    ("127.255.255.254", "127.255.255.254"),
    ("2130706433", "127.0.0.1"),
    ("0x7f000001", "127.0.0.1"),
    ("0x7f.1", "127.0.0.1"),
    ("0177.0.0.1", "127.0.0.1"),
    ("127.1", "127.0.0.1"),
    ("%31%32%37.0.0.1", "127.0.0.1"),
    ("\u{ff11}\u{ff12}\u{ff17}.0.0.1", "127.0.0.1"),
    ("0.0.0.0", "0.0.0.0"),
    ("0", "0.0.0.0"),
    ("10.0.0.5", "10.0.0.5"),
    ("10.255.255.255", "10.255.255.255"),
    ("172.16.0.1", "172.16.0.1"),
    ("172.31.255.255", "172.31.255.255"),
    ("192.168.1.1", "192.168.1.1"),
    ("169.254.169.254", "169.254.169.254"),
    ("100.64.0.1", "100.64.0.1"),
    ("100.100.100.200", "100.100.100.200"),
    ("192.0.0.192", "192.0.0.192"),
    ("192.0.2.1", "192.0.2.1"),
    ("198.18.0.1", "198.18.0.1"),
    ("198.51.100.1", "198.51.100.1"),
    ("203.0.113.1", "203.0.113.1"),
    ("224.0.0.1", "224.0.0.1"),
    ("240.0.0.1", "240.0.0.1"),
    ("255.255.255.255", "255.255.255.255"),
    ("168.63.129.16", "168.63.129.16"),
    ("[::]", "::"),
    ("[::1]", "::1"),
    ("[::ffff:127.0.0.1]", "::ffff:127.0.0.1"),
    ("[::ffff:a9fe:a9fe]", "::ffff:169.254.169.254"),
    ("[::127.0.0.1]", "::7f00:1"),
    ("[64:ff9b::7f00:1]", "64:ff9b::7f00:1"),
    ("[2002:7f00:1::]", "2002:7f00:1::"),
    ("[2001:0:7f00:1::]", "2001:0:7f00:1::"),
    ("[fc00::1]", "fc00::1"),
    ("[fe80::1]", "fe80::1"),
    ("[fec0::1]", "fec0::1"),
    ("[ff02::1]", "ff02::1"),
];

#[actix_web::test]
async fn all_internal_addresses_are_refused_alike_and_none_is_dialled() {
    let listener = TcpListener::bind("0.0.0.0:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let dialled = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&dialled);
    std::thread::spawn(move || {
        for _ in listener.incoming() {
            count.fetch_add(1, Ordering::SeqCst);
        }
    });
    let app = TestApp::start_with(|settings| {
        settings.accounts.signup = Signup::Open;
        settings.fetch.ports = vec![port];
        settings.webhooks.ports = vec![port];
    })
    .await;
    let key = studio_key(&app, Plan::Pro);
    let ann = app.person("ann@example.com", Plan::Agency).await;
    let started = Instant::now();
    for (written, reported) in INTERNAL {
        let sentence = |host: &str| {
            json!(format!("refusing to fetch {host}: resolves to private/internal IP {reported}"))
        };
        // A parser of URLs writes mapped addresses in hexadecimal.
        let host = reported
            .replace("ffff:127.0.0.1", "ffff:7f00:1")
            .replace("ffff:169.254.169.254", "ffff:a9fe:a9fe");
        let host = if written.starts_with('[') { format!("[{host}]") } else { host };
        for field in ["logo_url", "bg_image_url"] {
            let input = json!({ "data": MENU, "size_inches": 1, field: format!("http://{written}:{port}/x.png") });
            studio_refused(
                &generate(&app, &key, input).await,
                400,
                &json!({ field: sentence(&host) }),
            );
        }
        let hook =
            json!({ "url": format!("https://{written}:{port}/"), "events": ["scan.created"] });
        studio_refused(&ann.post("webhooks/", hook).await, 400, &json!({ "url": sentence(&host) }));
    }
    // A name that leads inside: the same words, without the address that only the operator's
    // resolver knows.
    for name in ["localhost", "LOCALHOST"] {
        let input = json!({ "data": MENU, "size_inches": 1, "logo_url": format!("http://{name}:{port}/x.png") });
        let text = format!(
            "refusing to fetch {}: resolves to private/internal IP (withheld)",
            name.to_lowercase()
        );
        studio_refused(&generate(&app, &key, input).await, 400, &json!({ "logo_url": text }));
    }
    // A dial to most of these would have waited for its deadline.
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
    assert_eq!(dialled.load(Ordering::SeqCst), 0);
    // The canary sings.
    drop(std::net::TcpStream::connect(("127.0.0.1", port)).unwrap());
    while dialled.load(Ordering::SeqCst) == 0 {
        std::thread::yield_now();
    }
}
