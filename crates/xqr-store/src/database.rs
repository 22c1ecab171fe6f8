//! The database: its connections, schema and migrations, and the thread that writes.

#[macro_use]
mod backend;
mod connections;
mod migrations;
mod open_error;
pub(crate) mod schema;
mod store;
mod writer;

pub use backend::Conn;
pub(crate) use backend::failed;
pub use open_error::OpenError;
pub use store::{Store, StoreOptions};
