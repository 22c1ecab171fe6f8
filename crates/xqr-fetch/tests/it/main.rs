//! The guard as an attacker meets it: hostile addresses, resolvers and redirects. Everything stays on this machine.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod corpus;
mod names;
mod python;
mod redirects;
mod stage;
