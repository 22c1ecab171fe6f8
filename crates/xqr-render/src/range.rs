//! The range check of numbers that callers choose.

use std::cmp::Ordering;

use crate::error::{Error, Input, Result};

/// Refuses a value outside of `min` to `max`. NaN is below every minimum.
pub(crate) fn within<T: PartialOrd + ToString>(
    input: Input,
    value: T,
    min: T,
    max: T,
) -> Result<()> {
    if value.partial_cmp(&min).is_none_or(Ordering::is_lt) {
        Err(Error::TooSmall { input, min: min.to_string() })
    } else if value > max {
        Err(Error::TooLarge { input, max: max.to_string() })
    } else {
        Ok(())
    }
}
