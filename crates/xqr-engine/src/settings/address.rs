//! The addresses of the service and of its parts.

use serde::Deserialize;
use url::Url;

/// An `http` or `https` address without query, fragment, credentials and trailing slash, as the
/// WHATWG URL standard serialises it; empty for none. Short links are the address and a code, so
/// what a browser would repair is refused instead.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Address(String);

/// Why a string is not an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be an address such as https://qr.example or https://example.com/qr, without blanks, \
     query, fragment and password"
)]
pub struct AddressError;

impl Address {
    /// Returns the address; empty for none.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let url = Url::parse(text).map_err(|_| AddressError)?;
        let (scheme, rest) = text.split_once("://").ok_or(AddressError)?;
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let is_same = scheme.eq_ignore_ascii_case(url.scheme())
            && matches!(url.scheme(), "http" | "https")
            && is_authority(authority, &url)
            && path.trim_end_matches('/') == url.path().trim_end_matches('/')
            && url.query().is_none()
            && url.fragment().is_none();
        if !is_same {
            return Err(AddressError);
        }
        Ok(Self(url.as_str().trim_end_matches('/').to_owned()))
    }
}

/// Returns whether the parser took host and port as they are written, but for letter case, a
/// default port, and a host that is not ASCII.
fn is_authority(text: &str, url: &Url) -> bool {
    let (host, port) = match text.rfind(':').filter(|at| !text[*at..].contains(']')) {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, ""),
    };
    let has_port = host.len() < text.len();
    let is_port = !has_port || port.parse().ok() == url.port_or_known_default();
    let is_host = !host.contains('*')
        && url.host_str().is_some_and(|parsed| {
            parsed.eq_ignore_ascii_case(host)
                || !host.is_ascii() && host.chars().all(|c| c.is_alphanumeric() || ".-".contains(c))
        });
    is_port && is_host
}

impl TryFrom<String> for Address {
    type Error = AddressError;

    fn try_from(text: String) -> Result<Self, AddressError> {
        text.parse()
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_one_form() {
        for (text, form) in [
            ("", ""),
            ("https://qr.example", "https://qr.example"),
            ("https://qr.example/", "https://qr.example"),
            ("https://qr.example/s///", "https://qr.example/s"),
            ("HTTPS://QR.Example", "https://qr.example"),
            ("https://qr.example:443/a/b", "https://qr.example/a/b"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://[::1]:8080/q", "http://[::1]:8080/q"),
            ("https://[2001:DB8::1]", "https://[2001:db8::1]"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            ("https://qr.example/Caf%C3%A9", "https://qr.example/Caf%C3%A9"),
        ] {
            assert_eq!(text.parse::<Address>().unwrap().as_str(), form, "{text}");
        }
    }

    #[test]
    fn texts_that_a_parser_repairs_are_refused() {
        for text in [
            "https://qr.example\r",
            "https://qr.example ",
            " https://qr.example",
            "https://qr\t.example",
            "https://qr.ex\nample",
            "https:/qr.example",
            "https:qr.example",
            "https:\\\\qr.example",
            "https:///qr.example",
            "https://qr.example\\s",
            "https://qr.example/a/../b",
            "https://qr.example/./b",
            "https://qr.example/a b",
            "https://qr.example/ä",
            "https://qr.example:",
            "https://qr.example:/",
            "https://qr.example:0443x",
            "https://qr.example?",
            "https://qr.example/?a",
            "https://qr.example#",
            "https://user@qr.example",
            "https://user:pw@qr.example",
            "https://@qr.example",
            "https://0x7f.1",
            "https://127.1",
            "https://%71r.example",
            "https://qr.\u{200b}example",
            "https://",
            "ftp://qr.example",
            "qr.example",
            "https://*.example",
            "//qr.example",
            "https://*.example",
        ] {
            assert_eq!(text.parse::<Address>(), Err(AddressError), "{text:?}");
        }
    }
}
