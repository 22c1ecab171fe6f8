//! Destinations: the URLs that short links lead to. They are checked and normalised once, when
//! written, so a redirect cannot fail.

use std::str::FromStr;
use url::Url;
use xqr_blocklist::Host;
use xqr_errors::{Condition, Error};

use crate::destinations::slug::{CodeKey, is_reserved};

/// Longest destination that a client may send, in characters.
const MAX_CHARS: usize = 2048;

/// Longest destination after normalisation, in bytes: it must fit into a header field of any proxy.
const MAX_BYTES: usize = 7168;

/// The field that a destination comes from, where no other is named.
const FIELD: &str = "url";

/// Why a string is not a destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DestinationError {
    /// It has more than 2,048 characters, or more than 7,168 bytes when normalised.
    #[error("the URL is too long")]
    TooLong,
    /// It is not an absolute http or https URL with a host.
    #[error("not an http:// or https:// URL")]
    Invalid,
}

impl DestinationError {
    /// Returns the condition for the field of a request.
    pub fn at(self, field: &str) -> Condition {
        let field = field.to_owned();
        match self {
            Self::TooLong => Condition::TextTooLong { field, max: MAX_CHARS as u64 },
            Self::Invalid => Condition::UrlInvalid { field },
        }
    }
}

impl From<DestinationError> for Error {
    fn from(error: DestinationError) -> Self {
        error.at(FIELD).into()
    }
}

/// An absolute http or https URL in ASCII, as the WHATWG URL standard serialises it: a valid header
/// value. To be stored it must be admitted ([`Tx::admit`](crate::Tx)), because only a transaction
/// knows the blocklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    text: String,
    host: Host,
    /// Where a client wrote it, which a later refusal names.
    field: String,
}

impl Destination {
    /// Names the field of the request that it was read from; without it, `url`.
    #[must_use]
    pub fn of_field(self, field: &str) -> Self {
        Self { field: field.to_owned(), ..self }
    }

    /// Returns the normalised URL.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns where it leads.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// Returns the field that it was read from.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// Returns whether it is a short link of the service at `home`. One that led to another could
    /// lead back, and round for ever.
    pub(crate) fn is_code_of(&self, home: &Url) -> bool {
        let Ok(url) = Url::parse(&self.text) else { return false };
        // What a proxy makes of http is usually https.
        let port = |url: &Url| url.port().unwrap_or(443);
        if name(&url) != name(home) || port(&url) != port(home) {
            return false;
        }
        let path: Vec<&str> = url.path_segments().into_iter().flatten().collect();
        // An escaped letter is a letter.
        let is_code =
            |code: &str| code.contains('%') || CodeKey::new(code).is_some() && !is_reserved(code);
        match path[..] {
            [code] => is_code(code),
            [first, code] | [first, code, ""] => {
                (first == "q" || first.contains('%')) && is_code(code)
            }
            _ => false,
        }
    }

    /// Returns the normalised URL. For [`Tx::admit`](crate::Tx) alone.
    pub(crate) fn into_text(self) -> String {
        self.text
    }
}

impl FromStr for Destination {
    type Err = DestinationError;

    /// Reads a URL: `http://` or `https://`, at most 2,048 characters, no control characters, a
    /// host that parses.
    ///
    /// # Errors
    ///
    /// [`DestinationError`].
    fn from_str(text: &str) -> Result<Self, DestinationError> {
        let invalid = || DestinationError::Invalid;
        if text.chars().count() > MAX_CHARS {
            return Err(DestinationError::TooLong);
        }
        let scheme = |scheme: &str| {
            text.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme))
        };
        if !(scheme("http://") || scheme("https://")) || text.chars().any(char::is_control) {
            return Err(invalid());
        }
        let url = Url::parse(text).map_err(|_| invalid())?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
            return Err(invalid());
        }
        let host = Host::of(&url).ok_or_else(invalid)?;
        let normal = String::from(url);
        // The standard promises a fixpoint; a header value needs ASCII. Neither is left to trust.
        if !normal.is_ascii() || Url::parse(&normal).map(String::from).as_ref() != Ok(&normal) {
            return Err(invalid());
        }
        if normal.len() > MAX_BYTES {
            Err(DestinationError::TooLong)
        } else {
            Ok(Self { text: normal, host, field: FIELD.to_owned() })
        }
    }
}

/// Returns the host of a URL in one spelling; this machine has several.
fn name(url: &Url) -> Option<String> {
    let host = url.host_str()?.trim_end_matches('.').to_owned();
    let here = ["localhost", "127.0.0.1", "[::1]", "0.0.0.0"].contains(&host.as_str());
    Some(if here { "localhost".to_owned() } else { host })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn good_ones_are_normalised() {
        let check = |text: &str, normal: &str| {
            assert_eq!(text.parse::<Destination>().unwrap().as_str(), normal)
        };
        check("https://example.com", "https://example.com/");
        check("HTTP://EXAMPLE.com/A b?q=ü#f", "http://example.com/A%20b?q=%C3%BC#f");
        check("https://bücher.example/", "https://xn--bcher-kva.example/");
        check("https://[::1]:443/x", "https://[::1]/x");
        check("https://example.com/日本", "https://example.com/%E6%97%A5%E6%9C%AC");
    }

    #[test]
    fn bad_ones_are_refused() {
        for bad in [
            "",
            "example.com",
            "//example.com",
            "ftp://x",
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            " javascript:x",
            "data:text/html,x",
            "http://",
            "https:///",
            "https://exa mple.com",
            "http:example.com",
            "https://a\r\nb.com/",
            "https://a.com/\r\nX: y",
            "https://a.com/\0",
            "https://a.com/\u{85}",
            "\thttps://a.com",
            "https://%zz/",
            "https://a.com:99999/",
            "https://[::1",
        ] {
            assert!(
                matches!(bad.parse::<Destination>(), Err(DestinationError::Invalid)),
                "{bad:?}"
            );
        }
    }

    #[test]
    fn short_links_of_our_own_are_recognized() {
        let home = Url::parse("https://qr.example").unwrap();
        let check = |text: &str| text.parse::<Destination>().unwrap().is_code_of(&home);
        for own in [
            "https://qr.example/menu",
            "http://QR.example:443/Menu?a#b",
            "https://qr.example/q/abc/",
            "https://x@qr.example/%6denu",
            "https://qr.example./%71/abc/",
        ] {
            assert!(check(own), "{own}");
        }
        for other in [
            "https://qr.example/",
            "https://qr.example/docs",
            "https://qr.example/b/page",
            "https://qr.example:8080/menu",
        ] {
            assert!(!check(other), "{other}");
        }
        assert!(!check("https://www.qr.example/menu"));
    }

    #[test]
    fn the_2049th_character_is_too_many() {
        let url = |n: usize| format!("https://example.com/{}", "x".repeat(n - 20));
        assert!(url(2048).parse::<Destination>().is_ok());
        assert!(matches!(url(2049).parse::<Destination>(), Err(DestinationError::TooLong)));
    }

    proptest! {
        #[test]
        fn whatever_passes_is_an_ascii_header_value(text in "https?://[a-z0-9.\\-\\[\\]:@%]{1,30}[/?#]?\\PC{0,60}") {
            if let Ok(destination) = text.parse::<Destination>() {
                prop_assert!(destination.as_str().bytes().all(|b| (0x21..0x7f).contains(&b)));
                prop_assert_eq!(destination.as_str().parse::<Destination>().unwrap(), destination);
            }
        }
    }
}
