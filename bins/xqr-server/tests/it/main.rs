//! The black-box suite: a real server on a port of its own, real HTTP, SQLite by default, PostgreSQL when
//! `XQR_TEST_POSTGRES_URL` names one. `cargo xtask test` runs it on both.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod app;
mod attacks;
mod blocklist;
mod crash;
mod destinations;
mod edge;
mod errors;
mod examples;
mod forge;
mod hooks;
mod house;
mod hub;
mod idempotency;
mod keys;
mod limits;
mod links;
mod matrix;
mod operations;
mod order;
mod people;
mod qr;
mod redirect;
mod storms;
mod studio;
mod variants;
