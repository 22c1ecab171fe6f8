//! The lists of a link, which its row stores as JSON. Text that is not a list reads as an empty
//! list.

use xqr_store::links::Link;

use crate::routing::{Rule, Variant, parse_rules, parse_variants};

/// Returns the labels of a link.
pub fn labels(link: &Link) -> Vec<String> {
    serde_json::from_str(&link.labels).unwrap_or_default()
}

/// Returns the routing rules of a link.
pub fn routing_rules(link: &Link) -> Vec<Rule> {
    parse_rules(&link.routing_rules).unwrap_or_default()
}

/// Returns the destinations that the scans of a link are split among.
pub fn variants(link: &Link) -> Vec<Variant> {
    parse_variants(&link.variants).unwrap_or_default()
}
