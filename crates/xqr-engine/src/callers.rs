//! Callers: workspaces, users, API keys.

pub mod api_keys;
pub(crate) mod password_hashing;
pub mod users;
pub mod workspaces;
