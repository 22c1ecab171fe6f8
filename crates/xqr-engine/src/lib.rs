//! The use cases of xqr: people, keys, links, redirects, scans and webhooks. Knows no HTTP and no
//! dialect.
//!
//! [`App`] holds the store, the redirect cache, the scan journal, the clock and the source of
//! randomness. A use case is a function that takes a [`Tx`] and a [`Caller`]; [`App::write`] runs
//! it in a transaction, so use cases compose. The rows that views show are re-exported in [`rows`],
//! so that an API never names the store.

mod admission;
pub mod analytics;
mod app;
pub mod assets;
pub mod bio;
pub mod blocklist;
mod buckets;
mod clock;
mod data;
mod desk;
mod entropy;
mod events;

pub mod countries;
pub mod cursor;
pub mod destination;
mod failures;
pub mod fetch;
mod hashing;
pub mod hooks;
pub mod idempotency;
pub mod journal;
pub mod keys;
pub mod links;
pub mod maintenance;
pub mod media;
pub mod outbound;
pub mod passcodes;
pub mod people;
pub mod pictures;
pub mod projects;
mod quotas;
pub mod redirects;
pub mod renders;
pub mod routing;
pub mod salts;
pub mod scans;
mod secret_file;
pub mod settings;
mod shares;
mod shelf;
mod sign_ins;
pub mod slug;
pub mod storage;
pub mod strangers;
pub mod tally;
pub mod templates;
#[cfg(test)]
mod trial;
pub mod user_agent;
pub mod variants;
pub mod workspaces;

pub use admission::{Admission, Figures, Pace, Rates};
pub use app::App;
pub use clock::{Clock, ManualClock, SystemClock};
pub use data::{Data, Tx};
pub use entropy::{Entropy, OsEntropy, SeededEntropy};
pub use keys::Caller;
pub use people::Person;
pub use settings::Settings;
pub use shelf::Served;
pub use xqr_auth as auth;
pub use xqr_checks as checks;
pub use xqr_errors as errors;
pub use xqr_payload as payload;
pub use xqr_plans as plans;
pub use xqr_render as render;

/// The stored rows that views show.
pub mod rows {
    pub use xqr_store::assets::Asset;
    pub use xqr_store::bio::BioPage;
    pub use xqr_store::keys::Key;
    pub use xqr_store::links::{Filter, Link};
    pub use xqr_store::projects::Project;
    pub use xqr_store::scans::Recorded;
    pub use xqr_store::templates::Template;
    pub use xqr_store::users::User;
    pub use xqr_store::webhooks::{Delivery, Webhook};
    pub use xqr_store::workspaces::Workspace;
    pub use xqr_store::{Conn, Page, StoreOptions};
}
