//! The error that travels through every crate: conditions for the client, a cause for the log.

use std::fmt;
use std::panic::Location;

use crate::{Condition, Dialect, Reply};

/// The result of an operation that can fail with an [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// One or more conditions for the client, a cause for the log, and the place that raised it.
///
/// One word wide. `Display` is the native sentences, each with its code. The cause is the
/// [`source`](std::error::Error::source); [`report`](Error::report) prints both. A client sees
/// [`reply`](Error::reply) only, which never contains the cause.
///
/// ```
/// use xqr_errors::{Condition, Error};
///
/// let error = Error::from(Condition::NumberTooSmall {
///     field: "width".to_owned(),
///     min: "45".to_owned(),
/// });
/// assert_eq!(error.to_string(), "width: Must be at least 45. (NumberTooSmall)");
///
/// let failed = Error::internal(std::io::Error::other("disk full"));
/// assert_eq!(failed.to_string(), "An unexpected error occurred. (Internal)");
/// assert_eq!(failed.report().to_string(), format!("{failed}: disk full"));
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    conditions: Vec<Condition>,
    cause: Option<Cause>,
    location: &'static Location<'static>,
}

impl Error {
    /// Creates an internal error. The client does not see `cause`.
    #[track_caller]
    pub fn internal(cause: impl Into<Cause>) -> Self {
        Self::from(Condition::Internal).because(cause)
    }

    /// Creates an error of several conditions about one request, in the order in which they were
    /// found.
    ///
    /// # Panics
    ///
    /// If `conditions` is empty.
    #[track_caller]
    pub fn all(conditions: Vec<Condition>) -> Self {
        assert!(!conditions.is_empty(), "an error needs a condition");
        Self(Box::new(Inner { conditions, cause: None, location: Location::caller() }))
    }

    /// Sets the cause for the log.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Cause>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// Returns a copy for another caller that waits for the same result. The copy has the text of
    /// the cause, not its type.
    #[track_caller]
    #[must_use]
    pub fn again(&self) -> Self {
        let own = Self::all(self.0.conditions.clone());
        match &self.0.cause {
            Some(cause) => own.because(cause.to_string()),
            None => own,
        }
    }

    /// Returns the reply in `dialect`. The first condition decides the status; the studio dialect
    /// shows all conditions, the others the first.
    ///
    /// ```
    /// use xqr_errors::{Condition, Dialect, Error};
    ///
    /// let field = |name: &str| Condition::FieldMissing { field: name.to_owned() };
    /// let error = Error::all(vec![field("url"), field("slug")]);
    /// assert_eq!(
    ///     error.reply(Dialect::Studio).body("req_1"),
    ///     r#"{"url":["This field is required."],"slug":["This field is required."]}"#
    /// );
    /// ```
    pub fn reply(&self, dialect: Dialect) -> Reply {
        self.condition().reply(dialect).with(&self.0.conditions[1..])
    }

    /// Returns the text for a log: the sentences and the chain of causes.
    pub fn report(&self) -> impl fmt::Display {
        Report(self)
    }

    /// Returns the conditions; there is at least one.
    pub fn conditions(&self) -> &[Condition] {
        &self.0.conditions
    }

    /// Returns the first condition, which decides the status.
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

/// The sentences of all conditions, without the causes.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, condition) in self.conditions().iter().enumerate() {
            write!(f, "{}{condition}", if i > 0 { " " } else { "" })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at {})", self.report(), self.0.location)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.cause.as_ref().map(|cause| cause.as_ref() as _)
    }
}

/// An error and the chain of its causes, separated by colons.
struct Report<'a>(&'a Error);

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)?;
        let mut source = std::error::Error::source(self.0);
        while let Some(cause) = source {
            write!(f, ": {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}
