//! API keys and scopes, passwords and tokens of people: minting, reading, digesting, judging. Pure:
//! randomness and time are parameters.
//!
//! ```
//! use xqr_auth::{KeyFormat, SecretKey};
//!
//! let key = SecretKey::mint(KeyFormat::Xqr, &mut |bytes| bytes.fill(7));
//! assert!(key.expose().starts_with("xqr_pk_07070707."));
//! let read = SecretKey::parse(key.expose())?;
//! assert!(read.digest().matches(&key.digest()));
//! # Ok::<(), xqr_errors::Error>(())
//! ```

mod digest;
mod email;
mod key;
mod master;
mod passcode;
pub mod password;
mod scopes;
mod sealing;
mod signing;
mod state;
pub mod token;
mod upload;

pub use digest::KeyDigest;
pub use email::Email;
pub use key::{KeyFormat, SecretKey, bearer};
pub use master::MasterSecret;
pub use passcode::Passcode;
pub use password::{Password, PasswordHash};
pub use scopes::{Scope, Scopes};
pub use sealing::SealingKey;
pub use signing::SigningSecret;
pub use state::KeyState;
pub use token::{AccessToken, RefreshToken, TokenKey};
pub use upload::{UploadGrant, UploadKey};
