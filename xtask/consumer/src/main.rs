//! A service of its own on the domain crates of xqr: it draws a contact as a QR symbol, mints and
//! verifies an API key, makes a short link, follows it without a web framework, and answers with
//! the bodies of an API. Every step is checked, so a change that breaks other services fails here.

use std::error::Error;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::sync::Arc;

use xqr_auth::SecretKey;
use xqr_engine::callers::{api_keys, workspaces};
use xqr_engine::destinations::destination::Destination;
use xqr_engine::dialect::Dialects;
use xqr_engine::redirects::{CountrySource, Outcome, Visitor, visit};
use xqr_engine::{App, OsRandom, Settings, SystemClock, links};
use xqr_errors::{Condition, Dialect};
use xqr_payload::VCard;
use xqr_render::{Canvas, Caps, Design, Encoding, Format, Size};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    draw_contact(&folder.path().join("contact.png"))?;
    mint_and_verify()?;
    refuse()?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(shorten_and_follow(folder.path()))?;
    println!("the domain crates work from outside");
    Ok(())
}

/// Draws a vCard as a PNG file.
fn draw_contact(path: &Path) -> Result<()> {
    let content = VCard::new("Ann Lee").email("ann@example.com").content()?;
    ensure(content.starts_with("BEGIN:VCARD"), "a vCard begins with its name")?;
    let design = Design::new();
    let symbol = design.encode(&content, Encoding::new(design.level()))?;
    let canvas = Canvas::new(&symbol, &design, Size::Module(8), &Caps::new())?;
    canvas.write(Format::Png, BufWriter::new(File::create(path)?))?;
    let picture = std::fs::read(path)?;
    ensure(picture.starts_with(b"\x89PNG\r\n"), "the file is a PNG")
}

/// Mints a key and recognises it by the digest that a service stores.
fn mint_and_verify() -> Result<()> {
    let mut random = |bytes: &mut [u8]| getrandom::fill(bytes).expect("the system has entropy");
    for format in xqr_auth::KeyFormat::ALL {
        let key = SecretKey::mint(format, &mut random);
        let stored = key.digest();
        let presented = key.expose().parse::<SecretKey>()?;
        ensure(presented.digest().matches(&stored), "the key is recognised")?;
        let other = SecretKey::mint(format, &mut random);
        ensure(!other.digest().matches(&stored), "another key is not")?;
    }
    ensure("made up".parse::<SecretKey>().is_err(), "a string that is no key is refused")
}

/// Answers a refusal in an API's envelope and as problem details (RFC 9457).
fn refuse() -> Result<()> {
    let reply = Condition::SlugTaken { slug: "menu".to_owned() }.reply(Dialect::Hub);
    ensure(reply.status == 409, "a taken slug is a conflict")?;
    ensure(reply.body("req_1") == r#"{"error":"Code already in use: menu"}"#, "the body")?;
    ensure(reply.problem("req_1").contains(r#""code":"SLUG_TAKEN""#), "the problem details")
}

/// Makes a link in a fresh database and follows it, as a handler of any web framework would: plain
/// strings in, a destination out.
async fn shorten_and_follow(folder: &Path) -> Result<()> {
    let mut settings = Settings::defaults();
    settings.data_dir = folder.to_owned();
    settings.database_url = folder.join("xqr.db").display().to_string();
    let public_url = "https://qr.example".parse()?;
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(OsRandom));
    let app = App::open(settings, public_url, clock, entropy, Dialects::default())?;
    let secret = app.data.write_here(workspaces::bootstrap)?.ok_or("the database is empty")?;
    let now = app.now();
    let plans = app.data.plans();
    let caller = app.data.read_here(|conn| api_keys::authenticate(conn, plans, &secret, now))?;
    let destination = "https://example.com/menu".parse::<Destination>()?;
    let new = links::NewLink::new(destination);
    let link = app.data.write_here(move |tx| links::create(tx, &caller, new))?;

    let visitor = Visitor {
        address: Some([203, 0, 113, 9].into()),
        country: CountrySource::Proxy(Some("DE")),
        user_agent: b"Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/130.0 Mobile Safari/537.36",
        languages: b"de, en;q=0.5",
        referrer: b"https://news.example/article",
        counts: true,
    };
    let outcome = visit(&app, &link.code, &visitor, now).await?;
    let found = Outcome::Found { location: "https://example.com/menu".into() };
    ensure(outcome == found, "the link leads to its destination")?;
    let outcome = visit(&app, "unknown", &visitor, now).await?;
    ensure(outcome == Outcome::Absent, "an unknown code is absent")?;
    app.return_leases();
    Ok(())
}

fn ensure(holds: bool, what: &str) -> Result<()> {
    if holds { Ok(()) } else { Err(format!("expected: {what}").into()) }
}
