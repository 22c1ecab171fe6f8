//! The log of the real program: one line for an event, whatever clients send.

use std::process::Stdio;

use serde_json::Value;

use crate::support::program::{Program, request};
use crate::support::test_app::database_url;

/// What would end a line, begin an event, or steer a terminal, as it may stand in a header,
/// percent-encoded, and in JSON.
const HOSTILE: [(&str, &str, &str); 5] = [
    ("\x1b[2J\x1b[31m", "%1b%5b2J", "\\u001b[2J"),
    ("a\u{85}b\u{2028}c", "%c2%85%e2%80%a8", "\\u0085\\u2028"),
    (
        "\t \u{7f}",
        "%0d%0a2026-03-21T14%3a30%3a00Z%20ERROR%20forged",
        "\\r\\n2026-03-21T14:30:00Z ERROR forged",
    ),
    (
        "\"}{\"level\":\"ERROR\"",
        "%22%7d%0a%7b",
        "\\n{\\\"level\\\":\\\"ERROR\\\",\\\"message\\\":\\\"forged\\\"}",
    ),
    ("\u{202e}forged", "%e2%80%ae", "\\u202eforged"),
];

/// Runs the program with a log of this format, sends it all that is hostile everywhere, and returns
/// the log and how many API requests there were.
fn log_of(format: &str) -> (String, usize) {
    let folder = tempfile::tempdir().unwrap();
    let database = actix_web::rt::System::new().block_on(database_url(&folder));
    let log = folder.path().join("log");
    let stderr = Stdio::from(std::fs::File::create(&log).unwrap());
    let settings = [("XQR_LOG", "info"), ("XQR_LOG_FORMAT", format)];
    let mut program = Program::start_logging(folder.path(), &database, true, &settings, stderr);
    let key = program.key().to_owned();
    let mut sent = 0;
    for (header, path, json) in HOSTILE {
        let headers = format!(
            "X-Request-Id: {header}\r\nUser-Agent: {header}\r\nReferer: https://{header}/\r\nAuthorization: Bearer {key}"
        );
        for line in [
            format!("POST /api/v1/links HTTP/1.1\r\n{headers}"),
            format!("GET /api/v1/links/{path}?search={path} HTTP/1.1\r\n{headers}"),
            format!("GET /api/v1/{path} HTTP/1.1\r\n{headers}"),
            format!("POST /api/v1/generate/ HTTP/1.1\r\n{headers}\r\nX-Api-Key: {header}"),
            format!("POST /api/shorten HTTP/1.1\r\n{headers}\r\nX-API-Key: {key}"),
            format!("POST /api/auth/login/ HTTP/1.1\r\n{headers}"),
        ] {
            let body = format!(
                "{{\"url\":\"https://x.example/{json}\",\"custom_slug\":\"{json}\",\"email\":\"{json}\",\"labels\":[\"{json}\"]}}"
            );
            // Some heads are refused before they are a request.
            sent += usize::from(
                request(&program.address, &line, &body)
                    .is_some_and(|(_, body)| body.contains("req_") || !body.contains("malformed")),
            );
        }
        request(&program.address, &format!("GET /{path} HTTP/1.1\r\n{headers}"), "");
        request(&program.address, &format!("GET /q/{path}/ HTTP/1.1\r\n{headers}"), "");
    }
    assert_eq!(program.end(), Some(0));
    (std::fs::read_to_string(&log).unwrap(), sent)
}

#[test]
fn every_line_of_the_log_is_one_event() {
    let (log, sent) = log_of("json");
    let events: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line:?}")))
        .collect();
    let requests = events.iter().filter(|event| event["message"] == "request").count();
    assert!(requests >= 10 && requests <= sent, "{requests} lines for {sent} requests:\n{log}");
    assert!(events.iter().all(|event| event["level"] != "ERROR"), "{log}");
    let (log, _) = log_of("pretty");
    for line in log.lines() {
        let (timestamp, _) = line.split_once(' ').unwrap_or((line, ""));
        assert!(timestamp.parse::<jiff::Timestamp>().is_ok(), "no event begins here: {line:?}");
        assert!(
            !line.contains(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{202e}')),
            "{line:?}"
        );
        assert!(!line.contains(" ERROR "), "{line:?}");
    }
    assert!(log.lines().count() > requests, "{log}");
}
