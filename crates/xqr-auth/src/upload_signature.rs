//! Signatures of upload links: a client that has the link may send one file, of one size and type,
//! until it expires.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The key that upload links are signed with.
#[derive(Clone)]
pub struct UploadKey([u8; 32]);

/// What an upload link allows.
#[derive(Debug, Clone, Copy)]
pub struct UploadGrant<'a> {
    /// The asset to fill.
    pub asset: &'a str,
    /// Bytes of the file.
    pub size: i64,
    /// Its declared media type.
    pub media_type: &'a str,
    /// When the link ends, Unix seconds.
    pub expires: i64,
}

impl UploadKey {
    /// Takes a derived key.
    pub fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// Signs a grant: HMAC-SHA256 in lower-case hex.
    pub fn sign(&self, grant: &UploadGrant<'_>) -> String {
        self.mac(grant).finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Returns whether `signature` is that of the grant, in a time that reveals nothing of where it
    /// differs.
    pub fn verify(&self, grant: &UploadGrant<'_>, signature: &str) -> bool {
        let digit = |byte: u8| {
            char::from(byte)
                .to_digit(16)
                .filter(|_| !byte.is_ascii_uppercase())
                .map(|digit| digit as u8)
        };
        let bytes: Option<Vec<u8>> = signature
            .as_bytes()
            .chunks(2)
            .map(|two| Some(digit(two[0])? << 4 | digit(*two.get(1)?)?))
            .collect();
        bytes.is_some_and(|bytes| self.mac(grant).verify_slice(&bytes).is_ok())
    }

    fn mac(&self, grant: &UploadGrant<'_>) -> Hmac<Sha256> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        let UploadGrant { asset, size, media_type, expires } = grant;
        // An asset is a UUID and a media type has no line ends, so no two grants have the same
        // text.
        mac.update(format!("{asset}\n{size}\n{expires}\n{media_type}").as_bytes());
        mac
    }
}

impl std::fmt::Debug for UploadKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("UploadKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_holds_for_its_grant_alone() {
        let key = UploadKey::new([7; 32]);
        let grant = UploadGrant { asset: "a", size: 5, media_type: "image/png", expires: 9 };
        let signature = key.sign(&grant);
        assert!(key.verify(&grant, &signature));
        for other in [
            UploadGrant { asset: "b", ..grant },
            UploadGrant { size: 6, ..grant },
            UploadGrant { media_type: "image/gif", ..grant },
            UploadGrant { expires: 10, ..grant },
        ] {
            assert!(!key.verify(&other, &signature), "{other:?}");
        }
        assert!(!UploadKey::new([8; 32]).verify(&grant, &signature));
        for bad in [
            "",
            "é",
            &signature[1..],
            &signature[..63],
            &signature[..62],
            &signature.to_uppercase(),
            &format!("{signature}00"),
        ] {
            assert!(!key.verify(&grant, bad), "{bad}");
        }
        assert_eq!(format!("{key:?}"), "UploadKey(…)");
    }
}
