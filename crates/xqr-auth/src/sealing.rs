//! Sealing: what is stored for the bearer of a key alone. The server keeps no key to it.

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use sha2::{Digest as _, Sha256};

use crate::SecretKey;

/// Bytes of a nonce of XChaCha20.
const NONCE: usize = 24;

/// A key to seal with, derived from an API key: the bearer who presents that key again can unseal,
/// the database alone cannot.
#[derive(Clone)]
pub struct SealingKey([u8; 32]);

impl SecretKey {
    /// Derives the key to seal with. It is another digest than the one that is stored.
    pub fn sealing_key(&self) -> SealingKey {
        let mut hash = Sha256::new();
        hash.update(b"xqr sealing key 1\0");
        hash.update(self.expose());
        SealingKey(hash.finalize().into())
    }
}

impl SealingKey {
    pub(crate) fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// Seals `plain` (XChaCha20-Poly1305, RFC 8439 and its extended nonce) for `context`, without
    /// which it cannot be opened. `random` fills its argument with random bytes.
    ///
    /// # Errors
    ///
    /// None that a caller could cause: the cipher takes up to 256 GiB.
    pub fn seal(
        &self,
        context: &[u8],
        plain: &[u8],
        random: impl FnOnce(&mut [u8]),
    ) -> xqr_errors::Result<Vec<u8>> {
        let mut nonce = [0; NONCE];
        random(&mut nonce);
        let payload = Payload { msg: plain, aad: context };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|error| xqr_errors::Error::internal(error.to_string()))?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// Opens what was sealed for `context`; `None` if it was not, or was changed.
    pub fn open(&self, context: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        self.cipher().decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: context }).ok()
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(self.0))
    }
}

impl std::fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealingKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::KeyFormat;

    fn key(seed: u8) -> SecretKey {
        SecretKey::mint(KeyFormat::Xqr, &mut |bytes| bytes.fill(seed))
    }

    #[test]
    fn only_the_same_key_and_context_open() {
        let sealed =
            key(1).sealing_key().seal(b"context", b"secret", |nonce| nonce.fill(7)).unwrap();
        assert!(!sealed.windows(6).any(|window| window == b"secret"));
        assert_eq!(key(1).sealing_key().open(b"context", &sealed).unwrap(), b"secret");
        assert_eq!(key(2).sealing_key().open(b"context", &sealed), None);
        assert_eq!(key(1).sealing_key().open(b"other", &sealed), None);
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(key(1).sealing_key().open(b"context", &changed), None, "{at}");
        }
        assert_eq!(key(1).sealing_key().open(b"context", b"short"), None);
        assert_eq!(format!("{:?}", key(1).sealing_key()), "SealingKey(…)");
    }
}
