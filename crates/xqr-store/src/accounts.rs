//! Workspaces, and their users, keys and credits.

pub mod credits;
pub mod keys;
pub mod users;
pub mod workspaces;
