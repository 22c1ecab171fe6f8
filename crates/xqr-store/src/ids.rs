//! The numbers of rows, a type per table. A number of one table is no number of another.

use std::fmt;

use diesel_derive_newtype::DieselNewType;
use serde::{Deserialize, Serialize};

/// Defines a type for the numbers of a table's rows. Databases and JSON see the number alone.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident,)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(Serialize, Deserialize, DieselNewType)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl From<i64> for $name {
            fn from(number: i64) -> Self {
                Self(number)
            }
        }

        impl From<$name> for i64 {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )+};
}

ids! {
    /// The number of a workspace.
    WorkspaceId,
    /// The number of a user.
    UserId,
    /// The number of a refresh token.
    RefreshId,
    /// The number of an API key.
    KeyId,
    /// The number of an entry of the ledger of credits.
    CreditEntryId,
    /// The number of a project.
    ProjectId,
    /// The number of a link.
    LinkId,
    /// The number of a template.
    TemplateId,
    /// The number of a bio page.
    BioPageId,
    /// The number of an asset.
    AssetId,
    /// The number of a scan.
    ScanId,
    /// The number of an event in the outbox.
    EventId,
    /// The number of a webhook.
    WebhookId,
    /// The number of a delivery.
    DeliveryId,
}
