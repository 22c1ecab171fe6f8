//! `cargo xtask bench edge`: redirects beside thousands of peers that make no progress, against
//! redirects alone, in one run.

use std::io::Write as _;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::bail;
use clap::Args;
use serde_json::json;

use super::load;
use super::redirect::{create_link, start_server};
use super::target::Target;

#[derive(Args)]
pub(crate) struct Edge {
    /// Slow connections of each kind
    #[arg(long, default_value_t = 2000)]
    connections: usize,
    /// Seconds of each measurement
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Edge {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let (xqr, _folder) = start_server()?;
        create_link(&xqr, "bench-edge")?;
        let redirect = b"GET /bench-edge HTTP/1.1\r\nHost: bench\r\n\r\n";
        let duration = Duration::from_secs(self.seconds);
        let whole = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n";
        let body = format!(
            "POST /api/v1/links HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n{{",
            xqr.key
        );
        let kinds = [
            ("first head", "GET /he".to_owned()),
            ("later head", format!("{whole}GET /he")),
            ("body", body),
        ];
        let mut results = Vec::new();
        for (kind, opening) in kinds {
            let mut alone = load::run(&xqr.address, redirect, 302, 32, duration)?;
            let (memory, descriptors) = (xqr.memory_bytes(), xqr.descriptors());
            let peers = Peers::open(&xqr, self.connections, &opening)?;
            let mut beside = load::run(&xqr.address, redirect, 302, 32, duration)?;
            let each = xqr.memory_bytes().saturating_sub(memory) / self.connections as u64;
            // The peers stay; the server must let go of them by itself.
            let mut waited = 0;
            while xqr.descriptors() > descriptors + 32 {
                if waited >= 60 {
                    bail!(
                        "{kind}: {} descriptors after {waited} s, {descriptors} before",
                        xqr.descriptors()
                    );
                }
                std::thread::sleep(Duration::from_secs(1));
                waited += 1;
            }
            peers.close();
            results.push(json!({
                "kind": kind,
                "throughput_ratio": beside.rate() / alone.rate(),
                "p99_ratio": f64::from(beside.percentile(0.99)) / f64::from(alone.percentile(0.99).max(1)),
                "bytes_each": each,
                "let_go_within_seconds": waited + self.seconds,
            }));
        }
        if self.json {
            println!("{:#}", json!({ "connections": self.connections, "results": results }));
            return Ok(());
        }
        println!(
            "{} slow peers of a kind: redirects beside them against redirects alone",
            self.connections
        );
        for result in results {
            println!(
                "{:12} throughput x{:.2}  p99 x{:.2}  {:>6} bytes each  let go within {} s",
                result["kind"].as_str().unwrap_or_default(),
                result["throughput_ratio"].as_f64().unwrap_or_default(),
                result["p99_ratio"].as_f64().unwrap_or_default(),
                result["bytes_each"],
                result["let_go_within_seconds"],
            );
        }
        Ok(())
    }
}

/// Connections that send one byte a second.
struct Peers {
    stop: Arc<AtomicBool>,
    thread: std::thread::JoinHandle<()>,
}

impl Peers {
    fn open(xqr: &Target, count: usize, opening: &str) -> anyhow::Result<Self> {
        let mut streams = Vec::with_capacity(count);
        for _ in 0..count {
            let mut stream = TcpStream::connect(&xqr.address)?;
            stream.write_all(opening.as_bytes())?;
            stream.set_nonblocking(true)?;
            streams.push(stream);
        }
        let stop = Arc::new(AtomicBool::new(false));
        let thread = std::thread::spawn({
            let stop = Arc::clone(&stop);
            move || {
                while !stop.load(Ordering::Relaxed) {
                    for stream in &mut streams {
                        stream.write_all(b"x").ok();
                    }
                    std::thread::sleep(Duration::from_secs(1));
                }
            }
        });
        Ok(Self { stop, thread })
    }

    fn close(self) {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().ok();
    }
}
