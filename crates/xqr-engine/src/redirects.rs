//! Redirects: from a code to a destination.

pub(crate) mod cache;
mod visit;

pub use cache::{Forks, Redirects, Target, resolve};
pub use visit::{CountrySource, Outcome, Visitor, visit};
