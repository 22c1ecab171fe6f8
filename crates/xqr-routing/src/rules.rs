//! Routing rules as they are stored: a destination, a priority, conditions.

use serde::{Deserialize, Serialize};

/// Reads a JSON list of rules.
///
/// # Errors
///
/// When it is not one.
pub fn parse_rules(json: &str) -> serde_json::Result<Vec<Rule>> {
    serde_json::from_str(json)
}

/// A routing rule. Its JSON form is stored and shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// The URL that it redirects to.
    pub destination: String,
    /// Rules with a lower priority are tried first.
    pub priority: i64,
    /// The conditions that must all hold. Without conditions a rule always holds.
    pub conditions: Conditions,
}

/// The conditions of a rule; `None` is not checked.
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
    /// Returns whether a condition needs advanced routing: anything but countries, devices,
    /// languages and systems.
    pub fn is_advanced(&self) -> bool {
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
