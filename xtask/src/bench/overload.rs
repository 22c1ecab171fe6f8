//! `cargo xtask bench overload`: redirects beside 64 clients that draw the largest pictures and one
//! that creates links in bulk, against redirects alone, in one run.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use clap::Args;
use serde_json::json;
use tokio::task::JoinSet;

use super::load;
use super::redirect::{create_link, start_server};

#[derive(Args)]
pub(crate) struct Overload {
    /// Clients that draw
    #[arg(long, default_value_t = 64)]
    clients: usize,
    /// Connections that redirect
    #[arg(long, default_value_t = 4)]
    connections: usize,
    /// Seconds of each measurement
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Rounds, of which the medians count
    #[arg(long, default_value_t = 3)]
    rounds: usize,
}

/// What the ratio of the 99th percentiles must not pass.
const REQUIRED: f64 = 2.0;

impl Overload {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let (xqr, _folder) = start_server()?;
        create_link(&xqr, "bench-overload")?;
        let redirect = b"GET /bench-overload HTTP/1.1\r\nHost: bench\r\n\r\n";
        let duration = Duration::from_secs(self.seconds);
        let post = |path: &str, body: String| {
            let (key, length) = (&xqr.key, body.len());
            let head = format!(
                "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json"
            );
            format!("{head}\r\nContent-Length: {length}\r\n\r\n{body}").into_bytes()
        };
        let picture = json!({
            "data": "https://example.com/", "format": "png", "size_inches": 15, "dpi": 600,
            "design": { "dot_style": "liquid", "gradient_from": "#7209b7", "gradient_to": "#3a0ca3" },
        });
        let links: Vec<_> =
            (0..100).map(|i| json!({ "url": format!("https://example.com/{i}") })).collect();
        let requests = [
            post("/api/v1/qr", picture.to_string()),
            post("/api/v1/links/bulk", json!({ "links": links }).to_string()),
        ];
        load::once(&xqr.address, &requests[0], 200)?;
        load::once(&xqr.address, &requests[1], 201)?;
        let (mut throughputs, mut tails) = (Vec::new(), Vec::new());
        let drawn = Arc::new(AtomicU64::new(0));
        for _ in 0..self.rounds {
            let mut alone = load::run(&xqr.address, redirect, 302, self.connections, duration)?;
            let stop = Arc::new(AtomicBool::new(false));
            let crowd = std::thread::spawn({
                let (stop, drawn, address) =
                    (Arc::clone(&stop), Arc::clone(&drawn), xqr.address.clone());
                let (requests, clients) = (requests.clone(), self.clients);
                move || crowd(&address, &requests, clients, &stop, &drawn)
            });
            let beside = load::run(&xqr.address, redirect, 302, self.connections, duration);
            stop.store(true, Ordering::Relaxed);
            crowd.join().map_err(|_| anyhow::anyhow!("the crowd ended badly"))??;
            let mut beside = beside?;
            throughputs.push(beside.rate() / alone.rate());
            tails.push(
                f64::from(beside.percentile(0.99)) / f64::from(alone.percentile(0.99).max(1)),
            );
        }
        let (throughput, tail) = (median(throughputs), median(tails));
        println!(
            "redirects beside {} clients that draw: throughput x{throughput:.2}, p99 x{tail:.2}",
            self.clients
        );
        println!(
            "{} pictures were drawn meanwhile; p99 required at most x{REQUIRED}",
            drawn.load(Ordering::Relaxed)
        );
        anyhow::ensure!(tail <= REQUIRED, "redirects wait for pictures");
        Ok(())
    }
}

/// Draws with so many clients, and creates with one more, until it is stopped. A refusal for
/// overload is an answer like any other.
fn crowd(
    address: &str,
    requests: &[Vec<u8>; 2],
    clients: usize,
    stop: &Arc<AtomicBool>,
    drawn: &Arc<AtomicU64>,
) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut tasks = JoinSet::new();
        for client in 0..=clients {
            let request = requests[usize::from(client == clients)].clone();
            let (address, stop, drawn) = (address.to_owned(), Arc::clone(stop), Arc::clone(drawn));
            tasks.spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    let status = load::status_of(&address, &request).await?;
                    drawn.fetch_add(u64::from(status == 200), Ordering::Relaxed);
                    anyhow::ensure!([200, 201, 503].contains(&status), "{status}");
                    if status == 503 {
                        tokio::time::sleep(Duration::from_millis(200)).await;
                    }
                }
                anyhow::Ok(())
            });
        }
        while let Some(done) = tasks.join_next().await {
            done??;
        }
        Ok(())
    })
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}
