//! Brings a database to the schema of this program, or refuses one that is newer.

use std::collections::HashSet;

use diesel::RunQueryDsl as _;
use diesel::migration::{Migration, MigrationSource};
use diesel::sql_types::BigInt;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::backend::failed;
use super::open_error::OpenError;
use crate::Conn;

#[cfg(feature = "sqlite")]
const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
#[cfg(feature = "postgres")]
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Any number; all nodes must agree on it. Held while migrating, so that nodes that start together
/// take turns.
#[cfg(feature = "postgres")]
const ADVISORY_LOCK: &str = "SELECT pg_advisory_xact_lock(7891457301)";

/// Runs what is pending in one transaction and returns the names of what was run.
pub(crate) fn run(conn: &mut Conn) -> Result<Vec<String>, OpenError> {
    #[cfg(feature = "postgres")]
    use diesel::Connection as _;

    on_backend!(
        conn,
        sqlite = |c| c.immediate_transaction(|c| step(c, SQLITE).map_err(Rollback)),
        postgres = |c| c.transaction(|c| {
            diesel::sql_query(ADVISORY_LOCK).execute(c)?;
            step(c, POSTGRES).map_err(Rollback)
        })
    )
    .map_err(|error| error.0)
}

/// Returns whether a migration ever ran.
pub(crate) fn ever_ran(conn: &mut Conn) -> xqr_errors::Result<bool> {
    #[derive(diesel::QueryableByName)]
    struct Found {
        #[diesel(sql_type = BigInt)]
        found: i64,
    }

    let query = on_backend!(
        &*conn,
        sqlite = |_c| "SELECT count(*) AS found FROM sqlite_master WHERE name = '__diesel_schema_migrations'",
        postgres = |_c| "SELECT count(*) AS found FROM pg_class WHERE oid = to_regclass('__diesel_schema_migrations')"
    );
    let found: Found = diesel::sql_query(query).get_result(conn).map_err(failed)?;
    Ok(found.found > 0)
}

/// Carries an error through Diesel's transaction, which wants to convert its own errors into it.
struct Rollback(OpenError);

impl From<diesel::result::Error> for Rollback {
    fn from(error: diesel::result::Error) -> Self {
        Self(OpenError::Migration(error.into()))
    }
}

fn step<C, DB>(conn: &mut C, source: EmbeddedMigrations) -> Result<Vec<String>, OpenError>
where
    DB: diesel::backend::Backend,
    C: MigrationHarness<DB>,
    EmbeddedMigrations: MigrationSource<DB>,
{
    let known: Vec<Box<dyn Migration<DB>>> = source.migrations().map_err(OpenError::Migration)?;
    let known: HashSet<String> = known.iter().map(|m| m.name().version().to_string()).collect();
    let applied = conn.applied_migrations().map_err(OpenError::Migration)?;
    if let Some(newer) = applied.iter().find(|version| !known.contains(&version.to_string())) {
        return Err(OpenError::Newer { migration: newer.to_string() });
    }
    let ran = conn.run_pending_migrations(source).map_err(OpenError::Migration)?;
    Ok(ran.iter().map(ToString::to_string).collect())
}
