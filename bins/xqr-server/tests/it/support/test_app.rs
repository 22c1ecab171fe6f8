//! One server per test, with a clock that stands still.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::Value;
use tempfile::TempDir;
use xqr_engine::auth::{KeyFormat, Scopes};
use xqr_engine::callers::{api_keys, workspaces};
use xqr_engine::plans::Plan;
use xqr_engine::webhooks::delivery;
use xqr_engine::{App, ManualClock, SeededRandom, Settings};
use xqr_server::Running;
use xqr_store::outbox;

use crate::support::contract::{self, Sent};

/// 2026-03-21T14:30:00Z, where the clock stands.
pub(crate) const NOW: i64 = 1_774_103_400_000;

/// A server and its data, gone with this value. A test that ends while a delivery is due or under
/// way fails, unless it calls [`TestApp::leave_deliveries`].
pub(crate) struct TestApp {
    // Checked while the server still runs.
    end: NothingDue,
    pub(crate) running: Running,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) key: String,
    stranger: OnceLock<String>,
    http: reqwest::Client,
    _folder: TempDir,
}

/// Fails a test that leaves an event in the outbox, or a delivery due or under way.
struct NothingDue {
    app: Arc<App>,
    is_exempt: AtomicBool,
}

impl NothingDue {
    fn of(running: &Running) -> Self {
        Self { app: Arc::clone(&running.app), is_exempt: AtomicBool::new(false) }
    }
}

impl Drop for NothingDue {
    fn drop(&mut self) {
        if std::thread::panicking() || self.is_exempt.load(Ordering::Relaxed) {
            return;
        }
        let app = Arc::clone(&self.app);
        // A thread of its own, since the test's runtime waits here.
        let left = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async {
                while app.fan_out().await? > 0 {}
                let now = app.now();
                app.read(move |conn| {
                    let due = delivery::due(conn, now)?;
                    Ok((outbox::has_events(conn)?, due, delivery::any_under_way(conn, now)?))
                })
                .await
            })
        });
        let (events, due, under_way) = left.join().unwrap().unwrap();
        assert!(!events, "an event is left in the outbox");
        assert!(due.is_empty() && !under_way, "deliveries are left: {due:?} {under_way}");
    }
}

/// An answer, whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.bytes.clone()).unwrap()
    }

    /// The JSON body.
    #[track_caller]
    pub(crate) fn body(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.text()))
    }

    /// The JSON body with the request id, which differs, checked and masked.
    pub(crate) fn json(&self) -> Value {
        let mut value: Value =
            serde_json::from_slice(&self.bytes).unwrap_or_else(|e| panic!("{e}: {}", self.text()));
        if let Some(id) = value.pointer_mut("/meta/request_id") {
            assert_eq!(*id, self.header("x-request-id"));
            assert!(
                id.as_str().unwrap().starts_with("req_") && id.as_str().unwrap().len() == 30,
                "{id}"
            );
            *id = "req_".into();
        }
        value
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.bytes));
        self
    }

    /// Compares a native refusal whole: status, body, help link.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, code: &str, message: &str) {
        let expected = serde_json::json!({
            "error": { "code": code, "message": message, "status": status }, "meta": { "request_id": "req_" }
        });
        assert_eq!(self.json(), expected);
        assert_eq!(self.status, status);
        assert_eq!(self.header("link"), format!("</docs/errors/{code}>; rel=\"help\""));
        assert_eq!(self.header("content-type"), "application/json");
        assert_eq!(self.header("cache-control"), "no-store");
    }
}

impl TestApp {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub(crate) async fn start_with(change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = Settings::defaults();
        settings.bind = "127.0.0.1:0".parse().unwrap();
        settings.public_url = "https://qr.example".parse().unwrap();
        settings.data_dir = folder.path().to_owned();
        settings.database_url = database_url(&folder).await;
        settings.secret = "5e".repeat(32);
        settings.edge.drain_seconds = 5;
        change(&mut settings);
        let clock = Arc::new(ManualClock::at(NOW));
        let running =
            xqr_server::start(settings, Arc::clone(&clock) as _, Arc::new(SeededRandom::new(1)))
                .unwrap();
        let key = running.first_key.as_ref().unwrap().expose().to_owned();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        let end = NothingDue::of(&running);
        Self { end, running, clock, key, stranger: OnceLock::new(), http, _folder: folder }
    }

    /// Starts another node on the same database, with a folder and a key of its own.
    pub(crate) fn node(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = self.running.app.settings.clone();
        settings.data_dir = folder.path().to_owned();
        let clock = Arc::clone(&self.clock);
        let running =
            xqr_server::start(settings, Arc::clone(&clock) as _, Arc::new(SeededRandom::new(2)))
                .unwrap();
        Self {
            end: NothingDue::of(&running),
            running,
            clock,
            key: self.key.clone(),
            stranger: OnceLock::new(),
            http: self.http.clone(),
            _folder: folder,
        }
    }

    /// Ends the service in order, and starts it again on the same data.
    pub(crate) async fn restart(self) -> Self {
        let Self { end, running, clock, key, stranger, http, _folder } = self;
        end.is_exempt.store(true, Ordering::Relaxed);
        let settings = running.app.settings.clone();
        running.stop().await;
        let running =
            xqr_server::start(settings, Arc::clone(&clock) as _, Arc::new(SeededRandom::new(3)))
                .unwrap();
        Self { end: NothingDue::of(&running), running, clock, key, stranger, http, _folder }
    }

    /// Lets the test end while deliveries are due or under way.
    pub(crate) fn leave_deliveries(&self) {
        self.end.is_exempt.store(true, Ordering::Relaxed);
    }

    /// Returns the key of another workspace, made once.
    pub(crate) fn strangers_key(&self) -> &str {
        self.stranger.get_or_init(|| self.key_of(Plan::Pro, &["*"]))
    }

    /// Makes another workspace and a key for it.
    pub(crate) fn key_of(&self, plan: Plan, scopes: &[&str]) -> String {
        self.key_with(plan, "{}", scopes)
    }

    /// Makes another workspace with limits of its own and a key for it.
    pub(crate) fn key_with(&self, plan: Plan, overrides: &'static str, scopes: &[&str]) -> String {
        let scopes = Scopes::parse_list(scopes.iter().copied()).unwrap();
        let expires_at = self.running.app.now() + 1_000_000;
        let made = self.running.app.data.write_here(move |tx| {
            let workspace = workspaces::create(tx, "Another", plan)?;
            let workspace = workspaces::set_overrides(tx, &workspace.uid, Some(overrides))?;
            let draft = api_keys::NewKey {
                name: "key".into(),
                look: KeyFormat::Xqr,
                scopes,
                expires_at: Some(expires_at),
                plan: None,
            };
            api_keys::create(tx, &workspace, &draft)
        });
        made.unwrap().1.expose().to_owned()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.running.address)
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> RequestBuilder {
        self.http.request(Method::from_bytes(method.as_bytes()).unwrap(), self.url(path))
    }

    pub(crate) async fn send(&self, request: RequestBuilder) -> Answer {
        let (client, request) = request.build_split();
        let request = request.unwrap();
        let sent = Sent {
            method: request.method().to_string(),
            path: request.url().path().to_owned(),
            json: request
                .body()
                .and_then(|body| body.as_bytes())
                .and_then(|body| serde_json::from_slice(body).ok()),
        };
        let response = client.execute(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let answer = Answer {
            status: StatusCode::as_u16(&status),
            headers,
            bytes: response.bytes().await.unwrap().to_vec(),
        };
        contract::check(&sent, &answer);
        answer
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.request("GET", path)).await
    }

    /// Searches every file of the service for a secret.
    pub(crate) fn no_file_holds(&self, secret: &str) {
        for (name, bytes) in self.files() {
            assert!(
                !bytes.windows(secret.len()).any(|window| window == secret.as_bytes()),
                "{name}"
            );
        }
    }

    /// Returns every file of the service.
    pub(crate) fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut files = Vec::new();
        let mut folders = vec![self.running.app.settings.data_dir.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                match path.is_dir() {
                    true => folders.push(path),
                    false => {
                        files.push((path.display().to_string(), std::fs::read(&path).unwrap()))
                    }
                }
            }
        }
        assert!(!files.is_empty());
        files
    }

    /// Makes a link and returns its view.
    pub(crate) async fn link(&self, body: Value) -> Value {
        self.owner().post("/links", body).await.expect(201).json()["data"].clone()
    }

    /// Runs the background steps until nothing is left.
    pub(crate) async fn drain(&self) {
        // The running workers may be in the middle of the same batch: then theirs counts, and ours
        // is refused.
        while self.running.app.journal.backlog_bytes() > 0 {
            xqr_work::drain(&self.running.app).await.ok();
        }
    }
}

/// A SQLite file in `folder`, or a schema of its own on PostgreSQL.
pub(crate) async fn database_url(folder: &TempDir) -> String {
    let Ok(url) = std::env::var("XQR_TEST_POSTGRES_URL") else {
        return format!("sqlite://{}", folder.path().join("xqr.db").display());
    };
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    actix_rt::spawn(async move { connection.await.unwrap() });
    let schema = format!(
        "t{}",
        folder
            .path()
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .replace(|c: char| !c.is_ascii_alphanumeric(), "")
    );
    client.batch_execute(&format!("CREATE SCHEMA \"{schema}\"")).await.unwrap();
    format!("{url}?options=-csearch_path%3D%22{schema}%22")
}
