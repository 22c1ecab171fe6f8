//! Bounds of names and descriptions, whatever calls the use case. Edges that name fields to clients
//! check earlier, and some with narrower bounds.

use xqr_checks::{Text, text};
use xqr_errors::Result;

/// The most characters of a name, a title or a reason.
pub const NAME_CHARS: usize = 200;
/// The most characters of a description.
pub const DESCRIPTION_CHARS: usize = 1000;

/// Checks a name that people read: one line, not blank.
///
/// # Errors
///
/// Those of [`text`], for `field`.
pub(crate) fn check_name(field: &str, name: &str) -> Result<()> {
    text(name, Text::line(NAME_CHARS)).map_err(|wrong| wrong.at(field).into())
}

/// Checks the reason that an operator gives for a change; it may be empty.
///
/// # Errors
///
/// Those of [`text`], for `reason`.
pub(crate) fn check_reason(reason: &str) -> Result<()> {
    text(reason, Text::line(NAME_CHARS).or_empty()).map_err(|wrong| wrong.at("reason").into())
}

/// Checks a description, which may be empty and have several lines.
///
/// # Errors
///
/// Those of [`text`], for `description`.
pub(crate) fn check_description(description: &str) -> Result<()> {
    let bounds = Text::lines(DESCRIPTION_CHARS).tabs().or_empty();
    text(description, bounds).map_err(|wrong| wrong.at("description").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_line() {
        for good in ["a", "Bäckerei 🥐", " padded ", &"n".repeat(NAME_CHARS)] {
            check_name("name", good).unwrap();
            check_reason(good).unwrap();
        }
        check_reason("").unwrap();
        check_description("").unwrap();
        check_description("two\nlines\tand a tab").unwrap();
        for bad in ["", " ", "\t", "a\nb", "a\rb", "\u{1b}[31m", "a\0", "a\u{85}b"] {
            check_name("name", bad).unwrap_err();
        }
        for bad in ["a\nb", "\u{1b}[31m", "a\0", &"n".repeat(NAME_CHARS + 1)] {
            check_reason(bad).unwrap_err();
        }
        check_name("name", &"n".repeat(NAME_CHARS + 1)).unwrap_err();
        check_description("\u{1b}[31m").unwrap_err();
        check_description(&"d".repeat(DESCRIPTION_CHARS + 1)).unwrap_err();
    }
}
