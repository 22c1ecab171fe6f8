//! The rows and queries of xqr on SQLite and PostgreSQL, chosen by a database URL. The only SQL of
//! the workspace.
//!
//! [`Store`] owns the connections: [`Store::read`] lends one, [`Store::write`] runs a job in a
//! transaction. The modules [`workspaces`], [`users`], [`keys`], [`projects`], [`links`],
//! [`scans`], [`outbox`], [`webhooks`], [`assets`], [`bio`], [`counters`] and [`blocklist`] hold the
//! queries; each takes a [`Conn`] and opens no transaction. Every query names its owner, except the
//! look-up of a redirect, a public file or page, a key or a person, the blocklist, and background
//! steps.
//!
//! Times are Unix milliseconds in `i64`, the same in both databases: they sort, compare and index
//! alike and no time zone can slip in. Identifiers for clients are texts (`uid`), joins go over
//! `i64` ids that are never reused.

#[macro_use]
mod database;
mod accounts;
mod activity;
mod content;
mod service;

pub use accounts::{credits, keys, users, workspaces};
pub use activity::{outbox, scan_days, scans, webhooks};
pub use content::{assets, bio, links, projects, templates};
pub use database::{Conn, OpenError, Store, StoreOptions};
pub use service::{blocklist, counters, idempotency, service_state};

/// A page of a list.
#[derive(Debug, Clone, Copy)]
pub enum Page {
    /// Skips `offset` rows and takes `limit`.
    Offset {
        /// Rows to take.
        limit: i64,
        /// Rows to skip.
        offset: i64,
    },
    /// Takes `limit` rows older than the row with this id: constant cost at any depth.
    Before {
        /// Rows to take.
        limit: i64,
        /// The id of the last row seen; `None` begins with the newest.
        id: Option<i64>,
    },
}
