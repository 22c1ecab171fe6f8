//! The guard as an attacker meets it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod python;
