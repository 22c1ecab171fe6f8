//! The query of a request, read in the order of the handler's lines.

use std::fmt;
use std::ops::RangeInclusive;

use url::form_urlencoded;
use xqr_engine::checks;
use xqr_engine::errors::{Condition, Expected, Result};

/// A decoded query. Parameters that are not asked for are passed over.
pub struct Query(Vec<(String, String)>);

impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values may be secrets.
        f.debug_set().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}
impl Query {
    /// Reads a query string (`application/x-www-form-urlencoded`).
    pub fn parse(text: &str) -> Self {
        Self(form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    /// Returns the name of each parameter, once.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let names = self.0.iter().map(|(name, _)| name.as_str()).enumerate();
        names
            .filter(|(i, name)| self.0[..*i].iter().all(|(earlier, _)| earlier != name))
            .map(|(_, name)| name)
    }

    /// Returns a parameter. One that is given twice is refused, because proxies disagree about
    /// which of them counts; one with control characters, because PostgreSQL takes no NUL.
    pub fn text(&self, field: &str) -> Result<Option<&str>> {
        let mut values =
            self.0.iter().filter(|(name, _)| name == field).map(|(_, value)| value.as_str());
        match (values.next(), values.next()) {
            (Some(value), None) if value.chars().any(char::is_control) => {
                Err(Condition::TextControls { field: field.to_owned() }.into())
            }
            (value, None) => Ok(value),
            _ => Err(malformed(field, Expected::Once)),
        }
    }

    /// Returns a whole number within `range`.
    pub fn int(&self, field: &str, range: RangeInclusive<i64>, default: i64) -> Result<i64> {
        let Some(text) = self.text(field)? else { return Ok(default) };
        let value: i64 = text.parse().map_err(|_| malformed(field, Expected::Integer))?;
        checks::number(value, range).map_err(|wrong| wrong.at(field))?;
        Ok(value)
    }

    /// Returns a boolean.
    pub fn flag(&self, field: &str) -> Result<Option<bool>> {
        match self.text(field)? {
            None => Ok(None),
            Some("true" | "1") => Ok(Some(true)),
            Some("false" | "0") => Ok(Some(false)),
            Some(_) => Err(malformed(field, Expected::TrueOrFalse)),
        }
    }
}

fn malformed(field: &str, expected: Expected) -> xqr_engine::errors::Error {
    Condition::QueryMalformed { field: field.to_owned(), expected }.into()
}
