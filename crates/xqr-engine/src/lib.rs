#![doc = include_str!("../README.md")]

mod app;
pub mod assets;
pub mod bio;
pub mod callers;
pub mod destinations;
pub mod dialect;
pub mod events;
pub mod limits;
pub mod links;
pub mod pictures;
pub mod purge;
pub mod redirects;
pub mod runtime;
pub mod scans;
pub mod settings;
#[cfg(test)]
mod testing;
pub mod webhooks;

pub use app::App;
pub use limits::admission::{LimitStatus, Pace, QuotaReservation, Rates};
pub use pictures::render_cache::Served;
pub use runtime::caller::{Caller, Principal};
pub use runtime::clock::{Clock, ManualClock, SystemClock};
pub use runtime::database::{Data, Tx};
pub use runtime::random::{OsRandom, Random, SeededRandom};
pub use runtime::start_error::StartError;
pub use settings::{Settings, SettingsError};
pub use xqr_auth as auth;
pub use xqr_checks as checks;
pub use xqr_errors as errors;
pub use xqr_journal as journal;
pub use xqr_payload as payload;
pub use xqr_plans as plans;
pub use xqr_render as render;
pub use xqr_routing as routing;

/// The stored rows that views show.
pub mod rows {
    pub use xqr_store::assets::{Asset, AssetStatus};
    pub use xqr_store::bio::BioPage;
    pub use xqr_store::keys::Key;
    pub use xqr_store::links::{Filter, Link};
    pub use xqr_store::projects::{CreatedVia, Project};
    pub use xqr_store::scans::Recorded;
    pub use xqr_store::templates::Template;
    pub use xqr_store::users::{Role, User};
    pub use xqr_store::webhooks::{Delivery, DeliveryStatus, Webhook, WebhookStatus};
    pub use xqr_store::workspaces::Workspace;
    pub use xqr_store::{
        AssetId, BioPageId, DeliveryId, KeyId, LinkId, ProjectId, TemplateId, UserId, WebhookId,
        WorkspaceId,
    };
    pub use xqr_store::{Conn, Page, StoreOptions};
}
