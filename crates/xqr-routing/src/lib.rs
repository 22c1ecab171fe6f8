#![doc = include_str!("../README.md")]

mod countries;
mod network;
mod router;
mod rules;
mod user_agent;
mod variants;

pub use countries::{Countries, OpenError, name_of, parse_country};
pub use network::network;
pub use router::{Router, Stickiness, Trace, Visit, WEEKDAYS, mix};
pub use rules::{Conditions, CountryMode, Hours, Rule, parse_rules};
pub use user_agent::{AgentInfo, UserAgent, parse_user_agent};
pub use variants::{Served, Split, Variant, draw_of, parse_variants};
