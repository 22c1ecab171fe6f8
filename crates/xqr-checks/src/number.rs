//! Numbers.

use std::fmt::Display;
use std::ops::RangeInclusive;

use validator::ValidateRange;

use crate::{Result, Violation};

/// Checks that a number lies in a range.
///
/// # Errors
///
/// [`Violation::NotANumber`] for NaN, [`Violation::TooSmall`], [`Violation::TooLarge`].
///
/// ```
/// use xqr_checks::{Violation, number};
///
/// assert_eq!(number(300, 72..=600), Ok(()));
/// assert_eq!(number(71, 72..=600), Err(Violation::TooSmall { min: "72".to_owned() }));
/// assert_eq!(number(f64::NAN, 0.1..=0.4), Err(Violation::NotANumber));
/// ```
pub fn number<T>(value: T, range: RangeInclusive<T>) -> Result
where
    T: ValidateRange<T> + PartialOrd + Display + Copy,
{
    let (min, max) = (*range.start(), *range.end());
    // NaN passes `validate_range`, because it is neither below nor above a bound.
    if value.partial_cmp(&value).is_none() {
        Err(Violation::NotANumber)
    } else if !value.validate_range(Some(min), None, None, None) {
        Err(Violation::TooSmall { min: min.to_string() })
    } else if !value.validate_range(None, Some(max), None, None) {
        Err(Violation::TooLarge { max: max.to_string() })
    } else {
        Ok(())
    }
}
