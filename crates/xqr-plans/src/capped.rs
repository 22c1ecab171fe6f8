//! What exists in a number that a plan caps.

use crate::{Cap, Limits};

/// Something of which a plan allows a number at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Capped {
    /// Links.
    Links,
    /// Links that are enabled.
    ActiveLinks,
    /// API keys that are not revoked.
    Keys,
    /// QR templates.
    Templates,
    /// Projects.
    Projects,
    /// Bio pages.
    BioPages,
    /// Webhooks.
    Webhooks,
    /// Bytes of assets.
    StorageBytes,
    /// Users of the workspace.
    Seats,
}

impl Capped {
    /// Returns the plural that refusals name.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Links => "links",
            Self::ActiveLinks => "active dynamic QRs",
            Self::Keys => "API keys",
            Self::Templates => "QR templates",
            Self::Projects => "projects",
            Self::BioPages => "bio pages",
            Self::Webhooks => "webhooks",
            Self::StorageBytes => "bytes of storage",
            Self::Seats => "users",
        }
    }
}

impl Limits {
    /// Returns how many of a resource may exist at the same time.
    pub fn cap(&self, resource: Capped) -> Cap {
        match resource {
            Capped::Links => self.links,
            Capped::ActiveLinks => self.dynamic_codes,
            Capped::Keys => self.keys,
            Capped::Templates => self.templates,
            Capped::Projects => self.projects,
            Capped::BioPages => self.bio_pages,
            Capped::Webhooks => self.webhooks,
            Capped::StorageBytes => self.storage_bytes,
            Capped::Seats => self.seats,
        }
    }
}
