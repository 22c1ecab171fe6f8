//! The command line of `xqr-server`, as an operator's script uses it. `xtask/tests/tasks.rs` runs
//! the same tasks through `cargo xtask`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use xqr_engine::auth::SecretKey;
use xqr_engine::errors::{Condition, Resource};

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
    let workspace = task(folder.path(), &["workspace", "create", "Acme"]);
    let id = workspace["id"].as_str().unwrap();
    for format in ["xqr", "studio", "forge", "hub"] {
        let key = task(folder.path(), &["key", "create", id, "--look", format]);
        SecretKey::parse(key["key"].as_str().unwrap()).unwrap();
        assert_eq!((&key["look"], key["scopes"][0].as_str()), (&format.into(), Some("*")));
    }
    assert_eq!(task(folder.path(), &["key", "list", id]).as_array().unwrap().len(), 4);
}

#[test]
fn a_refused_task_fails_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
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
