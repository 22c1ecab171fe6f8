//! `cargo xtask bench redirect`: the real server, with every scan journaled, against a bare actix
//! server.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::load::{self, Load};
use super::target::Target;

#[derive(Args)]
pub(crate) struct Redirect {
    /// Seconds of each measurement
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Measurements of each server, taken in turns
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Open connections
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

const AGENT: &str = "User-Agent: Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1";

/// The medians of some measurements.
struct Median {
    rate: f64,
    p50: u32,
    p99: u32,
    cpu_us: f64,
}

impl Redirect {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let (xqr, _folder) = start_server()?;
        let duration = Duration::from_secs(self.seconds);
        let bare = Target::start(Command::new("target/release/xtask").arg("bare-server"), false)?;

        let single = self.create(
            &xqr,
            &json!({ "url": "https://example.com/landing?campaign=print" }),
            "/api/v1/links",
            duration,
        )?;
        let links: Vec<Value> =
            (0..100).map(|n| json!({ "url": format!("https://example.com/{n}") })).collect();
        let bulk = self.create(&xqr, &json!({ "links": links }), "/api/v1/links/bulk", duration)?;
        let code = "bench-redirect";
        create_link(&xqr, code)?;

        let ruled = "bench-routing";
        create_ruled_link(&xqr, ruled)?;

        let (mut ours, mut routed, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..self.rounds {
            for (target, code, runs) in
                [(&xqr, code, &mut ours), (&xqr, ruled, &mut routed), (&bare, code, &mut theirs)]
            {
                let before = target.cpu_seconds();
                let load = load::run(
                    &target.address,
                    scan(code).as_bytes(),
                    302,
                    self.connections,
                    duration,
                )?;
                let cpu = target.cpu_seconds() - before;
                eprintln!("round {round}: {} {code} {:.0}/s", target.address, load.rate());
                runs.push((load, cpu));
            }
        }
        let (ours, routed, theirs) = (median(ours), median(routed), median(theirs));
        let value = json!({
            "ratio": ours.rate / theirs.rate,
            "ratio_of_ten_rules_to_none": routed.rate / ours.rate,
            "xqr": { "per_second": ours.rate, "p50_us": ours.p50, "p99_us": ours.p99, "cpu_us_per_request": ours.cpu_us },
            "ten_rules": { "per_second": routed.rate, "p50_us": routed.p50, "p99_us": routed.p99, "cpu_us_per_request": routed.cpu_us },
            "bare": { "per_second": theirs.rate, "p50_us": theirs.p50, "p99_us": theirs.p99, "cpu_us_per_request": theirs.cpu_us },
            "creations_per_second": { "single": single.rate(), "bulk": bulk.rate() * 100.0 },
        });
        if self.json {
            println!("{value:#}");
            return Ok(());
        }
        println!("              per second    p50 us    p99 us    CPU us/request");
        for (name, it) in [("xqr", &ours), ("ten rules", &routed), ("bare actix", &theirs)] {
            println!(
                "{name:12}  {:>10.0}  {:>8}  {:>8}  {:>16.1}",
                it.rate, it.p50, it.p99, it.cpu_us
            );
        }
        println!(
            "ratio {:.2} (every scan journaled and counted meanwhile)",
            ours.rate / theirs.rate
        );
        println!(
            "ten rules, of which the last holds: {:.2} of the rate without rules",
            routed.rate / ours.rate
        );
        println!(
            "link creations per second: {:.0} by single posts, {:.0} by bulk",
            single.rate(),
            bulk.rate() * 100.0
        );
        Ok(())
    }

    fn create(
        &self,
        xqr: &Target,
        body: &Value,
        path: &str,
        duration: Duration,
    ) -> anyhow::Result<Load> {
        load::run(&xqr.address, post(xqr, path, body).as_bytes(), 201, self.connections, duration)
    }
}

/// Builds the release programs and starts the server on a fresh folder, which goes with the second
/// value.
pub(super) fn start_server() -> anyhow::Result<(Target, TempDir)> {
    let built = Command::new("cargo")
        .args(["build", "--release", "--quiet", "-p", "xqr-server", "-p", "xtask"])
        .status()?;
    if !built.success() {
        bail!("the release build failed");
    }
    let folder = tempfile::tempdir()?;
    let mut command = Command::new("target/release/xqr-server");
    command
        .env("XQR_BIND", "127.0.0.1:0")
        .env("XQR_DATA_DIR", folder.path())
        .env("XQR_LOG", "warn");
    Ok((Target::start(&mut command, true)?, folder))
}

/// Makes the link that is scanned.
pub(super) fn create_link(xqr: &Target, code: &str) -> anyhow::Result<()> {
    let body = json!({ "url": "https://example.com/landing?campaign=print", "custom_slug": code });
    load::once(&xqr.address, post(xqr, "/api/v1/links", &body).as_bytes(), 201)
        .context("cannot make the link")
}

/// Makes a link with ten rules, the last of which holds for the visitor of the bench.
fn create_ruled_link(xqr: &Target, code: &str) -> anyhow::Result<()> {
    let rule = |n: u32, conditions: Value| json!({ "destination": format!("https://example.com/{n}"), "priority": n, "conditions": conditions });
    let rules = json!([
        rule(1, json!({ "countries": ["DE", "AT", "CH"] })),
        rule(2, json!({ "device_types": ["desktop"] })),
        rule(
            3,
            json!({ "device_types": ["tablet"], "countries": ["US"], "country_mode": "exclude" })
        ),
        rule(4, json!({ "expires_at": "2020-01-01T00:00:00Z" })),
        rule(5, json!({ "languages": ["fr", "it"] })),
        rule(6, json!({ "operating_systems": ["Android"] })),
        rule(7, json!({ "referrers": ["news.example"] })),
        rule(8, json!({ "percentage": 0 })),
        rule(9, json!({ "countries": ["JP"], "hours": { "start": 20, "end": 6 } })),
        rule(10, json!({ "device_types": ["mobile"] })),
    ]);
    let body = json!({ "url": "https://example.com/landing", "custom_slug": code, "routing_rules": rules });
    load::once(&xqr.address, post(xqr, "/api/v1/links", &body).as_bytes(), 201)
        .context("cannot make the link with rules")
}

fn scan(code: &str) -> String {
    format!(
        "GET /{code} HTTP/1.1\r\nHost: bench\r\nReferer: https://example.org/poster\r\n{AGENT}\r\n\r\n"
    )
}

fn post(xqr: &Target, path: &str, body: &Value) -> String {
    let body = body.to_string();
    format!(
        "POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        xqr.key,
        body.len()
    )
}

fn median(mut runs: Vec<(Load, f64)>) -> Median {
    runs.sort_by(|a, b| a.0.rate().total_cmp(&b.0.rate()));
    let middle = runs.len() / 2;
    let (load, cpu) = &mut runs[middle];
    let cpu_us = *cpu * 1e6 / load.answers as f64;
    Median { rate: load.rate(), p50: load.percentile(0.5), p99: load.percentile(0.99), cpu_us }
}
