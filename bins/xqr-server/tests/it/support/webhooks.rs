//! Webhooks through the engine: subscriptions, deliveries, signatures.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use xqr_engine::auth::{SecretKey, SigningSecret};
use xqr_engine::callers::api_keys;
use xqr_engine::errors::{Dialect, Result};
use xqr_engine::rows::{Delivery, Page, Webhook, WebhookStatus};
use xqr_engine::webhooks::subscriptions::{self, Edit, NewWebhook};
use xqr_engine::{Caller, Tx};

use crate::support::receiver::Heard;
use crate::support::test_app::TestApp;

/// Every event of the studio's webhooks.
pub(crate) const STUDIO_EVENTS: [&str; 5] = [
    "scan.created",
    "dynamic_qr.created",
    "dynamic_qr.updated",
    "quota.threshold_75",
    "quota.threshold_100",
];

impl TestApp {
    pub(crate) fn caller(&self, key: &str) -> Caller {
        let app = &self.running.app;
        let secret = key.parse::<SecretKey>().unwrap();
        app.data
            .read_here(|conn| api_keys::authenticate(conn, app.data.plans(), &secret, app.now()))
            .unwrap()
    }

    pub(crate) async fn tx<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Tx<'_>, &Caller) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let caller = self.caller(&self.key);
        self.running.app.write(move |tx| job(tx, &caller)).await
    }

    pub(crate) async fn subscribe(
        &self,
        dialect: Dialect,
        url: &str,
        events: &[&str],
    ) -> (Webhook, SigningSecret) {
        let url = subscriptions::endpoint(&self.running.app, "url", url).await.unwrap();
        let events = events.iter().map(|event| (*event).to_owned()).collect();
        let draft = NewWebhook { dialect, url, description: "test".into(), events };
        self.tx(|tx, caller| subscriptions::create(tx, caller, draft)).await.unwrap()
    }

    pub(crate) fn find(&self, hook: &Webhook) -> Webhook {
        let dialect = dialect_of(&hook.look);
        self.running
            .app
            .data
            .read_here(|conn| subscriptions::get(conn, &self.caller(&self.key), dialect, hook.id))
            .unwrap()
    }

    /// Oldest first.
    pub(crate) fn deliveries(&self, hook: &Webhook) -> Vec<Delivery> {
        let page = Page::Offset { limit: 10_000, offset: 0 };
        let dialect = dialect_of(&hook.look);
        let found = self.running.app.data.read_here(|conn| {
            subscriptions::deliveries(conn, &self.caller(&self.key), dialect, hook.id, page)
        });
        found.unwrap().into_iter().rev().collect()
    }

    pub(crate) async fn set(&self, hook: &Webhook, status: WebhookStatus) -> Webhook {
        let (dialect, id) = (dialect_of(&hook.look), hook.id);
        let edit = Edit { status: Some(status), ..Edit::default() };
        self.tx(move |tx, caller| subscriptions::update(tx, caller, dialect, id, edit))
            .await
            .unwrap()
    }

    /// Runs the background steps until nothing is due.
    pub(crate) async fn deliver(&self) {
        xqr_work::drain(&self.running.app).await.unwrap();
    }

    pub(crate) async fn example(&self) -> String {
        self.link(json!({ "url": "https://example.com/" })).await["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn patch(&self, id: &str, body: Value) {
        self.owner().patch(&format!("/links/{id}"), body).await.expect(200);
    }
}

pub(crate) fn dialect_of(name: &str) -> Dialect {
    Dialect::ALL.into_iter().find(|dialect| dialect.name() == name).unwrap()
}

/// Verifies signatures with Python's `hmac`, and that a changed body passes none of them. Returns
/// how many were verified.
pub(crate) fn python_verifies(dialect: Dialect, secret: &SigningSecret, heard: &[Heard]) -> usize {
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
own = {"studio": studio, "xqr": xqr}[job["dialect"]]
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
    let job = json!({ "secret": secret.expose(), "dialect": dialect.name(), "heard": heard });
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

pub(crate) fn destination() -> xqr_engine::destinations::destination::Destination {
    "https://example.com/".parse::<xqr_engine::destinations::destination::Destination>().unwrap()
}
