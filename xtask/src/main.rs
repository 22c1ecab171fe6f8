//! Operator and developer tasks: `cargo xtask --help`.

mod bench;
mod blocklist;
mod contracts;
mod credits;
mod errors;
mod gallery;
mod keys;
mod maintenance;
mod migrate;
mod office;
mod openapi;
mod postgres;
mod test;
mod users;
mod workspaces;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Operator and developer tasks of xqr", version)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Bring the database to the schema of this version
    Migrate(migrate::Migrate),
    /// Create and list workspaces, change their plan
    #[command(subcommand)]
    Workspace(workspaces::Workspace),
    /// Add and list people, give them passwords, shut them out
    #[command(subcommand)]
    User(users::User),
    /// Create, list, revoke, rotate and delete API keys
    #[command(subcommand)]
    Key(keys::Key),
    /// Grant credits to a workspace, and show its ledger
    #[command(subcommand)]
    Credits(credits::Credits),
    /// List hosts that no destination may have
    #[command(subcommand)]
    Blocklist(blocklist::Blocklist),
    /// Close the APIs for maintenance, and open them again
    #[command(subcommand)]
    Maintenance(maintenance::Maintenance),
    /// Print docs/errors.md from the catalogue
    Errors(errors::Errors),
    /// Print docs/openapi, a document for each dialect
    #[command(name = "openapi")]
    OpenApi(openapi::OpenApi),
    /// Hold the service against docs/openapi with thousands of requests
    Contracts(contracts::Contracts),
    /// Draw docs/gallery.md and its pictures
    Gallery(gallery::Gallery),
    /// Run every test, on SQLite and PostgreSQL
    Test,
    /// Measure against a peer or a ceiling in the same run
    #[command(subcommand)]
    Bench(bench::Bench),
    /// A bare actix server that answers one constant redirect: the ceiling of `bench redirect`
    #[command(hide = true)]
    BareServer,
}

fn main() -> ExitCode {
    match run(Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {}", office::told(&error));
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> anyhow::Result<()> {
    match task {
        Task::Migrate(task) => task.run(),
        Task::Workspace(task) => task.run(),
        Task::User(task) => task.run(),
        Task::Key(task) => task.run(),
        Task::Credits(task) => task.run(),
        Task::Blocklist(task) => task.run(),
        Task::Maintenance(task) => task.run(),
        Task::Errors(task) => task.run(),
        Task::OpenApi(task) => task.run(),
        Task::Contracts(task) => task.run(),
        Task::Gallery(task) => task.run(),
        Task::Test => test::run(),
        Task::Bench(task) => task.run(),
        Task::BareServer => bench::bare::run(),
    }
}
