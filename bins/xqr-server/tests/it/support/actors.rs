//! The clients of a service: a key's, a stranger's, a signed-in user's. Every answer is held against
//! the OpenAPI document of its dialect.

use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::future::join_all;
use serde_json::{Value, json};
use xqr_engine::callers::workspaces;
use xqr_engine::plans::Plan;
use xqr_engine::settings::Signup;

use crate::support::test_app::{Answer, TestApp};

pub(crate) const PASSWORD: &str = "correct horse battery";

/// The header that carries a key.
#[derive(Clone, Copy)]
enum Header {
    Authorization,
    ApiKey,
}

/// A client with an API key, in one dialect.
#[derive(Clone, Copy)]
pub(crate) struct Client<'a> {
    app: &'a TestApp,
    base: &'static str,
    header: Header,
    key: &'a str,
}

impl Client<'_> {
    pub(crate) async fn get(self, path: &str) -> Answer {
        self.send("GET", path, None).await
    }

    pub(crate) async fn post(self, path: &str, body: impl Into<Option<Value>>) -> Answer {
        self.send("POST", path, body.into()).await
    }

    pub(crate) async fn patch(self, path: &str, body: impl Into<Option<Value>>) -> Answer {
        self.send("PATCH", path, body.into()).await
    }

    pub(crate) async fn delete(self, path: &str) -> Answer {
        self.send("DELETE", path, None).await
    }

    pub(crate) async fn send(self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let request = self.app.request(method, &format!("{}{path}", self.base));
        let mut request = match self.header {
            Header::Authorization => request.bearer_auth(self.key),
            Header::ApiKey => request.header("x-api-key", self.key),
        };
        if let Some(body) = body {
            request = request.json(&body);
        }
        self.app.send(request).await
    }
}

/// A signed-in user.
pub(crate) struct Person<'a> {
    app: &'a TestApp,
    pub(crate) access: String,
    pub(crate) refresh: String,
}

impl<'a> Person<'a> {
    /// Takes the tokens of a session.
    pub(crate) fn of(app: &'a TestApp, session: &Value) -> Self {
        let text = |name: &str| session[name].as_str().unwrap().to_owned();
        Self { app, access: text("access"), refresh: text("refresh") }
    }

    /// Takes an access token as it is.
    pub(crate) fn with_token(app: &'a TestApp, access: String) -> Self {
        Self { app, access, refresh: String::new() }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: impl Into<Option<Value>>) -> Answer {
        self.send("POST", path, body.into()).await
    }

    pub(crate) async fn patch(&self, path: &str, body: impl Into<Option<Value>>) -> Answer {
        self.send("PATCH", path, body.into()).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, None).await
    }

    pub(crate) async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let client = Client {
            app: self.app,
            base: "/api/v1/",
            header: Header::Authorization,
            key: &self.access,
        };
        client.send(method, path.trim_start_matches('/'), body).await
    }
}

impl TestApp {
    /// Starts a service on which everyone may sign up.
    pub(crate) async fn start_with_signup() -> Self {
        Self::start_with(|settings| settings.accounts.signup = Signup::Open).await
    }

    /// The native API with the key of the first start.
    pub(crate) fn owner(&self) -> Client<'_> {
        self.client(&self.key)
    }

    /// The native API with the key of another workspace, on the plan `pro`.
    pub(crate) fn stranger(&self) -> Client<'_> {
        self.client(self.strangers_key())
    }

    /// The native API with any key.
    pub(crate) fn client<'a>(&'a self, key: &'a str) -> Client<'a> {
        Client { app: self, base: "/api/v1", header: Header::Authorization, key }
    }

    /// The studio dialect, with full paths.
    pub(crate) fn studio<'a>(&'a self, key: &'a str) -> Client<'a> {
        Client { app: self, base: "", header: Header::ApiKey, key }
    }

    /// The forge dialect.
    pub(crate) fn forge<'a>(&'a self, key: &'a str) -> Client<'a> {
        Client { app: self, base: "/v1", header: Header::ApiKey, key }
    }

    /// The hub dialect.
    pub(crate) fn hub<'a>(&'a self, key: &'a str) -> Client<'a> {
        Client { app: self, base: "/api", header: Header::ApiKey, key }
    }

    /// A request of the studio dialect that signs up, in, or out.
    pub(crate) async fn auth(&self, path: &str, body: Value) -> Answer {
        self.send(self.request("POST", &format!("/api/auth/{path}/")).json(&body)).await
    }

    /// Signs a user up, in a workspace on this plan.
    pub(crate) async fn person(&self, email: &str, plan: Plan) -> Person<'_> {
        let signup = json!({ "email": email, "password": PASSWORD });
        let session = self.auth("signup", signup).await.expect(201).body();
        let workspace = session["workspace"]["id"].as_str().unwrap().to_owned();
        let data = &self.running.app.data;
        data.write_here(move |tx| workspaces::set_plan(tx, &workspace, plan)).unwrap();
        Person::of(self, &session)
    }

    /// Signs a user in.
    pub(crate) async fn sign_in(&self, email: &str) -> Person<'_> {
        let login = json!({ "email": email, "password": PASSWORD });
        Person::of(self, &self.auth("login", login).await.expect(200).body())
    }
}

/// Works with 64 clients until `work` has been done `count` times.
pub(crate) async fn concurrently<T>(count: u64, work: impl AsyncFn(u64) -> T) -> Vec<T> {
    let next = AtomicU64::new(0);
    let client = async || {
        let mut done = Vec::new();
        loop {
            let i = next.fetch_add(1, Ordering::Relaxed);
            if i >= count {
                return done;
            }
            done.push(work(i).await);
        }
    };
    join_all((0..64).map(|_| client())).await.into_iter().flatten().collect()
}
