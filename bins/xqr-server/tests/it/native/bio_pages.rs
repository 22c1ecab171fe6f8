//! Bio pages over the API, and what visitors find: each route whole, each refusal, counts, events.

use insta::assert_snapshot;
use serde_json::{Value, json};
use xqr_engine::plans::Plan;

use crate::support::receiver::{Receiver, reaching};
use crate::support::snapshots::shown;
use crate::support::test_app::TestApp;

#[actix_web::test]
async fn a_page_is_made_changed_published_and_deleted() {
    let receiver = Receiver::start();
    let app = TestApp::start_with(reaching(&[receiver.port])).await;
    let hook = json!({ "url": receiver.url(), "events": ["bio.published", "bio.unpublished"] });
    app.owner().post("/webhooks", hook).await.expect(201);
    let input = json!({
        "title": "Acme Inc", "description": "Tools\nfor people",
        "page_data": { "theme": "dark", "avatar_url": "https://cdn.example/a.png", "layout": { "columns": 2 },
            "links": [{ "label": "Website", "url": "https://acme.com", "icon": "globe" }, { "label": "Mail", "url": "MAILTO:hi@acme.com" }] }
    });
    let made = app.owner().post("/bio/pages", input).await.expect(201).json();
    let id = made["data"]["id"].as_str().unwrap().to_owned();
    assert!(id.starts_with("bio_") && id.len() == 40);
    let mut whole = json!({
        "id": id, "title": "Acme Inc", "description": "Tools\nfor people", "slug": "acme-inc",
        "page_data": { "theme": "dark", "avatar_url": "https://cdn.example/a.png", "layout": { "columns": 2 },
            "links": [{ "label": "Website", "url": "https://acme.com/", "icon": "globe" }, { "label": "Mail", "url": "mailto:hi@acme.com" }] },
        "is_published": false, "published_at": null, "view_count": 0, "click_count": 0,
        "html_url": "https://qr.example/b/acme-inc",
        "created_at": "2026-03-21T14:30:00Z", "updated_at": "2026-03-21T14:30:00Z"
    });
    assert_eq!(made["data"], whole);
    let path = format!("/bio/pages/{id}");
    let get = async || app.owner().get(&path).await.expect(200).json()["data"].clone();
    assert_eq!(get().await, whole);
    assert_eq!(app.owner().get("/bio/pages").await.expect(200).json()["data"], json!([whole]));
    let bare = path.replace("bio_", "");
    assert_eq!(
        app.owner().get(&bare).await.expect(200).json()["data"],
        whole,
        "ids are opaque, the prefix is ours"
    );
    app.get("/b/acme-inc").await.expect(404);

    app.clock.advance(60_000);
    let unpublish = async || {
        app.owner().post(&format!("{path}/unpublish"), None).await.expect(200).json()["data"]
            .clone()
    };
    assert_eq!(unpublish().await, whole, "nothing happens");
    let publish = async || {
        app.owner().post(&format!("{path}/publish"), None).await.expect(200).json()["data"].clone()
    };
    for _ in 0..2 {
        (whole["is_published"], whole["published_at"]) =
            (json!(true), json!("2026-03-21T14:31:00Z"));
        whole["updated_at"] = json!("2026-03-21T14:31:00Z");
        assert_eq!(publish().await, whole);
        app.clock.advance(1000);
    }
    app.get("/b/acme-inc").await.expect(200);

    // Keys are laid over what is there, null takes one away; the slug stays.
    let change = json!({ "title": "Acme GmbH", "description": null, "page_data": { "theme": null, "lang": "de", "avatar_url": "http://x.example" } });
    let changed = app.owner().patch(&path, change).await.expect(200).json()["data"].clone();
    (whole["title"], whole["description"], whole["updated_at"]) =
        (json!("Acme GmbH"), Value::Null, json!("2026-03-21T14:31:02Z"));
    whole["page_data"].as_object_mut().unwrap().remove("theme");
    (whole["page_data"]["lang"], whole["page_data"]["avatar_url"]) =
        (json!("de"), json!("http://x.example/"));
    assert_eq!(changed, whole);
    assert!(app.get("/b/acme-inc").await.expect(200).text().contains("Acme GmbH"), "live at once");
    app.owner().patch(&path, json!({})).await.expect(200);
    app.owner().patch(&path, json!({ "page_data": null, "title": null })).await.expect(200);
    assert_eq!(get().await["page_data"], whole["page_data"]);

    assert_eq!(
        unpublish().await["published_at"],
        "2026-03-21T14:31:00Z",
        "it keeps its last value"
    );
    app.get("/b/acme-inc").await.expect(404);
    xqr_work::drain(&app.running.app).await.unwrap();
    let bodies: Vec<Value> =
        receiver.heard().iter().map(|heard| serde_json::from_str(&heard.body).unwrap()).collect();
    assert_snapshot!(shown(&json!(bodies), &[(&id, "id")]), @r#"
        [{"data":{"html_url":"https://qr.example/b/acme-inc","page_id":"[id]",
        "slug":"acme-inc","title":"Acme Inc"},"event":"bio.published",
        "timestamp":"2026-03-21T14:31:00Z"},{"data":{"page_id":"[id]","slug":"acme-inc",
        "title":"Acme GmbH"},"event":"bio.unpublished","timestamp":"2026-03-21T14:31:02Z"}]
        "#);
    assert_eq!(
        app.owner().get("/workspace/usage").await.json()["data"]["usage"]["total_bio_pages"],
        1
    );
    let deleted = app.owner().delete(&path).await.expect(204);
    assert!(deleted.bytes.is_empty());
    assert_eq!(
        app.owner().get("/workspace/usage").await.json()["data"]["usage"]["total_bio_pages"],
        0
    );
    for (method, path) in [
        ("GET", path.clone()),
        ("DELETE", path.clone()),
        ("POST", format!("{path}/publish")),
        ("POST", format!("{path}/unpublish")),
    ] {
        app.owner().send(method, &path, None).await.refused(
            404,
            "RESOURCE_NOT_FOUND",
            "Bio page not found.",
        );
    }
    app.owner().patch(&path, json!({ "title": "x" })).await.refused(
        404,
        "RESOURCE_NOT_FOUND",
        "Bio page not found.",
    );
}

#[actix_web::test]
async fn refusals_name_what_is_wrong() {
    let app = TestApp::start().await;
    let link = |url: &str| json!({ "title": "x", "page_data": { "links": [{ "label": "a", "url": "https://a.example" }, { "label": "b", "url": url }] } });
    let deep = (0..9).fold(json!(1), |inner, _| json!([inner]));
    let no_link =
        "page_data.links[1].url: Must start with http://, https://, mailto: or tel:, and be valid.";
    let mut bad = vec![
        (json!({}), "title: This field is required."),
        (json!({ "title": " " }), "title: Must not be empty."),
        (json!({ "title": 5 }), "title: Must be a string."),
        (json!({ "title": "x".repeat(101) }), "title: Must have at most 100 characters."),
        (
            json!({ "title": "x", "description": "y".repeat(1001) }),
            "description: Must have at most 1000 characters.",
        ),
        (json!({ "title": "x", "page_data": [] }), "page_data: Must be an object."),
        (
            json!({ "title": "x", "page_data": { "a": deep } }),
            "page_data: Must have at most 8 levels.",
        ),
        (
            json!({ "title": "x", "page_data": { "a": "y".repeat(65_536) } }),
            "page_data: Must have at most 65536 bytes.",
        ),
        (
            json!({ "title": "x", "page_data": { "lang": "x\"y" } }),
            "page_data.lang: Must be a language tag such as en or pt-BR.",
        ),
        (json!({ "title": "x", "page_data": { "links": {} } }), "page_data.links: Must be a list."),
        (
            json!({ "title": "x", "page_data": { "links": [1] } }),
            "page_data.links[0]: Must be an object.",
        ),
        (
            json!({ "title": "x", "page_data": { "links": [{ "url": "https://a" }] } }),
            "page_data.links[0].label: This field is required.",
        ),
        (
            json!({ "title": "x", "page_data": { "links": [{ "label": "a" }] } }),
            "page_data.links[0].url: This field is required.",
        ),
        (
            json!({ "title": "x", "page_data": { "links": vec![json!({ "label": "a", "url": "https://a.example" }); 101] } }),
            "page_data.links: Must have at most 100 items.",
        ),
        (
            json!({ "title": "x", "page_data": { "avatar_url": "data:image/png;base64,AA" } }),
            "page_data.avatar_url: Invalid URL format. Must start with http:// or https://",
        ),
        (
            link("https://qr.example/abc"),
            "page_data.links[1].url: Must not be a short link of this service.",
        ),
        (
            link("https://qr.example/b/x/1"),
            "page_data.links[1].url: Must not be a short link of this service.",
        ),
    ];
    for url in [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "blob:https://a",
        "intent://x",
        "//a.example",
        "a",
        "",
        "mailto:",
        "mailto:a b@c",
        "mailto:a@b\r\nBcc: c@d",
        "mailto:a@b\"onmouseover=1",
        "tel:",
        "tel:abc",
        "tel:+49<script>",
        "http://",
    ] {
        bad.push((link(url), no_link));
    }
    for (input, message) in bad {
        let refused = app.owner().post("/bio/pages", input.clone()).await;
        assert_eq!(
            (refused.status, &refused.json()["error"]["message"]),
            (400, &json!(message)),
            "{input}"
        );
    }
    let theme = app
        .owner()
        .post("/bio/pages", json!({ "title": "x", "page_data": { "theme": "pink" } }))
        .await
        .expect(400);
    assert!(theme.text().contains("light, dark"), "{}", theme.text());
    assert_eq!(app.owner().get("/bio/pages").await.json()["data"], json!([]), "nothing was made");
    for good in [
        "tel:+49-30-123456;ext=5",
        "mailto:a@b.example?subject=Hi%20there",
        "https://qr.example/b/other",
        "https://a.example/é",
    ] {
        app.page(link(good)).await;
    }

    let page = app.page(json!({ "title": "mine" })).await;
    let path = format!("/bio/pages/{}", page["id"].as_str().unwrap());
    let bad = json!({ "page_data": { "links": [{ "label": "a", "url": "javascript:x" }] } });
    app.owner().patch(&path, bad).await.expect(400);
    let full = json!({ "page_data": { "a": "y".repeat(40_000) } });
    app.owner().patch(&path, full).await.expect(200);
    let more = json!({ "page_data": { "b": "y".repeat(40_000) } });
    app.owner().patch(&path, more).await.refused(
        400,
        "VALIDATION_ERROR",
        "page_data: Must have at most 65536 bytes.",
    );
    for (method, path, body) in [
        ("GET", path.clone(), None),
        ("PATCH", path.clone(), Some(json!({ "title": "stolen" }))),
        ("DELETE", path.clone(), None),
        ("POST", format!("{path}/publish"), None),
        ("POST", format!("{path}/unpublish"), None),
    ] {
        app.stranger().send(method, &path, body).await.refused(
            404,
            "RESOURCE_NOT_FOUND",
            "Bio page not found.",
        );
    }
    for id in ["x", "bio_", "bio_x", "%00", "tpl_1"] {
        app.owner().get(&format!("/bio/pages/{id}")).await.expect(404);
    }
    let one = app.key_with(Plan::Pro, r#"{"bio_pages":1}"#, &["*"]);
    let create =
        async |key: &str| app.client(key).post("/bio/pages", json!({ "title": "x" })).await;
    create(&one).await.expect(201);
    create(&one).await.refused(403, "PLAN_LIMIT_EXCEEDED", "The pro plan allows 1 bio pages.");
    let none = app.key_with(Plan::Pro, r#"{"bio_pages":0}"#, &["*"]);
    create(&none).await.refused(
        403,
        "FEATURE_NOT_AVAILABLE",
        "Bio pages is not available on the pro plan.",
    );
}

#[actix_web::test]
async fn listed_hosts_are_refused_and_lose_their_clicks() {
    let app = TestApp::start_with(|settings| settings.blocklist.at_redirect = true).await;
    let links = json!({ "links": [{ "label": "a", "url": "https://evil.example/x" }] });
    let (_, shown) = app.shown(json!({ "title": "before", "page_data": links })).await;
    app.get(&format!("{shown}/1")).await.expect(302);
    let add = |tx: &mut xqr_engine::Tx<'_>| {
        xqr_engine::destinations::blocklist::add(
            tx,
            &"evil.example".parse::<xqr_engine::destinations::blocklist::Host>().unwrap(),
            "test",
        )
    };
    app.running.app.data.write_here(add).unwrap();
    for data in [links, json!({ "avatar_url": "https://www.evil.example/a.png" })] {
        let refused =
            app.owner().post("/bio/pages", json!({ "title": "x", "page_data": data })).await;
        assert_eq!(refused.status, 422, "{}", refused.text());
    }
    app.get(&format!("{shown}/1")).await.expect(410);
}

#[actix_web::test]
async fn slugs_are_unique_and_no_names_of_ours() {
    let app = TestApp::start().await;
    let slug = async |title: &str| {
        app.page(json!({ "title": title })).await["slug"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        (slug("Acme Inc").await, slug("ACME, inc.").await, slug("Acme Inc").await),
        ("acme-inc".into(), "acme-inc-2".into(), "acme-inc-3".into())
    );
    assert_eq!(
        (slug("API").await, slug("日本").await, slug("admin").await),
        ("api-2".into(), "ri-ben".into(), "admin-2".into())
    );
    let mut many = Vec::new();
    for _ in 0..8 {
        many.push(slug("many").await);
    }
    assert_eq!(many[..5], ["many", "many-2", "many-3", "many-4", "many-5"]);
    assert!(many[5..].iter().all(|slug| slug.len() == 12), "{many:?}");
    // Of another workspace's, too.
    let theirs =
        app.stranger().post("/bio/pages", json!({ "title": "Acme Inc" })).await.expect(201).json();
    assert_eq!(theirs["data"]["slug"], "acme-inc-4");
    let at_once = (0..10).map(|_| app.page(json!({ "title": "race" })));
    let mut slugs: Vec<_> = futures_util::future::join_all(at_once)
        .await
        .iter()
        .map(|page| page["slug"].to_string())
        .collect();
    slugs.sort();
    slugs.dedup();
    assert_eq!(slugs.len(), 10);
}

#[actix_web::test]
async fn views_and_clicks_are_counted_and_lead_to_stored_links_alone() {
    let app = TestApp::start().await;
    let links = json!([
        { "label": "a", "url": "https://a.example/x?y=1#z" }, { "label": "b", "url": "tel:+4930" }, { "label": "c", "url": "http://b.example" }
    ]);
    let (id, path) = app.shown(json!({ "title": "Acme", "page_data": { "links": links } })).await;
    for _ in 0..3 {
        app.get(&path).await.expect(200);
    }
    app.send(app.request("HEAD", &path)).await.expect(200);
    app.get("/b/ACME").await.expect(200);
    let click = app.get(&format!("{path}/1")).await.expect(302);
    assert_eq!(
        (click.header("location"), click.header("cache-control")),
        ("https://a.example/x?y=1#z", "no-store")
    );
    assert_eq!(
        app.get(&format!("{path}/3?url=https://evil.example")).await.expect(302).header("location"),
        "http://b.example/"
    );
    app.send(app.request("HEAD", &format!("{path}/1"))).await.expect(302);
    for place in [
        "0",
        "2",
        "4",
        "01",
        "+1",
        "-1",
        "x",
        "",
        "99999999999999999999",
        "1/2",
        "//evil.example",
        "https:%2f%2fevil.example",
    ] {
        let answer = app.get(&format!("{path}/{place}")).await;
        assert_eq!((answer.status, answer.header("location")), (404, ""), "{place}");
    }
    xqr_work::drain(&app.running.app).await.unwrap();
    let page = app.owner().get(&format!("/bio/pages/{id}")).await.json()["data"].clone();
    assert_eq!(
        (&page["view_count"], &page["click_count"], &page["updated_at"]),
        (&json!(4), &json!(2), &page["created_at"])
    );
    for absent in [
        "/b/",
        "/b/none",
        "/b/none/1",
        "/b/%00",
        "/b/..%2f",
        "/b/acme%00",
        &format!("/b/{}", "x".repeat(5000)),
    ] {
        assert_eq!(app.get(absent).await.status, 404, "{absent}");
    }
    for (method, path) in
        [("POST", path.clone()), ("PUT", path.clone()), ("DELETE", format!("{path}/1"))]
    {
        let refused = app.send(app.request(method, &path)).await;
        refused.refused(405, "METHOD_NOT_ALLOWED", "Method not allowed.");
        assert_eq!(refused.header("allow"), "GET, HEAD");
    }
    app.owner().post(&format!("/bio/pages/{id}/unpublish"), None).await.expect(200);
    app.get(&format!("{path}/1")).await.expect(404);
    let program = app.send(app.request("GET", &path).header("accept", "application/json")).await;
    program.refused(404, "RESOURCE_NOT_FOUND", "No such endpoint.");
}

#[actix_web::test]
async fn an_orderly_end_loses_no_view() {
    let app = TestApp::start().await;
    let (id, path) = app.shown(json!({ "title": "Acme" })).await;
    let next = app.node();
    for _ in 0..5 {
        app.get(&path).await.expect(200);
    }
    let TestApp { running, key, .. } = app;
    running.stop().await;
    let page = next.client(&key).get(&format!("/bio/pages/{id}")).await.json();
    assert_eq!(page["data"]["view_count"], 5);
}

#[actix_web::test]
async fn pages_may_have_a_host_of_their_own() {
    let app = TestApp::start_with(|settings| {
        settings.bio.public_url = "https://bio.example".parse().unwrap()
    })
    .await;
    let page = app.page(json!({ "title": "Acme" })).await;
    assert_eq!(page["html_url"], "https://bio.example/acme");
    let links = json!({ "links": [{ "label": "a", "url": "https://bio.example/acme/1" }] });
    app.owner().post("/bio/pages", json!({ "title": "x", "page_data": links })).await.expect(400);
}

#[actix_web::test]
async fn no_page_leads_to_its_own_clicks() {
    let app = TestApp::start_with(|settings| {
        settings.bio.public_url = "https://bio.example".parse().unwrap()
    })
    .await;
    let create = async |url: &str| {
        let input =
            json!({ "title": "n", "page_data": { "links": [{ "label": "a", "url": url }] } });
        app.owner().post("/bio/pages", input).await.status
    };
    for circle in
        ["https://bio.example/n/1", "https://BIO.example:443/n/1?x", "https://qr.example/b/n/1"]
    {
        assert_eq!(create(circle).await, 400, "{circle}");
    }
    for good in [
        "https://bio.example/other",
        "https://bio.example/n?x=/",
        "https://qr.example/b/n?next=/a/b",
        "https://bio.example.org/n/1",
    ] {
        assert_eq!(create(good).await, 201, "{good}");
    }
}

#[actix_web::test]
async fn namesakes_that_come_and_go_wait_for_each_other() {
    let app = TestApp::start().await;
    for _ in 0..10 {
        let old = app.page(json!({ "title": "Dup" })).await["id"].as_str().unwrap().to_owned();
        let path = format!("/bio/pages/{old}");
        let create = || app.owner().post("/bio/pages", json!({ "title": "Dup" }));
        let (gone, first, second) =
            futures_util::join!(app.owner().delete(&path), create(), create());
        assert_eq!((gone.status, first.status, second.status), (204, 201, 201));
    }
    let usage = app.owner().get("/workspace/usage").await.json();
    assert_eq!(usage["data"]["usage"]["total_bio_pages"], 20);
}
