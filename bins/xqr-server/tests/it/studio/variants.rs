//! Variants of a link, and the scans of a month that a plan counts.

use serde_json::{Value, json};
use xqr_engine::plans::Plan;

use crate::support::actors::Person;
use crate::support::envelopes::studio_refused;
use crate::support::test_app::TestApp;

fn counts(found: &Value) -> Vec<(String, i64)> {
    let of = |it: &Value| {
        (it["variant"].as_str().unwrap_or("-").to_owned(), it["count"].as_i64().unwrap())
    };
    found["by_variant"].as_array().unwrap().iter().map(of).collect()
}

#[actix_web::test]
async fn scans_are_split_by_weight_and_counted_by_variant() {
    let app = TestApp::start_with_signup().await;
    let ann = app.person("ann@example.com", Plan::Pro).await;
    let variants = json!([
        { "destination_url": "https://example.com/a", "weight": 3 },
        { "name": "Blue", "destination_url": "https://example.com/b" },
    ]);
    let input =
        json!({ "name": "Menu", "destination_url": "https://example.com/", "variants": variants });
    let made = ann.post("dynamic/", input).await.expect(201).body();
    let shown = json!([
        { "name": "A", "destination_url": "https://example.com/a", "weight": 3 },
        { "name": "Blue", "destination_url": "https://example.com/b", "weight": 1 },
    ]);
    assert_eq!(
        (&made["variants"], &made["sticky"], &made["destination_changes_count"]),
        (&shown, &json!(false), &json!(0))
    );
    let path = format!("/q/{}/", made["short_id"].as_str().unwrap());
    let mut seen = [0, 0];
    for _ in 0..80 {
        let location = app.get(&path).await.expect(302).header("location").to_owned();
        seen[usize::from(location.ends_with('b'))] += 1;
        assert!(
            ["https://example.com/a", "https://example.com/b"].contains(&location.as_str()),
            "{location}"
        );
    }
    assert!((8..=34).contains(&seen[1]), "{seen:?}");
    app.drain().await;
    let path = format!("dynamic/{}/", made["short_id"].as_str().unwrap());
    let found = ann.get(&format!("{path}analytics/")).await.expect(200).body();
    assert_eq!(counts(&found), [("A".to_owned(), seen[0]), ("Blue".to_owned(), seen[1])]);
    // New addresses are a change of the destination, new weights are not.
    let heavier = json!({ "variants": [{ "name": "Blue", "destination_url": "https://example.com/b", "weight": 9 }] });
    assert_eq!(ann.patch(&path, heavier).await.expect(200).body()["destination_changes_count"], 0);
    let moved = json!({ "variants": [{ "destination_url": "https://example.com/c" }] });
    assert_eq!(ann.patch(&path, moved).await.expect(200).body()["destination_changes_count"], 1);
    let scan = format!("/q/{}/", made["short_id"].as_str().unwrap());
    assert_eq!(app.get(&scan).await.expect(302).header("location"), "https://example.com/c");
    let none = ann.patch(&path, json!({ "variants": [] })).await.expect(200).body();
    assert_eq!((&none["variants"], &none["sticky"]), (&json!([]), &Value::Null));
    assert_eq!(app.get(&scan).await.expect(302).header("location"), "https://example.com/");
}

#[cfg(feature = "native")]
#[actix_web::test]
async fn a_visitor_stays_where_that_is_asked() {
    let app = TestApp::start_with(|settings| {
        settings.edge.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()]
    })
    .await;
    let variants = json!([{ "url": "https://example.com/a" }, { "url": "https://example.com/b" }]);
    let link = app
        .link(json!({ "url": "https://example.com", "variants": variants, "sticky": true }))
        .await;
    assert_eq!((&link["variants"][1]["name"], &link["sticky"]), (&json!("B"), &json!(true)));
    let path = format!("/{}", link["short_code"].as_str().unwrap());
    let visit = async |app: &TestApp, address: &str| {
        let scan = app
            .request("GET", &path)
            .header("x-forwarded-for", address)
            .header("user-agent", "phone");
        app.send(scan).await.expect(302).header("location").to_owned()
    };
    let node = app.node();
    let mut seen = Vec::new();
    for i in 0..16 {
        let address = format!("198.51.100.{i}");
        let first = visit(&app, &address).await;
        for app in [&app, &app, &node] {
            assert_eq!(visit(app, &address).await, first);
        }
        seen.push(first);
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 2, "visitors differ");
}

#[cfg(feature = "native")]
#[actix_web::test]
async fn bad_variants_are_named() {
    let app = TestApp::start_with_signup().await;
    let [ann, bob] = [
        app.person("ann@example.com", Plan::Pro).await,
        app.person("bob@example.com", Plan::Starter).await,
    ];
    let input = |variants: Value| {
        Some(json!({ "name": "n", "destination_url": "https://example.com", "variants": variants }))
    };
    let good = json!([{ "destination_url": "https://example.com/a" }]);
    let locked = json!({ "detail": "Plan 'starter' doesn't include variants." });
    studio_refused(&bob.post("dynamic/", input(good.clone())).await, 403, &locked);
    for (variants, complaint) in [
        (json!("a"), json!({ "variants": ["Must be a list."] })),
        (json!([1]), json!({ "variants[0]": ["Must be an object."] })),
        (json!([{}]), json!({ "variants[0].destination_url": ["This field is required."] })),
        (
            json!([{ "destination_url": "gopher://x" }]),
            json!({ "variants[0].destination_url": ["Enter a valid URL."] }),
        ),
        (
            json!([{ "destination_url": "https://example.com", "weight": 0 }]),
            json!({ "variants[0].weight": ["Ensure this value is greater than or equal to 1."] }),
        ),
        (
            json!([{ "destination_url": "https://example.com", "name": "B" }, { "destination_url": "https://example.com" }]),
            json!({ "variants[1].name": ["Cannot be combined with variants[0].name."] }),
        ),
        (
            json!(vec![good[0].clone(); 11]),
            json!({ "variants": ["Ensure this field has no more than 10 elements."] }),
        ),
    ] {
        studio_refused(&ann.post("dynamic/", input(variants)).await, 400, &complaint);
    }
    let native = json!({ "url": "https://example.com", "variants": [{ "url": "x" }] });
    let native = app.owner().post("/links", native).await;
    native.refused(
        400,
        "VALIDATION_ERROR",
        "variants[0].url: Invalid URL format. Must start with http:// or https://",
    );
}

#[actix_web::test]
async fn scans_beyond_the_plan_are_led_on_and_not_counted() {
    let app = TestApp::start_with_signup().await;
    let [ann, bob] = [
        app.person("ann@example.com", Plan::Free).await,
        app.person("bob@example.com", Plan::Starter).await,
    ];
    let input = || Some(json!({ "name": "n", "destination_url": "https://example.com" }));
    let code = async |who: &Person<'_>| {
        who.post("dynamic/", input()).await.expect(201).body()["short_id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let (anns, bobs) = (code(&ann).await, code(&bob).await);
    let scan = async |n: usize| {
        for _ in 0..n {
            for code in [&anns, &bobs] {
                app.get(&format!("/q/{code}/")).await.expect(302);
            }
        }
        app.drain().await;
    };
    let count = async |who: &Person<'_>, code: &str| {
        let found = who.get(&format!("dynamic/{code}/analytics/?days=60")).await.expect(200).body();
        let days: i64 = found["by_day"]
            .as_array()
            .unwrap()
            .iter()
            .map(|day| day["count"].as_i64().unwrap())
            .sum();
        assert_eq!(found["total_scans"], days);
        days
    };
    scan(30).await;
    scan(30).await;
    assert_eq!((count(&ann, &anns).await, count(&bob, &bobs).await), (50, 60));
    app.clock.advance(11 * 24 * 60 * 60 * 1000);
    let ann = app.sign_in("ann@example.com").await;
    let bob = app.sign_in("bob@example.com").await;
    scan(2).await;
    assert_eq!((count(&ann, &anns).await, count(&bob, &bobs).await), (52, 62));
}
