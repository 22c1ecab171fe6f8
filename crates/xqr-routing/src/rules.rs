//! Smart routing: where a visitor of a link is led to, by who they are and when they come (xQR
//! reference, section 11). All conditions of a rule must hold; rules are tried by ascending
//! priority, equal ones in their order; the first that holds wins; where none does, the link's own
//! destination does. Languages, systems, referrers, weekdays, dates, time zones and stickiness are
//! ours.
//!
//! A [`Rule`] is what a row holds. A [`Router`] is made of rules once, when a row enters the
//! redirect cache; routing allocates nothing.

mod router;

use serde::{Deserialize, Serialize};
use xqr_errors::{Error, Result};

pub use router::{Router, Stickiness, Trace, Visit, WEEKDAYS, mix};

use crate::destination::Destination;

/// A rule as a row holds it and the native API shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// Where it leads: a [`Destination`].
    pub destination: String,
    /// Lower ones come first.
    pub priority: i64,
    /// What must hold; nothing always holds.
    pub conditions: Conditions,
}

/// A rule to store.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are those of Rule")]
pub struct NewRule {
    pub destination: Destination,
    pub priority: i64,
    pub conditions: Conditions,
}

/// What must hold of a visit; `None` is not asked.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Conditions {
    /// ISO 3166-1 alpha-2, upper case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub countries: Option<Vec<String>>,
    /// Whether `countries` are those that pass, or those that do not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country_mode: Option<CountryMode>,
    /// `mobile`, `tablet`, `desktop`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_types: Option<Vec<String>>,
    /// Primary language tags (RFC 5646), lower case, of which the visitor prefers one to all
    /// others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub languages: Option<Vec<String>>,
    /// Families of operating systems, as analytics name them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operating_systems: Option<Vec<String>>,
    /// Hosts that referred, lower case, or their subdomains.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referrers: Option<Vec<String>>,
    /// Hours of the day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
    /// `mon` to `sun`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weekdays: Option<Vec<String>>,
    /// The time zone of hours and weekdays, such as `Europe/Vienna`; UTC where it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// The share of the visits, 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percentage: Option<f64>,
    /// Whether the share is of visitors, each of whom stays on their side, instead of visits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sticky: Option<bool>,
    /// From when it holds, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<String>,
    /// Until when it holds, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
}

/// How a list of countries is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CountryMode {
    /// Those in the list.
    Include,
    /// All but those in the list, and visitors of whom nothing is known.
    Exclude,
}

/// Hours of the day: from `start` until before `end`, over midnight where `end` is not after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// 0 to 23.
    pub start: u8,
    /// 0 to 24.
    pub end: u8,
}

impl Conditions {
    /// Returns whether it needs more than a plan's basic routing: all but countries, devices,
    /// languages and systems does.
    pub(crate) fn is_advanced(&self) -> bool {
        let basic = Self {
            countries: self.countries.clone(),
            country_mode: self.country_mode,
            device_types: self.device_types.clone(),
            languages: self.languages.clone(),
            operating_systems: self.operating_systems.clone(),
            ..Self::default()
        };
        *self != basic
    }
}

/// Reads the text of a row.
pub fn rules(text: &str) -> Vec<Rule> {
    serde_json::from_str(text).unwrap_or_default()
}

/// Writes rules as a row holds them.
pub(crate) fn text(rules: &[Rule]) -> Result<String> {
    serde_json::to_string(rules).map_err(Error::internal)
}
