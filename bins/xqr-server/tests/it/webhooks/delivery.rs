//! Webhooks, from what happens to what a receiver gets: real connections, a clock that is driven.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{Read as _, Write as _};
use std::net::{IpAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver as Inbox, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use xqr_engine::auth::{SecretKey, SigningSecret};
use xqr_engine::callers::{api_keys, workspaces};
use xqr_engine::errors::{Condition, Dialect, Result};
use xqr_engine::plans::Plan;
use xqr_engine::rows::{Delivery, Page, Webhook};
use xqr_engine::webhooks::delivery::{self, Room};
use xqr_engine::webhooks::subscriptions::{self, Draft, Edit, Status};
use xqr_engine::{Caller, Settings, Tx, links};

use crate::native::assets::PNG;
use crate::reliability::crashes::{Program, request};
use crate::support::test_app::TestApp;

/// Everything that the studio's webhooks can be told.
const ALL: [&str; 5] = [
    "scan.created",
    "dynamic_qr.created",
    "dynamic_qr.updated",
    "quota.threshold_75",
    "quota.threshold_100",
];

/// What a receiver got.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    headers: HashMap<String, String>,
    body: String,
}

impl Heard {
    pub(crate) fn header(&self, name: &str) -> &str {
        &self.headers[name]
    }

    pub(crate) fn body(&self) -> &str {
        &self.body
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// A receiver on a port of its own.
pub(crate) struct Receiver {
    address: IpAddr,
    pub(crate) port: u16,
    heard: Arc<Mutex<Vec<Heard>>>,
    answer: Arc<Mutex<String>>,
    pub(crate) arrived: Inbox<()>,
}

impl Receiver {
    pub(crate) fn start() -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").unwrap())
    }

    /// An answer without text is none: the connection is held open.
    fn on(listener: TcpListener) -> Self {
        let (address, port) = listener.local_addr().map(|it| (it.ip(), it.port())).unwrap();
        let (heard, answer) =
            (Arc::<Mutex<Vec<Heard>>>::default(), Arc::new(Mutex::new(saying("200 OK", ""))));
        let (tell, arrived) = channel();
        let (shared, said) = (Arc::clone(&heard), Arc::clone(&answer));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (shared, said, tell) = (Arc::clone(&shared), Arc::clone(&said), tell.clone());
                std::thread::spawn(move || serve(stream.unwrap(), &shared, &said, &tell));
            }
        });
        Self { address, port, heard, answer, arrived }
    }

    fn say(&self, status: &str, headers: &str) {
        *self.answer.lock().unwrap() = saying(status, headers);
    }

    fn hold(&self) {
        self.answer.lock().unwrap().clear();
    }

    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}:{}/hook", self.address, self.port)
    }
}

fn saying(status: &str, headers: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: 0\r\nConnection: close\r\n\r\n")
}

fn serve(
    mut stream: TcpStream,
    heard: &Mutex<Vec<Heard>>,
    answer: &Mutex<String>,
    tell: &Sender<()>,
) {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let headers: HashMap<_, _> = head
                .lines()
                .skip(1)
                .filter_map(|line| {
                    line.split_once(": ")
                        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
                })
                .collect();
            if body.len() >= headers["content-length"].parse::<usize>().unwrap() {
                heard.lock().unwrap().push(Heard { headers, body: body.to_owned() });
                break;
            }
        }
        match stream.read(&mut buffer) {
            Ok(n) if n > 0 => bytes.extend_from_slice(&buffer[..n]),
            _ => return,
        }
    }
    let answer = answer.lock().unwrap().clone();
    tell.send(()).ok();
    if answer.is_empty() {
        // Until the other side gives up.
        stream.read_exact(&mut buffer).ok();
    }
    stream.write_all(answer.as_bytes()).ok();
}

/// Settings under which these ports can be reached.
pub(crate) fn reaching(ports: &[u16]) -> impl FnOnce(&mut Settings) + use<> {
    let ports = ports.to_vec();
    move |settings| {
        settings.webhooks.allow_http = true;
        settings.webhooks.allow_nets = vec!["127.0.0.0/8".parse().unwrap()];
        settings.webhooks.ports = ports;
    }
}

async fn start(receivers: &[&Receiver]) -> TestApp {
    TestApp::start_with(reaching(
        &receivers.iter().map(|receiver| receiver.port).collect::<Vec<_>>(),
    ))
    .await
}

impl TestApp {
    fn caller(&self, key: &str) -> Caller {
        let app = &self.running.app;
        let secret = SecretKey::parse(key).unwrap();
        app.data
            .read_here(|conn| api_keys::authenticate(conn, app.data.plans(), &secret, app.now()))
            .unwrap()
    }

    async fn tx<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Tx<'_>, &Caller) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let caller = self.caller(&self.key);
        self.running.app.write(move |tx| job(tx, &caller)).await
    }

    async fn hook(&self, look: Dialect, url: &str, events: &[&str]) -> (Webhook, SigningSecret) {
        let url = subscriptions::endpoint(&self.running.app, "url", url).await.unwrap();
        let events = events.iter().map(|event| (*event).to_owned()).collect();
        let draft = Draft { dialect: look, url, description: "test".into(), events };
        self.tx(|tx, caller| subscriptions::create(tx, caller, draft)).await.unwrap()
    }

    fn find(&self, hook: &Webhook) -> Webhook {
        let look = dialect_of(&hook.look);
        self.running
            .app
            .data
            .read_here(|conn| subscriptions::get(conn, &self.caller(&self.key), look, hook.id))
            .unwrap()
    }

    /// Oldest first.
    fn deliveries(&self, hook: &Webhook) -> Vec<Delivery> {
        let page = Page::Offset { limit: 10_000, offset: 0 };
        let look = dialect_of(&hook.look);
        let found = self.running.app.data.read_here(|conn| {
            subscriptions::deliveries(conn, &self.caller(&self.key), look, hook.id, page)
        });
        found.unwrap().into_iter().rev().collect()
    }

    async fn set(&self, hook: &Webhook, status: Status) -> Webhook {
        let (look, id) = (dialect_of(&hook.look), hook.id);
        let edit = Edit { status: Some(status), ..Edit::default() };
        self.tx(move |tx, caller| subscriptions::update(tx, caller, look, id, edit)).await.unwrap()
    }

    /// Runs the background steps until nothing is due.
    async fn deliver(&self) {
        xqr_work::drain(&self.running.app).await.unwrap();
    }

    async fn example(&self) -> String {
        self.link(json!({ "url": "https://example.com/" })).await["id"].as_str().unwrap().to_owned()
    }

    async fn patch(&self, id: &str, body: Value) {
        self.call("PATCH", &format!("/links/{id}"), Some(body)).await.expect(200);
    }
}

fn dialect_of(name: &str) -> Dialect {
    Dialect::ALL.into_iter().find(|dialect| dialect.name() == name).unwrap()
}

/// Verifies signatures with Python's `hmac`, and that a changed body passes none of them. Returns
/// how many were verified.
fn python_verifies(look: Dialect, secret: &SigningSecret, heard: &[Heard]) -> usize {
    const SCRIPT: &str = r#"
import base64, hashlib, hmac, json, sys
job = json.load(sys.stdin)
secret = job["secret"]
def mac(key, message): return hmac.new(key, message, hashlib.sha256)
def standard(h, body):
    message = f'{h["webhook-id"]}.{h["webhook-timestamp"]}.'.encode() + body
    mine = "v1," + base64.b64encode(mac(base64.b64decode(secret.removeprefix("whsec_")), message).digest()).decode()
    return mine in h["webhook-signature"].split(" ")
def studio(h, body):
    parts = dict(part.split("=", 1) for part in h["x-qrstudio-signature"].split(","))
    return hmac.compare_digest(parts["v1"], mac(secret.encode(), parts["t"].encode() + b"." + body).hexdigest())
def xqr(h, body):
    return h["x-xqr-signature"] == "sha256=" + mac(secret.encode(), body).hexdigest()
own = {"studio": studio, "xqr": xqr}[job["look"]]
count = 0
for h, text in job["heard"]:
    body = text.encode()
    for check in (own, standard):
        assert check(h, body), (h, text)
        assert not check(h, body + b" ") and not check(h, body[:-1]) and not check(h, b"[" + body[1:])
    count += 1
print(count)
"#;
    let heard: Vec<_> = heard.iter().map(|heard| json!([heard.headers, heard.body])).collect();
    let job = json!({ "secret": secret.expose(), "look": look.name(), "heard": heard });
    let mut child = Command::new("python3")
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(job.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
}

#[actix_web::test]
async fn receivers_of_both_looks_are_told_and_can_verify_it() {
    let (studio, native) = (Receiver::start(), Receiver::start());
    let app = start(&[&studio, &native]).await;
    let (studio_hook, studio_secret) = app.hook(Dialect::Studio, &studio.url(), &ALL).await;
    let (native_hook, native_secret) = app.hook(Dialect::Xqr, &native.url(), &["*"]).await;
    let id = app.example().await;
    app.patch(&id, json!({ "url": "https://example.org/" })).await;
    // The studio has no word for labels, and none for the end.
    app.patch(&id, json!({ "labels": ["a"] })).await;
    app.call("DELETE", &format!("/links/{id}"), None).await.expect(204);
    app.deliver().await;

    let heard = studio.heard();
    assert_eq!(heard.len(), 2, "{heard:?}");
    let (created, updated) = (heard[0].json(), heard[1].json());
    let code = created["data"]["short_id"].as_str().unwrap();
    assert_eq!(
        created,
        json!({
            "id": heard[0].headers["webhook-id"], "type": "dynamic_qr.created", "created_at": "2026-03-21T14:30:00Z",
            "data": {
                "short_id": code, "name": null, "variants": [], "destination_url": "https://example.com/", "is_active": true, "scan_count": 0,
                "created_at": "2026-03-21T14:30:00Z", "updated_at": "2026-03-21T14:30:00Z",
            }
        })
    );
    assert_eq!(updated["type"], "dynamic_qr.updated");
    assert_eq!(updated["data"]["destination_url"], "https://example.org/");
    let of = |name: &str| heard[0].headers[name].as_str();
    assert_eq!(
        (of("x-qrstudio-event"), of("x-qrstudio-delivery")),
        ("dynamic_qr.created", of("webhook-id"))
    );
    assert_eq!((of("content-type"), of("webhook-timestamp")), ("application/json", "1774103400"));
    assert!(of("x-qrstudio-signature").starts_with("t=1774103400,v1="));

    let told: Vec<_> = native.heard().iter().map(Heard::json).collect();
    let link = json!({ "link_id": id, "short_code": code });
    let data = |more: Value| {
        let mut data = link.clone();
        data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        data
    };
    let event = |name: &str, data: Value| json!({ "event": name, "timestamp": "2026-03-21T14:30:00Z", "data": data });
    assert_eq!(
        told,
        [
            event("link.created", data(json!({ "destination": "https://example.com/" }))),
            event(
                "link.updated",
                data(json!({ "changes": { "destination": "https://example.org/" } }))
            ),
            event("link.updated", data(json!({ "changes": { "labels": ["a"] } }))),
            event("link.deleted", link.clone()),
        ]
    );
    let first = &native.heard()[0].headers;
    assert_eq!(
        (first["user-agent"].as_str(), first["x-xqr-event"].as_str()),
        ("xQR-Webhooks/1.0", "link.created")
    );
    assert_eq!(first["x-xqr-delivery"].len(), 36);

    assert_eq!(python_verifies(Dialect::Studio, &studio_secret, &heard), 2);
    assert_eq!(python_verifies(Dialect::Xqr, &native_secret, &native.heard()), 4);
    for (hook, count) in [(studio_hook, 2), (native_hook, 4)] {
        let deliveries = app.deliveries(&hook);
        assert_eq!(deliveries.len(), count);
        assert!(deliveries.iter().all(|it| it.status == "delivered"
            && it.attempts == 1
            && it.response_status == Some(200)));
        assert!(
            deliveries
                .iter()
                .all(|it| it.delivered_at() == Some(app.running.app.now())
                    && it.duration_ms.is_some())
        );
        let hook = app.find(&hook);
        assert_eq!((hook.consecutive_failures, hook.last_response_status), (0, Some(200)));
        assert_eq!(hook.last_delivery_at, Some(app.running.app.now()));
    }
}

#[actix_web::test]
async fn a_thousand_deliveries_are_verified() {
    let receiver = Receiver::start();
    let app = start(&[&receiver]).await;
    let (_, studio) = app.hook(Dialect::Studio, &receiver.url(), &ALL).await;
    let (_, native) = app.hook(Dialect::Xqr, &receiver.url(), &["*"]).await;
    for _ in 0..10 {
        app.tx(|tx, caller| {
            let draft = || links::Draft::new(destination());
            links::create_each(tx, caller, std::iter::repeat_with(draft).take(100).collect())
                .map(drop)
        })
        .await
        .unwrap();
    }
    app.deliver().await;
    let (of_studio, of_native): (Vec<_>, Vec<_>) = receiver
        .heard()
        .into_iter()
        .partition(|heard| heard.headers.contains_key("x-qrstudio-event"));
    assert_eq!(python_verifies(Dialect::Studio, &studio, &of_studio), 1_000);
    assert_eq!(python_verifies(Dialect::Xqr, &native, &of_native), 1_000);
}

fn destination() -> xqr_engine::destinations::destination::Destination {
    xqr_engine::destinations::destination::Destination::parse("url", "https://example.com/")
        .unwrap()
}

#[actix_web::test]
async fn attempts_follow_the_tables_and_ids_stay() {
    for (look, delays, jitter) in [
        (Dialect::Studio, [60_000, 300_000, 1_800_000, 7_200_000, 43_200_000], 20),
        (Dialect::Xqr, [5_000, 30_000, 300_000, 1_800_000, 7_200_000], 0),
    ] {
        let receiver = Receiver::start();
        receiver.say("500 Oh", "");
        let app = start(&[&receiver]).await;
        let (hook, secret) = app.hook(look, &receiver.url(), &["*", "dynamic_qr.created"]).await;
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
            assert!((wait - delay).abs() <= delay * jitter / 100, "{look:?} {n} {wait}");
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
        let mut moments: Vec<_> =
            heard.iter().map(|it| it.headers["webhook-timestamp"].clone()).collect();
        moments.dedup();
        assert_eq!(moments.len(), 6, "each attempt is signed anew");
        assert_eq!(python_verifies(look, &secret, &heard), 6);
    }
}

#[actix_web::test]
async fn webhooks_are_disabled_after_failures_in_a_row_and_by_gone() {
    for (look, limit) in [(Dialect::Studio, 20), (Dialect::Xqr, 100)] {
        let receiver = Receiver::start();
        let app = start(&[&receiver]).await;
        let (hook, _) = app.hook(look, &receiver.url(), &["*", "dynamic_qr.created"]).await;
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
            assert_eq!(app.find(&hook).status, "active", "{n}");
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
        let active = app.set(&hook, Status::Active).await;
        assert_eq!(
            (active.status.as_str(), active.consecutive_failures, active.disabled_at),
            ("active", 0, None)
        );
        app.deliver().await;
        assert!(
            app.deliveries(&hook).iter().all(|it| it.status == "delivered"),
            "what was due waited"
        );
        // Gone.
        receiver.say("410 Gone", "");
        app.example().await;
        app.deliver().await;
        let gone = app.find(&hook);
        assert_eq!((gone.status.as_str(), gone.consecutive_failures), ("disabled", 1));
        assert_eq!(app.deliveries(&hook).last().unwrap().status, "failed");
    }
}

#[actix_web::test]
async fn a_receiver_that_was_dead_for_ten_minutes_gets_everything() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let app = TestApp::start_with(reaching(&[port])).await;
    let (hook, _) = app.hook(Dialect::Studio, &format!("http://127.0.0.1:{port}/"), &ALL).await;
    let mut ids = Vec::new();
    for minute in 0..10 {
        if minute < 3 {
            ids.push(app.example().await);
        }
        app.deliver().await;
        app.clock.advance(60_000);
    }
    let pending = app.deliveries(&hook);
    assert!(
        pending
            .iter()
            .all(|it| it.status == "pending" && it.response_status.is_none() && it.attempts >= 2)
    );
    let receiver = Receiver::on(TcpListener::bind(("127.0.0.1", port)).unwrap());
    for _ in 0..60 {
        app.clock.advance(60_000);
        app.deliver().await;
    }
    let mut told: Vec<_> =
        receiver.heard().iter().map(|it| it.headers["webhook-id"].clone()).collect();
    told.sort();
    let mut made: Vec<_> = pending.iter().map(|it| it.uid.clone()).collect();
    made.sort();
    assert_eq!((told.len(), told), (3, made));
    assert_eq!(app.find(&hook).consecutive_failures, 0);
}

#[actix_web::test]
async fn a_receiver_that_holds_on_delays_no_other() {
    let (slow, healthy) = (Receiver::start(), Receiver::start());
    slow.hold();
    let app = start(&[&slow, &healthy]).await;
    let (slow_hook, _) = app.hook(Dialect::Studio, &slow.url(), &ALL).await;
    app.hook(Dialect::Studio, &healthy.url(), &ALL).await;
    // The service's own loop delivers; nobody calls it.
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
    assert!(app.deliveries(&slow_hook).iter().all(|it| it.status == "pending"));
    // Attempts under way end before the service does.
    app.running.stop().await;
}

#[actix_web::test]
async fn a_crowd_that_holds_on_delays_nobody() {
    let crowd: Vec<_> = (1..=45)
        .map(|n| Receiver::on(TcpListener::bind((format!("127.0.1.{n}"), 0)).unwrap()))
        .collect();
    let healthy = Receiver::start();
    let app = start(&crowd.iter().chain([&healthy]).collect::<Vec<_>>()).await;
    for receiver in crowd.iter().chain([&healthy]) {
        app.hook(Dialect::Studio, &receiver.url(), &ALL).await;
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
}

#[actix_web::test]
async fn two_nodes_deliver_everything_once() {
    let receivers: Vec<_> = (1..=4)
        .map(|n| Receiver::on(TcpListener::bind((format!("127.0.2.{n}"), 0)).unwrap()))
        .collect();
    let app = start(&receivers.iter().collect::<Vec<_>>()).await;
    for receiver in &receivers {
        app.hook(Dialect::Xqr, &receiver.url(), &["*"]).await;
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
        // What happened to a link is told in its order, although links overtake each other.
        let mut created = HashSet::new();
        for told in heard.iter().map(Heard::json) {
            let first = created.insert(told["data"]["link_id"].as_str().unwrap().to_owned());
            assert_eq!(told["event"], if first { "link.created" } else { "link.updated" });
        }
    }
}

#[actix_web::test]
async fn what_is_rolled_back_is_not_told() {
    let receiver = Receiver::start();
    let app = start(&[&receiver]).await;
    let (hook, _) = app.hook(Dialect::Xqr, &receiver.url(), &["*"]).await;
    let aborted = app
        .tx(|tx, caller| {
            links::create(tx, caller, links::Draft::new(destination()))?;
            Err::<(), _>(Condition::KeyInvalid.into())
        })
        .await;
    assert!(aborted.is_err());
    app.deliver().await;
    assert!(receiver.heard().is_empty() && app.deliveries(&hook).is_empty());
}

#[actix_web::test]
async fn scans_are_told_to_whoever_wants_them() {
    let (studio, native) = (Receiver::start(), Receiver::start());
    let app = start(&[&studio, &native]).await;
    let (other, _) = app.hook(Dialect::Studio, &studio.url(), &["dynamic_qr.created"]).await;
    let link = app.link(json!({ "url": "https://example.com/" })).await;
    let path = format!("/{}", link["short_code"].as_str().unwrap());
    app.get(&path).await.expect(302);
    app.drain().await;
    app.deliver().await;
    assert_eq!(app.deliveries(&other).len(), 1, "no scan");
    app.hook(Dialect::Studio, &studio.url(), &["scan.created"]).await;
    app.hook(Dialect::Xqr, &native.url(), &["link.scanned"]).await;
    let request = app
        .request("GET", &path)
        .header("user-agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile/15E148 Safari/604.1")
        .header("referer", "https://news.example/a?b");
    app.send(request).await.expect(302);
    app.drain().await;
    app.deliver().await;
    let code = link["short_code"].clone();
    let told = studio.heard().last().unwrap().json();
    assert_eq!(told["type"], "scan.created");
    assert_eq!(
        told["data"],
        json!({
            "short_id": code, "country": null, "device": "mobile", "browser": told["data"]["browser"], "referer": "news.example",
            "variant": null, "scanned_at": "2026-03-21T14:30:00Z"
        })
    );
    let told = native.heard().last().unwrap().json();
    assert_eq!(told["event"], "link.scanned");
    let browser = &told["data"]["browser"];
    assert!(browser.is_string());
    assert_eq!(
        told["data"],
        json!({ "link_id": link["id"], "short_code": code, "country": null, "device": "mobile", "browser": browser, "ip": null })
    );
}

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
    let app = start(&[&receiver]).await;
    let (hook, _) = app.hook(Dialect::Xqr, &receiver.url(), &["*"]).await;
    let mut settings = app.running.app.settings.clone();
    app.running.stop().await;
    settings.webhooks.allow_nets = Vec::new();
    let strict = xqr_server::start(
        settings,
        Arc::clone(&app.clock) as _,
        Arc::new(xqr_engine::SeededEntropy::new(3)),
    )
    .unwrap();
    let engine = &strict.app;
    let secret = SecretKey::parse(&app.key).unwrap();
    let caller = engine
        .data
        .read_here(|conn| api_keys::authenticate(conn, engine.data.plans(), &secret, engine.now()))
        .unwrap();
    let (maker, id) = (caller.clone(), hook.id);
    engine
        .write(move |tx| links::create(tx, &maker, links::Draft::new(destination())))
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

#[actix_web::test]
async fn overloaded_receivers_are_left_alone() {
    let receiver = Receiver::start();
    receiver.say("429 Slow Down", "Retry-After: 120\r\n");
    let app = start(&[&receiver]).await;
    let (hook, _) = app.hook(Dialect::Xqr, &receiver.url(), &["*"]).await;
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
    assert!(app.deliveries(&hook).iter().all(|it| it.status == "delivered"));
}

#[actix_web::test]
async fn plans_count_webhooks() {
    let app = TestApp::start().await;
    let make = |key: String| {
        let caller = app.caller(&key);
        let engine = Arc::clone(&app.running.app);
        async move {
            let url =
                subscriptions::endpoint(&engine, "url", "https://hooks.example/").await.unwrap();
            let draft = Draft {
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
    let other_look = app
        .running
        .app
        .write(move |tx| subscriptions::delete(tx, &owner, Dialect::Xqr, id))
        .await
        .unwrap_err();
    assert!(matches!(other_look.condition(), Condition::ResourceNotFound { .. }), "another look's");
    app.running
        .app
        .write(move |tx| subscriptions::delete(tx, &caller, Dialect::Studio, id))
        .await
        .unwrap();
    make(pro).await.unwrap();
}

#[actix_web::test]
async fn secrets_are_sealed_and_rotate_with_an_overlap() {
    let receiver = Receiver::start();
    let app = start(&[&receiver]).await;
    let (hook, old) = app.hook(Dialect::Studio, &receiver.url(), &ALL).await;
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

#[actix_web::test]
async fn a_claim_that_nobody_settles_is_claimed_again_after_its_lease() {
    let receiver = Receiver::start();
    let app = start(&[&receiver]).await;
    let (hook, _) = app.hook(Dialect::Xqr, &receiver.url(), &["*"]).await;
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

#[actix_web::test]
async fn paused_webhooks_are_told_nothing_and_tests_are_sent_on_demand() {
    let receiver = Receiver::start();
    let app = start(&[&receiver]).await;
    let (hook, _) = app.hook(Dialect::Studio, &receiver.url(), &["scan.created"]).await;
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
    app.set(&hook, Status::Paused).await;
    app.example().await;
    assert!(matches!(app.tx(test).await.unwrap_err().condition(), Condition::StateConflict { .. }));
    app.set(&hook, Status::Active).await;
    app.deliver().await;
    assert_eq!(receiver.heard().len(), 1);
    // Past the retention, deliveries go.
    app.clock.advance(73 * 3_600_000);
    app.deliver().await;
    assert!(app.deliveries(&hook).is_empty());
}

#[actix_web::test]
async fn twenty_kills_and_an_orderly_end_lose_no_delivery() {
    const KILLS: usize = 20;
    let receiver = Receiver::start();
    let app = start(&[&receiver]).await;
    app.hook(Dialect::Xqr, &receiver.url(), &["link.created"]).await;
    let settings = app.running.app.settings.clone();
    app.running.stop().await;
    let port = receiver.port.to_string();
    let given = [
        ("XQR_SECRET", settings.secret.as_str()),
        ("XQR_WEBHOOKS_ALLOW_HTTP", "true"),
        ("XQR_WEBHOOKS_ALLOW_NETS", "127.0.0.0/8"),
        ("XQR_WEBHOOKS_PORTS", &port),
    ];
    let boot = || Program::start_with(&settings.data_dir, &settings.database_url, false, &given);
    let create = format!("POST /api/v1/links HTTP/1.1\r\nAuthorization: Bearer {}", app.key);
    let mut acknowledged = HashSet::new();
    for end in 0..=KILLS {
        let mut program = boot();
        let clients: Vec<_> = (0..3)
            .map(|_| {
                let (address, create) = (program.address.clone(), create.clone());
                std::thread::spawn(move || {
                    let mut made = Vec::new();
                    while let Some((201, body)) =
                        request(&address, &create, r#"{"url":"https://example.com/"}"#)
                    {
                        made.push(
                            serde_json::from_str::<Value>(&body).unwrap()["data"]["id"]
                                .as_str()
                                .unwrap()
                                .to_owned(),
                        );
                    }
                    made
                })
            })
            .collect();
        // At another moment of its work each time.
        for _ in 0..5 + end {
            receiver.arrived.recv_timeout(Duration::from_secs(40)).unwrap();
        }
        if end < KILLS {
            program.kill();
        } else {
            assert_eq!(program.end(), Some(0));
        }
        acknowledged.extend(clients.into_iter().flat_map(|client| client.join().unwrap()));
    }
    // What a killed program had claimed is due again when its lease ends.
    let program = boot();
    let told = || {
        receiver
            .heard()
            .iter()
            .map(|it| it.json()["data"]["link_id"].as_str().unwrap().to_owned())
            .collect::<HashSet<_>>()
    };
    while !acknowledged.is_subset(&told()) {
        receiver.arrived.recv_timeout(Duration::from_secs(40)).unwrap();
    }
    let heard = receiver.heard();
    let mut bodies = HashMap::new();
    for it in &heard {
        let first =
            bodies.entry(it.headers["webhook-id"].clone()).or_insert_with(|| it.body.clone());
        assert_eq!(*first, it.body, "an id is one delivery");
    }
    assert_eq!(bodies.len(), told().len(), "a change is one delivery");
    assert!(heard.len() - bodies.len() <= 2 * KILLS, "no more duplicates than were under way");
    for id in told() {
        let get = format!("GET /api/v1/links/{id} HTTP/1.1\r\nAuthorization: Bearer {}", app.key);
        assert_eq!(request(&program.address, &get, "").unwrap().0, 200, "told, and not there");
    }
}

#[actix_web::test]
async fn every_event_reaches_a_receiver_that_was_dead_through_a_restart() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let app = TestApp::start_with(reaching(&[port])).await;
    let menu = app.link(json!({ "url": "https://example.com", "custom_slug": "menu" })).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    for _ in 0..99 {
        app.get("/menu").await.expect(302);
    }
    app.drain().await;
    // Not earlier: a hundred failures in a row disable it.
    let wish = json!({ "url": format!("http://127.0.0.1:{port}/"), "events": ["*"] });
    let hook = app.call("POST", "/webhooks", Some(wish)).await.expect(201).json()["data"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    app.get("/menu").await.expect(302);
    app.drain().await;
    let link = app.example().await;
    app.patch(&link, json!({ "url": "https://example.org" })).await;
    app.call("DELETE", &format!("/links/{link}"), None).await.expect(204);
    app.published("logo.png", "image/png", PNG).await;
    let page = app.page(json!({ "title": "Acme" })).await["id"].as_str().unwrap().to_owned();
    for act in ["publish", "unpublish"] {
        app.call("POST", &format!("/bio/pages/{page}/{act}"), None).await.expect(200);
    }
    let workspace = app.call("GET", "/workspace", None).await.expect(200).json()["data"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    app.running
        .app
        .write(move |tx| workspaces::set_plan(tx, &workspace, Plan::Business))
        .await
        .unwrap();
    app.call("POST", &format!("/webhooks/{hook}/test"), None).await.expect(202);
    for _ in 0..10 {
        app.deliver().await;
        app.clock.advance(60_000);
    }
    // Another process on the same data, after an orderly end of the first one.
    let app = app.restart().await;
    let receiver = Receiver::on(TcpListener::bind(("127.0.0.1", port)).unwrap());
    for _ in 0..60 {
        app.clock.advance(60_000);
        app.deliver().await;
    }
    let heard = receiver.heard();
    let told: BTreeMap<&str, usize> = heard.iter().fold(BTreeMap::new(), |mut told, it| {
        *told.entry(it.header("x-xqr-event")).or_default() += 1;
        told
    });
    let mut events = xqr_native::DIALECT.profile.webhooks().unwrap().events().to_vec();
    events.sort_unstable();
    assert_eq!(told.keys().copied().collect::<Vec<_>>(), events);
    let ids: HashSet<&str> = heard.iter().map(|it| it.header("x-xqr-delivery")).collect();
    assert_eq!(ids.len(), events.len(), "each once or more: {told:?}");
    let data = |event: &str| {
        heard.iter().find(|it| it.header("x-xqr-event") == event).unwrap().json()["data"].clone()
    };
    let milestone =
        json!({ "link_id": menu, "short_code": "menu", "scan_count": 100, "threshold": 100 });
    assert_eq!(data("link.threshold"), milestone);
    assert_eq!(
        data("subscription.updated"),
        json!({ "old_plan": "enterprise", "new_plan": "business" })
    );
    let secret =
        app.call("GET", &format!("/webhooks/{hook}/secret"), None).await.expect(200).json();
    let secret = SigningSecret::parse(secret["data"]["secret"].as_str().unwrap()).unwrap();
    assert_eq!(python_verifies(Dialect::Xqr, &secret, &heard), heard.len());
}
