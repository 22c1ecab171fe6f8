//! API keys of four formats. Each works with any API whose header carries it.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use xqr_errors::{Condition, Error, Result};

use crate::KeyDigest;

/// The format of a key: that of the service for whose clients it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum KeyFormat {
    /// `xqr_pk_`, 8 lower-case hex, `.`, 64 characters of base64url: xQR reference, section 2.1.
    /// The last 6 of them are a checksum of all before them, so that a mistyped key is refused
    /// without a look-up, and a scanner for leaked secrets knows ours.
    #[default]
    Xqr,
    /// `smk_` and 36 characters of base64url: QR Studio reference, section 2.1.
    Studio,
    /// `api_live_` and 32 letters and digits: QRForge reference, section 2.2.
    Forge,
    /// `qrh_` and 32 letters and digits: QuickResponseHub reference, section 2.1.
    Hub,
}

impl KeyFormat {
    /// Every format.
    pub const ALL: [Self; 4] = [Self::Xqr, Self::Studio, Self::Forge, Self::Hub];

    /// Returns the format's name in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Xqr => "xqr",
            Self::Studio => "studio",
            Self::Forge => "forge",
            Self::Hub => "hub",
        }
    }

    fn tag(self) -> &'static str {
        match self {
            Self::Xqr => "xqr_pk_",
            Self::Studio => "smk_",
            Self::Forge => "api_live_",
            Self::Hub => "qrh_",
        }
    }

    /// Characters after the tag that may be shown and logged.
    fn public_len(self) -> usize {
        if matches!(self, Self::Xqr | Self::Studio) { 8 } else { 4 }
    }
}

/// A whole key. Only [`expose`](Self::expose) reveals it; `Debug` prints the public part.
///
/// ```
/// use xqr_auth::{KeyFormat, SecretKey};
///
/// let key = SecretKey::mint(KeyFormat::Studio, &mut |bytes| bytes.fill(7)); // use real randomness
/// let stored = key.digest();
/// let presented: SecretKey = key.expose().parse()?;
/// assert!(presented.digest().matches(&stored));
/// assert!(!format!("{key:?}").contains(key.expose()));
/// # Ok::<(), xqr_errors::Error>(())
/// ```
#[derive(Clone)]
pub struct SecretKey {
    format: KeyFormat,
    text: String,
}

impl fmt::Display for KeyFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for KeyFormat {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        Self::ALL.into_iter().find(|format| format.name() == name).ok_or(UnknownFormat)
    }
}

/// No key format has this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no key format has this name")]
pub struct UnknownFormat;

impl SecretKey {
    /// Makes a key; `random` fills its argument with random bytes.
    pub fn mint(format: KeyFormat, random: &mut dyn FnMut(&mut [u8])) -> Self {
        let secret = match format {
            KeyFormat::Xqr => {
                let (mut prefix, mut secret) = ([0; 4], [0; 44]);
                random(&mut prefix);
                random(&mut secret);
                let secret = URL_SAFE_NO_PAD.encode(secret);
                let unchecked =
                    format!("{:08x}.{}", u32::from_be_bytes(prefix), &secret[..64 - CHECKSUM]);
                let checksum = checksum(&format!("{}{unchecked}", format.tag()));
                format!("{unchecked}{checksum}")
            }
            KeyFormat::Studio => {
                let mut secret = [0; 27];
                random(&mut secret);
                URL_SAFE_NO_PAD.encode(secret)
            }
            KeyFormat::Forge | KeyFormat::Hub => letters_and_digits(32, random),
        };
        Self { format, text: format!("{}{secret}", format.tag()) }
    }

    /// Returns the whole key. Show it once, to its owner.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// Returns the public part: the tag and the first characters.
    pub fn prefix(&self) -> &str {
        &self.text[..self.format.tag().len() + self.format.public_len()]
    }

    /// Returns the format of the key.
    pub fn format(&self) -> KeyFormat {
        self.format
    }

    /// Returns what is stored of the key.
    pub fn digest(&self) -> KeyDigest {
        KeyDigest::of(&self.text)
    }
}

impl FromStr for SecretKey {
    type Err = Error;

    /// Reads a key of any format. The native format is checked to the letter; of the others only
    /// tag and alphabet, because their services do not fix the length.
    ///
    /// # Errors
    ///
    /// [`Condition::KeyInvalid`]. Blanks and quotes around a key are refused.
    fn from_str(text: &str) -> Result<Self, Error> {
        let format = KeyFormat::ALL
            .into_iter()
            .find(|format| text.starts_with(format.tag()))
            .ok_or(Condition::KeyInvalid)?;
        let secret = &text[format.tag().len()..];
        let url_safe =
            |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        let well_formed = match format {
            KeyFormat::Xqr => secret.split_once('.').is_some_and(|(prefix, secret)| {
                prefix.len() == 8
                    && prefix.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
                    && secret.len() == 64
                    && url_safe(secret)
                    && text
                        .split_at_checked(text.len() - CHECKSUM)
                        .is_some_and(|(body, check)| checksum(body) == check)
            }),
            _ => (20..=128).contains(&secret.len()) && url_safe(secret),
        };
        if well_formed {
            Ok(Self { format, text: text.to_owned() })
        } else {
            Err(Condition::KeyInvalid.into())
        }
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({}…)", self.prefix())
    }
}

/// Reads the value of an `Authorization` header: `Bearer`, one blank, a key (RFC 6750, section
/// 2.1).
///
/// # Errors
///
/// [`Condition::KeyInvalid`].
pub fn bearer(value: &str) -> Result<SecretKey> {
    match value.split_once(' ') {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => key.parse::<SecretKey>(),
        _ => Err(Condition::KeyInvalid.into()),
    }
}

/// Characters of a checksum.
const CHECKSUM: usize = 6;

/// Returns CRC-32 (ISO 3309) in base 62, most significant digit first.
fn checksum(text: &str) -> String {
    let mut rest = crc32fast::hash(text.as_bytes());
    let mut digits = [b'0'; CHECKSUM];
    for digit in digits.iter_mut().rev() {
        *digit = LETTERS_AND_DIGITS[(rest % 62) as usize];
        rest /= 62;
    }
    digits.map(char::from).iter().collect()
}

const LETTERS_AND_DIGITS: &[u8; 62] =
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Draws characters without favouring any: a byte of 248 or more is drawn again.
fn letters_and_digits(len: usize, random: &mut dyn FnMut(&mut [u8])) -> String {
    let mut text = String::with_capacity(len);
    let mut bytes = [0; 64];
    while text.len() < len {
        random(&mut bytes);
        let fair = bytes
            .iter()
            .filter(|byte| **byte < 248)
            .map(|byte| char::from(LETTERS_AND_DIGITS[usize::from(*byte) % 62]));
        text.extend(fair.take(len - text.len()));
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mint(format: KeyFormat, seed: u64) -> SecretKey {
        let mut state = seed | 1;
        SecretKey::mint(format, &mut |bytes| {
            for byte in bytes {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                *byte = (state >> 33) as u8;
            }
        })
    }

    proptest! {
        #[test]
        fn a_minted_key_reads_back(seed: u64, format in 0_usize..4) {
            let key = mint(KeyFormat::ALL[format], seed);
            let read = key.expose().parse::<SecretKey>().unwrap();
            prop_assert_eq!(read.prefix(), key.prefix());
            prop_assert_eq!(read.format(), KeyFormat::ALL[format]);
            prop_assert!(read.digest().matches(&key.digest()));
            let header = format!("Bearer {}", key.expose());
            prop_assert!(bearer(&header).is_ok());
        }
    }

    #[test]
    fn lengths_are_those_of_the_references() {
        let lengths = KeyFormat::ALL.map(|format| mint(format, 5).expose().len());
        assert_eq!(lengths, [80, 40, 41, 36]);
        assert_eq!(mint(KeyFormat::Studio, 5).prefix().len(), 12);
    }

    #[test]
    fn lengths_of_foreign_looks_are_loose_within_bounds() {
        for tag in ["smk_", "api_live_", "qrh_"] {
            for (len, good) in
                [(0, false), (19, false), (20, true), (36, true), (128, true), (129, false)]
            {
                assert_eq!(
                    format!("{tag}{}", "a".repeat(len)).parse::<SecretKey>().is_ok(),
                    good,
                    "{tag} {len}"
                );
            }
            assert!(format!("{tag}{}.", "a".repeat(32)).parse::<SecretKey>().is_err());
        }
    }

    #[test]
    fn bytes_that_would_favour_a_letter_are_drawn_again() {
        let mut calls = 0_u8;
        let key = SecretKey::mint(KeyFormat::Hub, &mut |bytes| {
            bytes.fill(if calls == 0 { 248 } else { 247 });
            calls += 1;
        });
        assert_eq!((calls, key.expose()), (2, &*format!("qrh_{}", "z".repeat(32))));
    }

    #[test]
    fn wrong_forms_are_refused() {
        let key = mint(KeyFormat::Xqr, 3);
        let key = key.expose();
        for wrong in [
            key.to_owned(),
            format!("Bearer  {key}"),
            format!("Bearer Bearer {key}"),
            format!("Bearer \"{key}\""),
            format!("Bearer {key} "),
            format!(" Bearer {key}"),
            format!("Bearer {}", &key[..79]),
            format!("Bearer {key}x"),
            format!("Basic {key}"),
            "Bearer ".into(),
            "Bearer".into(),
            String::new(),
            format!("Bearer {}", key.replace("xqr_pk_", "xqr_sk_")),
            format!("Bearer {}", key.to_uppercase()),
            "Bearer smk_short".into(),
            "Bearer api_live_üüüüüüüüüüüüüüüüüüüüüüüü".into(),
        ] {
            assert_eq!(bearer(&wrong).unwrap_err().condition(), &Condition::KeyInvalid, "{wrong}");
        }
        assert!(bearer(&format!("bearer {key}")).is_ok());
    }

    #[test]
    fn a_mistyped_native_key_is_refused_at_sight() {
        let key = mint(KeyFormat::Xqr, 3);
        let key = key.expose();
        for at in "xqr_pk_".len()..key.len() {
            let other = if &key[at..=at] == "a" { "b" } else { "a" };
            assert!(
                format!("{}{other}{}", &key[..at], &key[at + 1..]).parse::<SecretKey>().is_err(),
                "{at}"
            );
        }
        assert_eq!(checksum("123456789"), "3jZRME", "CRC-32 is 0xCBF43926");
    }

    #[test]
    fn debug_shows_the_public_part_only() {
        for format in KeyFormat::ALL {
            let key = mint(format, 9);
            let shown = format!("{key:?} {:?}", key.digest());
            assert!(
                shown.contains(key.prefix())
                    && !shown.contains(&key.expose()[key.prefix().len()..]),
                "{shown}"
            );
        }
    }

    #[test]
    fn the_digest_is_sha_256_of_the_whole_key() {
        let key = "qrh_abcdefghijklmnopqrstuvwxyz012345".parse::<SecretKey>().unwrap();
        let hex: String =
            key.digest().as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(
            hex, "78491e307a30990d778ef86b689bf0110e7d5344d2a950e2ea3f70731c457a7c",
            "as sha256sum says"
        );
    }
}
