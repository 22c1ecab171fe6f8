//! The service's own secret: one key, from which a key of its own is derived for every purpose.

use sha2::{Digest as _, Sha256};
use std::str::FromStr;

use crate::SealingKey;

/// The secret of an installation, 32 bytes. An attacker who has it and the database can read what
/// is sealed, and sign tokens.
#[derive(Clone)]
pub struct MasterSecret([u8; 32]);

impl MasterSecret {
    /// Takes 32 random bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns it as [`FromStr`] reads it, for the file that keeps it.
    pub fn expose(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Derives the key for a purpose: SHA-256 over a fixed-length key and the name, which nothing
    /// can extend.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(b"xqr master secret 1\0");
        hash.update(self.0);
        hash.update(Sha256::digest(purpose));
        hash.finalize().into()
    }

    /// Derives a key to seal with.
    pub fn sealing_key(&self, purpose: &str) -> SealingKey {
        SealingKey::new(self.derive(purpose))
    }
}

/// Why a string is not a master secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be 64 hexadecimal digits")]
pub struct MasterSecretError;

impl FromStr for MasterSecret {
    type Err = MasterSecretError;

    /// Reads 64 hexadecimal digits; white space around them is ignored.
    fn from_str(text: &str) -> Result<Self, MasterSecretError> {
        let text = text.trim();
        let digits: Option<Vec<u8>> =
            text.chars().map(|digit| digit.to_digit(16).map(|digit| digit as u8)).collect();
        let bytes: Vec<u8> = digits
            .ok_or(MasterSecretError)?
            .chunks(2)
            .filter(|two| two.len() == 2)
            .map(|two| two[0] << 4 | two[1])
            .collect();
        (text.len() == 64)
            .then(|| bytes.try_into().ok())
            .flatten()
            .map(Self)
            .ok_or(MasterSecretError)
    }
}

impl std::fmt::Debug for MasterSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_it_is_written() {
        let secret = MasterSecret::new(std::array::from_fn(|i| i as u8 * 7));
        let again = format!("{}\n", secret.expose()).parse::<MasterSecret>().unwrap();
        assert_eq!(again.derive("a"), secret.derive("a"));
        assert_ne!(secret.derive("a"), secret.derive("b"));
        assert_ne!(MasterSecret::new([0; 32]).derive("a"), secret.derive("a"));
        for bad in ["", "00", &"0".repeat(63), &"0".repeat(65), &"g".repeat(64), &"é".repeat(32)] {
            assert!(bad.parse::<MasterSecret>().is_err(), "{bad}");
        }
        assert_eq!(format!("{secret:?}"), "MasterSecret(…)");
    }
}
