//! `cargo xtask bench`: ratios against a ceiling measured in the same run. Numbers of one machine
//! say little, ratios travel.

mod analytics;
pub(crate) mod bare;
mod blocklist;
mod edge;
mod limits;
mod load;
mod overload;
mod redirect;
mod render;
pub(crate) mod target;

use clap::Subcommand;

#[derive(Subcommand)]
pub(crate) enum Bench {
    /// Ten million scans: how fast they are counted, and how long questions take
    Analytics(analytics::Analytics),
    /// A list of a million hosts: time to load, time to look up, memory
    Blocklist(blocklist::Blocklist),
    /// Slow peers: what they cost honest ones, and when they are let go
    Edge(edge::Edge),
    /// Redirects beside clients that draw the largest pictures
    Overload(overload::Overload),
    /// What key, burst and quota cost a native read
    Limits(limits::Limits),
    /// Redirects against a bare actix server, and link creations
    Redirect(redirect::Redirect),
    /// Symbols and pictures against other renderers: time, bytes, memory
    Render(render::Render),
}

impl Bench {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Analytics(task) => task.run(),
            Self::Blocklist(task) => task.run(),
            Self::Edge(task) => task.run(),
            Self::Overload(task) => task.run(),
            Self::Limits(task) => task.run(),
            Self::Redirect(task) => task.run(),
            Self::Render(task) => task.run(),
        }
    }
}
