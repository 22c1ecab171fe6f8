//! Composes the service: settings in, a running server out.

use std::fmt;
use std::io::{IsTerminal as _, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use actix_server::ServerHandle;
use actix_web::web::ServiceConfig;
use anyhow::Context as _;
use socket2::{Domain, Socket, Type};
use tracing_subscriber::EnvFilter;
use xqr_engine::auth::SecretKey;
use xqr_engine::callers::workspaces;
use xqr_engine::dialect::Dialects;
use xqr_engine::settings::LogFormat;
use xqr_engine::{App, Clock, Random, Settings};
use xqr_http::routes::declared_by;
use xqr_http::{Registration, Registry};
use xqr_work::Workers;

#[cfg(not(any(feature = "native", feature = "studio", feature = "forge", feature = "hub")))]
compile_error!("the service needs a dialect: enable `native`, `studio`, `forge` or `hub`");

/// The dialects in the order in which their routes are mounted: each takes what the ones before it
/// leave. Public routes answer programs in the first. Each is a feature of this crate.
pub const DIALECTS: &[Registration] = &[
    #[cfg(feature = "native")]
    xqr_native::DIALECT,
    #[cfg(feature = "studio")]
    xqr_studio::DIALECT,
    #[cfg(feature = "forge")]
    xqr_forge::DIALECT,
    #[cfg(feature = "hub")]
    xqr_hub::DIALECT,
];

/// Returns what the engine knows of the dialects.
pub fn dialects() -> Dialects {
    Registry::new(DIALECTS).profiles()
}

/// Connections that may wait in the kernel to be accepted.
const BACKLOG: i32 = 4096;

/// Writes a file that no other user of the machine can read, in place of one of this name.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}

/// A running service.
pub struct Running {
    /// The address it listens on.
    pub address: SocketAddr,
    /// What it works with.
    pub app: Arc<App>,
    /// The key made at the first start. Shown once.
    pub first_key: Option<SecretKey>,
    server: ServerHandle,
    workers: Workers,
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("address", &self.address).finish_non_exhaustive()
    }
}

/// Starts the service: binds, opens and migrates the database, makes the first workspace on an
/// empty one, serves.
///
/// # Errors
///
/// When an address, a file or the database cannot be used; the text is for the operator.
pub fn start(
    settings: Settings,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Random>,
) -> anyhow::Result<Running> {
    let registry = Registry::new(DIALECTS);
    let refusals = &settings.redirect.refusals;
    anyhow::ensure!(
        refusals == "page" || registry.find(refusals).is_some(),
        "redirect.refusals: must be `page` or a dialect, not `{refusals}`"
    );
    let listener =
        listen(settings.bind).with_context(|| format!("cannot listen on {}", settings.bind))?;
    let address = listener.local_addr()?;
    let public_url = match settings.public_url.as_str() {
        "" => format!("http://{address}").parse()?,
        _ => settings.public_url.clone(),
    };
    let app = App::open(settings, public_url, clock, entropy, registry.profiles())?;
    let first_key = app.data.write_here(workspaces::bootstrap)?;
    // First, because they lend the way out.
    let workers = Workers::start(&app)?;
    let server = xqr_http::server::serve(&app, listener, registry, xqr_public::routes)?;
    let handle = server.handle();
    actix_rt::spawn(server);
    Ok(Running { address, first_key, server: handle, workers, app })
}

impl Running {
    /// Writes the address and, after the first start, the key and a line to try. A key stays in
    /// what collects the output of services, so it is shown to a `terminal` alone; elsewhere it
    /// goes into the file `first.key` of the data folder, which the output and the log name.
    ///
    /// # Errors
    ///
    /// When `out` or the file cannot be written.
    pub fn greet(&self, mut out: impl Write, terminal: bool) -> anyhow::Result<()> {
        let (address, url) = (self.address, &self.app.public_url);
        writeln!(out, "xqr listens on http://{address}")?;
        if url.as_str() != format!("http://{address}") {
            writeln!(out, "short links begin with {url}/")?;
        }
        if let Some(key) = self.first_key.as_ref().filter(|_| !terminal) {
            let path = self.app.settings.data_dir.join("first.key");
            write_private(&path, key.expose())
                .with_context(|| format!("cannot write {}", path.display()))?;
            let path = path.display();
            tracing::info!(file = %path, "first start: the file has a key that may do everything");
            writeln!(
                out,
                "\nThis is the first start: a workspace on the plan `enterprise` was made.\n\
                 The file {path} has a key that may do everything."
            )?;
        } else if let Some(key) = &self.first_key {
            let key = key.expose();
            writeln!(
                out,
                "\nThis is the first start: a workspace on the plan `enterprise` was made, and a key that may do everything.\n\
                 The key is shown this once:\n\n  {key}\n\nCreate a link:\n\n  \
                 curl -s http://{address}/api/v1/links -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' \
                 -d '{{\"url\":\"https://example.com/\"}}'\n",
            )?;
        }
        Ok(out.flush()?)
    }

    /// Stops taking requests, finishes those that run and attempts under way, and counts the scans
    /// that wait.
    pub async fn stop(self) {
        tracing::info!("stopping");
        let patience = Duration::from_secs(self.app.settings.edge.drain_seconds);
        self.app.live_feed.close();
        self.server.stop(true).await;
        self.workers.stop(patience).await;
        self.app.return_leases();
        self.app.journal.release();
        tracing::info!("stopped");
    }
}

fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

/// Starts the log of the process.
///
/// # Errors
///
/// When the directives do not parse.
pub fn start_logging(settings: &Settings) -> anyhow::Result<()> {
    // actix logs every malformed request as an error; a directive that names actix enables that.
    let quiet =
        if settings.log.contains("actix") { "" } else { ",actix_http=off,actix_server=warn" };
    let filter = EnvFilter::try_new(format!("{}{quiet}", settings.log))
        .with_context(|| format!("log: '{}'", settings.log))?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match settings.log_format {
        LogFormat::Pretty => log.init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
    Ok(())
}

/// Returns every resource of the APIs as the router has it: its path and its methods, separated by
/// `, `. A test that goes through them misses none.
pub fn api_resources() -> Vec<(String, &'static str)> {
    declared_by(|| {
        let routes = |config: &mut ServiceConfig| {
            DIALECTS.iter().for_each(|dialect| (dialect.routes)(config));
        };
        drop(actix_web::App::new().configure(routes));
    })
}
