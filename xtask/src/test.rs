//! `cargo xtask test`: every test on SQLite, then the suite that talks to the database again on
//! PostgreSQL. `--without DIALECT`: the server's tests, built without that dialect, on SQLite.

use std::process::Command;

use anyhow::{bail, ensure};
use clap::Args;

use crate::postgres::{Cluster, programs};
use crate::tidy;

/// Names the PostgreSQL to test on, instead of a private cluster.
const URL: &str = "XQR_TEST_POSTGRES_URL";
/// Makes the absence of PostgreSQL a failure, for CI.
const REQUIRE: &str = "XQR_TEST_REQUIRE_POSTGRES";

#[derive(Args)]
pub(crate) struct Test {
    /// Run the tests of the server that remain without this dialect, on SQLite
    #[arg(long, value_name = "DIALECT")]
    without: Option<String>,
}

impl Test {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        self.without.map_or_else(on_both_databases, |dialect| without(&dialect))
    }
}

fn without(dialect: &str) -> anyhow::Result<()> {
    let mut dialects = tidy::dialects()?;
    let all = dialects.len();
    dialects.retain(|name| name != dialect);
    ensure!(dialects.len() < all, "no dialect `{dialect}`");
    let features = dialects.join(",");
    println!("== SQLite: the server with {features}");
    cargo(&["test", "--package=xqr-server", "--no-default-features", "--features", &features], None)
}

fn on_both_databases() -> anyhow::Result<()> {
    println!("== SQLite: every test");
    cargo(&["test", "--workspace"], None)?;
    let cluster = match (std::env::var(URL), programs()) {
        (Ok(_), _) => None,
        (Err(_), Some(programs)) => Some(Cluster::start(&programs)?),
        (Err(_), None) => {
            println!(
                "== PostgreSQL: not tested, no server programs found; install them (Debian: apt-get install postgresql) or set {URL}"
            );
            if std::env::var_os(REQUIRE).is_some() {
                bail!("{REQUIRE} is set");
            }
            return Ok(());
        }
    };
    let url = cluster
        .as_ref()
        .map_or_else(|| std::env::var(URL).unwrap_or_default(), |cluster| cluster.url.clone());
    println!("== PostgreSQL: the suite of the server");
    cargo(&["test", "--package", "xqr-server"], Some(&url))
}

fn cargo(arguments: &[&str], postgres: Option<&str>) -> anyhow::Result<()> {
    let mut command = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()));
    command.args(arguments).env_remove(URL);
    // The tests choose their settings themselves.
    for (name, _) in std::env::vars_os().filter(|(name, _)| {
        name.to_str().is_some_and(|n| {
            n.starts_with("XQR_") && !n.starts_with("XQR_TEST_") || n == "DATABASE_URL"
        })
    }) {
        command.env_remove(name);
    }
    if let Some(url) = postgres {
        command.env(URL, url);
    }
    if !command.status()?.success() {
        bail!("cargo {} failed", arguments.join(" "));
    }
    Ok(())
}
