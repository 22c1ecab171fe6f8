//! `cargo xtask bench blocklist`: how long a list takes to load and a host to look up, and how much
//! memory the list takes.

use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use xqr_engine::destinations::blocklist::Host;
use xqr_engine::{Data, OsRandom, Settings, SystemClock};

#[derive(Args)]
pub(crate) struct Blocklist {
    /// Hosts of the list
    #[arg(long, default_value_t = 1_000_000)]
    hosts: u64,
    /// Hosts that are looked up, every second of which is listed
    #[arg(long, default_value_t = 100_000)]
    lookups: u64,
}

/// What the 99th percentile of a lookup must stay below.
const REQUIRED: Duration = Duration::from_micros(5);

impl Blocklist {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let feed = folder.path().join("feed");
        let mut list = String::new();
        for n in 0..self.hosts {
            writeln!(list, "{}", invented(n))?;
        }
        std::fs::write(&feed, list)?;
        let mut settings = Settings::defaults();
        settings.data_dir = folder.path().to_owned();
        settings.database_url = folder.path().join("xqr.db").display().to_string();
        settings.blocklist.files = vec![feed];
        settings.blocklist.max_entries = self.hosts;
        let files = || {
            Data::open(&settings, Arc::new(SystemClock), Arc::new(OsRandom), xqr_server::dialects())
                .map(|data| data.files())
        };
        let (first, again) = (files()?, files()?);
        let (read, kept) = (timed(|| first.open()), timed(|| again.open()));
        let bytes: usize = again.state().iter().map(|state| state.bytes).sum();
        println!(
            "{} hosts: {read:?} to read, {kept:?} to take from the data folder, {} KiB of memory",
            self.hosts,
            bytes / 1024
        );

        let hosts: Vec<Host> = (0..self.lookups)
            .map(|n| {
                format!(
                    "www.{}",
                    invented(if n % 2 == 0 { n * 7_919 % self.hosts } else { self.hosts + n })
                )
            })
            .filter_map(|name| name.parse::<Host>().ok())
            .collect();
        let mut found = 0;
        let mut each: Vec<Duration> = hosts
            .iter()
            .map(|host| timed(|| found += u64::from(black_box(again.find(host)).is_some())))
            .collect();
        each.sort_unstable();
        let (median, high) = (each[each.len() / 2], each[each.len() * 99 / 100]);
        println!(
            "a lookup: median {median:?}, 99th percentile {high:?}, required below {REQUIRED:?}"
        );
        anyhow::ensure!(
            found == self.lookups.div_ceil(2),
            "{found} of {} lookups found their host",
            self.lookups
        );
        anyhow::ensure!(high < REQUIRED, "lookups are too slow");
        Ok(())
    }
}

fn timed(job: impl FnOnce()) -> Duration {
    let started = Instant::now();
    job();
    started.elapsed()
}

/// An invented host; no two are the same.
fn invented(n: u64) -> String {
    let mut x = (n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut name = String::new();
    for _ in 0..5 + x % 12 {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        name.push(char::from(b'a' + (x % 26) as u8));
    }
    let top = ["com", "net", "top", "xyz", "info", "cn", "online", "co.uk"][(x >> 32) as usize % 8];
    format!("{name}{n}.{top}")
}
