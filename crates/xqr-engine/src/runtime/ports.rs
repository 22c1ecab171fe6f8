//! What the engine needs from outside the process, as traits: `xqr-work` implements them.

pub mod image_fetcher;
pub mod object_storage;
pub mod webhook_client;
