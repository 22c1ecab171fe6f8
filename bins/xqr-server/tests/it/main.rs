//! The black-box suite: a real server on a port of its own, real HTTP, SQLite by default,
//! PostgreSQL when `XQR_TEST_POSTGRES_URL` names one. `cargo xtask test` runs it on both.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod accounting;
mod analytics;
mod app;
mod assets;
mod attacks;
mod bio;
mod bio_html;
mod blocklist;
mod browsers;
mod bucket;
mod clients;
mod conformance;
mod contract;
mod crash;
mod crowd;
mod destinations;
mod edge;
mod errors;
mod examples;
mod files;
mod forge;
mod hooks;
mod house;
mod hub;
mod idempotency;
mod intruders;
mod json;
mod keys;
mod limits;
mod links;
mod logs;
mod looks;
mod matrix;
mod native_hooks;
mod operations;
mod order;
mod panics;
mod people;
mod qr;
mod redirect;
mod replays;
mod routing;
mod storms;
mod studio;
mod templates;
mod uploads;
mod variants;
