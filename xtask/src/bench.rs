//! `cargo xtask bench`: ratios against a ceiling measured in the same run. Numbers of one machine say little, ratios travel.

pub(crate) mod bare;
mod load;
mod redirect;
mod target;

use clap::Subcommand;

#[derive(Subcommand)]
pub(crate) enum Bench {
    /// Redirects against a bare actix server, and link creations
    Redirect(redirect::Redirect),
}

impl Bench {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Redirect(task) => task.run(),
        }
    }
}
