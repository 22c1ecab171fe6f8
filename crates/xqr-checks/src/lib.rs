#![doc = include_str!("../README.md")]

mod email;
mod number;
mod text;
mod url;
mod violation;

use std::ops::RangeInclusive;

use validator::ValidateLength as _;

pub use self::email::email;
pub use self::number::number;
pub use self::text::{Text, text};
pub use self::url::{MAX_URL_CHARS, url};
pub use self::violation::{Result, Violation};

/// Checks the number of items of a list.
///
/// # Errors
///
/// [`Violation::ItemsMissing`] below the range, [`Violation::ItemsTooMany`] above it.
///
/// ```
/// use xqr_checks::{Violation, list};
///
/// assert_eq!(list(&["a", "b"], 1..=2), Ok(()));
/// assert_eq!(list(&["a", "b", "c"], 1..=2), Err(Violation::ItemsTooMany { max: 2 }));
/// ```
pub fn list<T>(items: &[T], range: RangeInclusive<usize>) -> Result {
    let (min, max) = (*range.start() as u64, *range.end() as u64);
    if !items.validate_length(None, Some(max), None) {
        Err(Violation::ItemsTooMany { max })
    } else if !items.validate_length(Some(min), None, None) {
        Err(Violation::ItemsMissing { max })
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
