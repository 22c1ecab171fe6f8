//! A web address.

use xqr_errors::Result;

use crate::fields::Complaints;

/// A web address, encoded exactly as given: nothing is normalised.
///
/// ```
/// use xqr_payload::Url;
///
/// let url = Url::new("https://example.com/menu");
/// assert_eq!(url.content()?, "https://example.com/menu");
/// # Ok::<(), xqr_payload::errors::Error>(())
/// ```
#[must_use]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url(String);

impl Url {
    /// Takes an absolute `http://` or `https://` URL (RFC 3986 section 3) of at most 2,048
    /// characters, without blanks or control characters. A URI of another scheme can be encoded as
    /// [`Text`](crate::Text).
    pub fn new(url: impl Into<String>) -> Self {
        Self(url.into())
    }

    /// Returns the text to encode.
    ///
    /// # Errors
    ///
    /// `TextEmpty`, `TextTooLong` or `UrlInvalid` for `data`.
    pub fn content(&self) -> Result<String> {
        let mut complaints = Complaints::default();
        complaints.url("data", &self.0);
        complaints.end()?;
        Ok(self.0.clone())
    }
}
