//! `cargo xtask bench analytics`: how fast scans are counted, and how long questions take when
//! millions of them are in the store.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use xqr_engine::auth::{KeyFormat, Scopes};
use xqr_engine::callers::{api_keys, workspaces};
use xqr_engine::destinations::destination::Destination;
use xqr_engine::errors::Result;
use xqr_engine::journal::Position;
use xqr_engine::plans::Plan;
use xqr_engine::rows::{Conn, LinkId};
use xqr_engine::scans::analytics::{Facet, Machines, Period};
use xqr_engine::scans::record::{Scan, Text};
use xqr_engine::scans::time_series::{Interval, SeriesRequest};
use xqr_engine::scans::{analytics, ingest, time_series};
use xqr_engine::{App, Caller, ManualClock, OsRandom, Settings, links};

#[derive(Args)]
pub(crate) struct Analytics {
    /// Scans in the store
    #[arg(long, default_value_t = 10_000_000)]
    scans: u64,
    /// Links that they are of
    #[arg(long, default_value_t = 1_000)]
    links: u64,
    /// Times that each question is asked
    #[arg(long, default_value_t = 50)]
    times: usize,
}

/// What each question must stay below.
const REQUIRED: Duration = Duration::from_millis(50);
/// Days that the scans are spread over.
const DAYS: i64 = 90;
const DAY: i64 = 24 * 60 * 60 * 1000;
/// 2026-03-21T14:30:00Z.
const NOW: i64 = 1_774_103_400_000;
const BATCH: usize = 4000;
const AGENTS: [&str; 4] = [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/130.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0",
    "Googlebot/2.1",
];

impl Analytics {
    #[tokio::main(flavor = "current_thread")]
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let mut settings = Settings::defaults();
        settings.data_dir = folder.path().to_owned();
        settings.database_url = folder.path().join("xqr.db").display().to_string();
        let clock = Arc::new(ManualClock::at(NOW));
        let app = App::open(
            settings,
            "http://bench".parse()?,
            clock,
            Arc::new(OsRandom),
            xqr_server::dialects(),
        )?;
        let (caller, ids) = self.prepare(&app).await?;
        let started = Instant::now();
        self.count(&app, &ids).await?;
        let took = started.elapsed();
        println!(
            "{} scans of {} links over {DAYS} days counted in {took:.1?}: {:.0} per second",
            self.scans,
            self.links,
            self.scans as f64 / took.as_secs_f64()
        );

        let (now, link) = (app.now(), ids[0]);
        let days = Period::Days(90).days(now);
        let today = Timestamp::from_millisecond(now)?.to_zoned(TimeZone::UTC).date();
        let ask = |name: &str, question: &dyn Fn(&mut Conn) -> Result<usize>| {
            self.ask(&app, name, question)
        };
        let (from, machines) = (today.checked_sub(89.days())?, Machines::Included);
        let request = |interval, from: Date| SeriesRequest {
            interval,
            from,
            to: today,
            zone: TimeZone::UTC,
            machines,
            now,
        };
        let vienna =
            SeriesRequest { zone: TimeZone::get("Europe/Vienna")?, ..request(Interval::Day, from) };
        ask("summary of 30 days", &|conn| {
            analytics::summary(conn, &caller, Period::Days(30), machines, now)
                .map(|it| it.countries.len())
        })?;
        ask("summary of 90 days", &|conn| {
            analytics::summary(conn, &caller, Period::Days(90), machines, now)
                .map(|it| it.countries.len())
        })?;
        ask("90 days by day", &|conn| {
            time_series::read(conn, &caller, None, &request(Interval::Day, from)).map(|it| it.len())
        })?;
        ask("90 days by day in Vienna", &|conn| {
            time_series::read(conn, &caller, None, &vienna).map(|it| it.len())
        })?;
        ask("90 days by hour", &|conn| {
            time_series::read(conn, &caller, None, &request(Interval::Hour, from))
                .map(|it| it.len())
        })?;
        ask("countries of 90 days", &|conn| {
            analytics::values(conn, &caller, None, days, Facet::Country, machines)
                .map(|it| it.len())
        })?;
        ask("links of 90 days", &|conn| {
            analytics::top_links(conn, &caller, days, machines, 100).map(|it| it.len())
        })?;
        ask("90 days of a link by day", &|conn| {
            time_series::read(conn, &caller, Some(link), &request(Interval::Day, from))
                .map(|it| it.len())
        })?;
        Ok(())
    }

    async fn prepare(&self, app: &App) -> anyhow::Result<(Caller, Vec<LinkId>)> {
        let links = self.links;
        let make = app.write(move |tx| {
            let workspace = workspaces::create(tx, "Bench", Plan::Enterprise)?;
            let draft = api_keys::NewKey {
                name: "b".into(),
                look: KeyFormat::default(),
                scopes: Scopes::all(),
                expires_at: None,
                plan: None,
            };
            let (_, secret) = api_keys::create(tx, &workspace, &draft)?;
            let caller = api_keys::authenticate(tx.conn, tx.plans, &secret, tx.now)?;
            let ids = (0..links).map(|n| {
                let destination = format!("https://example.com/{n}").parse::<Destination>()?;
                links::create(
                    tx,
                    &caller,
                    links::NewLink { destination: Some(destination), ..links::NewLink::default() },
                )
            });
            let ids = ids.map(|link| link.map(|link| link.id)).collect::<Result<Vec<_>>>()?;
            Ok((caller, ids))
        });
        Ok(make.await?)
    }

    async fn count(&self, app: &App, links: &[LinkId]) -> Result<()> {
        let first = NOW - NOW % DAY - (DAYS - 1) * DAY;
        let (mut random, mut from) = (0x9e37_79b9_7f4a_7c15_u64, Position::default());
        let mut next = || {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            random
        };
        for batch in 0..self.scans.div_ceil(BATCH as u64) {
            let found = (0..BATCH as u64).map(|n| {
                let (a, b) = (next(), next());
                // A few links have most of the scans.
                let rank = (a >> 32) % self.links * ((a & 0xffff_ffff) % self.links) / self.links;
                let at = first
                    + (batch * BATCH as u64 + n) as i64 * (NOW - first) / self.scans.max(1) as i64;
                Scan {
                    at,
                    link_id: links[rank as usize],
                    country: Some([b'A' + (b % 12) as u8, b'A' + (b >> 8) as u8 % 12]),
                    user_agent: Text::cut(AGENTS[(b >> 16) as usize % AGENTS.len()].as_bytes()),
                    referrer: Text::cut(format!("site{}.example", (b >> 32) % 300).as_bytes()),
                    variant: bytes::Bytes::new(),
                    visitor: Some(next() % 100_000 * 0x9e37_79b9_7f4a_7c15 % (1 << 63)),
                }
            });
            let to = Position { segment: 0, offset: from.offset + 1 };
            ingest::count_scans(app, found.collect(), from, to).await?;
            from = to;
        }
        Ok(())
    }

    fn ask(
        &self,
        app: &App,
        name: &str,
        question: &dyn Fn(&mut Conn) -> Result<usize>,
    ) -> anyhow::Result<()> {
        let mut each = Vec::with_capacity(self.times);
        for _ in 0..self.times {
            let started = Instant::now();
            black_box(app.data.read_here(|conn| question(conn))?);
            each.push(started.elapsed());
        }
        each.sort_unstable();
        let (median, high) = (each[each.len() / 2], each[each.len() * 99 / 100]);
        println!("{name:26} median {median:>10.1?}  99th percentile {high:>10.1?}");
        anyhow::ensure!(high < REQUIRED, "{name}: required below {REQUIRED:?}");
        Ok(())
    }
}
