//! The limits of a plan, as `config/plans.toml` writes and explains them.

use serde::{Deserialize, Deserializer, Serialize};

/// A number that may not be passed; `None` is unlimited.
pub type Cap = Option<u64>;

/// Everything that a plan limits. `config/plans.toml` explains each.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/plans.toml documents every limit")]
pub struct Limits {
    #[serde(deserialize_with = "cap")]
    pub links: Cap,
    #[serde(deserialize_with = "cap")]
    pub keys: Cap,
    #[serde(deserialize_with = "cap")]
    pub templates: Cap,
    #[serde(deserialize_with = "cap")]
    pub bio_pages: Cap,
    #[serde(deserialize_with = "cap")]
    pub webhooks: Cap,
    #[serde(deserialize_with = "cap")]
    pub seats: Cap,
    #[serde(deserialize_with = "cap")]
    pub storage_bytes: Cap,
    #[serde(deserialize_with = "cap")]
    pub dynamic_codes: Cap,
    #[serde(deserialize_with = "cap")]
    pub edits_per_code: Cap,
    pub bulk_items: u64,
    #[serde(deserialize_with = "cap")]
    pub burst_per_second: Cap,
    #[serde(deserialize_with = "cap")]
    pub calls_per_minute: Cap,
    #[serde(deserialize_with = "cap")]
    pub calls_per_day: Cap,
    #[serde(deserialize_with = "cap")]
    pub monthly_calls: Cap,
    #[serde(deserialize_with = "cap")]
    pub monthly_renders: Cap,
    pub overage: bool,
    #[serde(deserialize_with = "cap")]
    pub scans_per_month: Cap,
    pub max_inches: f64,
    pub max_dpi: u32,
    pub logo: bool,
    pub api_xqr: bool,
    pub api_studio: bool,
    pub api_forge: bool,
    pub api_hub: bool,
    pub routing_basic: bool,
    pub routing_advanced: bool,
    pub bulk: bool,
    pub variants: bool,
    pub custom_domain: bool,
    pub csv_export: bool,
}

/// Reads a whole number, `"unlimited"`, or null.
fn cap<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Cap, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "a whole number of 0 or more, or \"unlimited\"")]
    enum Written {
        Number(u64),
        Word(Unlimited),
        Null,
    }
    #[derive(Deserialize)]
    enum Unlimited {
        #[serde(rename = "unlimited")]
        Unlimited,
    }
    Ok(match Written::deserialize(deserializer)? {
        Written::Number(number) => Some(number),
        Written::Word(Unlimited::Unlimited) | Written::Null => None,
    })
}
