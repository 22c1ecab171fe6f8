//! What a workspace makes: links and their projects, templates, bio pages and assets.

pub mod assets;
pub mod bio;
pub mod links;
pub mod projects;
pub mod templates;
