//! The running service: data, redirect cache, scan journal, settings.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use tokio::sync::oneshot;
use xqr_auth::SecretKey;
use xqr_errors::{Condition, Error, Result};
use xqr_store::{Conn, WorkspaceId};

use crate::bio::BioCounts;
use crate::callers::api_keys;
use crate::callers::password_hashing::PasswordHasher;
use crate::callers::secret_check;
use crate::dialect::Dialects;
use crate::limits::address_limits::AddressLimits;
use crate::limits::admission::{AdmissionGate, LimitStatus, QuotaReservation, Rates};
use crate::limits::idempotency::RunningAttempts;
use crate::limits::maintenance::Maintenance;
use crate::limits::sign_in_limits::SignInLimits;
use crate::links::passcodes::PasscodeLimits;
use crate::pictures::render_cache::RenderCache;
use crate::pictures::render_pool::RenderPool;
use crate::redirects::Redirects;
use crate::routing::Countries;
use crate::runtime::fair_semaphore::FairSemaphore;
use crate::runtime::ports::image_fetcher::Fetch;
use crate::runtime::ports::object_storage::Storage;
use crate::runtime::ports::webhook_client::Outbound;
use crate::scans::live_feed::LiveFeed;
use crate::scans::visitor_id::VisitorKeys;
use crate::scans::{journal, visitor_id};
use crate::settings::Address;
use crate::{Caller, Clock, Data, Random, Settings, StartError, Tx, assets};
use xqr_journal::Journal;

/// Everything that a request or a background step may use.
pub struct App {
    /// Every setting.
    pub settings: Settings,
    /// The address that short links begin with, without a trailing slash.
    pub public_url: Address,
    /// The database, the time and the randomness.
    pub data: Data,
    /// The scan journal.
    pub journal: Arc<Journal>,
    /// The redirect cache.
    pub redirects: Arc<Redirects>,
    /// Countries by address.
    pub countries: Countries,
    render_pool: RenderPool,
    pub(crate) fetcher: OnceLock<Arc<dyn Fetch>>,
    pub(crate) render_cache: RenderCache,
    pub(crate) visitor_keys: VisitorKeys,
    /// Scans as they are counted, for live streams.
    pub live_feed: LiveFeed,
    /// Limits by address, for requests without a valid key.
    pub address_limits: AddressLimits,
    pub(crate) sign_in_limits: SignInLimits,
    pub(crate) passcode_limits: PasscodeLimits,
    pub(crate) password_hasher: PasswordHasher,
    gate: AdmissionGate,
    pub(crate) maintenance: Maintenance,
    pub(crate) running: RunningAttempts,
    outbound: OnceLock<Arc<dyn Outbound>>,
    pub(crate) storage: OnceLock<Arc<dyn Storage>>,
    pub(crate) uploads: FairSemaphore,
    pub(crate) bio_counts: BioCounts,
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").finish_non_exhaustive()
    }
}

impl App {
    /// Opens the database, brings its schema up to date, and opens the scan journal.
    ///
    /// # Errors
    ///
    /// [`StartError`].
    pub fn open(
        settings: Settings,
        public_url: Address,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Random>,
        dialects: Dialects,
    ) -> Result<Arc<Self>, StartError> {
        let data = Data::open(&settings, clock, entropy, dialects)?;
        data.migrate()?;
        secret_check::check(&data)?;
        data.set_home(public_url.as_str());
        data.files().open();
        let visitor_keys = VisitorKeys::new(data.write_here(visitor_id::fetch)?);
        let journal = Arc::new(journal::open(&settings, &data)?);
        let redirects = Arc::new(Redirects::new(&settings.cache));
        let countries = match settings.scans.geoip_file.as_str() {
            "" => Countries::default(),
            path => Countries::open(Path::new(path)).map_err(StartError::Countries)?,
        };
        let render_pool = RenderPool::new(&settings.render);
        let render_cache = RenderCache::new(settings.render.shelf_bytes);
        let gate = AdmissionGate::new(data.clock());
        let address_limits = AddressLimits::new(&settings.limits, data.clock());
        let sign_in_limits = SignInLimits::new(&settings.accounts, data.clock());
        let passcode_limits = PasscodeLimits::new(data.clock());
        let password_hasher = PasswordHasher::new(&settings.accounts);
        Ok(Arc::new(Self {
            settings,
            public_url,
            data,
            journal,
            redirects,
            countries,
            render_pool,
            fetcher: OnceLock::new(),
            render_cache,
            visitor_keys,
            live_feed: LiveFeed::default(),
            address_limits,
            sign_in_limits,
            passcode_limits,
            password_hasher,
            gate,
            maintenance: Maintenance::default(),
            running: RunningAttempts::default(),
            outbound: OnceLock::new(),
            storage: OnceLock::new(),
            uploads: FairSemaphore::new(assets::UPLOADS, assets::UPLOADS_EACH),
            bio_counts: BioCounts::default(),
        }))
    }

    /// Lends the client that fetches pictures; the first one stays.
    pub fn lend_fetcher(&self, fetcher: Arc<dyn Fetch>) {
        self.fetcher.set(fetcher).ok();
    }

    /// Lends the client that posts to webhooks; the first one stays.
    pub fn lend_outbound(&self, outbound: Arc<dyn Outbound>) {
        self.outbound.set(outbound).ok();
    }

    /// Returns the client that posts to webhooks.
    ///
    /// # Errors
    ///
    /// [`Condition::Overloaded`] while none is set, which is before the background steps
    /// have started.
    pub(crate) fn outbound(&self) -> Result<&dyn Outbound> {
        self.outbound
            .get()
            .map(|outbound| &**outbound)
            .ok_or_else(|| Condition::Overloaded { seconds: 1 }.into())
    }

    /// Returns the time, Unix milliseconds.
    pub fn now(&self) -> i64 {
        self.data.now()
    }

    /// Returns the address of a code.
    pub fn short_url(&self, code: &str) -> String {
        format!("{}/{code}", self.public_url)
    }

    /// Runs `query` off the event loop.
    pub async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.data.read(query).await
    }

    /// Returns the caller of an API key. The database is read with each call, so a revoked key
    /// fails on the very next one.
    ///
    /// # Errors
    ///
    /// Those of [`api_keys::authenticate`].
    pub async fn authenticate(&self, secret: SecretKey) -> Result<Caller> {
        let (plans, now) = (self.data.plans().clone(), self.now());
        self.data.read_brief(move |conn| api_keys::authenticate(conn, &plans, &secret, now)).await
    }

    /// Admits one call: a token of a bucket, and a unit of the workspace's quota.
    ///
    /// # Errors
    ///
    /// [`Condition::RateExceeded`], [`Condition::QuotaSpent`] and [`Condition::DailyQuotaSpent`],
    /// each with the figures so far.
    pub async fn admit(
        &self,
        caller: &Caller,
        rates: Rates,
    ) -> (LimitStatus, Result<QuotaReservation>) {
        self.gate.admit(&self.data, caller, rates).await
    }

    /// Returns the calls of this month that this node has leased for a workspace and not handed
    /// out.
    pub fn leased(&self, workspace: WorkspaceId) -> u64 {
        self.gate.leased(&self.data, workspace)
    }

    /// Gives back what this node has leased of quotas; for an orderly end.
    pub fn return_leases(&self) {
        self.gate.return_leases(&self.data);
    }

    /// Draws off the event loop, a few pictures at a time.
    ///
    /// # Errors
    ///
    /// Those of `job`, and [`Condition::Overloaded`] when too many pictures wait.
    pub async fn draw<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.render_pool.draw(job).await
    }

    /// Runs a use case in a transaction. When this returns, the transaction is durable and no stale
    /// redirect is served.
    pub async fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.submit(false, job).await
    }

    /// Like [`write`](Self::write), for what writes thousands of rows.
    pub(crate) async fn write_alone<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.submit(true, job).await
    }

    async fn submit<T: Send + 'static>(
        &self,
        alone: bool,
        job: impl FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (sender, receiver) = oneshot::channel();
        let redirects = Arc::clone(&self.redirects);
        // The cache learns before the caller, and also when the caller has gone away meanwhile.
        self.data.submit(alone, job, move |result| {
            let result = result.map(|(value, stale)| {
                stale.iter().for_each(|code_key| redirects.forget(code_key));
                value
            });
            sender.send(result).ok();
        });
        receiver.await.unwrap_or_else(|_| Err(Error::from(Condition::Overloaded { seconds: 1 })))
    }
}
