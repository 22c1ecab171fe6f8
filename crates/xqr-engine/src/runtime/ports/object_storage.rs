//! The store of asset files, as a trait that the program implements. The service chooses all names;
//! a name that a user wrote never reaches a store.

use std::ops::Range;
use std::pin::Pin;

use bytes::Bytes;
use futures_util::Stream;
use xqr_errors::Result;

use crate::runtime::ports::webhook_client::Later;

/// The bytes of a file, as they come.
pub type Chunks = Pin<Box<dyn Stream<Item = Result<Bytes>> + Send>>;

/// A store of files by name.
pub trait Storage: Send + Sync {
    /// Begins a file. It is there under its name once it is [finished](Sink::finish), whole.
    fn create(&self, name: &str) -> Box<dyn Sink>;

    /// Reads bytes of a file.
    fn read<'a>(&'a self, name: &'a str, range: Range<u64>) -> Later<'a, Result<Chunks>>;

    /// Deletes a file, or what there is of one that was not finished. One that is not there is no
    /// error.
    fn delete<'a>(&'a self, name: &'a str) -> Later<'a, Result<()>>;
}

/// A file that is being written.
pub trait Sink: Send {
    /// Appends bytes.
    fn write(&mut self, bytes: Bytes) -> Later<'_, Result<()>>;

    /// Ends the file; when this returns it is durable.
    fn finish(&mut self) -> Later<'_, Result<()>>;

    /// Takes away what has been written.
    fn abort(&mut self) -> Later<'_, Result<()>>;
}
