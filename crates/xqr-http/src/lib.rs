//! The HTTP edge of xqr: the dialects, the redirect, and what operators ask of a running server.
//!
//! [`serve`] takes a listening socket and an [`App`](xqr_engine::App). A request to an API passes
//! `speak` (request id, head limits, envelope of every refusal, log, counters), then `Call` (key,
//! scope, body), then a handler of one use case. A redirect passes none of that.

mod bio;
mod body;
mod call;
mod echo;
mod edge;
mod etag;
mod fault;
mod fields;
mod files;
mod forge;
mod guest;
mod hub;
mod images;
mod metric;
pub mod openapi;
mod ops;
mod pages;
mod payload;
mod peer;
mod pieces;
mod query;
mod redirect;
mod request_id;
mod server;
mod stream;
mod studio;
mod variants;
mod visitor;
mod wire;
mod xqr;

pub use server::{api_resources, serve};
