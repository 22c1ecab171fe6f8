//! What every condition can do: its code, its reply, its text for logs.

use std::fmt;
use std::str::FromStr;

use crate::{Cell, Code, Condition, Dialect, Reply, Row, UnknownName};

impl Condition {
    /// Returns the row of the catalogue that this condition belongs to.
    pub fn row(&self) -> &'static Row {
        self.code().row()
    }

    /// Returns the condition as `dialect` reports it.
    pub fn reply(&self, dialect: Dialect) -> Reply {
        Reply::new(self, dialect)
    }

    /// Returns the HTTP status in `dialect`.
    pub fn status(&self, dialect: Dialect) -> u16 {
        let Cell { status, .. } = self.row().cell(dialect);
        status
    }

    /// Returns the seconds of the `Retry-After` header, for conditions that know them; at least 1.
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Self::RateExceeded { seconds }
            | Self::PasscodeTriesSpent { seconds }
            | Self::IdempotencyRunning { seconds }
            | Self::QuotaSpent { seconds, .. }
            | Self::DailyQuotaSpent { seconds }
            | Self::Overloaded { seconds }
            | Self::Maintenance { seconds, .. } => Some((*seconds).max(1)),
            _ => None,
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (_, sentence) = self.sentence(Dialect::Xqr);
        write!(f, "{sentence} ({})", self.code())
    }
}

impl std::error::Error for Condition {}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Code {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        let found = Self::ALL.iter().copied().find(|code| code.name() == name);
        found.ok_or_else(|| UnknownName::new("code", name))
    }
}
