//! The xqr server: settings, signals, exit status.

use std::process::ExitCode;
use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};
use xqr_engine::{OsRandom, Settings, SystemClock};

#[actix_rt::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xqr-server: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> anyhow::Result<()> {
    let settings = Settings::load().map_err(anyhow::Error::msg)?;
    xqr_server::start_logging(&settings)?;
    let (mut terminate, mut interrupt) =
        (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let running = xqr_server::start(settings, Arc::new(SystemClock), Arc::new(OsRandom))?;
    // Whoever started us may have closed our output; that is no reason to end.
    running.greet(std::io::stdout()).ok();
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    running.stop().await;
    Ok(())
}
