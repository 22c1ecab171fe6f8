//! The error that travels through every crate: conditions for the client, a cause for the log.

use std::fmt;
use std::panic::Location;

use crate::Condition;

/// The result of anything that can be refused.
pub type Result<T, E = Error> = std::result::Result<T, E>;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// What went wrong: one or more conditions for the client, a cause for the log, and the place that
/// raised it.
///
/// One word wide. `Display` is for the log and may name the cause; a client sees only
/// [`conditions`](Error::conditions) through [`Condition::reply`].
pub struct Error(Box<Inner>);

struct Inner {
    conditions: Vec<Condition>,
    cause: Option<Cause>,
    location: &'static Location<'static>,
}

impl Error {
    /// Reports what nobody foresaw. The client learns nothing of `cause`.
    #[track_caller]
    pub fn internal(cause: impl Into<Cause>) -> Self {
        Self::from(Condition::Unforeseen).because(cause)
    }

    /// Reports several complaints about one request, in the order in which they were found.
    ///
    /// # Panics
    ///
    /// When `conditions` is empty: an error must say something.
    #[track_caller]
    pub fn all(conditions: Vec<Condition>) -> Self {
        assert!(!conditions.is_empty(), "an error needs a condition");
        Self(Box::new(Inner { conditions, cause: None, location: Location::caller() }))
    }

    /// Adds the cause that the log should name.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Cause>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// Returns the same error for another of those who share it; of a cause only the text.
    #[track_caller]
    #[must_use]
    pub fn again(&self) -> Self {
        let own = Self::all(self.0.conditions.clone());
        match &self.0.cause {
            Some(cause) => own.because(cause.to_string()),
            None => own,
        }
    }

    /// Returns the complaints; there is always at least one.
    pub fn conditions(&self) -> &[Condition] {
        &self.0.conditions
    }

    /// Returns the first complaint, which decides the status.
    pub fn condition(&self) -> &Condition {
        &self.0.conditions[0]
    }

    /// Returns the cause for the log.
    pub fn cause(&self) -> Option<&(dyn std::error::Error + Send + Sync)> {
        self.0.cause.as_deref()
    }

    /// Returns the source line that raised the error.
    pub fn location(&self) -> &'static Location<'static> {
        self.0.location
    }
}

impl From<Condition> for Error {
    #[track_caller]
    fn from(condition: Condition) -> Self {
        Self::all(vec![condition])
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, condition) in self.conditions().iter().enumerate() {
            write!(f, "{}{}", if i > 0 { ", " } else { "" }, condition.row().name)?;
        }
        let mut cause: Option<&dyn std::error::Error> =
            self.0.cause.as_ref().map(|c| c.as_ref() as _);
        while let Some(it) = cause {
            write!(f, ": {it}")?;
            cause = it.source();
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} (at {})", self.0.location)
    }
}

impl std::error::Error for Error {}
