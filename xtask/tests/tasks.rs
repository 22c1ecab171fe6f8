//! The operator's tasks, as a script runs them, while a service has the database open.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use serde_json::Value;
use xqr_engine::auth::{Password, SecretKey};
use xqr_engine::callers::{api_keys, users};
use xqr_engine::destinations::blocklist;
use xqr_engine::dialect::Dialects;
use xqr_engine::errors::Result;
use xqr_engine::settings::Address;
use xqr_engine::{App, Caller, OsRandom, Settings, SystemClock};

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments)
        .arg("--json")
        .env("XQR_DATA_DIR", folder)
        .output()
        .unwrap()
}

/// Runs a task that reads a password.
fn with_password(folder: &Path, arguments: &[&str], password: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(arguments).args(["--password-stdin", "--json"]).env("XQR_DATA_DIR", folder);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(format!("{password}\n").as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn task(folder: &Path, arguments: &[&str]) -> Value {
    let output = run(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_refused_task_says_why_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    task(folder.path(), &["migrate"]);
    for arguments in [
        &["key", "list", "unknown"][..],
        &["key", "create", "unknown"],
        &["credits", "grant", "unknown", "1"],
    ] {
        let output = run(folder.path(), arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            (output.status.success(), said.as_str()),
            (false, "xtask: Workspace not found.\n"),
            "{arguments:?}"
        );
    }
}

#[test]
fn tasks_work_beside_a_running_service() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = Settings::defaults();
    settings.data_dir = folder.path().to_owned();
    settings.database_url = folder.path().join("xqr.db").display().to_string();
    let app = App::open(
        settings,
        Address::default(),
        Arc::new(SystemClock),
        Arc::new(OsRandom),
        Dialects::default(),
    )
    .unwrap();
    let who = |secret: &Value| -> Result<Caller> {
        let secret = secret.as_str().unwrap().parse::<SecretKey>()?;
        app.data
            .read_here(|conn| api_keys::authenticate(conn, app.data.plans(), &secret, app.now()))
    };
    let why = |secret: &Value| who(secret).unwrap_err().condition().row().name;

    assert_eq!(task(folder.path(), &["migrate"])["ran"], Value::Array(vec![]));
    let workspace = task(folder.path(), &["workspace", "create", "Acme", "--plan", "pro"]);
    let id = workspace["id"].as_str().unwrap();
    let key = task(folder.path(), &["key", "create", id, "--scopes", "links:read,qr:render"]);
    assert_eq!(who(&key["key"]).unwrap().terms.plan.name(), "pro");
    task(folder.path(), &["workspace", "set-plan", id, "business"]);
    assert_eq!(who(&key["key"]).unwrap().terms.plan.name(), "business");
    assert_eq!(task(folder.path(), &["workspace", "list"])[0]["plan"], "business");

    task(folder.path(), &["workspace", "override", id, r#"{"keys":3,"links":null}"#]);
    let limits = who(&key["key"]).unwrap().terms.limits;
    assert_eq!((limits.keys, limits.links, limits.burst_per_second), (Some(3), None, Some(50)));
    task(folder.path(), &["workspace", "override", id]);
    assert_eq!(who(&key["key"]).unwrap().terms.limits.keys, Some(10));

    let listed = task(folder.path(), &["key", "list", id]);
    assert_eq!((&listed[0]["id"], listed[0].get("key")), (&key["id"], None));
    let rotated = task(folder.path(), &["key", "rotate", key["prefix"].as_str().unwrap()]);
    assert_eq!(why(&key["key"]), "KeyRevoked");
    assert_eq!(rotated["scopes"], key["scopes"]);
    who(&rotated["key"]).unwrap();
    task(folder.path(), &["key", "revoke", rotated["id"].as_str().unwrap()]);
    assert_eq!(why(&rotated["key"]), "KeyRevoked");
    task(folder.path(), &["key", "delete", rotated["id"].as_str().unwrap()]);
    assert_eq!(why(&rotated["key"]), "KeyInvalid");

    assert_eq!(
        task(folder.path(), &["credits", "grant", id, "40", "--reason", "gift"])["balance"],
        40
    );
    assert_eq!(task(folder.path(), &["credits", "grant", id, "2"])["balance"], 42);
    let ledger = task(folder.path(), &["credits", "list", id]);
    assert_eq!(
        (&ledger["balance"], &ledger["entries"][1]["reason"]),
        (&Value::from(42), &Value::from("gift"))
    );

    assert_eq!(task(folder.path(), &["maintenance", "status"])["until"], Value::Null);
    let on = task(folder.path(), &["maintenance", "on", "--until", "2999-12-31T06:00:00Z"]);
    assert_eq!(on["until"], "2999-12-31T06:00:00Z");
    assert_eq!(
        app.data.read_here(xqr_engine::limits::maintenance::get).unwrap(),
        Some(32_503_615_200_000)
    );
    assert_eq!(task(folder.path(), &["maintenance", "off"])["until"], Value::Null);

    let hub = task(folder.path(), &["key", "create", id, "--look", "hub"]);
    let once = task(folder.path(), &["key", "rotate", hub["id"].as_str().unwrap()]);
    who(&hub["key"]).unwrap();
    let twice = task(folder.path(), &["key", "rotate", once["id"].as_str().unwrap()]);
    assert_eq!(why(&hub["key"]), "KeyRevoked", "at most two hub keys live");
    who(&once["key"]).unwrap();
    who(&twice["key"]).unwrap();
}

#[tokio::test]
async fn people_are_added_and_shut_out_beside_a_running_service() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut settings = Settings::defaults();
    settings.data_dir = folder.to_owned();
    settings.database_url = folder.join("xqr.db").display().to_string();
    let app = App::open(
        settings,
        Address::default(),
        Arc::new(SystemClock),
        Arc::new(OsRandom),
        Dialects::default(),
    )
    .unwrap();
    let sign_in = async |email: &str, password: &str| {
        let session =
            users::sign_in(&app, [127, 0, 0, 1].into(), email, Password::new(password)).await;
        session.map_err(|error| error.condition().row().name)
    };
    let workspace = task(folder, &["workspace", "create", "Acme"]);
    let id = workspace["id"].as_str().unwrap();

    let ann = task(
        folder,
        &["user", "create", "--email", "Ann@example.com", "--workspace", id, "--name", "Ann Lee"],
    );
    assert_eq!(
        (&ann["role"], &ann["email"], &ann["workspace"]),
        (&"owner".into(), &"Ann@example.com".into(), &workspace["id"])
    );
    let session = sign_in("ann@example.com", ann["password"].as_str().unwrap()).await.unwrap();
    assert_eq!(app.authenticate_user(session.access.expose()).await.unwrap().caller.owner.uid, id);

    let changed = with_password(
        folder,
        &["user", "set-password", "ann@EXAMPLE.com"],
        "a horse of another colour",
    );
    let shown = String::from_utf8(changed.stdout).unwrap();
    assert!(
        changed.status.success() && shown.contains("Ann Lee") && !shown.contains("horse"),
        "{shown}"
    );
    assert_eq!(
        app.authenticate_user(session.access.expose()).await.unwrap_err().condition().row().name,
        "TokenInvalid"
    );
    sign_in("ann@example.com", "a horse of another colour").await.unwrap();

    task(folder, &["user", "disable", ann["id"].as_str().unwrap()]);
    assert_eq!(
        sign_in("ann@example.com", "a horse of another colour").await.unwrap_err(),
        "CredentialsWrong"
    );
    task(folder, &["user", "enable", ann["id"].as_str().unwrap()]);
    sign_in("ann@example.com", "a horse of another colour").await.unwrap();

    let bob = ["user", "create", "--email", "bob@example.com", "--workspace", id];
    let refused = with_password(folder, &bob, "password123");
    assert_eq!(
        String::from_utf8(refused.stderr).unwrap(),
        "xtask: password: This password is too common.\n"
    );
    assert!(with_password(folder, &bob, "a horse of another colour").status.success());
    let taken = run(folder, &bob);
    assert_eq!(
        String::from_utf8(taken.stderr).unwrap(),
        "xtask: email: A user with this email already exists.\n"
    );
    let all = task(folder, &["user", "list"]);
    assert_eq!(
        (&all[0]["id"], &all[1]["role"], all.as_array().unwrap().len()),
        (&ann["id"], &"member".into(), 2)
    );
    assert_eq!(task(folder, &["user", "list", "--workspace", id]), all);
    assert!(!all.to_string().contains("argon2"));
    let unknown = run(folder, &["user", "disable", "unknown@example.com"]);
    assert_eq!(String::from_utf8(unknown.stderr).unwrap(), "xtask: User not found.\n");
}

#[test]
fn hosts_are_listed_beside_a_running_service() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut settings = Settings::defaults();
    settings.data_dir = folder.to_owned();
    settings.database_url = folder.join("xqr.db").display().to_string();
    let app = App::open(
        settings,
        Address::default(),
        Arc::new(SystemClock),
        Arc::new(OsRandom),
        Dialects::default(),
    )
    .unwrap();
    let blocks = |host: &str| {
        let host = blocklist::host(host).unwrap();
        app.data
            .read_here(|conn| blocklist::find(conn, &*app.data.files(), &host))
            .unwrap()
            .map(|listing| listing.entry)
    };

    let added =
        task(folder, &["blocklist", "add", "https://BÜCHER.example./x", "--reason", "a report"]);
    assert_eq!((&added["host"], &added["new"]), (&"xn--bcher-kva.example".into(), &true.into()));
    assert_eq!(task(folder, &["blocklist", "add", "bücher.example"])["new"], false);
    assert_eq!(blocks("www.bücher.example").as_deref(), Some("xn--bcher-kva.example"));
    let checked = task(folder, &["blocklist", "check", "http://a.bücher.example:81/"]);
    assert_eq!((&checked["blocked"], &checked["source"]), (&true.into(), &"a report".into()));
    assert_eq!(task(folder, &["blocklist", "check", "http://a.example/"])["blocked"], false);

    let feed = folder.join("phish.csv");
    let rows: String = (0..5_000).map(|n| format!("{n},\"http://h{n}.example/a,b\",x\n")).collect();
    std::fs::write(&feed, format!("phish_id,url,target\n{rows}9,http://h9.example/,x\n")).unwrap();
    let feed = feed.to_str().unwrap();
    let import = task(folder, &["blocklist", "import", feed]);
    assert_eq!((&import["hosts"], &import["new"]), (&5_000.into(), &5_000.into()));
    assert_eq!(task(folder, &["blocklist", "import", feed, "--format", "phishtank"])["new"], 0);
    assert_eq!(blocks("h4999.example").as_deref(), Some("h4999.example"));
    let listed = task(folder, &["blocklist", "list", "--limit", "2", "--after", "h9998.example"]);
    assert_eq!(
        (&listed["count"], &listed["entries"][0]["host"]),
        (&5_001.into(), &"xn--bcher-kva.example".into())
    );

    task(folder, &["blocklist", "remove", "h4999.example"]);
    assert_eq!(blocks("h4999.example"), None);
    let refused = |arguments: &[&str], words: &str| {
        let said = String::from_utf8(run(folder, arguments).stderr).unwrap();
        assert!(said.contains(words), "{said}");
    };
    refused(
        &["blocklist", "remove", "h4999.example"],
        "h4999.example is not listed in the database",
    );
    refused(&["blocklist", "add", "no host"], "is not a host");
    refused(&["blocklist", "import", feed, "--max", "4999"], "has more than 4999 entries");
    refused(&["blocklist", "import", feed, "--format", "hosts"], "is no list");
    refused(&["blocklist", "import", "/nowhere"], "/nowhere");

    let file = folder.join("own.txt");
    std::fs::write(&file, "evil.example\n").unwrap();
    let mut check = Command::new(env!("CARGO_BIN_EXE_xtask"));
    check
        .args(["blocklist", "check", "https://a.evil.example/", "--json"])
        .env("XQR_DATA_DIR", folder);
    let output = check.env("XQR_BLOCKLIST_FILES", &file).output().unwrap();
    let checked: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&checked["entry"], &checked["source"]),
        (&"evil.example".into(), &file.to_str().unwrap().into())
    );
}
