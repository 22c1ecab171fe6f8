//! `cargo xtask contracts`: Schemathesis makes requests from the OpenAPI documents and checks the
//! responses against them. It needs Python with `venv`; the program goes into
//! the target folder.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};
use clap::Args;
use serde_json::{Value, json};
use tempfile::TempDir;
use xqr_http::Registration;

use crate::bench::target::Target;

/// The version that the checks below were chosen for.
const PROGRAM: &str = "schemathesis==4.32.5";

/// No plan's bursts and quotas, so that the answers are those of the routes.
const PLANS: &str =
    "[enterprise]\nburst_per_second = \"unlimited\"\nmonthly_calls = \"unlimited\"\n";

/// Statuses for a request that is not as documented. The program expects fewer: a string that is
/// too long may make the target or the head too long, too.
const REFUSED: &str = "[checks.negative_data_rejection]\nexpected-statuses = [\"4xx\", \"5xx\"]\n";

/// Operations that end keys: the program would end its own and get 401 from there on, so they come
/// last and alone.
const ENDING: [&str; 3] = ["rotateKey", "revokeKey", "deleteKey"];

/// Operations whose responses do not end.
const STREAMS: [&str; 1] = ["streamScans"];

/// What the document of a dialect says about a run.
struct Contract {
    name: &'static str,
    /// How the program sends an API key.
    key_scheme: &'static str,
    /// Whether operations take a user's access token.
    has_users: bool,
    /// The operations of [`ENDING`] and [`STREAMS`]; the program refuses an id that is not there.
    ending: Vec<&'static str>,
    streams: Vec<&'static str>,
}

impl Contract {
    fn of(dialect: &Registration) -> Self {
        let document = (dialect.document)();
        let schemes = &document["components"]["securitySchemes"];
        let operations = document["paths"].as_object().into_iter().flat_map(|paths| paths.values());
        let ids: Vec<&str> = operations
            .filter_map(Value::as_object)
            .flat_map(|operations| operations.values())
            .filter_map(|operation| operation["operationId"].as_str())
            .collect();
        let present = |wanted: &[&'static str]| {
            wanted.iter().copied().filter(|id| ids.contains(id)).collect::<Vec<_>>()
        };
        Self {
            name: dialect.column.name(),
            key_scheme: if schemes["key"]["scheme"] == "bearer" { "bearer" } else { "api_key" },
            has_users: schemes.get("person").is_some(),
            ending: present(&ENDING),
            streams: present(&STREAMS),
        }
    }
}

#[derive(Args)]
pub(crate) struct Contracts {
    /// Random requests for each operation, besides those at the limits of its schema
    #[arg(long, default_value_t = 60)]
    cases: u32,
    /// What the random requests are drawn from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Check one dialect only
    #[arg(long)]
    dialect: Option<String>,
}

impl Contracts {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let program = install()?;
        let server = build()?;
        let mut failed = Vec::new();
        for dialect in xqr_server::DIALECTS.iter().rev() {
            let contract = Contract::of(dialect);
            if self.dialect.as_ref().is_some_and(|only| *only != contract.name) {
                continue;
            }
            let mut runs = vec![""];
            if !contract.ending.is_empty() {
                runs = vec!["--exclude-operation-id", "--include-operation-id"];
            }
            for filter in runs {
                println!("== {} {filter}", contract.name);
                if !self.check(&program, &server, &contract, filter)? {
                    failed.push(contract.name);
                }
            }
        }
        if failed.is_empty() { Ok(()) } else { bail!("not as documented: {}", failed.join(", ")) }
    }

    /// Starts a fresh service and checks it against the document of a dialect.
    fn check(
        &self,
        program: &Path,
        server: &Path,
        contract: &Contract,
        filter: &str,
    ) -> anyhow::Result<bool> {
        let folder = tempfile::tempdir()?;
        let target = start(server, &folder)?;
        let token = sign_up(&target.address)?;
        let scheme = contract.key_scheme;
        let mut config = format!("{REFUSED}[auth.openapi.key]\n{scheme} = \"{}\"\n", target.key);
        if contract.has_users {
            config.push_str(&format!("[auth.openapi.person]\nbearer = \"{token}\"\n"));
        }
        let file = folder.path().join("schemathesis.toml");
        std::fs::write(&file, config)?;
        let base = format!("http://{}", target.address);
        let mut command = Command::new(program);
        command.current_dir(folder.path()).arg("--config-file").arg(file);
        command.args(["run", &format!("{base}/openapi/{}.json", contract.name), "--url", &base]);
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
        // A schema does not state which fields go together, so the service may refuse what the
        // schema admits; the suite checks the other direction.
        command.args(["--exclude-checks", "positive_data_acceptance"]);
        for stream in &contract.streams {
            command.args(["--exclude-operation-id", stream]);
        }
        if !filter.is_empty() {
            command.args(contract.ending.iter().flat_map(|id| [filter, id]));
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
        serde_json::from_str(body).with_context(|| format!("the sign-up failed: {answer}"))?;
    session["access"].as_str().map(str::to_owned).context("a session without a token")
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    if !command.status().with_context(|| format!("cannot start {command:?}"))?.success() {
        bail!("{command:?} failed");
    }
    Ok(())
}
