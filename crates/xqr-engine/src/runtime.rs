//! What every subject uses: transactions, time, randomness, the caller, ids.

pub mod caller;
pub mod clock;
pub mod cursor;
pub(crate) mod data_folder;
pub mod database;
pub(crate) mod fair_semaphore;
pub(crate) mod ids;
pub mod ports;
pub mod random;
pub mod start_error;
pub mod threads;
pub mod time_format;
