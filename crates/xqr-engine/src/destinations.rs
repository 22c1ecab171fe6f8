//! Destinations of links, their codes, and the blocklist.

pub mod blocklist;
pub mod blocklist_files;
pub mod destination;
pub mod slug;

pub use destination::Destination;
