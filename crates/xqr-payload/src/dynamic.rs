//! A short URL of this service.

use xqr_errors::Result;

use crate::Url;

/// A short URL whose destination can change after printing. To a scanner it is a [`Url`].
#[must_use]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dynamic(Url);

impl Dynamic {
    /// Takes the absolute short URL, at most 2,048 characters.
    pub fn new(short_url: impl Into<String>) -> Self {
        Self(Url::new(short_url))
    }

    /// Returns the text to encode.
    ///
    /// # Errors
    ///
    /// As [`Url::content`].
    pub fn content(&self) -> Result<String> {
        self.0.content()
    }
}
