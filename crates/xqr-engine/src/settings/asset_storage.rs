//! Settings of uploaded files and bio pages.

use std::path::PathBuf;

use serde::Deserialize;
use validator::Validate;

use super::Address;

/// Settings of uploaded files.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/xqr.toml documents every setting")]
pub struct Assets {
    pub store: StoreKind,
    pub folder: PathBuf,
    pub bucket: String,
    pub prefix: String,
    pub endpoint: Address,
    pub region: String,
    pub access_key: Hidden,
    pub secret_key: Hidden,
    pub public_url: Address,
    #[validate(custom(function = "super::check::positive"))]
    pub upload_seconds: u32,
    #[validate(custom(function = "super::check::positive"))]
    pub pending_hours: u32,
}

/// Where uploaded files are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StoreKind {
    /// In a folder.
    Local,
    /// In a bucket.
    S3,
}

/// A secret that no log shows.
#[derive(Clone, Default, Deserialize)]
pub struct Hidden(String);

impl Hidden {
    /// Hides a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the text, for whom it is meant.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_empty() { "(none)" } else { "(hidden)" })
    }
}

/// Settings of bio pages.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/xqr.toml documents every setting")]
pub struct Bio {
    pub public_url: Address,
}
