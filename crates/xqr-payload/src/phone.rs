//! A telephone number.

use xqr_errors::{Expected, Result};

use crate::fields::Complaints;

/// A number to call: `tel:` of RFC 3966.
///
/// ```
/// use xqr_payload::Phone;
///
/// assert_eq!(Phone::new("+49 (0)30 123456").content()?, "tel:+4930123456");
/// # Ok::<(), xqr_payload::errors::Error>(())
/// ```
#[must_use]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone {
    phone: String,
}

impl Phone {
    /// Takes a number of 3 to 15 digits (E.164 section 6), or a short or service code such as `112`
    /// and `*100#`.
    ///
    /// A number can start with `+`, and then has neither `*` nor `#`. Spaces and the visual
    /// separators of RFC 3966 section 3 (`-`, `.`, `(`, `)`) are removed, and so is a `(0)` after a
    /// country code, because it cannot be dialled there. Pauses, letters and extensions are
    /// refused, because phones disagree on their form in a `tel:` URI.
    pub fn new(phone: impl Into<String>) -> Self {
        Self { phone: phone.into() }
    }

    /// Returns the text to encode. A `#` is percent-encoded, since it would begin the fragment of
    /// the URI.
    ///
    /// # Errors
    ///
    /// `FieldTypeWrong` for `payload.phone`.
    pub fn content(&self) -> Result<String> {
        let mut complaints = Complaints::default();
        complaints.phone("payload.phone", &self.phone);
        complaints.end()?;
        Ok(format!("tel:{}", dialled(&self.phone).replace('#', "%23")))
    }
}

impl Complaints {
    /// Asks for a number as [`Phone::new`] does.
    pub(crate) fn phone(&mut self, field: &str, phone: &str) {
        let dialled = dialled(phone);
        let (digits, marks) = match dialled.strip_prefix('+') {
            Some(digits) => (digits, ""),
            None => (dialled.as_str(), "*#"),
        };
        if !(3..=15).contains(&digits.len())
            || !digits.chars().all(|c| c.is_ascii_digit() || marks.contains(c))
        {
            self.wrong(field, Expected::DialledNumber);
        }
    }
}

/// Returns `phone` without its visual separators.
pub(crate) fn dialled(phone: &str) -> String {
    let kept = if phone.trim_start().starts_with('+') {
        phone.replacen("(0)", "", 1)
    } else {
        phone.to_owned()
    };
    kept.replace([' ', '-', '.', '(', ')'], "")
}
