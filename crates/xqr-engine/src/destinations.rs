//! Where links may lead, and under which codes.

pub mod blocklist;
pub mod blocklist_files;
pub mod destination;
pub mod slug;

pub use destination::Destination;
