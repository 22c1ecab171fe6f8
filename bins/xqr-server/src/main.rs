//! The xqr server: command line, settings, signals, exit status.

use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use tokio::signal::unix::{SignalKind, signal};
use xqr_engine::{OsRandom, Settings, SystemClock};

/// QR codes and short links. Without a command, it serves. Settings come from XQR_CONFIG and XQR_*
/// variables.
#[derive(Parser)]
#[command(name = "xqr-server", version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve until SIGTERM or SIGINT (the default)
    Serve,
    /// Operators' tasks.
    #[command(flatten)]
    Task(xqr_ops::Task),
}

fn main() -> ExitCode {
    // What this process makes, no other user of the machine reads.
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let result = match Arguments::parse().command {
        None | Some(Command::Serve) => actix_rt::System::new().block_on(serve()),
        Some(Command::Task(task)) => task.run(xqr_server::dialects()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let words = xqr_server::DIALECTS[0].column;
            eprintln!("xqr-server: {}", xqr_ops::sentence(&error, words));
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> anyhow::Result<()> {
    let settings = Settings::load()?;
    xqr_server::start_logging(&settings)?;
    let (mut terminate, mut interrupt) =
        (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let running = xqr_server::start(settings, Arc::new(SystemClock), Arc::new(OsRandom))?;
    let out = std::io::stdout();
    let terminal = out.is_terminal();
    // A supervisor may have closed the standard output; the service runs nevertheless.
    if let Err(error) = running.greet(out, terminal) {
        tracing::error!(error = format!("{error:#}"), "the greeting is not complete");
    }
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    running.stop().await;
    Ok(())
}
