//! Passwords of users: which are accepted, and what is stored of them. Hashing takes some 20 ms on
//! purpose: never on an event loop.

use std::fmt;

use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use unicode_normalization::UnicodeNormalization as _;
use xqr_errors::{Condition, Error, Result};

/// Characters that a password has at least. NIST SP 800-63B demands 8.
pub const MIN_LENGTH: usize = 10;
/// Characters that a password has at most, so that no client can have a book hashed.
pub const MAX_LENGTH: usize = 1024;

/// The common passwords of at least [`MIN_LENGTH`] characters, sorted by bytes:
/// passwords/README.md.
const COMMON: &str = include_str!("../passwords/common.txt");

/// Letters and digits of generated passwords: 32 of them, none of which is taken for another.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// A hash of no password that anybody knows, with the parameters of all others. Looking an unknown
/// e-mail address up must cost what a known one costs.
const DECOY: &str = "$argon2id$v=19$m=19456,t=2,p=1$eHFyLm5vYm9keS5oZXJlLg$CEfNfSHeEDfQ7pUKZ5vg6jMl0t1VgWR0sGBqhlxNvkc";

/// A password as a user typed it, in normal form C, so that keyboards that compose differently
/// agree. It has no readable `Debug`.
///
/// ```
/// use xqr_auth::Password;
///
/// let password = Password::new("correct horse battery staple");
/// password.check(&["ada@example.com"])?;
/// let hash = password.hash(|salt| salt.fill(7))?; // use real randomness
/// assert!(Password::new("correct horse battery staple").verify(&hash)?);
/// assert!(!Password::new("tr0ub4dor&3").verify(&hash)?);
/// # Ok::<(), xqr_errors::Error>(())
/// ```
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// Takes a password. Nothing is asked of one to sign in with, as rules change.
    pub fn new(text: &str) -> Self {
        Self(text.nfc().collect())
    }

    /// Refuses a password that is too weak to be stored. `own` are texts that its owner is known
    /// by, which are as good as public.
    ///
    /// # Errors
    ///
    /// [`Condition::PasswordTooShort`], [`Condition::TextTooLong`] and
    /// [`Condition::PasswordCommon`].
    pub fn check(&self, own: &[&str]) -> Result<()> {
        let length = self.0.chars().count();
        if length < MIN_LENGTH {
            return Err(Condition::PasswordTooShort { min: MIN_LENGTH as u64 }.into());
        }
        if length > MAX_LENGTH {
            return Err(Condition::TextTooLong {
                field: "password".to_owned(),
                max: MAX_LENGTH as u64,
            }
            .into());
        }
        let folded = self.0.trim().to_lowercase();
        if is_common(&folded) || own.iter().any(|own| own.trim().to_lowercase() == folded) {
            return Err(Condition::PasswordCommon.into());
        }
        Ok(())
    }

    /// Makes a password of 24 letters and digits, 120 random bits. `random` fills its argument with
    /// random bytes.
    pub fn generate(random: impl FnOnce(&mut [u8])) -> Self {
        let mut bytes = [0; 24];
        random(&mut bytes);
        let letters = bytes.map(|byte| char::from(LETTERS[usize::from(byte) % LETTERS.len()]));
        let groups: Vec<String> = letters.chunks(6).map(String::from_iter).collect();
        Self(groups.join("-"))
    }

    /// Returns the password, to be shown once to the user it was generated for.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Hashes the password with Argon2id at the parameters of OWASP (19 MiB, 2 passes, 1 lane).
    /// `random` fills its argument with random bytes.
    ///
    /// # Errors
    ///
    /// None that a caller could cause.
    pub fn hash(&self, random: impl FnOnce(&mut [u8])) -> Result<PasswordHash> {
        let mut salt = [0; 16];
        random(&mut salt);
        let hash =
            argon2().hash_password_with_salt(self.0.as_bytes(), &salt).map_err(unforeseen)?;
        Ok(PasswordHash(hash.to_string()))
    }

    /// Returns whether this is the password of `hash`.
    ///
    /// # Errors
    ///
    /// When `hash` is none.
    pub fn verify(&self, hash: &PasswordHash) -> Result<bool> {
        match argon2().verify_password(self.0.as_bytes(), hash.0.as_str()) {
            Ok(()) => Ok(true),
            Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
            Err(error) => Err(unforeseen(error)),
        }
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// What is stored of a password: a PHC string with algorithm, parameters, salt and hash.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Takes what is stored.
    pub fn from_text(text: String) -> Self {
        Self(text)
    }

    /// Returns what to store.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the hash that stands in for that of a user that does not exist.
    pub fn decoy() -> Self {
        Self(DECOY.to_owned())
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// The parameters are written down here, so that an update of the crate does not change them.
fn argon2() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).expect("the parameters are in range");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[track_caller]
fn unforeseen(error: argon2::password_hash::Error) -> Error {
    Error::internal(error.to_string())
}

/// Returns whether a password in lower case is among the common ones, or is one or two characters
/// over and over.
fn is_common(folded: &str) -> bool {
    let mut characters: Vec<char> = folded.chars().collect();
    characters.sort_unstable();
    characters.dedup();
    characters.len() < 3 || COMMON.lines().any(|common| common == folded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> Condition {
        Password::new(text)
            .check(&["ann.lee@example.com", "ann.lee.of.york"])
            .unwrap_err()
            .condition()
            .clone()
    }

    #[test]
    fn weak_passwords_are_refused() {
        assert_eq!(refusal("ninechars"), Condition::PasswordTooShort { min: 10 });
        assert_eq!(refusal("éééé"), Condition::PasswordTooShort { min: 10 });
        assert_eq!(
            refusal(&"long".repeat(257)),
            Condition::TextTooLong { field: "password".into(), max: 1024 }
        );
        for common in [
            "qwertyuiop",
            "Password123",
            " 1q2w3e4r5t ",
            "aaaaaaaaaaaa",
            "abababababab",
            "\u{a0}\u{a0}          ",
        ] {
            assert_eq!(refusal(common), Condition::PasswordCommon, "{common}");
        }
        for own in ["ann.lee@example.com", "Ann.Lee@Example.com", "ann.lee.of.york"] {
            assert_eq!(refusal(own), Condition::PasswordCommon, "{own}");
        }
        for good in ["correct horse", "ünïcödé wörds", &"1024".repeat(256)] {
            Password::new(good).check(&[]).unwrap();
        }
    }

    #[test]
    fn the_list_is_sorted_and_within_reach() {
        let lines: Vec<_> = COMMON.lines().collect();
        assert!(lines.is_sorted() && lines.len() > 1_700);
        assert!(lines.iter().all(|line| line.len() >= MIN_LENGTH && *line == line.to_lowercase()));
    }

    #[test]
    fn a_hash_is_argon2id_at_the_recommended_cost() {
        let password = Password::new("correct horse");
        let hash = password.hash(|salt| salt.fill(7)).unwrap();
        assert!(
            hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$BwcHBwcHBwcHBwcHBwcHBw$"),
            "{}",
            hash.as_str()
        );
        assert!(password.verify(&hash).unwrap());
        assert!(!Password::new("correct horsf").verify(&hash).unwrap());
        assert!(!Password::new("").verify(&hash).unwrap());
        assert!(
            Password::new("e\u{301}cole e\u{301}cole")
                .verify(&Password::new("école école").hash(|_| ()).unwrap())
                .unwrap()
        );
        assert!(password.verify(&PasswordHash::from_text("plain".into())).is_err());
    }

    #[test]
    fn an_unknown_user_costs_as_much_as_a_known_one() {
        let decoy = PasswordHash::decoy();
        let real = Password::new("x").hash(|salt| salt.fill(1)).unwrap();
        let shape =
            |hash: &PasswordHash| hash.as_str().split('$').map(str::len).collect::<Vec<_>>();
        assert_eq!(shape(&decoy), shape(&real));
        assert_eq!(decoy.as_str().split('$').nth(3), real.as_str().split('$').nth(3));
        assert!(!Password::new("").verify(&decoy).unwrap());
    }

    #[test]
    fn generated_passwords_pass_the_rules() {
        let password = Password::generate(|bytes| {
            bytes.iter_mut().zip(0..).for_each(|(byte, i)| *byte = i * 11)
        });
        assert_eq!(password.expose(), "amybnz-cp2dq3-er4fs5-gt6hu7");
        password.check(&[]).unwrap();
    }

    #[test]
    fn nothing_is_shown() {
        let password = Password::new("correct horse");
        let shown = format!("{password:?} {:?}", password.hash(|_| ()).unwrap());
        assert_eq!(shown, "Password(…) PasswordHash(…)");
    }
}
