//! The data folder: its files besides the database, and their permissions.

pub(crate) mod master_secret_file;
pub(crate) mod private_files;
