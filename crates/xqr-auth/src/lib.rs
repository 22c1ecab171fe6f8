//! API keys and scopes: minting, reading, digesting, judging. Pure: randomness and time are parameters.
//!
//! ```
//! use xqr_auth::{Look, SecretKey};
//!
//! let key = SecretKey::mint(Look::Xqr, &mut |bytes| bytes.fill(7));
//! assert!(key.expose().starts_with("xqr_pk_07070707."));
//! let read = SecretKey::parse(key.expose())?;
//! assert!(read.digest().matches(&key.digest()));
//! # Ok::<(), xqr_errors::Error>(())
//! ```

mod digest;
mod key;
mod master;
mod scopes;
mod sealing;
mod signing;
mod state;

pub use digest::KeyDigest;
pub use key::{Look, SecretKey, bearer};
pub use master::MasterSecret;
pub use scopes::{Scope, Scopes};
pub use sealing::SealingKey;
pub use signing::SigningSecret;
pub use state::KeyState;
