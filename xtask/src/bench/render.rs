//! `cargo xtask bench render`: symbols and pictures against the renderers that people use, in the
//! same run.
//!
//! The peers are compiled with the feature `peers` only; without it the task runs itself again with
//! it.

#[cfg(feature = "peers")]
mod ours;
#[cfg(feature = "peers")]
mod peers;
#[cfg(feature = "peers")]
mod race;
#[cfg(feature = "peers")]
mod works;

use anyhow::bail;
use clap::Args;

#[derive(Args)]
pub(crate) struct Render {
    /// Rounds; in each, all contenders take their turn
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// Only works whose name contains this
    #[arg(long, default_value = "")]
    only: String,
    /// Let one contender do a work once, and print the peak of the memory: `work/contender`
    #[arg(long, hide = true)]
    alone: Option<String>,
}

impl Render {
    #[cfg(not(feature = "peers"))]
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let again = ["run", "--release", "--package", "xtask", "--features", "peers", "--"];
        let status = std::process::Command::new("cargo")
            .args(again)
            .args(std::env::args_os().skip(1))
            .status()?;
        if !status.success() {
            bail!("the run with the peers failed");
        }
        Ok(())
    }

    #[cfg(feature = "peers")]
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let works = works::all()?;
        if let Some(who) = &self.alone {
            return race::alone(&works, who);
        }
        let mut rows = Vec::new();
        for work in works.iter().filter(|work| work.name.contains(&self.only)) {
            eprintln!("{}", work.name);
            rows.extend(work.measure(self.rounds)?);
        }
        race::print(&rows);
        match rows.iter().filter(|row| row.passed == Some(false)).count() {
            0 => Ok(()),
            failed => bail!("requirements not met: {failed}"),
        }
    }
}
