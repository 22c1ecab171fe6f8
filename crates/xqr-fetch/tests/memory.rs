//! What endless answers cost: many at once stay within the memory that the policy names.

#![expect(unsafe_code, reason = "an allocator that counts")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Arc;
use std::sync::atomic::{AtomicIsize, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use xqr_fetch::{FetchError, Kind, Outbound, Policy, Target};

/// Counts what the process holds, and the most that it held.
struct Counting;

static LIVE: AtomicIsize = AtomicIsize::new(0);
static PEAK: AtomicIsize = AtomicIsize::new(0);

fn count(change: isize) {
    PEAK.fetch_max(LIVE.fetch_add(change, Ordering::SeqCst) + change, Ordering::SeqCst);
}

// SAFETY: hands everything to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller's promise, handed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: the caller's promise, handed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What a hostile server sends after the head, again and again.
static PIECE: [u8; 4096] = [b'x'; 4096];

#[tokio::test]
async fn fifty_endless_answers_end_soon_and_in_little_memory() {
    let sent = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&sent);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let counted = Arc::clone(&counted);
            tokio::spawn(async move {
                stream.read_u8().await.ok();
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n").await.ok();
                while stream.write_all(&PIECE).await.is_ok() {
                    counted.fetch_add(PIECE.len(), Ordering::SeqCst);
                }
            });
        }
    });
    let policy = Policy {
        http: true,
        ports: vec![port],
        allow_nets: vec!["127.0.0.0/8".parse().unwrap()],
        max_requests_per_host: 50,
        ..Policy::default()
    };
    let deadline = policy.deadline;
    let target = Target::parse(&format!("http://127.0.0.1:{port}/"), &policy).unwrap();
    let outbound = Arc::new(Outbound::new(policy));
    let before = LIVE.load(Ordering::SeqCst);
    PEAK.store(before, Ordering::SeqCst);
    let started = Instant::now();
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let (outbound, target) = (Arc::clone(&outbound), target.clone());
            tokio::spawn(async move { outbound.fetch(&target, Kind::Image).await.unwrap_err() })
        })
        .collect();
    for task in tasks {
        let error = task.await.unwrap();
        assert!(
            matches!(error, FetchError::TooLarge { .. } | FetchError::Busy | FetchError::TooSlow),
            "{error:?}"
        );
    }
    assert!(started.elapsed() < deadline + Duration::from_secs(1), "{:?}", started.elapsed());
    let peak = PEAK.load(Ordering::SeqCst) - before;
    assert!(
        sent.load(Ordering::SeqCst) > 5 << 20,
        "only {sent:?} bytes were sent, so nothing was tried"
    );
    assert!(peak <= 32 << 20, "{peak} bytes");
}
