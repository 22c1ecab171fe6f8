//! Transactions: the store with a clock and randomness. Operators' tasks use it directly;
//! [`App`](crate::App) builds on it.

use std::fmt;
use std::sync::{Arc, OnceLock};

use tokio::sync::{Notify, Semaphore};
use url::Url;
use xqr_auth::MasterSecret;
use xqr_errors::{Condition, Error, Result};
use xqr_plans::PlanTable;
use xqr_store::{Conn, Store, StoreOptions};

use super::data_folder::{master_secret_file, private_files};
use super::ports::host_list::HostList;
use crate::dialect::Dialects;
use crate::{Clock, Random, Settings, StartError};

/// The database, the time and the randomness that use cases work with.
#[derive(Clone)]
pub struct Data {
    store: Arc<Store>,
    plans: PlanTable,
    secret: MasterSecret,
    files: Arc<dyn HostList>,
    /// The address that short links begin with, once it is known.
    home: Arc<OnceLock<Url>>,
    /// Places of reads that run or wait.
    reading: Arc<Semaphore>,
    /// Rung after a commit that leaves something to deliver.
    bell: Arc<Notify>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Random>,
    dialects: Dialects,
}

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Data").finish_non_exhaustive()
    }
}

/// A transaction: what a use case may touch. Use cases never open one, so they compose.
pub struct Tx<'a> {
    /// The connection.
    pub conn: &'a mut Conn,
    /// The time of the transaction, Unix milliseconds.
    pub now: i64,
    /// What each plan allows.
    pub plans: &'a PlanTable,
    /// The service's own secret.
    pub(crate) secret: &'a MasterSecret,
    /// The blocklist's files.
    pub(crate) files: &'a dyn HostList,
    /// The address that short links begin with.
    pub(crate) home: Option<&'a Url>,
    /// The dialects of the service.
    pub(crate) dialects: &'a Dialects,
    entropy: &'a dyn Random,
    /// Code keys whose cached redirects are stale once this commits.
    pub(crate) stale: Vec<String>,
    /// Whether there is something to deliver once this commits.
    pub(crate) has_event: bool,
}

impl fmt::Debug for Tx<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tx").field("now", &self.now).finish_non_exhaustive()
    }
}

impl Tx<'_> {
    /// Fills `bytes` with randomness.
    pub fn random(&self, bytes: &mut [u8]) {
        self.entropy.fill(bytes);
    }

    /// Returns a fresh UUID, version 4: its first 8 characters name the downloads of a link and
    /// must differ among neighbours.
    pub fn fresh_uuid(&self) -> String {
        let mut random = [0; 16];
        self.entropy.fill(&mut random);
        uuid::Builder::from_random_bytes(random).into_uuid().to_string()
    }

    /// Returns `len` characters of `alphabet`, whose length must divide 256.
    pub fn fresh_code(&self, alphabet: &[u8], len: usize) -> String {
        debug_assert!(256 % alphabet.len() == 0, "a remainder would favour some characters");
        let mut random = vec![0; len];
        self.entropy.fill(&mut random);
        random
            .iter()
            .map(|byte| char::from(alphabet[usize::from(*byte) % alphabet.len()]))
            .collect()
    }
}

impl Data {
    /// Opens the database that the settings name, with the host list that destinations are checked
    /// against. Does not migrate it.
    ///
    /// # Errors
    ///
    /// [`StartError`].
    pub(crate) fn with_host_list(
        settings: &Settings,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Random>,
        dialects: Dialects,
        files: Arc<dyn HostList>,
    ) -> Result<Self, StartError> {
        let options =
            StoreOptions { readers: settings.database.readers, writers: settings.database.writers };
        let plans = settings.plan_table()?;
        private_files::close(settings).map_err(|source| StartError::DataFolder {
            folder: settings.data_dir.clone(),
            source,
        })?;
        let secret = master_secret_file::load(settings, &*entropy)?;
        let reading = Arc::new(Semaphore::new(settings.database.queue));
        let store = Arc::new(Store::open(&settings.database_url, options)?);
        let home = Arc::new(
            Url::parse(settings.public_url.as_str())
                .map_or_else(|_| OnceLock::new(), OnceLock::from),
        );
        Ok(Self {
            store,
            plans,
            secret,
            files,
            home,
            reading,
            bell: Arc::default(),
            clock,
            entropy,
            dialects,
        })
    }

    /// Returns whether the database has tables of the service, of any version.
    ///
    /// # Errors
    ///
    /// [`Condition::Overloaded`] when the database does not
    /// answer.
    pub fn has_schema(&self) -> Result<bool> {
        self.store.has_schema()
    }

    /// Brings the schema up to date and returns the names of the migrations that ran.
    ///
    /// # Errors
    ///
    /// [`StartError`].
    pub fn migrate(&self) -> Result<Vec<String>, StartError> {
        Ok(self.store.migrate()?)
    }

    /// Returns what each plan allows.
    pub fn plans(&self) -> &PlanTable {
        &self.plans
    }

    /// Returns the dialects of the service.
    pub fn dialects(&self) -> &Dialects {
        &self.dialects
    }

    /// Returns the service's own secret.
    pub fn secret(&self) -> &MasterSecret {
        &self.secret
    }

    pub(crate) fn home(&self) -> Option<&Url> {
        self.home.get()
    }

    /// Sets the address that short links begin with, if the settings do not.
    pub(crate) fn set_home(&self, address: &str) {
        if let Ok(address) = Url::parse(address) {
            self.home.set(address).ok();
        }
    }

    /// Returns the files of the blocklist. They list nothing before they are
    /// [opened](HostList::open).
    pub fn files(&self) -> Arc<dyn HostList> {
        Arc::clone(&self.files)
    }

    /// Waits until a commit of this process has left something to deliver.
    pub async fn event_committed(&self) {
        self.bell.notified().await;
    }

    /// Returns the name of the database system: `sqlite` or `postgres`.
    pub fn backend(&self) -> &'static str {
        self.store.backend()
    }

    /// Fills `bytes` with randomness.
    pub fn random(&self, bytes: &mut [u8]) {
        self.entropy.fill(bytes);
    }

    /// Returns the time, Unix milliseconds.
    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    /// Returns the clock.
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    /// Returns the source of randomness.
    pub fn random_source(&self) -> &dyn Random {
        &*self.entropy
    }

    /// Runs `query` on this thread.
    pub fn read_here<T>(&self, query: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        self.store.read(query)
    }

    /// Runs `query` on a blocking thread of the runtime.
    pub async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.block(move |store| store.read(query)).await
    }

    /// Runs a query of a row or two: on this thread where that costs less than the way to another
    /// and back, else as [`Data::read`].
    pub async fn read_brief<T: Send + 'static>(
        &self,
        query: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        match self.store.try_read(query) {
            Ok(result) => result,
            Err(query) => self.read(query).await,
        }
    }

    /// Asks the database for an answer, whatever it is.
    pub async fn ping(&self) -> Result<()> {
        self.block(Store::ping).await
    }

    async fn block<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Store) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let overloaded = |_| Error::from(Condition::Overloaded { seconds: 1 });
        let place = Arc::clone(&self.reading).try_acquire_owned().map_err(overloaded)?;
        let store = Arc::clone(&self.store);
        let job = move || {
            let _held = place;
            job(&store)
        };
        tokio::task::spawn_blocking(job).await.unwrap_or_else(|error| Err(Error::internal(error)))
    }

    /// Runs `job` in a transaction, which it shares with others unless it is `alone`, and answers
    /// `done` its result, and the codes whose redirects changed, after the commit.
    pub fn submit<T: Send + 'static>(
        &self,
        alone: bool,
        job: impl FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
        done: impl FnOnce(Result<(T, Vec<String>)>) + Send + 'static,
    ) {
        let (clock, entropy, plans) =
            (Arc::clone(&self.clock), Arc::clone(&self.entropy), self.plans.clone());
        let (secret, files, bell) =
            (self.secret.clone(), Arc::clone(&self.files), Arc::clone(&self.bell));
        let (home, dialects) = (Arc::clone(&self.home), self.dialects.clone());
        self.store.write(
            alone,
            move |conn| {
                let mut tx = Tx {
                    conn,
                    now: clock.now(),
                    plans: &plans,
                    secret: &secret,
                    files: &*files,
                    home: home.get(),
                    dialects: &dialects,
                    entropy: &*entropy,
                    stale: Vec::new(),
                    has_event: false,
                };
                let value = job(&mut tx)?;
                Ok(((value, tx.stale), tx.has_event))
            },
            move |result| {
                if matches!(result, Ok((_, true))) {
                    bell.notify_one();
                }
                done(result.map(|(value, _)| value));
            },
        );
    }

    /// Runs `job` in a transaction and waits for it on this thread. For start-up and operators'
    /// tasks.
    pub fn write_here<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (send, received) = std::sync::mpsc::sync_channel(1);
        self.submit(false, job, move |result| {
            send.send(result).ok();
        });
        received
            .recv()
            .unwrap_or_else(|_| Err(Condition::Overloaded { seconds: 1 }.into()))
            .map(|(value, _)| value)
    }
}
