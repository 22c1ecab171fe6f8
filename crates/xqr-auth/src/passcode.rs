//! Passcodes: a secret that lets its holder change a code without the owner's key (QuickResponseHub
//! reference, section 2.2).

use std::fmt;

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// Upper case letters and digits that people do not confuse: no `01IO`.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
/// Characters of a passcode, 5 random bits each: 120 bits, so a plain digest is enough.
const LEN: usize = 24;
/// The longest text that is taken for one, in bytes.
const MAX_LEN: usize = 256;

/// A passcode. It can be shown through [`expose`](Self::expose) alone.
#[derive(Clone)]
pub struct Passcode(String);

impl Passcode {
    /// Makes a passcode; `random` fills its argument with random bytes.
    pub fn mint(random: impl FnOnce(&mut [u8])) -> Self {
        let mut bytes = [0; LEN];
        random(&mut bytes);
        Self(bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect())
    }

    /// Takes what a client sent, to the letter; anything of 256 bytes at most may be tried.
    pub fn claimed(text: &str) -> Option<Self> {
        (text.len() <= MAX_LEN).then(|| Self(text.to_owned()))
    }

    /// Returns the passcode. Show it once, to the client that made the code.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns what is stored of it: SHA-256.
    pub fn digest(&self) -> Vec<u8> {
        Sha256::digest(&self.0).to_vec()
    }

    /// Returns whether it is the one that `digest` was made of, in the same time for all that are
    /// not.
    pub fn matches(&self, digest: &[u8]) -> bool {
        self.digest().ct_eq(digest).into()
    }
}

impl fmt::Debug for Passcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passcode(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minted_passcode_matches_itself_only() {
        let passcode =
            Passcode::mint(|bytes| bytes.iter_mut().zip(0..).for_each(|(byte, i)| *byte = i * 11));
        assert_eq!(passcode.expose().len(), 24);
        assert!(passcode.expose().bytes().all(|byte| ALPHABET.contains(&byte)));
        let again = Passcode::claimed(passcode.expose()).unwrap();
        assert!(again.matches(&passcode.digest()));
        for other in [
            "",
            &passcode.expose().to_lowercase(),
            &format!("{} ", passcode.expose()),
            &"A".repeat(24),
        ] {
            assert!(!Passcode::claimed(other).unwrap().matches(&passcode.digest()), "{other:?}");
        }
        assert!(!again.matches(b""));
        assert!(Passcode::claimed(&"A".repeat(257)).is_none());
        assert_eq!(format!("{passcode:?}"), "Passcode(…)");
    }
}
