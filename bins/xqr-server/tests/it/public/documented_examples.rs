//! The examples in `docs/examples`, run as they stand against a real server.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use serde_json::json;
use xqr_engine::plans::Plan;

use crate::support::pictures::read_png;
use crate::support::test_app::TestApp;

/// A command in a folder of its own that runs an example with this key; `None` where the machine
/// lacks the program.
fn example(
    app: &TestApp,
    program: &str,
    name: &str,
    key: &str,
    folder: &tempfile::TempDir,
) -> Option<Command> {
    if Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_err()
    {
        assert!(std::env::var_os("XQR_TEST_REQUIRE_PYTHON").is_none(), "{program} is missing");
        eprintln!("skipped: {program} is missing");
        return None;
    }
    let interpreter = if program == "curl" { "sh" } else { program };
    let mut command = Command::new(interpreter);
    let path = format!("{}/../../docs/examples/{name}", env!("CARGO_MANIFEST_DIR"));
    command.arg(path).current_dir(folder.path()).env("XQR_URL", app.url("")).env("XQR_KEY", key);
    Some(command)
}

/// Runs an example off the event loop and returns what it printed.
async fn run(mut command: Command) -> String {
    let output =
        actix_web::rt::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let (printed, errors) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success(), "{printed}{errors}");
    printed
}

#[cfg(feature = "hub")]
#[actix_web::test]
async fn the_hub_s_worked_example() {
    let (app, folder) = (TestApp::start().await, tempfile::tempdir().unwrap());
    let Some(command) = example(&app, "curl", "hub.sh", &app.key, &folder) else { return };
    let printed = run(command).await;
    let code = printed.split(' ').nth(1).unwrap().trim_end_matches(';').to_owned();
    for wanted in [
        r#""updated":true"#.to_owned(),
        "ocation: https://example.com/v2".to_owned(),
        format!(r#""code":"{code}""#),
        r#""hit_count":1"#.to_owned(),
    ] {
        assert!(printed.contains(&wanted), "{wanted} is not in {printed}");
    }
    let picture = std::fs::read(folder.path().join(format!("{code}.png"))).unwrap();
    assert_eq!(read_png(&picture), format!("https://qr.example/{code}"));
}

#[cfg(feature = "forge")]
#[actix_web::test]
async fn the_forge_s_quickstart() {
    let (app, folder) = (TestApp::start().await, tempfile::tempdir().unwrap());
    let Some(command) = example(&app, "curl", "forge.sh", &app.key, &folder) else { return };
    let printed = run(command).await;
    for wanted in [
        r#""next_page_token":null"#,
        "ocation: https://example.com/new",
        "archived: the code answers 410",
    ] {
        assert!(printed.contains(wanted), "{wanted} is not in {printed}");
    }
}

#[cfg(feature = "hub")]
#[actix_web::test]
async fn a_client_that_retries_ends_well() {
    let (app, folder) = (TestApp::start().await, tempfile::tempdir().unwrap());
    let key = app.key_with(Plan::Pro, r#"{"calls_per_minute":60}"#, &["*"]);
    let Some(mut command) = example(&app, "python3", "hub_client.py", &key, &folder) else {
        return;
    };
    for _ in 0..59 {
        app.hub(&key).get("/list").await.expect(200);
    }
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let clock = app.clock.clone();
    let reported = actix_web::rt::task::spawn_blocking(move || {
        let mut reported = Vec::new();
        for line in BufReader::new(child.stderr.take().unwrap()).lines() {
            reported.push(line.unwrap());
            // While the client waits for `Retry-After`, the server's clock moves on.
            clock.advance(1_000);
        }
        (reported, child.wait_with_output().unwrap())
    });
    let (reported, output) = reported.await.unwrap();
    assert_eq!(reported, ["429: again in 1 s", "429: again in 1 s"]);
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && printed.lines().count() == 3, "{printed}");
    let listed = app.hub(&app.key_of(Plan::Pro, &["*"])).get("/list").await.expect(200);
    assert_eq!(listed.text(), json!({ "codes": [], "next_cursor": null }).to_string());
}
