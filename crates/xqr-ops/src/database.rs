//! The database of the settings, as tasks open it. The service may run meanwhile.

use std::sync::Arc;

use anyhow::{bail, ensure};
use xqr_engine::dialect::Dialects;
use xqr_engine::{Data, OsRandom, Settings, SystemClock};

/// Opens a database that the service or [`open_or_create`] has made, and migrates it to the schema
/// of this version. A wrong setting must not make another database.
pub(crate) fn open(dialects: Dialects) -> anyhow::Result<Data> {
    let settings = Settings::load()?;
    if let Some(file) = settings.database_file().filter(|file| !file.exists()) {
        bail!("there is no database {}: {HOW}", file.display());
    }
    let data = open_with(&settings, dialects)?;
    ensure!(data.has_schema()?, "the database has no tables: {HOW}");
    data.migrate()?;
    Ok(data)
}

/// How an operator gets a database.
const HOW: &str =
    "start the service or run `migrate` first, or check DATABASE_URL and XQR_DATA_DIR";

/// Opens the database, which may be new.
pub(crate) fn open_or_create(dialects: Dialects) -> anyhow::Result<Data> {
    open_with(&Settings::load()?, dialects)
}

fn open_with(settings: &Settings, dialects: Dialects) -> anyhow::Result<Data> {
    Ok(Data::open(settings, Arc::new(SystemClock), Arc::new(OsRandom), dialects)?)
}
