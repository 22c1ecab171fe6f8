//! URLs.

use validator::{ValidateLength as _, ValidateUrl as _};

use crate::{Result, Violation};

/// The largest number of characters of a URL.
pub const MAX_URL_CHARS: usize = 2048;

/// Checks an absolute http or https URL (RFC 3986 section 3) of at most 2,048 characters, with a
/// host, without white space or control characters.
///
/// # Errors
///
/// [`Violation::Empty`], [`Violation::TooLong`] or [`Violation::NotAUrl`].
///
/// ```
/// use xqr_checks::{Violation, url};
///
/// assert_eq!(url("HTTPS://example.com/menu"), Ok(()));
/// assert_eq!(url("javascript:alert(1)"), Err(Violation::NotAUrl));
/// ```
pub fn url(value: &str) -> Result {
    let max = MAX_URL_CHARS as u64;
    if value.is_empty() {
        Err(Violation::Empty)
    } else if !value.validate_length(None, Some(max), None) {
        Err(Violation::TooLong { max })
    } else if is_exact(value) && value.validate_url() {
        Ok(())
    } else {
        Err(Violation::NotAUrl)
    }
}

/// Returns whether a URL is http or https and needs no repair. The parser behind `validate_url`
/// removes white space at the ends, tabs, line breaks and extra slashes; scanners do not.
fn is_exact(value: &str) -> bool {
    let host = ["http://", "https://"].iter().find_map(|scheme| {
        let (head, rest) = value.split_at_checked(scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then_some(rest)
    });
    host.is_some_and(|host| !host.starts_with(['/', '\\']))
        && !value.contains(|c: char| c.is_control() || c.is_whitespace())
}
