//! How a connection to PostgreSQL is opened and set up.

use diesel::connection::SimpleConnection as _;
use diesel::result::{ConnectionError, ConnectionResult};
use diesel::{Connection as _, PgConnection};

pub(super) fn open(url: &str) -> ConnectionResult<PgConnection> {
    let mut conn = PgConnection::establish(url)?;
    conn.batch_execute(
        "SET statement_timeout = '30s'; SET lock_timeout = '5s'; SET synchronous_commit = on",
    )
    .map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(conn)
}
