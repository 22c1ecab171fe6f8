//! What the engine needs from its surroundings, as traits. `xqr-work` implements those that dial
//! out or write files; `destinations` implements the list of blocked hosts.

pub mod host_list;
pub mod image_fetcher;
pub mod object_storage;
pub mod webhook_client;
