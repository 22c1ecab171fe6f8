//! A text message.

use xqr_errors::Result;

use crate::fields::Complaints;
use crate::phone::dialled;

/// A text message to write: `SMSTO:number:message`, which iOS and ZXing read alike, unlike the body
/// of `sms:` (RFC 5724).
///
/// ```
/// use xqr_payload::Sms;
///
/// let sms = Sms::new("+49 30 123456").message("On my way");
/// assert_eq!(sms.content()?, "SMSTO:+4930123456:On my way");
/// # Ok::<(), xqr_payload::errors::Error>(())
/// ```
#[must_use]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sms {
    phone: String,
    message: Option<String>,
}

impl Sms {
    /// Takes a number as [`Phone::new`](crate::Phone::new) does.
    pub fn new(phone: impl Into<String>) -> Self {
        Self { phone: phone.into(), message: None }
    }

    setters! {
        /// Sets the message: 1 to 2,048 characters in one line, for the format has no escape for a
        /// line break.
        message
    }

    /// Returns the text to encode. The message is the rest of the text, so nothing in it needs an
    /// escape.
    ///
    /// # Errors
    ///
    /// `FieldTypeWrong` for `payload.phone`; `TextEmpty`, `TextTooLong` or `TextControls` for
    /// `payload.message`.
    pub fn content(&self) -> Result<String> {
        let mut complaints = Complaints::default();
        complaints.phone("payload.phone", &self.phone);
        complaints.each("payload.message", &self.message, Complaints::long_line);
        complaints.end()?;
        let number = dialled(&self.phone);
        Ok(match &self.message {
            Some(message) => format!("SMSTO:{number}:{message}"),
            None => format!("SMSTO:{number}"),
        })
    }
}
