//! Operators' and developers' tasks: `cargo xtask --help`.

mod bench;
mod consumer;
mod contracts;
mod errors;
mod gallery;
mod openapi;
mod postgres;
mod test;
mod tidy;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Operators' and developers' tasks of xqr", version)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Operators' tasks, which `xqr-server` has, too.
    #[command(flatten)]
    Operator(xqr_ops::Task),
    /// Print docs/errors.md from the catalogue
    Errors(errors::Errors),
    /// Print docs/openapi, a document for each dialect
    #[command(name = "openapi")]
    OpenApi(openapi::OpenApi),
    /// Fuzz the running service against docs/openapi
    Contracts(contracts::Contracts),
    /// Build and run a program outside the workspace that uses the domain crates
    Consumer(consumer::Consumer),
    /// Draw docs/gallery.md and its pictures
    Gallery(gallery::Gallery),
    /// Check the rules of the source tree that no compiler checks
    Tidy(tidy::Tidy),
    /// Run every test, on SQLite and PostgreSQL
    Test,
    /// Measure against another implementation or a ceiling in the same run
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
            eprintln!("xtask: {}", xqr_ops::sentence(&error, xqr_server::DIALECTS[0].column));
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> anyhow::Result<()> {
    match task {
        Task::Operator(task) => task.run(xqr_server::dialects()),
        Task::Errors(task) => task.run(),
        Task::OpenApi(task) => task.run(),
        Task::Contracts(task) => task.run(),
        Task::Consumer(task) => task.run(),
        Task::Gallery(task) => task.run(),
        Task::Tidy(task) => task.run(),
        Task::Test => test::run(),
        Task::Bench(task) => task.run(),
        Task::BareServer => bench::bare::run(),
    }
}
