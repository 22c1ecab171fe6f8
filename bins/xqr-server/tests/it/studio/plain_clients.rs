//! Plain clients in Python and JavaScript against the real program: what users of the studio
//! dialect write works here.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use insta::{allow_duplicates, assert_snapshot};
use serde_json::Value;

use crate::support::program::Program;
use crate::support::snapshots::shown;
use crate::support::test_app::database_url;

/// A gateway: `/sometimes` works at the third try, `/never` never does. Returns its address and how
/// often each was asked.
fn gateway() -> (String, Arc<[AtomicUsize; 2]>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
    let counts = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head =
                BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
            let first = head.next().unwrap_or_default();
            head.find(String::is_empty);
            let never = first.contains("/never");
            let nth = counts[usize::from(never)].fetch_add(1, Ordering::SeqCst) + 1;
            let (status, body) = if never || nth < 3 {
                ("502 Bad Gateway", "")
            } else {
                ("200 OK", r#"{"status":"ok"}"#)
            };
            let length = body.len();
            write!(
                stream,
                "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            )
            .unwrap();
        }
    });
    (address, asked)
}

/// Runs a client against a fresh server, and compares what it saw. Without its language it is
/// skipped, unless `required` is set.
fn works(language: &str, file: &str, required: &str) {
    if Command::new(language).arg("--version").output().is_err() {
        assert!(std::env::var_os(required).is_none(), "{language} is not installed");
        println!("SKIPPED: {language} is not installed, so {file} has not been run");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let database = actix_web::rt::System::new().block_on(database_url(&folder));
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let settings = [
        ("XQR_WEBHOOKS_ALLOW_HTTP", "true"),
        ("XQR_WEBHOOKS_ALLOW_NETS", "127.0.0.0/8"),
        ("XQR_WEBHOOKS_PORTS", port.as_str()),
    ];
    let program = Program::start_with(folder.path(), &database, true, &settings);
    let (gateway, asked) = gateway();
    let script = format!("{}/tests/clients/{file}", env!("CARGO_MANIFEST_DIR"));
    let base = format!("http://{}", program.address);
    let output =
        Command::new(language).args([script.as_str(), &base, &port, &gateway]).output().unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    let seen: Value = serde_json::from_slice(&output.stdout).unwrap();
    allow_duplicates! {
        assert_snapshot!(shown(&seen, &[]), @r#"
        {"bulk":[3,["qr-0001.png","qr-0002.svg","qr-0003.png"]],"form":["image/png","MISS",
        600],"gave_up":[502,3],"generate":["image/png","MISS",600],
        "heard":[["dynamic_qr.created",true],["dynamic_qr.updated",true],["scan.created",
        true]],"refused":[400,
        {"color":"Invalid color 'rouge'. Use 'black', 'white', or hex like #RRGGBB."}],
        "revoked":[401,{"detail":"Invalid or revoked API key."}],"scan":[302,
        "https://example.com/summer","no-store"],"scans":[1,1],"used":5,"valid":true}
        "#);
    }
    assert_eq!(
        [3, 4],
        [0, 1].map(|i: usize| asked[i].load(Ordering::SeqCst)),
        "three retries and no more"
    );
}

/// One after the other: the port of a webhook is free only until another program takes it.
static ALONE: Mutex<()> = Mutex::new(());

#[test]
fn a_python_client_works() {
    let _alone = ALONE.lock();
    works("python3", "studio.py", "XQR_TEST_REQUIRE_PYTHON");
}

#[test]
fn a_javascript_client_works() {
    let _alone = ALONE.lock();
    works("node", "studio.mjs", "XQR_TEST_REQUIRE_NODE");
}
