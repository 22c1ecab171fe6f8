//! The command line of `xqr-server`, as an operator's script uses it. `xtask/tests/tasks.rs` runs
//! the same tasks through `cargo xtask`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use serde_json::Value;
use xqr_engine::auth::SecretKey;
use xqr_engine::errors::{Condition, Resource};
use xqr_engine::settings::Address;
use xqr_engine::{App, OsRandom, Settings, StartError, SystemClock};

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xqr-server"));
    command.args(arguments).current_dir(folder);
    command.env("XQR_DATA_DIR", folder.join("data")).env_remove("DATABASE_URL");
    command.output().unwrap()
}

fn task(folder: &Path, arguments: &[&str]) -> Value {
    let output = run(folder, &[arguments, &["--json"]].concat());
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn operators_create_keys_without_a_tool_chain() {
    let folder = tempfile::tempdir().unwrap();
    task(folder.path(), &["migrate"]);
    let workspace = task(folder.path(), &["workspace", "create", "Acme"]);
    let id = workspace["id"].as_str().unwrap();
    for format in ["xqr", "studio", "forge", "hub"] {
        let key = task(folder.path(), &["key", "create", id, "--look", format]);
        key["key"].as_str().unwrap().parse::<SecretKey>().unwrap();
        assert_eq!((&key["look"], key["scopes"][0].as_str()), (&format.into(), Some("*")));
    }
    assert_eq!(task(folder.path(), &["key", "list", id]).as_array().unwrap().len(), 4);
}

#[test]
fn a_refused_task_fails_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    task(folder.path(), &["migrate"]);
    let output = run(folder.path(), &["key", "create", "unknown"]);
    let message = String::from_utf8(output.stderr).unwrap();
    // In the words of the first dialect; `Workspace not found.` in those of the native one.
    let unknown = Condition::ResourceNotFound { what: Resource::Workspace };
    let sentence = unknown.reply(xqr_server::DIALECTS[0].column).message;
    assert_eq!((output.status.code(), message), (Some(1), format!("xqr-server: {sentence}\n")));
}

#[test]
fn help_and_wrong_arguments_start_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let outcome = |arguments: &[&str]| {
        let output = run(folder.path(), arguments);
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (status, help) = outcome(&["--help"]);
    assert_eq!(status, Some(0));
    for command in ["serve", "migrate", "workspace", "user", "key", "credits", "maintenance"] {
        assert!(help.contains(&format!("\n  {command} ")), "{command}: {help}");
    }
    let version = format!("xqr-server {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(outcome(&["--version"]), (Some(0), version));
    for wrong in [&["sevre"][..], &["--port", "80"], &["serve", "now"], &["key"], &["key", "make"]]
    {
        assert_eq!(outcome(wrong).0, Some(2), "{wrong:?}");
    }
    assert!(!folder.path().join("data").exists());
}

#[test]
fn tasks_create_no_database() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        &["workspace", "list"][..],
        &["workspace", "create", "Acme"],
        &["user", "list"],
        &["key", "list", "ws_1"],
        &["credits", "list", "ws_1"],
        &["blocklist", "list"],
        &["maintenance", "status"],
    ] {
        let output = run(folder.path(), arguments);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(message.starts_with("xqr-server: there is no database "), "{message}");
        assert!(!folder.path().join("data").exists(), "{arguments:?}");
    }
}

#[test]
fn names_for_people_are_checked_in_every_task() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    task(data, &["migrate"]);
    let id = task(data, &["workspace", "create", "Acme"])["id"].as_str().unwrap().to_owned();
    let long = "n".repeat(201);
    for bad in ["a\nb", "\u{1b}[31m", "a\u{85}", &long] {
        for arguments in [
            &["workspace", "create", bad][..],
            &["key", "create", &id, "--name", bad],
            &["blocklist", "add", "evil.example", "--reason", bad],
        ] {
            assert_eq!(run(data, arguments).status.code(), Some(1), "{arguments:?}");
        }
    }
    let past = ["key", "create", &id, "--expires-at", "2020-01-01T00:00:00Z"];
    assert_eq!(run(data, &past).status.code(), Some(1));
    assert_eq!(task(data, &["key", "list", &id]).as_array().unwrap().len(), 0);
    assert_eq!(task(data, &["workspace", "list"]).as_array().unwrap().len(), 1);
}

/// Starts the service with a wrong setting and returns what it reports.
fn refused(folder: &Path, name: &str, value: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xqr-server"));
    command
        .current_dir(folder)
        .env("XQR_DATA_DIR", folder.join("data"))
        .env("XQR_BIND", "127.0.0.1:0");
    let output = command.env_remove("DATABASE_URL").env(name, value).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{name}={value}");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0, "{name}={value} leaves files");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_wrong_setting_is_refused_by_name_and_starts_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for (name, value) in [
        ("XQR_PUBLIC_URL", "https://qr.example\r"),
        ("XQR_PUBLIC_URL", "https:/qr.example"),
        ("XQR_BIO_PUBLIC_URL", "https://bio.example\t"),
        ("XQR_CORS_ORIGINS", "https://*.example.com"),
        ("XQR_BIND", "nonsense"),
        ("XQR_ACCOUNTS_SIGNUP", "maybe"),
        ("XQR_EDGE_TRUSTED_PROXIES", "10.0.0.0/33"),
        ("DATABASE_URL", "postgress://u:secretpw@db/x"),
        ("DATABASE_URL", "mysql://u:secretpw@db/x"),
        ("DATABASE_URL", "postgres://u:secretpw@db/x\r"),
    ] {
        let message = refused(folder.path(), name, value);
        assert!(message.starts_with(&format!("xqr-server: {name}: ")), "{message}");
        assert!(!message.contains("secretpw"), "{message}");
    }
}

#[test]
fn a_node_with_another_secret_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    let start = |secret: &str| {
        let mut settings = Settings::defaults();
        settings.bind = "127.0.0.1:0".parse().unwrap();
        settings.data_dir = folder.path().join(&secret[..2]);
        settings.database_url = folder.path().join("xqr.db").display().to_string();
        settings.secret = secret.to_owned();
        let (clock, random) = (Arc::new(SystemClock), Arc::new(OsRandom));
        App::open(settings, Address::default(), clock, random, xqr_server::dialects()).map(drop)
    };
    let (first, second) = ("5e".repeat(32), "6f".repeat(32));
    start(&first).unwrap();
    start(&first).unwrap();
    assert!(matches!(start(&second), Err(StartError::SecretDiffers)));
    let accept = |secret: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xqr-server"));
        command.args(["secret", "accept"]).env("XQR_DATA_DIR", folder.path().join("task"));
        command.env("DATABASE_URL", folder.path().join("xqr.db")).env("XQR_SECRET", secret);
        assert!(command.status().unwrap().success());
    };
    accept(&second);
    start(&second).unwrap();
    assert!(matches!(start(&first), Err(StartError::SecretDiffers)));
}

#[cfg(unix)]
#[test]
fn the_first_key_and_all_files_are_for_their_owner_alone() {
    use std::io::{BufRead as _, BufReader, Read as _};
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut service = Command::new(env!("CARGO_BIN_EXE_xqr-server"))
        .env("XQR_DATA_DIR", &data)
        .env("XQR_BIND", "127.0.0.1:0")
        .env("XQR_LOG_FORMAT", "json")
        .env_remove("DATABASE_URL")
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(service.stdout.take().unwrap());
    let mut shown = String::new();
    while !shown.contains("first.key") {
        assert_ne!(output.read_line(&mut shown).unwrap(), 0, "{shown}");
    }
    Command::new("kill").args(["-TERM", &service.id().to_string()]).status().unwrap();
    service.wait().unwrap();
    let mut log = String::new();
    service.stderr.take().unwrap().read_to_string(&mut log).unwrap();

    let key = std::fs::read_to_string(data.join("first.key")).unwrap();
    key.trim().parse::<SecretKey>().unwrap();
    assert!(!shown.contains(key.trim()) && !log.contains(key.trim()));
    let named = log.lines().any(|line| {
        let line: Value = serde_json::from_str(line).unwrap();
        line["file"].as_str().is_some_and(|file| file.ends_with("first.key"))
    });
    assert!(named, "{log}");
    let mut folders = vec![data];
    while let Some(folder) = folders.pop() {
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700, "{}", folder.display());
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                assert_eq!(mode(&path), 0o600, "{}", path.display());
            }
        }
    }
}
