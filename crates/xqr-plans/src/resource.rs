//! What exists in a number that a plan caps.

use crate::{Cap, Limits};

/// Something of which a plan allows a number at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Resource {
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

impl Resource {
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
    pub fn cap(&self, resource: Resource) -> Cap {
        match resource {
            Resource::Links => self.links,
            Resource::ActiveLinks => self.dynamic_codes,
            Resource::Keys => self.keys,
            Resource::Templates => self.templates,
            Resource::Projects => self.projects,
            Resource::BioPages => self.bio_pages,
            Resource::Webhooks => self.webhooks,
            Resource::StorageBytes => self.storage_bytes,
            Resource::Seats => self.seats,
        }
    }
}
