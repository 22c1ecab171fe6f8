//! Strings.

use validator::{ValidateLength as _, ValidateNonControlCharacter as _};

use crate::{Result, Violation};

/// The bounds of a string.
///
/// ```
/// use xqr_checks::{Text, Violation, text};
///
/// assert_eq!(text("Summer", Text::line(64)), Ok(()));
/// assert_eq!(text("two\nlines", Text::line(64)), Err(Violation::Controls));
/// assert_eq!(text("two\nlines", Text::lines(64)), Ok(()));
/// assert_eq!(text(" ", Text::line(64)), Err(Violation::Empty));
/// assert_eq!(text("", Text::line(64).or_empty()), Ok(()));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    max: u64,
    octets: bool,
    minimum: Minimum,
    breaks: bool,
    tabs: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Minimum {
    /// One character that is not white space.
    Visible,
    /// One character.
    One,
    None,
}

impl Text {
    /// One line of 1 to `max` characters, at least one of them visible: no control characters and
    /// no line breaks, not even U+2028 and U+2029.
    pub const fn line(max: usize) -> Self {
        Self {
            max: max as u64,
            octets: false,
            minimum: Minimum::Visible,
            breaks: false,
            tabs: false,
        }
    }

    /// One or more lines of together 1 to `max` characters, at least one of them visible. Line
    /// breaks are the only control characters.
    pub const fn lines(max: usize) -> Self {
        Self { breaks: true, ..Self::line(max) }
    }

    /// Allows tabs.
    #[must_use]
    pub const fn tabs(self) -> Self {
        Self { tabs: true, ..self }
    }

    /// Allows strings of white space.
    #[must_use]
    pub const fn or_blank(self) -> Self {
        Self { minimum: Minimum::One, ..self }
    }

    /// Allows the empty string and strings of white space.
    #[must_use]
    pub const fn or_empty(self) -> Self {
        Self { minimum: Minimum::None, ..self }
    }

    /// Counts octets of UTF-8 instead of characters.
    #[must_use]
    pub const fn octets(self) -> Self {
        Self { octets: true, ..self }
    }
}

/// Checks a string.
///
/// # Errors
///
/// [`Violation::Empty`], [`Violation::TooLong`] or [`Violation::Controls`], in this order.
pub fn text(value: &str, bounds: Text) -> Result {
    let missing = match bounds.minimum {
        Minimum::Visible => !value.trim().validate_length(Some(1), None, None),
        Minimum::One => !value.validate_length(Some(1), None, None),
        Minimum::None => false,
    };
    let fits = if bounds.octets {
        value.as_bytes().validate_length(None, Some(bounds.max), None)
    } else {
        value.validate_length(None, Some(bounds.max), None)
    };
    if missing {
        Err(Violation::Empty)
    } else if !fits {
        Err(Violation::TooLong { max: bounds.max })
    } else if !value.split(|c| allows(bounds, c)).all(is_plain) {
        Err(Violation::Controls)
    } else {
        Ok(())
    }
}

/// Returns whether the bounds allow a character that a plain line has not.
fn allows(bounds: Text, c: char) -> bool {
    bounds.breaks && is_break(c) || bounds.tabs && c == '\t'
}

/// Returns whether a string has neither control characters nor line breaks.
fn is_plain(part: &str) -> bool {
    part.validate_non_control_character() && !part.contains(is_break)
}

/// Returns whether a reader may end a line at `c`. The last two are Unicode's line and paragraph
/// separators, which are not control characters.
fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}
