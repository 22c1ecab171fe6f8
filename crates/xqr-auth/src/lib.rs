#![doc = include_str!("../README.md")]

mod api_key;
mod digest;
mod email;
mod key_status;
mod master_secret;
mod passcode;
pub mod password;
mod scopes;
mod sealing;
pub mod token;
mod upload_signature;
mod webhook_signature;

pub use api_key::{KeyFormat, SecretKey, UnknownFormat, bearer};
pub use digest::KeyDigest;
pub use email::Email;
pub use key_status::KeyStatus;
pub use master_secret::{MasterSecret, MasterSecretError};
pub use passcode::Passcode;
pub use password::{Password, PasswordHash};
pub use scopes::{Scope, Scopes, UnknownScope};
pub use sealing::SealingKey;
pub use token::{AccessToken, RefreshToken, TokenKey};
pub use upload_signature::{UploadGrant, UploadKey};
pub use webhook_signature::{SigningSecret, SigningSecretError};
