//! The owner of all connections: a pool to read from, a writer to write through.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use xqr_errors::{Condition, Error, Result};

use super::backend::failed;
use super::connections::{Readers, Target};
use super::migrations;
use super::open_error::OpenError;
use super::writer::Writer;
use crate::Conn;

/// How many connections a store may hold.
#[derive(Debug, Clone, Copy)]
pub struct StoreOptions {
    /// Connections of the read pool.
    pub readers: u32,
    /// Writer threads on PostgreSQL. SQLite always has one.
    pub writers: usize,
}

/// The database of the service.
pub struct Store {
    target: Target,
    readers: r2d2::Pool<Readers>,
    writer: Writer,
}

impl fmt::Debug for Store {
    /// Leaves the URL out: it may have a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the database that `url` names: `postgres://…`, `sqlite://PATH`, or a path. Creates a
    /// SQLite file and its folder, refuses a SQLite with a known data-loss defect, and waits up to
    /// 10 s for a PostgreSQL.
    ///
    /// # Errors
    ///
    /// [`OpenError`].
    pub fn open(url: &str, options: StoreOptions) -> Result<Self, OpenError> {
        let target = Target::parse(url)?;
        target.prepare()?;
        let readers = r2d2::Pool::builder()
            .max_size(options.readers)
            .min_idle(Some(1))
            .connection_timeout(Duration::from_secs(5))
            .test_on_check_out(false)
            .build(Readers(target.clone()))
            .map_err(|e| OpenError::Connection(e.into()))?;
        Ok(Self { readers, writer: Writer::start(&target, options.writers), target })
    }

    /// Checks that [`Store::open`] would understand `url`. Opens nothing.
    ///
    /// # Errors
    ///
    /// [`OpenError::UrlInvalid`] and [`OpenError::Unsupported`].
    pub fn check_url(url: &str) -> Result<(), OpenError> {
        Target::parse(url).map(drop)
    }

    /// Returns the files of the database that `url` names: those of SQLite, whether they exist or
    /// not, the database first.
    pub fn files(url: &str) -> Vec<PathBuf> {
        Target::parse(url).map(|target| target.files()).unwrap_or_default()
    }

    /// Returns whether a migration of the service ever ran.
    ///
    /// # Errors
    ///
    /// [`Condition::Overloaded`] when the database does not answer.
    pub fn has_schema(&self) -> Result<bool> {
        self.read(migrations::ever_ran)
    }

    /// Brings the schema up to date in one transaction and returns the names of the migrations that
    /// ran.
    ///
    /// # Errors
    ///
    /// [`OpenError`], also when the database belongs to a newer version of the program.
    pub fn migrate(&self) -> Result<Vec<String>, OpenError> {
        let mut conn = self.target.open().map_err(|e| OpenError::Connection(e.into()))?;
        migrations::run(&mut conn)
    }

    /// Lends a connection to `query`. Blocks the thread.
    ///
    /// # Errors
    ///
    /// What `query` returns, or [`Condition::Overloaded`] when no connection is free within 5 s.
    pub fn read<T>(&self, query: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        let mut conn = self
            .readers
            .get()
            .map_err(|error| Error::from(Condition::Overloaded { seconds: 1 }).because(error))?;
        query(&mut conn)
    }

    /// Runs a query of a row or two on this thread, where that takes less than to hand it to
    /// another: on SQLite, with a connection at hand. Otherwise gives the query back.
    ///
    /// # Errors
    ///
    /// The query itself, unused.
    pub fn try_read<T, Q: FnOnce(&mut Conn) -> Result<T>>(&self, query: Q) -> Result<Result<T>, Q> {
        match self.target.is_sqlite().then(|| self.readers.try_get()).flatten() {
            Some(mut conn) => Ok(query(&mut conn)),
            None => Err(query),
        }
    }

    /// Asks the database for an answer, whatever it is. Blocks the thread.
    ///
    /// # Errors
    ///
    /// [`Condition::Overloaded`] when there is none.
    pub fn ping(&self) -> Result<()> {
        self.read(|conn| conn.batch_execute("SELECT 1").map_err(failed))
    }

    /// Runs `job` in a transaction on a writer thread and calls `done` once it is committed,
    /// durably, or rolled back. Jobs share a transaction, and its sync, with others that wait; one
    /// that writes thousands of rows should be `alone`. A full queue and an absent database are
    /// [`Condition::Overloaded`].
    pub fn write<T: Send + 'static>(
        &self,
        alone: bool,
        job: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static,
        done: impl FnOnce(Result<T>) + Send + 'static,
    ) {
        self.writer.submit(alone, job, done);
    }

    /// Returns the name of the database system: `sqlite` or `postgres`.
    pub fn backend(&self) -> &'static str {
        self.target.backend()
    }
}

#[cfg(test)]
#[cfg(feature = "sqlite")]
mod tests;
