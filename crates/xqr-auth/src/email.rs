//! E-mail addresses: how they are shown, and how they are compared.

use std::str::FromStr;
use unicode_normalization::UnicodeNormalization as _;
use xqr_errors::{Error, Result};

/// An address that a user signs in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email {
    shown: String,
    key: String,
}

impl Email {
    /// Returns the form in which addresses are compared: trimmed, in lower case, in normal form C.
    pub fn key_of(text: &str) -> String {
        text.trim().nfc().collect::<String>().to_lowercase().nfc().collect()
    }

    /// Returns the address as it was written.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Returns the form in which addresses are compared.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Returns what stands before the `@`.
    pub fn local(&self) -> &str {
        self.shown.rsplit_once('@').map_or(&self.shown, |(local, _)| local)
    }
}

impl FromStr for Email {
    type Err = Error;

    /// Reads an address. Checks syntax only ([`xqr_checks::email`]), not whether the mailbox
    /// exists.
    ///
    /// # Errors
    ///
    /// [`EmailInvalid`](xqr_errors::Condition::EmailInvalid).
    fn from_str(text: &str) -> Result<Self, Error> {
        let shown: String = text.trim().nfc().collect();
        xqr_checks::email(&shown).map_err(|wrong| wrong.at("email"))?;
        Ok(Self { key: Self::key_of(&shown), shown })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read() {
        for good in [
            "a@b.co",
            "Ann.Lee+qr@mail.example.com",
            "jörg@bücher.example",
            "o'neil@x-y.example",
            "用户@例子.广告",
        ] {
            assert_eq!(good.parse::<Email>().unwrap().shown(), good);
        }
        let long = format!("{}@example.com", "x".repeat(65));
        for bad in [
            "",
            "ann",
            "@b.co",
            "a@",
            "a@b",
            "a b@c.de",
            "a@b..de",
            ".a@b.de",
            "a.@b.de",
            "a..b@c.de",
            "a@-b.de",
            "a@b-.de",
            "a@b.de\nBcc: c@d.ef",
            "a@@b.de",
            "a@b@c.de",
            "<a@b.de>",
            "\"a\"@b.de",
            "a@[127.0.0.1]",
            "a@b_c.de",
            "a,b@c.de",
            "ann@☃.example",
            &long,
        ] {
            assert!(bad.parse::<Email>().is_err(), "{bad}");
        }
    }

    #[test]
    fn one_address_has_one_key() {
        let check = |text: &str, key: &str| assert_eq!(text.parse::<Email>().unwrap().key(), key);
        check(" Ann@Example.COM ", "ann@example.com");
        check("JO\u{308}RG@x.de", "jörg@x.de");
        check("jörg@x.de", "jörg@x.de");
        assert_eq!("Ann.Lee@x.de".parse::<Email>().unwrap().local(), "Ann.Lee");
    }
}
