//! Why a picture was not written.

use std::error::Error as StdError;

#[cfg(feature = "print")]
use crate::error::Error;

pub(super) enum Failure {
    /// The sink, or a library, failed.
    Broken(Box<dyn StdError + Send + Sync>),
    /// The format does not allow the picture.
    #[cfg(feature = "print")]
    Refused(Error),
}

impl<E: StdError + Send + Sync + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Broken(error.into())
    }
}
