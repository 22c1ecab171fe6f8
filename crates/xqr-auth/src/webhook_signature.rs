//! Secrets of webhooks, and the signatures that they make.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use std::str::FromStr;

/// What every secret begins with, so that a scanner for leaked secrets knows it.
const TAG: &str = "whsec_";

/// The secret that a webhook's deliveries are signed with: `whsec_` and 32 random bytes in Base64.
/// It can be shown through [`expose`](Self::expose) alone.
///
/// ```
/// use xqr_auth::SigningSecret;
///
/// let secret: SigningSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".parse()?;
/// let body = br#"{"test": 2432232314}"#;
/// // The example of the Standard Webhooks specification.
/// assert_eq!(
///     secret.sign_standard("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body),
///     "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
/// );
/// # Ok::<(), xqr_auth::SigningSecretError>(())
/// ```
#[derive(Clone)]
pub struct SigningSecret {
    text: String,
    bytes: Vec<u8>,
}

impl SigningSecret {
    /// Makes a secret; `random` fills its argument with random bytes.
    pub fn mint(random: impl FnOnce(&mut [u8])) -> Self {
        let mut bytes = [0; 32];
        random(&mut bytes);
        Self { text: format!("{TAG}{}", STANDARD.encode(bytes)), bytes: bytes.to_vec() }
    }

    /// Returns the whole secret. Show it once, to its owner.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// Signs with the secret's text as the key, tag included: HMAC-SHA256 in lower-case hex.
    pub fn sign_as_text(&self, parts: &[&[u8]]) -> String {
        mac(self.text.as_bytes(), parts).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Signs as Standard Webhooks has it: HMAC-SHA256 in Base64, with the bytes behind the tag as
    /// the key.
    pub fn sign_standard(&self, id: &str, seconds: i64, body: &[u8]) -> String {
        STANDARD.encode(mac(&self.bytes, &[format!("{id}.{seconds}.").as_bytes(), body]))
    }
}

/// Why a string is not a signing secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be `whsec_` and Base64")]
pub struct SigningSecretError;

impl FromStr for SigningSecret {
    type Err = SigningSecretError;

    /// Reads a secret.
    fn from_str(text: &str) -> Result<Self, SigningSecretError> {
        let encoded = text.strip_prefix(TAG).ok_or(SigningSecretError)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| SigningSecretError)?;
        Ok(Self { text: text.to_owned(), bytes })
    }
}

fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

impl std::fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use sha2::Digest as _;

    use super::*;

    /// The vector of the specification's own implementations.
    #[test]
    fn the_known_answer_of_standard_webhooks() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".parse::<SigningSecret>().unwrap();
        let signature = secret.sign_standard(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            br#"{"test": 2432232314}"#,
        );
        assert_eq!(signature, "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    /// RFC 2104, written out once more.
    fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
        let mut block = [0; 64];
        match key.len() > 64 {
            true => block[..32].copy_from_slice(&Sha256::digest(key)),
            false => block[..key.len()].copy_from_slice(key),
        }
        let pad = |with: u8| block.map(|byte| byte ^ with).to_vec();
        Sha256::digest(
            [pad(0x5c), Sha256::digest([pad(0x36), message.to_vec()].concat()).to_vec()].concat(),
        )
        .to_vec()
    }

    #[test]
    fn the_text_is_the_key_where_it_is_said_so() {
        let secret = SigningSecret::mint(|bytes| bytes.fill(9));
        assert_eq!(secret.expose(), "whsec_CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=");
        let expected: String = hmac(secret.expose().as_bytes(), b"1700000000.{}")
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        assert_eq!(secret.sign_as_text(&[b"1700000000.", b"{}"]), expected);
        assert_eq!(secret.sign_standard("a", 1, b"{}"), STANDARD.encode(hmac(&[9; 32], b"a.1.{}")));
        // RFC 4231, test case 2.
        let rfc = mac(b"Jefe", &[b"what do ya want ", b"for nothing?"])
            .map(|byte| format!("{byte:02x}"))
            .concat();
        assert_eq!(rfc, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    #[test]
    fn a_minted_secret_reads_back_and_others_do_not() {
        let secret = SigningSecret::mint(|bytes| bytes.fill(7));
        assert_eq!(secret.expose().parse::<SigningSecret>().unwrap().bytes, [7; 32]);
        for bad in ["", "whsec_", "whsec_*", "MfKQ9r8G"] {
            assert!(
                bad.parse::<SigningSecret>().map_or(true, |secret| secret.bytes.is_empty()),
                "{bad}"
            );
        }
        assert_eq!(format!("{secret:?}"), "SigningSecret(…)");
    }
}
