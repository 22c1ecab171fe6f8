//! One connection type over two databases, and how their failures become conditions.

use std::fmt;

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use xqr_errors::{Condition, Error};

/// A connection to either database.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// SQLite, bundled.
    #[cfg(feature = "sqlite")]
    Sqlite(diesel::SqliteConnection),
    /// PostgreSQL through libpq.
    #[cfg(feature = "postgres")]
    Postgres(diesel::PgConnection),
}

impl fmt::Debug for Conn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => "Conn::Sqlite",
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => "Conn::Postgres",
        })
    }
}

/// Compiles one query text once per database, for what [`Conn`] cannot carry: `ON CONFLICT` and
/// `RETURNING`. And for what is asked all the time: a query through [`Conn`] has its SQL written
/// anew each time, one on the connection itself does not.
macro_rules! on_backend {
    ($conn:expr, |$c:ident| $query:expr) => {
        on_backend!($conn, sqlite = |$c| $query, postgres = |$c| $query)
    };
    ($conn:expr, sqlite = |$s:ident| $sqlite:expr, postgres = |$p:ident| $postgres:expr) => {
        match $conn {
            #[cfg(feature = "sqlite")]
            $crate::Conn::Sqlite($s) => $sqlite,
            #[cfg(feature = "postgres")]
            $crate::Conn::Postgres($p) => $postgres,
        }
    };
}

/// Loads rows, or the first of them, locked until the transaction ends. SQLite has one writer,
/// which holds everything.
macro_rules! locked {
    ($conn:expr, $query:expr, $load:ident) => {
        on_backend!(
            $conn,
            sqlite = |c| $query.$load(c),
            postgres = |c| $query.for_update().$load(c)
        )
    };
    ($conn:expr, $query:expr, skip_locked, $load:ident) => {
        on_backend!(
            $conn,
            sqlite = |c| $query.$load(c),
            postgres = |c| $query.for_update().skip_locked().$load(c)
        )
    };
}

/// Turns a database failure into a condition: a busy or absent database is an overload, all else is
/// unforeseen.
#[track_caller]
pub(crate) fn failed(error: DieselError) -> Error {
    let transient = match &error {
        DieselError::DatabaseError(kind, info) => {
            matches!(
                kind,
                DatabaseErrorKind::ClosedConnection
                    | DatabaseErrorKind::UnableToSendCommand
                    | DatabaseErrorKind::SerializationFailure
                    | DatabaseErrorKind::ReadOnlyTransaction
            ) || [
                "database is locked",
                "database or disk is full",
                "disk I/O error",
                "deadlock detected",
                "timeout",
            ]
            .iter()
            .any(|text| info.message().contains(text))
        }
        DieselError::BrokenTransactionManager => true,
        _ => false,
    };
    if transient {
        Error::from(Condition::Overloaded { seconds: 1 }).because(error)
    } else {
        Error::internal(error)
    }
}
