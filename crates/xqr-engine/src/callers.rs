//! Callers: workspaces, users, API keys, and other nodes.

pub mod api_keys;
pub(crate) mod password_hashing;
pub mod secret_check;
pub mod users;
pub mod workspaces;
