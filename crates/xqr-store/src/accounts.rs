//! Workspaces, and the people, keys and credits that they have.

pub mod credits;
pub mod keys;
pub mod users;
pub mod workspaces;
