//! The database of the settings, as tasks open it. The service may run meanwhile.

use std::sync::Arc;

use xqr_engine::dialect::Dialects;
use xqr_engine::{Data, OsRandom, Settings, SystemClock};

/// Opens the database and migrates it to the schema of this version.
pub(crate) fn open(dialects: Dialects) -> anyhow::Result<Data> {
    let data = open_as_is(dialects)?;
    data.migrate()?;
    Ok(data)
}

/// Opens the database.
pub(crate) fn open_as_is(dialects: Dialects) -> anyhow::Result<Data> {
    let settings = Settings::load()?;
    Ok(Data::open(&settings, Arc::new(SystemClock), Arc::new(OsRandom), dialects)?)
}
