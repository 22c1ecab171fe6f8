//! A load generator: kept-alive connections, one request in flight on each, the same for every
//! server.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// What a run measured.
pub(crate) struct Load {
    /// Answers with the expected status.
    pub(crate) answers: u64,
    /// How long it took.
    pub(crate) seconds: f64,
    latencies: Vec<u32>,
}

impl Load {
    /// Answers per second.
    pub(crate) fn rate(&self) -> f64 {
        self.answers as f64 / self.seconds
    }

    /// The latency, in microseconds, that `share` of the answers did not exceed.
    pub(crate) fn percentile(&mut self, share: f64) -> u32 {
        self.latencies.sort_unstable();
        let last = self.latencies.len().saturating_sub(1);
        self.latencies.get((last as f64 * share) as usize).copied().unwrap_or(0)
    }
}

/// Sends `request` on `connections` connections to `address` for `duration`; every answer must
/// begin with `HTTP/1.1 {status}`.
pub(crate) fn run(
    address: &str,
    request: &[u8],
    status: u16,
    connections: usize,
    duration: Duration,
) -> anyhow::Result<Load> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let stop = Arc::new(AtomicBool::new(false));
        let mut tasks = JoinSet::new();
        let started = Instant::now();
        for _ in 0..connections {
            let (address, request, stop) =
                (address.to_owned(), request.to_vec(), Arc::clone(&stop));
            tasks.spawn(async move { connection(&address, &request, status, &stop).await });
        }
        tokio::time::sleep(duration).await;
        stop.store(true, Ordering::Relaxed);
        let mut latencies = Vec::new();
        while let Some(result) = tasks.join_next().await {
            latencies.extend(result??);
        }
        Ok(Load {
            answers: latencies.len() as u64,
            seconds: started.elapsed().as_secs_f64(),
            latencies,
        })
    })
}

/// Sends one request and expects `status`.
pub(crate) fn once(address: &str, request: &[u8], status: u16) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut stream = TcpStream::connect(address).await?;
        exchange(&mut stream, request, &format!("HTTP/1.1 {status}"), &mut Vec::new()).await
    })
}

/// Sends one request, which must ask for the connection to be closed, reads all of the answer and
/// returns its status.
pub(crate) async fn status_of(address: &str, request: &[u8]) -> anyhow::Result<u16> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request).await?;
    let (mut head, mut rest) = ([0; 12], [0; 1 << 16]);
    stream.read_exact(&mut head).await?;
    while stream.read(&mut rest).await? > 0 {}
    std::str::from_utf8(&head[9..])?.parse().context("no status")
}

async fn connection(
    address: &str,
    request: &[u8],
    status: u16,
    stop: &AtomicBool,
) -> anyhow::Result<Vec<u32>> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let expected = format!("HTTP/1.1 {status}");
    let mut latencies = Vec::with_capacity(1 << 16);
    let mut buffer = Vec::with_capacity(1 << 16);
    while !stop.load(Ordering::Relaxed) {
        let sent = Instant::now();
        exchange(&mut stream, request, &expected, &mut buffer).await?;
        latencies.push(u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
    Ok(latencies)
}

async fn exchange(
    stream: &mut TcpStream,
    request: &[u8],
    expected: &str,
    buffer: &mut Vec<u8>,
) -> anyhow::Result<()> {
    stream.write_all(request).await?;
    buffer.clear();
    while !is_whole(buffer)? {
        if stream.read_buf(buffer).await? == 0 {
            bail!("the server closed the connection");
        }
    }
    if !buffer.starts_with(expected.as_bytes()) {
        bail!(
            "expected {expected}, got {}",
            String::from_utf8_lossy(&buffer[..buffer.len().min(400)])
        );
    }
    Ok(())
}

/// Returns whether an answer is whole: its head, and as many bytes as `content-length` says.
fn is_whole(answer: &[u8]) -> anyhow::Result<bool> {
    let Some(end) = answer.windows(4).position(|window| window == b"\r\n\r\n") else {
        return Ok(false);
    };
    let head = std::str::from_utf8(&answer[..end])?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>())
    });
    Ok(answer.len() >= end + 4 + length.transpose().context("content-length")?.unwrap_or(0))
}
