//! `cargo xtask contracts`: Schemathesis, a foreign program, makes requests out of the OpenAPI
//! documents and holds the answers against them. It needs Python with `venv`; the program goes into
//! the target folder.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};
use clap::Args;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::bench::target::Target;

/// The version that the checks below were chosen for.
const PROGRAM: &str = "schemathesis==4.32.5";

/// No plan's bursts and quotas, so that the answers are those of the routes.
const PLANS: &str =
    "[enterprise]\nburst_per_second = \"unlimited\"\nmonthly_calls = \"unlimited\"\n";

/// What may be said to a request that is not as documented. The program knows fewer: a text that is
/// too long may make the target or the head too long, too.
const REFUSED: &str = "[checks.negative_data_rejection]\nexpected-statuses = [\"4xx\", \"5xx\"]\n";

/// Operations that end keys: the program would end its own, and hear 401 from there on, so they
/// come last and alone.
const ENDING: [&str; 3] = ["rotateKey", "revokeKey", "deleteKey"];

#[derive(Args)]
pub(crate) struct Contracts {
    /// Random requests for each operation, besides those at the limits of its schema
    #[arg(long, default_value_t = 60)]
    cases: u32,
    /// What the random requests are drawn from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A dialect alone: xqr, studio, forge or hub
    #[arg(long)]
    dialect: Option<String>,
}

impl Contracts {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let program = install()?;
        let server = build()?;
        let mut failed = Vec::new();
        for dialect in ["hub", "forge", "studio", "xqr"] {
            if self.dialect.as_ref().is_some_and(|only| only != dialect) {
                continue;
            }
            // Both dialects with keys to manage have these ids.
            let manages = ["xqr", "studio"].contains(&dialect);
            let mut runs = vec![if manages { "--exclude-operation-id" } else { "" }];
            runs.extend(manages.then_some("--include-operation-id"));
            for filter in runs {
                println!("== {dialect} {filter}");
                if !self.hold(&program, &server, dialect, filter)? {
                    failed.push(dialect);
                }
            }
        }
        if failed.is_empty() { Ok(()) } else { bail!("not as documented: {}", failed.join(", ")) }
    }

    /// Starts a fresh service and holds it against the document of a dialect.
    fn hold(
        &self,
        program: &Path,
        server: &Path,
        dialect: &str,
        filter: &str,
    ) -> anyhow::Result<bool> {
        let folder = tempfile::tempdir()?;
        let target = start(server, &folder)?;
        let token = sign_up(&target.address)?;
        let scheme = if dialect == "xqr" { "bearer" } else { "api_key" };
        let mut config = format!("{REFUSED}[auth.openapi.key]\n{scheme} = \"{}\"\n", target.key);
        if ["xqr", "studio"].contains(&dialect) {
            config.push_str(&format!("[auth.openapi.person]\nbearer = \"{token}\"\n"));
        }
        let file = folder.path().join("schemathesis.toml");
        std::fs::write(&file, config)?;
        let base = format!("http://{}", target.address);
        let mut command = Command::new(program);
        command.current_dir(folder.path()).arg("--config-file").arg(file);
        command.args(["run", &format!("{base}/openapi/{dialect}.json"), "--url", &base]);
        command.args([
            "--phases",
            "examples,coverage,fuzzing,stateful",
            "--continue-on-failure",
            "--suppress-health-check",
            "all",
        ]);
        command.args([
            "--max-examples",
            &self.cases.to_string(),
            "--seed",
            &self.seed.to_string(),
            "--warnings",
            "off",
        ]);
        // A schema does not tell which fields go with which, so what it admits may be refused; the
        // suite checks the other way.
        command.args(["--exclude-checks", "positive_data_acceptance"]);
        if dialect == "xqr" {
            // It does not end.
            command.args(["--exclude-operation-id", "streamScans"]);
        }
        if !filter.is_empty() {
            // An id that a document lacks is refused.
            let known = ENDING.iter().filter(|id| dialect == "xqr" || **id != "deleteKey");
            command.args(known.flat_map(|id| [filter, *id]));
        }
        Ok(command.status()?.success())
    }
}

/// Returns the program, installed on first use.
fn install() -> anyhow::Result<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/contracts").join(PROGRAM);
    let program = folder.join("bin/schemathesis");
    if !program.exists() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&folder))
            .context("python3 with venv is needed (Debian: python3-venv)")?;
        run(Command::new(folder.join("bin/pip")).args(["install", "--quiet", PROGRAM]))?;
    }
    Ok(program.canonicalize()?)
}

/// Builds the service and returns its program.
fn build() -> anyhow::Result<PathBuf> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args(["build", "--quiet", "--package", "xqr-server", "--message-format", "json"])
        .output()?;
    let lines = String::from_utf8_lossy(&output.stdout);
    let built = lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let program =
        built.filter_map(|message| message["executable"].as_str().map(PathBuf::from)).next_back();
    program.with_context(|| {
        format!("the service was not built: {}", String::from_utf8_lossy(&output.stderr))
    })
}

fn start(server: &Path, folder: &TempDir) -> anyhow::Result<Target> {
    let plans = folder.path().join("plans.toml");
    std::fs::write(&plans, PLANS)?;
    let mut command = Command::new(server);
    command
        .env("XQR_BIND", "127.0.0.1:0")
        .env("XQR_DATA_DIR", folder.path().join("data"))
        .env("XQR_LOG", "error");
    command.env("XQR_PLANS_FILE", plans).env_remove("DATABASE_URL");
    for limit in
        ["LIMITS_BAD_KEYS_PER_MINUTE", "LIMITS_MISSES_PER_MINUTE", "LIMITS_LOOKUPS_PER_MINUTE"]
    {
        command.env(format!("XQR_{limit}"), "0");
    }
    for limit in ["ACCOUNTS_TRIES_PER_ACCOUNT", "ACCOUNTS_TRIES_PER_ADDRESS"] {
        command.env(format!("XQR_{limit}"), "0");
    }
    Target::start(&mut command, true)
}

/// Makes the first account and returns its access token.
fn sign_up(address: &str) -> anyhow::Result<String> {
    let body = json!({ "email": "ada@example.com", "password": "correct horse battery staple" })
        .to_string();
    let mut stream = TcpStream::connect(address)?;
    write!(
        stream,
        "POST /api/auth/signup/ HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let session: Value =
        serde_json::from_str(body).with_context(|| format!("nobody could sign up: {answer}"))?;
    session["access"].as_str().map(str::to_owned).context("a session without a token")
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    if !command.status().with_context(|| format!("cannot start {command:?}"))?.success() {
        bail!("{command:?} failed");
    }
    Ok(())
}
