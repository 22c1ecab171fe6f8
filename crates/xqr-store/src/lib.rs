#![doc = include_str!("../README.md")]

#[cfg(not(any(feature = "sqlite", feature = "postgres")))]
compile_error!("the store needs a database: enable `sqlite` or `postgres`");

#[macro_use]
mod database;
#[macro_use]
mod text_enum;
mod accounts;
mod activity;
mod content;
mod ids;
mod service;

pub use accounts::{credits, keys, users, workspaces};
pub use activity::{outbox, scan_days, scans, webhooks};
pub use content::{assets, bio, links, projects, templates};
pub use database::{Conn, OpenError, Store, StoreOptions};
pub use ids::{
    AssetId, BioPageId, CreditEntryId, DeliveryId, EventId, KeyId, LinkId, ProjectId, RefreshId,
    ScanId, TemplateId, UserId, WebhookId, WorkspaceId,
};
pub use service::{blocklist, counters, idempotency, service_state};
pub use text_enum::UnknownText;

/// A page of a list whose rows have numbers of the type `I`.
#[derive(Debug, Clone, Copy)]
pub enum Page<I> {
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
        id: Option<I>,
    },
}
