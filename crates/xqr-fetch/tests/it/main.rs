//! The guard as an attacker meets it: hostile addresses, resolvers, servers and surroundings.
//! Everything stays on this machine.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod concurrency;
mod corpus;
mod environment;
mod limits;
mod names;
mod namespace;
mod post;
mod python;
mod redirects;
mod stage;
mod tls;
