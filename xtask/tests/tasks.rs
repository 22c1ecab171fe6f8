//! The operator's tasks, as a script runs them, while a service has the database open.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use serde_json::Value;
use xqr_engine::auth::{Password, SecretKey};
use xqr_engine::errors::Result;
use xqr_engine::{App, Caller, OsEntropy, Settings, SystemClock, keys, people};

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask")).args(arguments).arg("--json").env("XQR_DATA_DIR", folder).output().unwrap()
}

/// Runs a task that reads a password.
fn with_password(folder: &Path, arguments: &[&str], password: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(arguments).args(["--password-stdin", "--json"]).env("XQR_DATA_DIR", folder);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
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
    for arguments in [&["key", "list", "nobody"][..], &["key", "create", "nobody"], &["credits", "grant", "nobody", "1"]] {
        let output = run(folder.path(), arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.success(), said.as_str()), (false, "xtask: Workspace not found.\n"), "{arguments:?}");
    }
}

#[test]
fn tasks_work_beside_a_running_service() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = Settings::defaults();
    settings.data_dir = folder.path().to_owned();
    settings.database_url = folder.path().join("xqr.db").display().to_string();
    let app = App::open(settings, String::new(), Arc::new(SystemClock), Arc::new(OsEntropy)).unwrap();
    let who = |secret: &Value| -> Result<Caller> {
        let secret = SecretKey::parse(secret.as_str().unwrap())?;
        app.data.read_here(|conn| keys::authenticate(conn, app.data.plans(), &secret, app.now()))
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

    assert_eq!(task(folder.path(), &["credits", "grant", id, "40", "--reason", "gift"])["balance"], 40);
    assert_eq!(task(folder.path(), &["credits", "grant", id, "2"])["balance"], 42);
    let ledger = task(folder.path(), &["credits", "list", id]);
    assert_eq!((&ledger["balance"], &ledger["entries"][1]["reason"]), (&Value::from(42), &Value::from("gift")));

    assert_eq!(task(folder.path(), &["maintenance", "status"])["until"], Value::Null);
    let on = task(folder.path(), &["maintenance", "on", "--until", "2999-12-31T06:00:00Z"]);
    assert_eq!(on["until"], "2999-12-31T06:00:00Z");
    assert_eq!(app.data.read_here(xqr_engine::maintenance::get).unwrap(), Some(32_503_615_200_000));
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
    let app = App::open(settings, String::new(), Arc::new(SystemClock), Arc::new(OsEntropy)).unwrap();
    let sign_in = async |email: &str, password: &str| {
        let session = people::sign_in(&app, [127, 0, 0, 1].into(), email, Password::new(password)).await;
        session.map_err(|error| error.condition().row().name)
    };
    let workspace = task(folder, &["workspace", "create", "Acme"]);
    let id = workspace["id"].as_str().unwrap();

    let ann = task(folder, &["user", "create", "--email", "Ann@example.com", "--workspace", id, "--name", "Ann Lee"]);
    assert_eq!((&ann["role"], &ann["email"], &ann["workspace"]), (&"owner".into(), &"Ann@example.com".into(), &workspace["id"]));
    let session = sign_in("ann@example.com", ann["password"].as_str().unwrap()).await.unwrap();
    assert_eq!(app.authenticate_person(session.access.expose()).await.unwrap().caller.owner.uid, id);

    let changed = with_password(folder, &["user", "set-password", "ann@EXAMPLE.com"], "a horse of another colour");
    let shown = String::from_utf8(changed.stdout).unwrap();
    assert!(changed.status.success() && shown.contains("Ann Lee") && !shown.contains("horse"), "{shown}");
    assert_eq!(app.authenticate_person(session.access.expose()).await.unwrap_err().condition().row().name, "TokenInvalid");
    sign_in("ann@example.com", "a horse of another colour").await.unwrap();

    task(folder, &["user", "disable", ann["id"].as_str().unwrap()]);
    assert_eq!(sign_in("ann@example.com", "a horse of another colour").await.unwrap_err(), "CredentialsWrong");
    task(folder, &["user", "enable", ann["id"].as_str().unwrap()]);
    sign_in("ann@example.com", "a horse of another colour").await.unwrap();

    let bob = ["user", "create", "--email", "bob@example.com", "--workspace", id];
    let refused = with_password(folder, &bob, "password123");
    assert_eq!(String::from_utf8(refused.stderr).unwrap(), "xtask: password: This password is too common.\n");
    assert!(with_password(folder, &bob, "a horse of another colour").status.success());
    let taken = run(folder, &bob);
    assert_eq!(String::from_utf8(taken.stderr).unwrap(), "xtask: email: A user with this email already exists.\n");
    let all = task(folder, &["user", "list"]);
    assert_eq!((&all[0]["id"], &all[1]["role"], all.as_array().unwrap().len()), (&ann["id"], &"member".into(), 2));
    assert_eq!(task(folder, &["user", "list", "--workspace", id]), all);
    assert!(!all.to_string().contains("argon2"));
    let unknown = run(folder, &["user", "disable", "nobody@example.com"]);
    assert_eq!(String::from_utf8(unknown.stderr).unwrap(), "xtask: User not found.\n");
}
