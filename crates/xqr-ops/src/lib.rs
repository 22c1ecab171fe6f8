//! Operators' tasks: keys, users, workspaces, credits, the blocklist, maintenance, migrations, the
//! secret.
//!
//! They are [`clap`] commands over the engine's use cases, on the database of the settings.
//! Programs flatten [`Task`] into their own command line and pass the dialects of the service to
//! [`Task::run`]. A service may use the same database meanwhile.

mod blocklist;
mod credits;
mod database;
mod keys;
mod maintenance;
mod migrate;
mod output;
mod secret;
mod users;
mod workspaces;

use clap::Subcommand;
use xqr_engine::dialect::Dialects;
use xqr_engine::errors::{Dialect, Error};

/// A task, as parsed from a command line.
#[derive(Subcommand, Debug)]
#[expect(private_interfaces, reason = "programs parse a task and run it, and never look inside")]
pub enum Task {
    /// Migrate the database to the schema of this version
    Migrate(migrate::Migrate),
    /// Create and list workspaces, change their plans and limits
    #[command(subcommand)]
    Workspace(workspaces::Workspace),
    /// Create, list, disable and enable users, set their passwords
    #[command(subcommand)]
    User(users::User),
    /// Create, list, revoke, rotate and delete API keys
    #[command(subcommand)]
    Key(keys::Key),
    /// Grant credits to a workspace, and show its ledger
    #[command(subcommand)]
    Credits(credits::Credits),
    /// Manage the hosts that destinations must not have
    #[command(subcommand)]
    Blocklist(blocklist::Blocklist),
    /// Turn maintenance mode on or off
    #[command(subcommand)]
    Maintenance(maintenance::Maintenance),
    /// Replace the secret of the service that the database knows
    #[command(subcommand)]
    Secret(secret::Secret),
}

impl Task {
    /// Runs the task and prints its result to the standard output.
    ///
    /// # Errors
    ///
    /// Fails when the settings or the database cannot be used, and when a use case refuses the
    /// task. [`sentence`] prints the error.
    pub fn run(self, dialects: Dialects) -> anyhow::Result<()> {
        match self {
            Self::Migrate(task) => task.run(dialects),
            Self::Workspace(task) => task.run(dialects),
            Self::User(task) => task.run(dialects),
            Self::Key(task) => task.run(dialects),
            Self::Credits(task) => task.run(dialects),
            Self::Blocklist(task) => task.run(dialects),
            Self::Maintenance(task) => task.run(dialects),
            Self::Secret(task) => task.run(dialects),
        }
    }
}

/// Returns the error of a task as one line. A refusal is the sentence that clients of the dialect
/// `words` read; any other error is its chain of causes.
pub fn sentence(error: &anyhow::Error, words: Dialect) -> String {
    match error.chain().next().and_then(|error| error.downcast_ref::<Error>()) {
        Some(refusal) if refusal.cause().is_none() => refusal.condition().reply(words).message,
        _ => format!("{error:#}"),
    }
}
