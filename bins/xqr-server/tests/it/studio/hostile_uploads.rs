//! Files that want to do harm, sent to the studio dialect as uploads and by address: each is
//! refused as a client's mistake or becomes a picture, soon, and no other client is affected.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use xqr_engine::Settings;
use xqr_engine::plans::Plan;

use crate::support::pictures::square;
use crate::support::servers::{Manner, rogue};
use crate::support::studio::{MENU, form, generate, studio_key};
use crate::support::test_app::TestApp;

#[path = "../../../../../crates/xqr-render/tests/common/bombs.rs"]
mod bombs;
use crate::support::envelopes::studio_refused;
use crate::support::test_app::Answer;
use bombs::{bmp, chunk, gif, jpeg, png, small_png, svg, tiff, webp, zlib};

/// The longest that one file may take; tests are not optimised, and share the machine.
const MAX_TIME: Duration = Duration::from_secs(5);

/// Serves files by number, `/0` and so on, and counts who asks for anything else.
struct RenderCache {
    port: u16,
    files: Arc<Mutex<Vec<Vec<u8>>>>,
    unexpected: Arc<AtomicUsize>,
}

impl RenderCache {
    fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (files, unexpected) =
            (Arc::<Mutex<Vec<Vec<u8>>>>::default(), Arc::<AtomicUsize>::default());
        let (shared, count) = (Arc::clone(&files), Arc::clone(&unexpected));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut lines =
                    BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
                let first = lines.next().unwrap_or_default();
                lines.find(String::is_empty);
                let number =
                    first.split(['/', ' ']).nth(2).and_then(|number| number.parse::<usize>().ok());
                let file = number.and_then(|number| shared.lock().unwrap().get(number).cloned());
                let file = file.unwrap_or_else(|| {
                    count.fetch_add(1, Ordering::SeqCst);
                    Vec::new()
                });
                // The type is a lie for most of them.
                let head = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: {}\r\n\r\n",
                    file.len()
                );
                stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&file)).ok();
            }
        });
        Self { port, files, unexpected }
    }

    fn put(&self, file: &[u8]) -> String {
        let mut files = self.files.lock().unwrap();
        files.push(file.to_vec());
        format!("http://127.0.0.1:{}/{}", self.port, files.len() - 1)
    }
}

fn reaching(ports: Vec<u16>) -> impl FnOnce(&mut Settings) {
    move |settings| {
        settings.fetch.ports = ports;
        settings.fetch.allow_nets = vec!["127.0.0.0/8".parse().unwrap()];
        settings.fetch.deadline_ms = 1_500;
    }
}

/// Sends a file under a name, as a form.
async fn upload(
    app: &TestApp,
    key: &str,
    format: &str,
    field: &str,
    name: &str,
    file: &[u8],
) -> Answer {
    let parts = [
        ("data", None, MENU.as_bytes()),
        ("size_inches", None, b"1"),
        ("format", None, format.as_bytes()),
        (field, Some(name), file),
    ];
    let request = app.request("POST", "/api/v1/generate/").header("x-api-key", key);
    app.send(request.header("content-type", "multipart/form-data; boundary=XX").body(form(&parts)))
        .await
}

/// Sends a file both ways. Returns the pictures that came of it; a refusal must name the field, and
/// nothing else.
async fn both_ways(
    app: &TestApp,
    key: &str,
    files_at: &RenderCache,
    name: &str,
    file: &[u8],
) -> Vec<Answer> {
    let started = Instant::now();
    let sent = upload(app, key, "png", "logo_file", "logo.png", file).await;
    let named = json!({ "data": MENU, "size_inches": 1, "logo_url": files_at.put(file) });
    let named = generate(app, key, named).await;
    assert!(started.elapsed() < 2 * MAX_TIME, "{name}: {:?}", started.elapsed());
    let mut drawn = Vec::new();
    for (field, answer) in [("logo_file", sent), ("logo_url", named)] {
        if answer.status == 200 {
            assert_eq!(
                (answer.header("content-type"), answer.header("x-content-type-options")),
                ("image/png", "nosniff")
            );
            assert!(answer.bytes.starts_with(b"\x89PNG\r\n\x1a\n"), "{name}");
            drawn.push(answer);
            continue;
        }
        assert_eq!(answer.status, 400, "{name}: {}", answer.text());
        let reported = answer.body();
        let fields: Vec<_> = reported.as_object().unwrap().keys().collect();
        assert_eq!(fields, [field], "{name}: {reported}");
    }
    drawn
}

/// The service is as it was: it charged for what it drew, and draws on.
async fn unharmed(app: &TestApp, key: &str, drawn: usize) {
    let usage = app.studio(key).get("/api/v1/usage/").await.expect(200);
    assert_eq!(usage.body()["used_this_month"], json!(drawn));
    generate(app, key, json!({ "data": MENU, "size_inches": 1 })).await.expect(200);
}

#[actix_web::test]
async fn image_bombs_are_refused() {
    let files_at = RenderCache::open();
    let app = TestApp::start_with(reaching(vec![files_at.port])).await;
    let key = studio_key(&app, Plan::Pro);
    let (short, text) = (zlib(0, 1 << 16), zlib(b'a', 100 << 20));
    let mut bombs = Vec::new();
    for (width, height) in [(16_384, 16_384), (100_000, 100_000), (u32::MAX >> 1, 1), (0, 0)] {
        for (depth, color) in [(1, 0), (8, 6), (16, 6)] {
            bombs.push((
                format!("PNG, {width} × {height}, {depth} bits"),
                png(width, height, depth, color, &[], &short),
            ));
        }
    }
    bombs.push((
        "PNG with all its data".into(),
        png(30_000, 30_000, 1, 0, &[], &zlib(0, 30_000 * 3_751)),
    ));
    for bits in [1, 8, 24, 32] {
        bombs.push((format!("BMP, {bits} bits"), bmp(100_000, 100_000, bits, 0)));
        bombs.push((format!("BMP, negative, {bits} bits"), bmp(i32::MIN, i32::MIN, bits, 0)));
    }
    bombs.push(("GIF".into(), gif(65_535, 65_535)));
    for compression in [1, 5, 8, 32_773] {
        bombs.push((format!("TIFF, {compression}"), tiff(100_000, 100_000, 8, compression, 100)));
        bombs.push((
            format!("TIFF, a strip of 4 GiB, {compression}"),
            tiff(4000, 3000, 8, compression, u32::MAX),
        ));
    }
    bombs.push(("WebP".into(), webp(16_384, 16_384)));
    bombs.push(("JPEG".into(), jpeg(65_535, 65_535)));
    assert!(bombs.len() >= 30);
    for (name, file) in &bombs {
        assert!(
            both_ways(&app, &key, &files_at, name, file).await.is_empty(),
            "{name} is not refused"
        );
    }
    // What expands beside the px may be passed over.
    let mut drawn = 0;
    for (name, head) in
        [(b"zTXt", &b"Comment\0\0"[..]), (b"iTXt", b"Comment\0\x01\0\0\0"), (b"iCCP", b"sRGB\0\0")]
    {
        let file = png(4, 4, 8, 0, &[chunk(name, &[head, &text[..]].concat())], &short);
        drawn += both_ways(&app, &key, &files_at, "a chunk that expands", &file).await.len();
    }
    unharmed(&app, &key, drawn).await;
}

#[actix_web::test]
async fn hostile_svgs_reach_nothing() {
    let files_at = RenderCache::open();
    let app = TestApp::start_with(reaching(vec![files_at.port])).await;
    let key = studio_key(&app, Plan::Pro);
    let folder = tempfile::tempdir().unwrap();
    let local = folder.path().join("lime.svg");
    std::fs::write(&local, svg("<rect id='r' width='100' height='100' fill='lime'/>")).unwrap();
    let (local, remote) = (local.display(), format!("http://127.0.0.1:{}/canary", files_at.port));
    let uses = |target: &str| {
        vec![
            format!("<image width='100' height='100' href='{target}'/>"),
            format!("<image width='100' height='100' xlink:href='{target}'/>"),
            format!("<use href='{target}#r'/>"),
            format!("<rect width='100' height='100' fill='url({target}#r)'/>"),
            format!("<style>@import url({target});</style><rect width='100' height='100'/>"),
            format!(
                "<filter id='f'><feImage href='{target}'/></filter><rect width='100' height='100' filter='url(#f)'/>"
            ),
            format!(
                "<pattern id='p' href='{target}#r'/><rect width='100' height='100' fill='url(#p)'/>"
            ),
            format!("<?xml-stylesheet href='{target}'?><rect width='100' height='100'/>"),
        ]
    };
    let mut bodies =
        [uses(&local.to_string()), uses(&format!("file://{local}")), uses(&remote)].concat();
    bodies.extend([
        "<script>document.documentElement.style.fill='lime'</script>".to_owned(),
        "<foreignObject width='100' height='100'><p xmlns='http://www.w3.org/1999/xhtml'>x</p></foreignObject>".into(),
        "<filter id='f'><feGaussianBlur stdDeviation='9999'/></filter><rect width='9' height='9' filter='url(#f)'/>".into(),
        "<g id='a'><use href='#b'/></g><g id='b'><use href='#a'/></g>".into(),
        format!("{}{}", "<g>".repeat(5_000), "</g>".repeat(5_000)),
        "<g opacity='.5'><rect width='100' height='100' fill-opacity='.5'/></g>".repeat(3_000),
    ]);
    assert!(bodies.len() >= 25);
    let entities = format!("<!DOCTYPE svg [<!ENTITY e SYSTEM 'file://{local}'>]>");
    let laughs: String = (1..12)
        .map(|i| format!("<!ENTITY l{i} '{}'>", format!("&l{};", i - 1).repeat(10)))
        .collect();
    let mut files: Vec<Vec<u8>> = bodies.iter().map(|body| svg(body)).collect();
    files.push([entities.as_bytes(), &svg("&e;")].concat());
    files.push(
        [
            format!("<!DOCTYPE svg [<!ENTITY l0 'ha'>{laughs}]>").as_bytes(),
            &svg("<title>&l11;</title>"),
        ]
        .concat(),
    );
    let mut drawn = 0;
    for file in &files {
        let name: String = String::from_utf8_lossy(file).chars().take(300).collect();
        for answer in both_ways(&app, &key, &files_at, &name, file).await {
            assert!(!shows_lime(&answer.bytes), "{name}");
            drawn += 1;
        }
    }
    assert_eq!(files_at.unexpected.load(Ordering::SeqCst), 0, "the canary was fetched");
    // What does no harm is drawn, and lime would be seen.
    let plain = svg("<rect width='100' height='100' fill='lime'/>");
    let shown = both_ways(&app, &key, &files_at, "plain", &plain).await;
    assert!(shown.len() == 2 && shown.iter().all(|answer| shows_lime(&answer.bytes)));
    unharmed(&app, &key, drawn + 2).await;
}

fn shows_lime(picture: &[u8]) -> bool {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(picture));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().unwrap();
    let mut px = vec![0; reader.output_buffer_size().unwrap()];
    let channels = reader.next_frame(&mut px).unwrap().color_type.samples();
    px.chunks(channels).any(|px| px.len() > 2 && px[..3] == [0, 255, 0])
}

#[actix_web::test]
async fn a_file_is_what_it_holds() {
    let files_at = RenderCache::open();
    let app = TestApp::start_with(reaching(vec![files_at.port])).await;
    let key = studio_key(&app, Plan::Pro);
    let script = b"*/=1;alert(document.domain)//";
    let good = small_png();
    let mut drawn = 0;
    for (name, file, is_picture) in [
        ("PNG, then a ZIP", [&good[..], b"PK\x03\x04", &[0; 500]].concat(), true),
        ("PNG, then a script", [&good[..], script].concat(), true),
        ("GIF that is a script", [&gif(4, 4)[..], script].concat(), false),
        (
            "JPEG, then SVG",
            [&b"\xff\xd8\xff\xe0"[..], &svg("<rect width='9' height='9'/>")].concat(),
            false,
        ),
        ("SVG, then a script", [&svg("<rect width='9' height='9'/>")[..], script].concat(), false),
        ("HTML", b"<!doctype html><script>alert(document.domain)</script>".to_vec(), false),
        ("PDF", [&b"%PDF-1.7\n"[..], &good].concat(), false),
        ("script", script.to_vec(), false),
        ("nothing but a start", b"\x89PNG\r\n\x1a\n".to_vec(), false),
    ] {
        let answers = both_ways(&app, &key, &files_at, name, &file).await;
        // Not every mixture needs to be refused; none may come back as it came.
        assert!(!is_picture || answers.len() == 2, "{name}");
        drawn += answers.len();
        let as_svg = upload(&app, &key, "svg", "logo_file", "x.html", &file).await;
        if as_svg.status == 200 {
            let text = as_svg.text();
            assert!(
                !text.contains("alert") && !text.contains("<script") && !text.contains("PK\x03"),
                "{name}"
            );
            assert_eq!(as_svg.header("content-type"), "image/svg+xml");
            assert_eq!(as_svg.header("x-content-type-options"), "nosniff");
            assert!(as_svg.header("content-security-policy").contains("sandbox"));
            drawn += 1;
        } else {
            assert_eq!(as_svg.status, 400, "{name}");
        }
    }
    unharmed(&app, &key, drawn).await;
}

#[actix_web::test]
async fn names_of_files_name_nothing() {
    let app = TestApp::start().await;
    let key = studio_key(&app, Plan::Pro);
    let logo = square([200, 30, 30]);
    let plain = upload(&app, &key, "png", "logo_file", "logo.png", &logo).await.expect(200);
    let names = || app.files().into_iter().map(|(name, _)| name).collect::<BTreeSet<_>>();
    let before = names();
    let mut evil = Vec::new();
    for up in [
        "../",
        "..\\",
        "..%2f",
        "%2e%2e/",
        "..%252f",
        "....//",
        "..;/",
        "\u{ff0e}\u{ff0e}/",
        "..%c0%af",
        "file:///",
    ] {
        for target in [
            "etc/passwd",
            "xqr.db",
            "secret.key",
            "con",
            "a\u{0}.png",
            "x.png;.svg",
            "$(id)",
            "`id`",
            ".",
            "\u{202e}gnp",
        ] {
            evil.push(format!("{}{target}", up.repeat(6)));
        }
    }
    assert_eq!(evil.len(), 100);
    let (mut drawn, mut wrong) = (1, Vec::new());
    for name in &evil {
        let answer = upload(&app, &key, "png", "logo_file", name, &logo).await;
        // A name that breaks the form is a broken form.
        let is_told = answer.status == 400
            && answer.body() == json!({ "detail": "Multipart form parse error." });
        if answer.status == 200 {
            assert_eq!(answer.bytes, plain.bytes);
            assert_eq!(
                answer.header("content-disposition"),
                "inline; filename=\"qr.png\"",
                "the name is ours"
            );
            drawn += 1;
        } else if !is_told {
            wrong.push((name, answer.status, answer.text()));
        }
        let fields = [
            ("data", None, MENU.as_bytes()),
            ("size_inches", None, b"1"),
            (name.as_str(), Some("x.png"), &logo[..5]),
        ];
        let request = app.request("POST", "/api/v1/generate/").header("x-api-key", &key);
        let request =
            request.header("content-type", "multipart/form-data; boundary=XX").body(form(&fields));
        let answer = app.send(request).await;
        // An unknown part must be text, which these bytes are not.
        if answer.status != 400
            || answer.body() != json!({ "detail": "Multipart form parse error." })
        {
            wrong.push((name, answer.status, answer.text()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
    assert!(drawn > 80, "{drawn}");
    assert_eq!(names(), before);
    unharmed(&app, &key, drawn).await;
}

#[cfg(feature = "native")]
#[actix_web::test]
async fn misbehaving_logo_servers_harm_no_other_client() {
    let manners = [
        (Manner::Silent, "The picture cannot be fetched: the answer took too long."),
        (Manner::Drips, "The picture cannot be fetched: the answer took too long."),
        (Manner::EndlessHead, "The picture cannot be fetched: the answer is not understood."),
        (Manner::EndlessBody, "Max 5242880 bytes."),
        (Manner::Packed, "The picture cannot be fetched: the answer is compressed."),
        (Manner::Redirects, "The picture cannot be fetched: too many redirects."),
    ];
    let servers = manners.map(|(manner, reported)| (rogue(manner), reported));
    let app = TestApp::start_with(reaching(servers.iter().map(|(port, _)| *port).collect())).await;
    let (key, other) = (studio_key(&app, Plan::Pro), studio_key(&app, Plan::Pro));
    let link = app.link(json!({ "url": MENU })).await["short_code"].as_str().unwrap().to_owned();
    let input = |port: u16| json!({ "data": MENU, "size_inches": 1, "logo_url": format!("http://127.0.0.1:{port}/logo.png") });
    // All of them at once, alone and in a batch; another client works beside them.
    let started = Instant::now();
    let batch = |port: u16| json!({ "items": [{ "data": MENU, "size_inches": 1 }, input(port)] });
    let orders = servers.iter().flat_map(|(port, _)| {
        [("/api/v1/generate/", input(*port)), ("/api/v1/generate/bulk/", batch(*port))]
    });
    let bad = join_all(orders.map(|(path, order)| app.studio(&key).post(path, order)));
    let good = async {
        for n in 0..5 {
            generate(&app, &other, json!({ "data": format!("{MENU}/{n}"), "size_inches": 1 }))
                .await
                .expect(200);
            app.get(&format!("/{link}")).await.expect(302);
        }
    };
    let (bad, ()) = join(bad, good).await;
    assert!(started.elapsed() < MAX_TIME, "{:?}", started.elapsed());
    for (answers, (_, reported)) in bad.chunks(2).zip(&servers) {
        for answer in answers {
            // Eight at a time to one address; the rest gets `Retry-After`.
            if answer.status == 503 {
                assert_eq!(answer.header("retry-after"), "1");
            } else {
                let of_item = json!({ "errors": { "1": format!("logo_url: {reported}") }, "rendered_before_failure": 1 });
                let (status, body) = if answer.status == 422 {
                    (422, of_item)
                } else {
                    (400, json!({ "logo_url": reported }))
                };
                studio_refused(answer, status, &body);
            }
        }
    }
    let refusals = bad.iter().filter(|answer| [400, 422].contains(&answer.status)).count();
    assert!(refusals >= 8, "{refusals}");
    let again = join_all(servers.iter().map(|(port, _)| generate(&app, &key, input(*port)))).await;
    for (answer, (_, reported)) in again.iter().zip(&servers) {
        studio_refused(answer, 400, &json!({ "logo_url": reported }));
    }
    unharmed(&app, &key, 0).await;
    let usage: Value = app.studio(&other).get("/api/v1/usage/").await.body();
    assert_eq!(usage["used_this_month"], 5);
}
