//! Reads client input: JSON bodies, queries, and the fields that dialects share.

pub mod fields;
pub mod json_body;
pub mod payload_fields;
pub mod query;
pub mod variant_fields;
