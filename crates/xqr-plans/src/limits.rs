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
    pub projects: Cap,
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
    pub apis: Vec<String>,
    pub routing_basic: bool,
    pub routing_advanced: bool,
    pub bulk: bool,
    pub variants: bool,
    pub custom_domain: bool,
    pub csv_export: bool,
}

impl Limits {
    /// Returns what both allow: the smaller number of each, and only the features that are in both.
    pub fn within(&self, other: &Self) -> Self {
        let cap = |a: Cap, b: Cap| a.into_iter().chain(b).min();
        Self {
            links: cap(self.links, other.links),
            keys: cap(self.keys, other.keys),
            templates: cap(self.templates, other.templates),
            projects: cap(self.projects, other.projects),
            bio_pages: cap(self.bio_pages, other.bio_pages),
            webhooks: cap(self.webhooks, other.webhooks),
            seats: cap(self.seats, other.seats),
            storage_bytes: cap(self.storage_bytes, other.storage_bytes),
            dynamic_codes: cap(self.dynamic_codes, other.dynamic_codes),
            edits_per_code: cap(self.edits_per_code, other.edits_per_code),
            bulk_items: self.bulk_items.min(other.bulk_items),
            burst_per_second: cap(self.burst_per_second, other.burst_per_second),
            calls_per_minute: cap(self.calls_per_minute, other.calls_per_minute),
            calls_per_day: cap(self.calls_per_day, other.calls_per_day),
            monthly_calls: cap(self.monthly_calls, other.monthly_calls),
            monthly_renders: cap(self.monthly_renders, other.monthly_renders),
            overage: self.overage && other.overage,
            scans_per_month: cap(self.scans_per_month, other.scans_per_month),
            max_inches: self.max_inches.min(other.max_inches),
            max_dpi: self.max_dpi.min(other.max_dpi),
            logo: self.logo && other.logo,
            apis: self.apis.iter().filter(|api| other.apis.contains(api)).cloned().collect(),
            routing_basic: self.routing_basic && other.routing_basic,
            routing_advanced: self.routing_advanced && other.routing_advanced,
            bulk: self.bulk && other.bulk,
            variants: self.variants && other.variants,
            custom_domain: self.custom_domain && other.custom_domain,
            csv_export: self.csv_export && other.csv_export,
        }
    }
}

/// The largest number of a limit: what the database's integers hold, with room to add.
const MOST: u64 = 1 << 53;

/// Reads a whole number up to 2^53, `"unlimited"`, or null.
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
        Written::Number(number) if number > MOST => {
            return Err(serde::de::Error::custom(
                "a number above 2^53; \"unlimited\" takes a cap away",
            ));
        }
        Written::Number(number) => Some(number),
        Written::Word(Unlimited::Unlimited) | Written::Null => None,
    })
}
