//! Plain text.

use xqr_errors::Result;

use crate::fields::Complaints;

/// Plain text, encoded exactly as given.
///
/// ```
/// use xqr_payload::Text;
///
/// assert_eq!(Text::new("Table 7").content()?, "Table 7");
/// # Ok::<(), xqr_payload::errors::Error>(())
/// ```
#[must_use]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text(String);

impl Text {
    /// Takes 1 to 2,048 characters, not only blanks. Line breaks and tabs are the only control
    /// characters allowed.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the text to encode.
    ///
    /// # Errors
    ///
    /// `TextEmpty`, `TextTooLong` or `TextControls` for `data`.
    pub fn content(&self) -> Result<String> {
        let mut complaints = Complaints::default();
        complaints.plain("data", &self.0);
        complaints.end()?;
        Ok(self.0.clone())
    }
}
