//! What a check found.

use std::fmt;

use xqr_errors::{Condition, Expected};

/// The result of a check.
pub type Result = std::result::Result<(), Violation>;

/// A rule that a value violates. It has the limit but not the name of the field.
///
/// ```
/// use xqr_checks::Violation;
///
/// let violation = Violation::TooLong { max: 64 };
/// assert_eq!(violation.to_string(), "must have at most 64 characters");
/// assert_eq!(
///     violation.at("name").to_string(),
///     "name: Must have at most 64 characters. (TextTooLong)"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Violation {
    /// The string is empty or has nothing but white space.
    Empty,
    /// The string has more characters, or octets, than allowed.
    TooLong {
        /// The largest length.
        max: u64,
    },
    /// The string has a control character or a line break.
    Controls,
    /// The number is NaN.
    NotANumber,
    /// The number is below the range.
    TooSmall {
        /// The smallest number.
        min: String,
    },
    /// The number is above the range.
    TooLarge {
        /// The largest number.
        max: String,
    },
    /// The list has too few items.
    ItemsMissing {
        /// The largest number of items.
        max: u64,
    },
    /// The list has too many items.
    ItemsTooMany {
        /// The largest number of items.
        max: u64,
    },
    /// The string is not an e-mail address.
    NotAnEmail,
    /// The string is not an absolute http or https URL.
    NotAUrl,
}

impl Violation {
    /// Returns the condition that reports the violation for `field`.
    pub fn at(self, field: impl Into<String>) -> Condition {
        let field = field.into();
        match self {
            Self::Empty => Condition::TextEmpty { field },
            Self::TooLong { max } => Condition::TextTooLong { field, max },
            Self::Controls => Condition::TextControls { field },
            Self::NotANumber => Condition::FieldTypeWrong { field, expected: Expected::Number },
            Self::TooSmall { min } => Condition::NumberTooSmall { field, min },
            Self::TooLarge { max } => Condition::NumberTooLarge { field, max },
            Self::ItemsMissing { max } => Condition::ListEmpty { field, max },
            Self::ItemsTooMany { max } => Condition::ListTooLong { field, max },
            Self::NotAnEmail => Condition::EmailInvalid { field },
            Self::NotAUrl => Condition::UrlInvalid { field },
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("must not be empty"),
            Self::TooLong { max } => write!(f, "must have at most {max} characters"),
            Self::Controls => f.write_str("must not contain control characters"),
            Self::NotANumber => f.write_str("must be a number"),
            Self::TooSmall { min } => write!(f, "must be at least {min}"),
            Self::TooLarge { max } => write!(f, "must be at most {max}"),
            Self::ItemsMissing { .. } => f.write_str("must have at least 1 item"),
            Self::ItemsTooMany { max } => write!(f, "must have at most {max} items"),
            Self::NotAnEmail => f.write_str("must be an e-mail address"),
            Self::NotAUrl => f.write_str("must be an absolute http or https URL"),
        }
    }
}

impl std::error::Error for Violation {}
