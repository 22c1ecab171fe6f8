//! The redirect cache: from a code to a destination, in memory.
//!
//! The cache keeps live links, closed ones and misses. A row that was read before a change cannot
//! enter the cache after it: each code belongs to a stripe with a generation, a change moves the
//! generation under the key's lock, and a row that was read under an older generation is not kept.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use moka::Expiry;
use moka::ops::compute::Op;
use moka::sync::Cache;
use xqr_errors::Result;
use xqr_store::LinkId;
use xqr_store::links::{self, RedirectRow};

use crate::App;
use crate::destinations::blocklist;
use crate::destinations::slug::CodeKey;
use crate::routing::Split;
use crate::routing::{Router, parse_rules, parse_variants};
use crate::settings;

/// Generations; a collision costs a needless read, nothing else.
const STRIPES: usize = 1024;

/// What a code leads to.
#[derive(Debug, Clone)]
pub enum Target {
    /// A link that answers scans until `expires_at`, Unix milliseconds.
    Live {
        /// For the scan journal.
        link_id: LinkId,
        /// The destination: ASCII, valid as a header value.
        location: Bytes,
        /// Where some or all scans are led to instead.
        forks: Option<Arc<Forks>>,
        /// When it stops answering.
        expires_at: Option<i64>,
    },
    /// A disabled or archived link, or one whose host is blocked by now.
    Gone,
    /// No link, or a code that is only reserved.
    Absent,
}

impl From<Option<RedirectRow>> for Target {
    fn from(row: Option<RedirectRow>) -> Self {
        match row {
            None => Self::Absent,
            Some(row) if !row.enabled || row.archived => Self::Gone,
            Some(RedirectRow { destination: None, .. }) => Self::Absent,
            Some(RedirectRow {
                id,
                destination: Some(destination),
                routing_rules,
                variants,
                sticky,
                expires_at,
                ..
            }) => {
                let router = Router::new(&parse_rules(&routing_rules).unwrap_or_default());
                let split = Split::new(parse_variants(&variants).unwrap_or_default(), sticky);
                let forks = (router.is_some() || split.is_some())
                    .then(|| Arc::new(Forks { router, split }));
                Self::Live { link_id: id, location: Bytes::from(destination), forks, expires_at }
            }
        }
    }
}

/// What is tried before a link's own destination: its rules, and then its variants.
#[derive(Debug)]
pub struct Forks {
    /// Its routing rules.
    pub router: Option<Router>,
    /// Its variants.
    pub split: Option<Split>,
}

impl Forks {
    fn locations(&self) -> impl Iterator<Item = &Bytes> {
        let rules = self.router.iter().flat_map(Router::locations);
        rules.chain(self.split.iter().flat_map(Split::locations))
    }
}

/// The redirect cache.
pub struct Redirects {
    cache: Cache<String, Target>,
    generations: Box<[AtomicU64]>,
    hasher: RandomState,
}

impl fmt::Debug for Redirects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redirects").finish_non_exhaustive()
    }
}

/// Keeps links and misses for different times.
struct Lifetimes {
    hit: Duration,
    miss: Duration,
}

impl Expiry<String, Target> for Lifetimes {
    fn expire_after_create(&self, _: &String, target: &Target, _: Instant) -> Option<Duration> {
        Some(if matches!(target, Target::Absent) { self.miss } else { self.hit })
    }
}

impl Redirects {
    pub(crate) fn new(settings: &settings::Cache) -> Self {
        let lifetimes = Lifetimes {
            hit: Duration::from_secs(settings.seconds),
            miss: Duration::from_secs(settings.miss_seconds),
        };
        Self {
            cache: Cache::builder().max_capacity(settings.links).expire_after(lifetimes).build(),
            generations: (0..STRIPES).map(|_| AtomicU64::new(0)).collect(),
            hasher: RandomState::new(),
        }
    }

    fn generation(&self, key: &str) -> &AtomicU64 {
        &self.generations[self.hasher.hash_one(key) as usize % STRIPES]
    }

    /// Drops what is known of a code. Called after the commit that changed it, before the client is
    /// answered.
    pub(crate) fn forget(&self, key: &str) {
        self.cache.entry_by_ref(key).and_compute_with(|_| {
            self.generation(key).fetch_add(1, Ordering::SeqCst);
            Op::Remove
        });
    }

    /// Keeps `target` unless the code was changed since `generation` was read.
    fn keep(&self, key: &str, generation: u64, target: &Target) {
        self.cache.entry_by_ref(key).and_compute_with(|_| {
            if self.generation(key).load(Ordering::SeqCst) == generation {
                Op::Put(target.clone())
            } else {
                Op::Nop
            }
        });
    }

    /// Returns how many codes are kept.
    pub fn len(&self) -> u64 {
        self.cache.entry_count()
    }

    /// Returns whether no code is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Returns what a code leads to now; reads the database when the cache does not know.
pub async fn resolve(app: &App, key: &CodeKey) -> Result<Target> {
    let target = match app.redirects.cache.get(key.as_str()) {
        Some(target) => target,
        None => load(app, key.as_str()).await?,
    };
    Ok(match target {
        Target::Live { expires_at: Some(at), .. } if app.now() >= at => Target::Gone,
        target => target,
    })
}

async fn load(app: &App, key: &str) -> Result<Target> {
    let generation = app.redirects.generation(key).load(Ordering::SeqCst);
    let owned = key.to_owned();
    let files = app.settings.blocklist.at_redirect.then(|| app.data.files());
    let read = app.data.read_brief(move |conn| {
        let target = Target::from(links::find_by_code(conn, "", &owned)?);
        // Closed rather than absent: a miss counts against the visitor, who has scanned a code that
        // is real.
        if let (Target::Live { location, forks, .. }, Some(files)) = (&target, files) {
            let others = forks.iter().flat_map(|forks| forks.locations());
            for location in std::iter::once(location).chain(others) {
                if blocklist::is_blocked(conn, &*files, location)? {
                    return Ok(Target::Gone);
                }
            }
        }
        Ok(target)
    });
    let target = read.await?;
    app.redirects.keep(key, generation, &target);
    Ok(target)
}
