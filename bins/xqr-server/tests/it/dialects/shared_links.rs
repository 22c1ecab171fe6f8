//! One link, several dialects: each dialect lists, counts and changes what another one made; clients
//! of another workspace do not.

use serde_json::{Value, json};
use xqr_engine::errors::Dialect;
use xqr_engine::plans::Plan;

use crate::support::actors::Person;
use crate::support::contract::compiled_in;
use crate::support::test_app::{Answer, TestApp};

/// The credentials of a workspace: a key, and a signed-in user if the studio dialect is compiled in.
struct Workspace<'a> {
    app: &'a TestApp,
    key: String,
    person: Option<Person<'a>>,
}

/// What names a link: its code, and its passcode where it has one.
struct Made {
    code: String,
    passcode: String,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

impl<'a> Workspace<'a> {
    async fn new(app: &'a TestApp, email: &str) -> Self {
        if !compiled_in().any(|dialect| dialect == Dialect::Studio) {
            return Self { app, key: app.key_of(Plan::Pro, &["*"]), person: None };
        }
        let person = app.person(email, Plan::Pro).await;
        let made =
            person.post("keys/", json!({ "name": "k", "plan": "pro" })).await.expect(201).body();
        Self { app, key: text(&made["raw_key"]), person: Some(person) }
    }

    fn person(&self) -> &Person<'a> {
        self.person.as_ref().unwrap()
    }

    async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        // Bursts are not what is tested.
        self.app.clock.advance(1_000);
        let mut request =
            self.app.request(method, path).header("x-api-key", &self.key).bearer_auth(&self.key);
        if let Some(body) = body {
            request = request.json(&body);
        }
        self.app.send(request).await
    }

    async fn make(&self, dialect: Dialect) -> Made {
        let url = "https://example.com/1";
        let (code, passcode) = match dialect {
            Dialect::Xqr => {
                let made = self
                    .send("POST", "/api/v1/links", Some(json!({ "url": url })))
                    .await
                    .expect(201)
                    .body();
                (text(&made["data"]["short_code"]), String::new())
            }
            Dialect::Studio => {
                let input = json!({ "name": "n", "destination_url": url });
                (
                    text(
                        &self.person().post("dynamic/", input).await.expect(201).body()["short_id"],
                    ),
                    String::new(),
                )
            }
            Dialect::Forge => {
                let made = self
                    .send("POST", "/v1/qr-codes", Some(json!({ "redirect_url": url })))
                    .await
                    .expect(201)
                    .body();
                (text(&made["slug"]), String::new())
            }
            Dialect::Hub => {
                let made = self
                    .send("POST", "/api/shorten", Some(json!({ "url": url })))
                    .await
                    .expect(200)
                    .body();
                (text(&made["code"]), text(&made["passcode"]))
            }
        };
        Made { code, passcode }
    }

    /// What a list of the dialect says of a code: destination and scans.
    async fn listed(&self, dialect: Dialect, code: &str) -> Option<(String, i64)> {
        let (answer, list, name, url, count) = match dialect {
            Dialect::Xqr => (
                self.send("GET", "/api/v1/links", None).await,
                "/data",
                "short_code",
                "destination",
                "scan_count",
            ),
            Dialect::Studio => (
                self.person().get("dynamic/").await,
                "/results",
                "short_id",
                "destination_url",
                "scan_count",
            ),
            Dialect::Forge => (
                self.send("GET", "/v1/qr-codes", None).await,
                "/items",
                "slug",
                "redirect_url",
                "scan_count",
            ),
            Dialect::Hub => {
                (self.send("GET", "/api/list", None).await, "/codes", "code", "url", "hit_count")
            }
        };
        let body = answer.expect(200).body();
        let items = body.pointer(list).unwrap().as_array().unwrap().clone();
        let item = items.into_iter().find(|item| text(&item[name]).eq_ignore_ascii_case(code))?;
        Some((text(&item[url]), item[count].as_i64().unwrap()))
    }

    /// Changes a link's destination and returns the status.
    async fn change(&self, dialect: Dialect, of: &Made, ids: &Ids, url: &str) -> u16 {
        let (method, path, body) = match dialect {
            Dialect::Xqr => ("PATCH", format!("/api/v1/links/{}", ids.xqr), json!({ "url": url })),
            Dialect::Studio => {
                let body = json!({ "destination_url": url });
                return self.person().patch(&format!("dynamic/{}/", of.code), body).await.status;
            }
            Dialect::Forge => {
                ("PATCH", format!("/v1/qr-codes/{}", ids.forge), json!({ "redirect_url": url }))
            }
            Dialect::Hub => (
                "POST",
                "/api/update".to_owned(),
                json!({ "code": of.code, "passcode": of.passcode, "url": url }),
            ),
        };
        self.send(method, &path, Some(body)).await.status
    }

    async fn ids(&self, code: &str) -> Ids {
        let mut ids = Ids::default();
        for dialect in compiled_in() {
            match dialect {
                Dialect::Xqr => {
                    let path = format!("/api/v1/links?search={code}");
                    let found = self.send("GET", &path, None).await.expect(200).body();
                    ids.xqr = text(&found["data"][0]["id"]);
                }
                Dialect::Forge => {
                    let path = format!("/v1/qr-codes/slug/{code}");
                    let found = self.send("GET", &path, None).await.expect(200).body();
                    ids.forge = text(&found["id"]);
                }
                Dialect::Studio | Dialect::Hub => {}
            }
        }
        ids
    }
}

#[derive(Default)]
struct Ids {
    xqr: String,
    forge: String,
}

#[actix_web::test]
async fn a_link_of_any_dialect_is_a_link_of_every_dialect() {
    let app = TestApp::start_with_signup().await;
    let (ann, bob) = (
        Workspace::new(&app, "ann@example.com").await,
        Workspace::new(&app, "bob@example.com").await,
    );
    for maker in compiled_in() {
        let made = ann.make(maker).await;
        let ids = ann.ids(&made.code).await;
        let mut scans = 0;
        for (i, other) in compiled_in().enumerate() {
            let url = format!("https://example.com/{maker:?}/{i}");
            assert_eq!(
                ann.change(other, &made, &ids, &url).await,
                200,
                "{maker:?} changed by {other:?}"
            );
            let path = if other == Dialect::Studio {
                format!("/q/{}/", made.code)
            } else {
                format!("/{}", made.code)
            };
            assert_eq!(
                app.get(&path).await.expect(302).header("location"),
                url,
                "{maker:?} {other:?}"
            );
            scans += 1;
            app.drain().await;
            for reader in compiled_in() {
                assert_eq!(
                    ann.listed(reader, &made.code).await,
                    Some((url.clone(), scans)),
                    "{maker:?} read by {reader:?}"
                );
            }
            // Another workspace neither sees nor changes it.
            assert_eq!(bob.listed(other, &made.code).await, None, "{maker:?} {other:?}");
            let refused = bob.change(other, &made, &ids, "https://example.com/stolen").await;
            assert_eq!(
                refused,
                if matches!(other, Dialect::Forge | Dialect::Hub) { 403 } else { 404 },
                "{maker:?} {other:?}"
            );
            assert_eq!(
                app.get(&format!("/{}", made.code)).await.expect(302).header("location"),
                url
            );
            scans += 1;
        }
    }
}

#[cfg(all(feature = "native", feature = "hub"))]
#[actix_web::test]
async fn the_native_api_has_what_the_others_have() {
    let app = TestApp::start().await;
    let project = app
        .owner()
        .post("/projects", json!({ "name": "Spring", "description": "a\nb" }))
        .await
        .expect(201)
        .json();
    let project = project["data"]["id"].as_str().unwrap().to_owned();
    let body = json!({ "url": "https://example.com", "project_id": project, "passcode": true, "custom_slug": "guarded" });
    let made = app.link(body).await;
    let passcode = made["passcode"].as_str().unwrap().to_owned();
    let id = made["id"].as_str().unwrap().to_owned();
    let found = app.owner().get(&format!("/links/{id}")).await.expect(200).json();
    assert!(found["data"].get("passcode").is_none() && found["data"].get("archived").is_none());
    let hub = async |passcode: &str| {
        let input =
            json!({ "code": "guarded", "passcode": passcode, "url": "https://example.com/2" });
        app.hub(&app.key).post("/update", input).await.status
    };
    assert_eq!((hub("x").await, hub(&passcode).await), (403, 200));
    let of = async |query: String| {
        app.owner().get(&format!("/links?{query}")).await.expect(200).json()["meta"]["total"]
            .clone()
    };
    assert_eq!(of(format!("project_id={project}")).await, 1);
    app.owner().get("/links?project_id=nothing").await.refused(
        404,
        "RESOURCE_NOT_FOUND",
        "Project not found.",
    );
    let patch = async |body: Value| app.owner().patch(&format!("/links/{id}"), body).await;
    assert_eq!(
        patch(json!({ "archived": true })).await.expect(200).json()["data"]["archived"],
        true
    );
    assert_eq!(
        (of("archived=true".into()).await, of("archived=false".into()).await),
        (json!(1), json!(0))
    );
    assert_eq!(patch(json!({ "enabled": false })).await.status, 409);
    app.get("/guarded").await.expect(410);
    patch(json!({ "archived": false })).await.expect(200);
    app.get("/guarded").await.expect(302);
    // Its owner deletes it without the passcode.
    app.owner().delete(&format!("/links/{id}")).await.expect(204);

    let reserved = app.link(json!({ "reserve": true, "custom_slug": "later" })).await;
    assert_eq!(reserved["destination"], Value::Null);
    app.get("/later").await.expect(404);
    let path = format!("/links/{}", reserved["id"].as_str().unwrap());
    app.owner().patch(&path, json!({ "url": "https://example.com/3" })).await.expect(200);
    assert_eq!(app.get("/later").await.expect(302).header("location"), "https://example.com/3");
    let both =
        app.owner().post("/links", json!({ "reserve": true, "url": "https://example.com" })).await;
    both.refused(400, "VALIDATION_ERROR", "custom_slug: This field is required.");

    let renamed = app
        .owner()
        .patch(&format!("/projects/{project}"), json!({ "name": "Summer" }))
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&renamed["data"]["name"], &renamed["data"]["description"]),
        (&json!("Summer"), &json!("a\nb"))
    );
    assert_eq!(app.owner().get("/projects").await.expect(200).json()["meta"]["total"], 2);
    let foreign = app.stranger().get(&format!("/projects/{project}")).await;
    foreign.refused(404, "RESOURCE_NOT_FOUND", "Project not found.");
    let small = app.key_with(Plan::Pro, r#"{"projects":1}"#, &["*"]);
    let full = app.client(&small).post("/projects", json!({ "name": "x" })).await;
    full.refused(403, "PLAN_LIMIT_EXCEEDED", "The pro plan allows 1 projects.");
}
