//! The data folder: what it holds besides the database, and who may read it.

pub(crate) mod master_secret_file;
pub(crate) mod private_files;
