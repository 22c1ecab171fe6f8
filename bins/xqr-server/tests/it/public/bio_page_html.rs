//! Bio pages as a browser reads them (reliability note, X-1 and X-2): the input of users is text, and
//! the page around it is strict.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use scraper::{Html, Node, Selector};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::support::test_app::{Answer, TestApp};

/// Elements and attributes that our pages are made of.
const ELEMENTS: &[&str] = &[
    "html", "head", "meta", "title", "style", "body", "header", "img", "span", "h1", "p", "main",
    "nav", "ul", "li", "a",
];
const ATTRIBUTES: &[&str] = &[
    "lang",
    "class",
    "charset",
    "name",
    "content",
    "property",
    "src",
    "alt",
    "width",
    "height",
    "decoding",
    "aria-hidden",
    "dir",
    "aria-label",
    "href",
    "rel",
];

/// What a page says, as a browser reads it. Fails where it has anything that is not ours.
struct Read {
    html: Html,
}

impl Read {
    fn new(answer: &Answer) -> Self {
        let html = Html::parse_document(&answer.text());
        for node in html.tree.values() {
            match node {
                Node::Element(element) => {
                    assert!(ELEMENTS.contains(&element.name()), "<{}>", element.name());
                    for (name, value) in element.attrs() {
                        assert!(
                            ATTRIBUTES.contains(&name) && !name.starts_with("on"),
                            "{name}={value}"
                        );
                    }
                }
                Node::Comment(comment) => panic!("{comment:?}"),
                _ => {}
            }
        }
        assert_eq!(html.errors.len(), 0, "{:?}", html.errors);
        Self { html }
    }

    fn texts(&self, selector: &str) -> Vec<String> {
        self.html
            .select(&Selector::parse(selector).unwrap())
            .map(|element| element.text().collect())
            .collect()
    }

    fn attributes(&self, selector: &str, name: &str) -> Vec<String> {
        let selector = Selector::parse(selector).unwrap();
        self.html
            .select(&selector)
            .map(|element| element.attr(name).unwrap_or_default().to_owned())
            .collect()
    }
}

#[track_caller]
fn frame(answer: &Answer, avatar: bool) {
    let policy = answer.header("content-security-policy");
    let (before, after) = policy.split_once("style-src 'sha256-").unwrap();
    assert_eq!(
        before,
        if avatar { "default-src 'none'; img-src 'self' https:; " } else { "default-src 'none'; " }
    );
    assert_eq!(
        after[44..],
        *"'; base-uri 'none'; form-action 'none'; object-src 'none'; frame-ancestors 'none'"
    );
    let style = Html::parse_document(&answer.text());
    let style: String = style
        .select(&Selector::parse("style").unwrap())
        .flat_map(|element| element.text())
        .collect();
    assert_eq!(
        after[..44],
        STANDARD.encode(Sha256::digest(style)),
        "the policy allows the style sheet"
    );
    assert_eq!(
        ["content-type", "x-content-type-options", "referrer-policy"]
            .map(|name| answer.header(name)),
        ["text/html; charset=utf-8", "nosniff", "no-referrer"]
    );
    assert!(answer.header("x-request-id").starts_with("req_"));
}

#[cfg(feature = "native")]
#[actix_web::test]
async fn a_page_reads_as_it_was_written() {
    let app = TestApp::start().await;
    let (_, path) = app
        .shown(json!({ "title": "Zoë & Söhne", "description": "First line\nsecond", "page_data": {
            "theme": "dark", "lang": "de-AT", "avatar_url": "https://cdn.example/a.png?x=1&y=2",
            "links": [{ "label": "Website", "url": "https://a.example" }, { "label": "مرحبا", "url": "mailto:a@b.example?subject=x&body=y" },
                { "label": "Call", "url": "tel:+4930" }]
        } }))
        .await;
    let answer = app.get(&path).await.expect(200);
    frame(&answer, true);
    assert_eq!(answer.header("cache-control"), "no-cache");
    let page = Read::new(&answer);
    assert_eq!(
        (page.texts("title"), page.texts("h1")),
        (vec!["Zoë & Söhne".to_owned()], vec!["Zoë & Söhne".to_owned()])
    );
    assert_eq!(page.texts("header p"), ["First line\nsecond"]);
    assert_eq!(page.texts("nav a"), ["Website", "مرحبا", "Call"]);
    assert_eq!(
        page.attributes("nav a", "href"),
        ["zoe-sohne/1", "mailto:a@b.example?subject=x&body=y", "tel:+4930"]
    );
    assert_eq!(page.attributes("nav a", "rel"), ["noopener nofollow ugc"; 3]);
    assert_eq!(
        (page.attributes("html", "lang"), page.attributes("html", "class")),
        (vec!["de-AT".to_owned()], vec!["dark".to_owned()])
    );
    assert_eq!(page.attributes("img", "src"), ["https://cdn.example/a.png?x=1&y=2"]);
    assert_eq!(page.attributes("img", "alt"), [""]);
    // Landmarks: a banner, a main, a navigation with a name.
    for (landmark, count) in
        [("body > header", 1), ("body > main", 1), ("main > nav[aria-label]", 1), ("h1", 1)]
    {
        assert_eq!(page.texts(landmark).len(), count, "{landmark}");
    }
    let bare = app.get(&app.shown(json!({ "title": "Acme" })).await.1).await.expect(200);
    frame(&bare, false);
    let bare = Read::new(&bare);
    assert_eq!(
        (bare.texts("span.avatar"), bare.attributes("html", "class")),
        (vec!["A".to_owned()], vec!["light".to_owned()])
    );
    // A picture over plain HTTP is not shown, but for our own.
    for (url, shown) in [("http://cdn.example/a.png", 0), ("https://qr.example/assets/x/y.png", 1)]
    {
        let (_, path) =
            app.shown(json!({ "title": "x", "page_data": { "avatar_url": url } })).await;
        assert_eq!(Read::new(&app.get(&path).await).attributes("img", "src").len(), shown, "{url}");
    }
    let closed = app.get("/b/none").await.expect(404);
    assert!(
        closed
            .header("content-security-policy")
            .starts_with("default-src 'none'; style-src 'sha256-")
    );
    assert_eq!(
        (closed.header("x-content-type-options"), closed.header("referrer-policy")),
        ("nosniff", "no-referrer")
    );
}

/// WCAG 2.2, success criterion 1.4.3.
#[test]
fn what_is_written_can_be_read() {
    let style = include_str!("../../../../../crates/xqr-public/src/bio_page.css");
    let light = style.split(".dark{").next().unwrap();
    let dark = style.split(".dark{").nth(1).unwrap().split('}').next().unwrap();
    let luminance = |color: &str| {
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&color[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    };
    for theme in [light, dark] {
        let color =
            |name: &str| luminance(&theme.split(&format!("--{name}:")).nth(1).unwrap()[..7]);
        let grounds = ["paper", "glow-a", "glow-b", "card"];
        for (ink, on) in
            grounds.iter().flat_map(|on| [("ink", *on), ("soft", *on)]).chain([("card", "accent")])
        {
            let (a, b) = (color(ink), color(on));
            let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
            assert!(contrast >= 4.5, "{ink} on {on}: {contrast:.2}");
        }
        // The focus ring against what is around it: 1.4.11.
        for on in grounds {
            let (a, b) = (color("accent"), color(on));
            assert!((a.max(b) + 0.05) / (a.min(b) + 0.05) >= 3.0, "focus on {on}");
        }
    }
}

/// More than 200 vectors: each way to begin markup, with each thing that acts, and texts that
/// programs have stumbled over.
fn vectors() -> Vec<String> {
    let breaks = [
        "",
        "\"",
        "'",
        "\">",
        "'>",
        "</title>",
        "</style>",
        "</h1></header>",
        "-->",
        "]]>",
        "</a>",
        "&quot;>",
        "\\\">",
        "`>",
    ];
    let acts = [
        "<script>alert(1)</script>",
        "<ScRiPt src=//canary.example></sCrIpT>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "<svg><script>alert&#40;1)</script>",
        "<iframe srcdoc='<script>alert(1)</script>'>",
        "<body onload=alert(1)>",
        "<a href=javascript:alert(1)>x",
        "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
        "<details open ontoggle=alert(1)>",
        "<meta http-equiv=refresh content='0;url=//canary.example'>",
        "<base href=//canary.example>",
        "<link rel=stylesheet href=//canary.example>",
        "<object data=//canary.example>",
        " onmouseover=alert(1) x=",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    ];
    let naughty = [
        "undefined",
        "null",
        "NaN",
        "-1",
        "0x0",
        "1e309",
        "' OR 1=1 --",
        "'; DROP TABLE bio_pages; --",
        "{{7*7}}",
        "${7*7}",
        "<%= 7*7 %>",
        "%s%n%x",
        "\u{202e}gnp.exe",
        "\u{200b}\u{feff}",
        "Ω≈ç√∫˜µ≤≥÷",
        "田中さんにあげて下さい",
        "مُنَاقَشَةُ",
        "👩‍👩‍👧‍👦 🏳️‍🌈",
        "Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮",
        "ﷺ",
        "&lt;script&gt;",
        "&#x3c;script&#x3e;",
        "\u{ff1c}script\u{ff1e}",
        "<!--",
        "<![CDATA[x]]>",
        "<?php x ?>",
        "\\u003cscript\\u003e",
        "/dev/null; touch x",
        "$(touch x)",
        "`id`",
        "../../etc/passwd",
        "CON",
        "=1+1",
        "@SUM(1)",
        "x\u{2028}\u{2029}x",
        "<plaintext>",
        "<xmp>",
        "<textarea>",
    ];
    let mut all: Vec<String> =
        breaks.iter().flat_map(|lead| acts.map(|act| format!("{lead}{act}"))).collect();
    all.extend(naughty.iter().map(|text| (*text).to_owned()));
    all
}

#[cfg(feature = "native")]
#[actix_web::test]
async fn what_users_write_is_text() {
    let app = TestApp::start().await;
    let all = vectors();
    assert!(all.len() >= 250, "{}", all.len());
    let (id, path) = app.shown(json!({ "title": "attack" })).await;
    let own = app.get(&path).await.text().len();
    for vector in &all {
        let label: String = vector.chars().take(100).collect();
        let links = json!([
            { "label": label, "url": format!("https://a.example/{vector}?{vector}#{vector}"), vector: vector },
            { "label": "b", "url": "https://b.example" }
        ]);
        let change = json!({ "title": label, "description": vector, "page_data": { "links": links, "avatar_url": format!("https://a.example/{vector}"),
            vector: { vector: vector } } });
        app.owner().patch(&format!("/bio/pages/{id}"), change).await.expect(200);
        let answer = app.get(&path).await.expect(200);
        frame(&answer, true);
        let page = Read::new(&answer);
        assert_eq!(page.texts("title"), [label.as_str()], "{vector}");
        assert_eq!(
            (page.texts("h1"), page.texts("header p")),
            (vec![label.clone()], vec![vector.clone()]),
            "{vector}"
        );
        assert_eq!(page.texts("nav a"), [label, "b".to_owned()]);
        assert_eq!(page.attributes("nav a", "href"), ["attack/1", "attack/2"]);
        assert!(page.attributes("img", "src")[0].starts_with("https://a.example/"));
        assert_eq!(page.html.select(&Selector::parse("style").unwrap()).count(), 1);
        assert!(answer.bytes.len() > own);
        // The click leads where it was said, in one header of ASCII.
        let click = app.get(&format!("{path}/1")).await.expect(302);
        assert!(click.header("location").starts_with("https://a.example/"), "{vector}");
        let view = app.owner().get(&format!("/bio/pages/{id}")).await.expect(200).json();
        assert_eq!(
            (&view["data"]["description"], &view["data"]["page_data"][vector][vector]),
            (&json!(vector), &json!(vector))
        );
    }
    // As a language, too.
    for vector in &all {
        let change = json!({ "page_data": { "lang": vector } });
        assert_eq!(
            app.owner().patch(&format!("/bio/pages/{id}"), change).await.status,
            if is_tag(vector) { 200 } else { 400 },
            "{vector}"
        );
    }
}

fn is_tag(text: &str) -> bool {
    ["null", "NaN", "CON"].contains(&text)
}
