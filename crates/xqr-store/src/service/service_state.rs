//! What all nodes must know at once: a few named values.

use diesel::prelude::*;
use xqr_errors::Result;

use crate::Conn;
use crate::database::failed;
use crate::database::schema::service_state;

/// The time at which maintenance ends, Unix milliseconds; absent when there is none.
pub const MAINTENANCE_UNTIL: &str = "maintenance_until";

/// The workspace that the first start made.
pub const FIRST_WORKSPACE: &str = "first_workspace";
/// A digest of the service's own secret, which all nodes must have.
pub const SECRET_DIGEST: &str = "secret_digest";
/// The first user of the installation.
pub const FIRST_USER: &str = "first_user";

/// Sets a value that is not there yet, and returns whether it did. Of concurrent callers one does.
pub fn claim(conn: &mut Conn, name: &str, value: &str) -> Result<bool> {
    let row = (service_state::name.eq(name), service_state::value.eq(value));
    let claimed = on_backend!(conn, |c| diesel::insert_into(service_state::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c));
    Ok(claimed.map_err(failed)? == 1)
}

/// Returns a value.
pub fn get(conn: &mut Conn, name: &str) -> Result<Option<String>> {
    service_state::table
        .find(name)
        .select(service_state::value)
        .first(conn)
        .optional()
        .map_err(failed)
}

/// Sets a value, or takes it away.
pub fn set(conn: &mut Conn, name: &str, value: Option<&str>) -> Result<()> {
    diesel::delete(service_state::table.find(name)).execute(conn).map_err(failed)?;
    if let Some(value) = value {
        let row = (service_state::name.eq(name), service_state::value.eq(value));
        diesel::insert_into(service_state::table).values(row).execute(conn).map_err(failed)?;
    }
    Ok(())
}

/// Takes away the values whose names begin with `prefix`, but for those of these `names`.
pub fn keep_only(conn: &mut Conn, prefix: &str, names: &[String]) -> Result<()> {
    let others = service_state::table.filter(service_state::name.like(format!("{prefix}%")));
    diesel::delete(others.filter(service_state::name.ne_all(names)))
        .execute(conn)
        .map_err(failed)?;
    Ok(())
}
