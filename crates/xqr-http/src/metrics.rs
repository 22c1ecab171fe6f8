//! Counters for Prometheus.

use std::sync::OnceLock;
use std::time::Duration;

use metrics::{Counter, counter, gauge, histogram};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use xqr_engine::App;

static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
static REDIRECTS: OnceLock<[Counter; 3]> = OnceLock::new();

/// Upper bounds of the time histograms, in seconds.
const BUCKETS: &[f64] =
    &[0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0];

/// Installs the recorder of the process, once.
pub fn install() {
    HANDLE.get_or_init(|| {
        let builder =
            PrometheusBuilder::new().set_buckets(BUCKETS).expect("the buckets are not empty");
        builder.install_recorder().inspect_err(|error| tracing::error!(%error, "no metrics")).ok()
    });
}

/// Counts an API request.
pub fn request(route: &str, status: u16, elapsed: Duration) {
    counter!("xqr_requests_total", "route" => route.to_owned(), "status" => status.to_string())
        .increment(1);
    histogram!("xqr_request_seconds", "route" => route.to_owned()).record(elapsed);
}

/// Counts a refusal by its native code.
pub fn error(code: &'static str) {
    counter!("xqr_errors_total", "code" => code).increment(1);
}

/// Measures a drawn picture.
pub fn render(elapsed: Duration) {
    histogram!("xqr_render_seconds").record(elapsed);
}

/// How a redirect ended.
#[derive(Debug, Clone, Copy)]
pub enum Redirect {
    /// The client got a destination.
    Live,
    /// The link is disabled, archived or expired.
    Gone,
    /// No link has the code.
    Absent,
}

/// Counts a redirect; the counters are looked up once, not per scan.
pub fn redirect(outcome: Redirect) {
    let counters = REDIRECTS.get_or_init(|| {
        ["live", "gone", "absent"]
            .map(|outcome| counter!("xqr_redirects_total", "outcome" => outcome))
    });
    counters[outcome as usize].increment(1);
}

/// Prints everything in Prometheus' text format.
pub fn print(app: &App) -> String {
    gauge!("xqr_journal_bytes").set(app.journal.backlog_bytes() as f64);
    gauge!("xqr_journal_lag_seconds").set(app.journal.lag(app.now()) as f64 / 1000.0);
    gauge!("xqr_cached_links").set(app.redirects.len() as f64);
    let lists = app.data.files().state();
    gauge!("xqr_blocklist_hosts").set(lists.iter().map(|list| list.hosts).sum::<usize>() as f64);
    gauge!("xqr_blocklist_bytes").set(lists.iter().map(|list| list.bytes).sum::<usize>() as f64);
    gauge!("xqr_blocklist_stale")
        .set(lists.iter().filter(|list| list.trouble.is_some()).count() as f64);
    counter!("xqr_scans_dropped_total").absolute(app.journal.dropped());
    HANDLE.get().and_then(Option::as_ref).map(PrometheusHandle::render).unwrap_or_default()
}
