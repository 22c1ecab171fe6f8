//! `cargo xtask bench limits`: what key, burst and quota cost a native read, against the same read
//! without them.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use xqr_engine::auth::SecretKey;
use xqr_engine::callers::{api_keys, workspaces};
use xqr_engine::destinations::destination::Destination;
use xqr_engine::links::NewLink;
use xqr_engine::plans::Cycle;
use xqr_engine::rows::{Filter, Page};
use xqr_engine::settings::Address;
use xqr_engine::{App, OsRandom, Pace, Rates, Settings, SystemClock, links};

#[derive(Args)]
pub(crate) struct Limits {
    /// Reads of a round
    #[arg(long, default_value_t = 2_000)]
    reads: u32,
    /// Rounds, of which the medians count
    #[arg(long, default_value_t = 9)]
    rounds: usize,
}

/// What the ratio must stay below.
const REQUIRED: f64 = 1.3;
/// Links of the page that is read.
const PAGE: i64 = 50;
/// The limits of the native dialect.
const RATES: Rates = Rates { pace: Pace::KeySecond, quota: Some(Cycle::Month) };

impl Limits {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        let folder = tempfile::tempdir()?;
        let mut settings = Settings::defaults();
        settings.data_dir = folder.path().to_owned();
        settings.database_url = folder.path().join("xqr.db").display().to_string();
        let app = App::open(
            settings,
            Address::default(),
            Arc::new(SystemClock),
            Arc::new(OsRandom),
            xqr_server::dialects(),
        )?;
        let secret = furnish(&app)?;
        let (mut bare, mut guarded) = (Vec::new(), Vec::new());
        for _ in 0..self.rounds {
            bare.push(runtime.block_on(self.round(&app, &secret, false))?);
            guarded.push(runtime.block_on(self.round(&app, &secret, true))?);
        }
        let (bare, guarded) = (median(bare), median(guarded));
        let ratio = guarded.as_secs_f64() / bare.as_secs_f64();
        let each = |round: Duration| round / self.reads;
        println!(
            "a page of {PAGE} links: {:?} without key, burst and quota, {:?} with them",
            each(bare),
            each(guarded)
        );
        println!("ratio {ratio:.2}, required below {REQUIRED}");
        anyhow::ensure!(ratio < REQUIRED, "the ratio is too high");
        Ok(())
    }

    async fn round(
        &self,
        app: &Arc<App>,
        secret: &SecretKey,
        guarded: bool,
    ) -> anyhow::Result<Duration> {
        let known = app.authenticate(secret.clone()).await?;
        let started = Instant::now();
        for _ in 0..self.reads {
            let mut admission = None;
            let caller = if guarded {
                let caller = app.authenticate(secret.clone()).await?;
                admission = Some(app.admit(&caller, RATES).await.1?);
                caller
            } else {
                known.clone()
            };
            let filter = Filter::default();
            let page = Page::Offset { limit: PAGE, offset: 0 };
            black_box(app.read(move |conn| links::list(conn, &caller, &filter, page)).await?);
            admission.into_iter().for_each(xqr_engine::QuotaReservation::keep);
        }
        Ok(started.elapsed())
    }
}

/// Makes a workspace with limits that are counted but never reached, a page of links, and a key.
fn furnish(app: &App) -> anyhow::Result<SecretKey> {
    let secret = app
        .data
        .write_here(workspaces::bootstrap)?
        .ok_or_else(|| anyhow::anyhow!("the folder is not empty"))?;
    let all = app.data.read_here(workspaces::list)?;
    let uid = all[0].uid.clone();
    let limits = r#"{"monthly_calls":1000000000,"burst_per_second":1000000000}"#;
    app.data.write_here(move |tx| workspaces::set_overrides(tx, &uid, Some(limits)))?;
    let caller = app
        .data
        .read_here(|conn| api_keys::authenticate(conn, app.data.plans(), &secret, app.now()))?;
    for i in 0..PAGE {
        let destination = format!("https://example.com/{i}").parse::<Destination>()?;
        let draft = NewLink { labels: vec!["bench".to_owned()], ..NewLink::new(destination) };
        let caller = caller.clone();
        app.data.write_here(move |tx| links::create(tx, &caller, draft))?;
    }
    Ok(secret)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
