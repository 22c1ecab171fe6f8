//! Operators' and developers' tasks: `cargo xtask --help`.
//!
//! `cargo xtask` builds this program without the feature `service`, so that it is there in seconds;
//! tasks that need the service are then run by the programs that have it (`forward`).

#[cfg(feature = "service")]
mod bench;
mod consumer;
#[cfg(feature = "service")]
mod contracts;
#[cfg(feature = "service")]
mod errors;
#[cfg(any(test, not(feature = "service")))]
mod forward;
#[cfg(feature = "service")]
mod gallery;
#[cfg(feature = "service")]
mod openapi;
mod postgres;
mod test;
mod tidy;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Operators' and developers' tasks of xqr", version)]
#[cfg_attr(not(feature = "service"), command(after_help = forward::help()))]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Operators' tasks, which `xqr-server` has, too.
    #[command(flatten)]
    #[cfg(feature = "service")]
    Operator(xqr_ops::Task),
    /// Print docs/errors.md from the catalogue
    #[cfg(feature = "service")]
    Errors(errors::Errors),
    /// Print docs/openapi, a document for each dialect
    #[command(name = "openapi")]
    #[cfg(feature = "service")]
    OpenApi(openapi::OpenApi),
    /// Fuzz the running service against docs/openapi
    #[cfg(feature = "service")]
    Contracts(contracts::Contracts),
    /// Build and run a program outside the workspace that uses the domain crates
    Consumer(consumer::Consumer),
    /// Draw docs/gallery.md and its pictures
    #[cfg(feature = "service")]
    Gallery(gallery::Gallery),
    /// Check the rules of the source tree that no compiler checks
    Tidy(tidy::Tidy),
    /// Run every test, on SQLite and PostgreSQL
    Test(test::Test),
    /// Measure against another implementation or a ceiling in the same run
    #[command(subcommand)]
    #[cfg(feature = "service")]
    Bench(bench::Bench),
    /// A bare actix server that answers one constant redirect: the ceiling of `bench redirect`
    #[command(hide = true)]
    #[cfg(feature = "service")]
    BareServer,
    /// A task of another program.
    #[cfg(not(feature = "service"))]
    #[command(external_subcommand)]
    Other(Vec<String>),
}

fn main() -> ExitCode {
    match run(Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {}", sentence(&error));
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> anyhow::Result<()> {
    match task {
        #[cfg(feature = "service")]
        Task::Operator(task) => task.run(xqr_server::dialects()),
        #[cfg(feature = "service")]
        Task::Errors(task) => task.run(),
        #[cfg(feature = "service")]
        Task::OpenApi(task) => task.run(),
        #[cfg(feature = "service")]
        Task::Contracts(task) => task.run(),
        Task::Consumer(task) => task.run(),
        #[cfg(feature = "service")]
        Task::Gallery(task) => task.run(),
        Task::Tidy(task) => task.run(),
        Task::Test(task) => task.run(),
        #[cfg(feature = "service")]
        Task::Bench(task) => task.run(),
        #[cfg(feature = "service")]
        Task::BareServer => bench::bare::run(),
        #[cfg(not(feature = "service"))]
        Task::Other(arguments) => forward::run(&arguments),
    }
}

/// Returns an error as one line.
fn sentence(error: &anyhow::Error) -> String {
    #[cfg(feature = "service")]
    return xqr_ops::sentence(error, xqr_server::DIALECTS[0].column);
    #[cfg(not(feature = "service"))]
    format!("{error:#}")
}
