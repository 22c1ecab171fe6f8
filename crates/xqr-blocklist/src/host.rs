//! The normal form of a host: the host that a browser would connect to, in one spelling.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use url::Url;

/// Bytes of the longest domain name (RFC 1035, section 2.3.4).
const MAX_BYTES: usize = 253;
/// The first byte of the key of an address, which no domain name has.
const ADDRESS: u8 = b'=';

/// A domain name in ASCII (IDNA), lower case, without a dot at the end; or an IP address in its
/// usual spelling, IPv6 without brackets. An IPv6 address that contains an IPv4 address (mapped, or
/// NAT64's well-known prefix) becomes that IPv4 address.
///
/// [`FromStr`] reads a name in any spelling that a URL may have, or an address. It is stricter than
/// a URL, so that neither a sentence nor a line of another format becomes a name: letters, digits,
/// `-`, `_` and dots after IDNA, no empty label, at most 253 bytes.
///
/// ```
/// use xqr_blocklist::{Host, NotAHost};
///
/// let host: Host = "Bücher.Example.".parse()?;
/// assert_eq!(host.to_string(), "xn--bcher-kva.example");
/// assert_eq!("a sentence".parse::<Host>(), Err(NotAHost));
/// # Ok::<(), NotAHost>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Host {
    text: String,
    is_address: bool,
}

impl Host {
    /// Returns the host of a URL, or `None` if it has none.
    pub fn of(url: &Url) -> Option<Self> {
        match url.host()? {
            url::Host::Domain(name) => Self::from_name(name),
            url::Host::Ipv4(address) => Some(address.into()),
            url::Host::Ipv6(address) => Some(address.into()),
        }
    }

    /// Takes a name in ASCII and lower case, as URL parsing returns it.
    fn from_name(name: &str) -> Option<Self> {
        let name = name.trim_end_matches('.');
        match name.parse::<Ipv4Addr>() {
            // With several dots at the end, URL parsing does not read an address.
            Ok(address) => Some(address.into()),
            Err(_) => (!name.is_empty()).then(|| Self { text: name.to_owned(), is_address: false }),
        }
    }

    /// Returns the normal form.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns whether it is an IP address.
    pub fn is_address(&self) -> bool {
        self.is_address
    }

    /// Returns the host and its parent domains, longest first. An address has no parents.
    pub fn candidates(&self) -> impl Iterator<Item = &str> {
        let mut rest = Some(self.text.as_str());
        let next = move || {
            let this = rest?;
            rest =
                if self.is_address { None } else { this.split_once('.').map(|(_, above)| above) };
            Some(this)
        };
        std::iter::from_fn(next).filter(|name| name.len() <= MAX_BYTES && !name.is_empty())
    }

    /// Appends the key of this host in a set: labels from the top down, so that parent domains are
    /// prefixes.
    pub(crate) fn key(&self, key: &mut Vec<u8>) {
        if self.is_address {
            key.push(ADDRESS);
            key.extend_from_slice(self.text.as_bytes());
            return;
        }
        for (n, label) in self.text.rsplit('.').enumerate() {
            if n > 0 {
                key.push(b'.');
            }
            key.extend_from_slice(label.as_bytes());
        }
    }

    /// Returns the host with this key.
    pub(crate) fn from_key(key: &str) -> Self {
        match key.strip_prefix(char::from(ADDRESS)) {
            Some(address) => Self { text: address.to_owned(), is_address: true },
            None => Self { text: key.rsplit('.').collect::<Vec<_>>().join("."), is_address: false },
        }
    }
}

/// The text is not a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a domain name or IP address")]
pub struct NotAHost;

impl FromStr for Host {
    type Err = NotAHost;

    fn from_str(text: &str) -> Result<Self, NotAHost> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(address.into());
        }
        let host = match url::Host::parse(text).map_err(|_| NotAHost)? {
            url::Host::Domain(name) => Self::from_name(&name).ok_or(NotAHost)?,
            url::Host::Ipv4(address) => address.into(),
            url::Host::Ipv6(address) => address.into(),
        };
        let label = |label: &str| {
            !label.is_empty()
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        };
        let good =
            host.is_address || host.text.len() <= MAX_BYTES && host.text.split('.').all(label);
        if good { Ok(host) } else { Err(NotAHost) }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl From<IpAddr> for Host {
    fn from(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => address.into(),
            IpAddr::V6(address) => address.into(),
        }
    }
}

impl From<Ipv4Addr> for Host {
    fn from(address: Ipv4Addr) -> Self {
        Self { text: address.to_string(), is_address: true }
    }
}

impl From<Ipv6Addr> for Host {
    fn from(address: Ipv6Addr) -> Self {
        let [a, b, c, d, .., high, low] = address.segments();
        let nat64 = [a, b, c, d] == [0x64, 0xff9b, 0, 0] && address.segments()[4..6] == [0, 0];
        let [[p, q], [r, s]] = [high, low].map(u16::to_be_bytes);
        match address.to_ipv4_mapped().or(nat64.then_some(Ipv4Addr::new(p, q, r, s))) {
            Some(address) => address.into(),
            None => Self { text: address.to_string(), is_address: true },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disguises_come_off() {
        let check = |text: &str, normal: &str| {
            assert_eq!(text.parse::<Host>().unwrap().as_str(), normal, "{text}");
            let in_url = if text.contains("::") { format!("[{text}]") } else { text.to_owned() };
            assert_eq!(
                Host::of(&Url::parse(&format!("http://u:p@{in_url}:81/x")).unwrap())
                    .unwrap()
                    .as_str(),
                normal,
                "{text}"
            );
        };
        check("EVIL.Example", "evil.example");
        check("evil.example.", "evil.example");
        check("evil.example..", "evil.example");
        check("ev%69l.example", "evil.example");
        check("ｅｖｉｌ．ｅｘａｍｐｌｅ", "evil.example");
        check("evil。example", "evil.example");
        check("e\u{ad}vil.example", "evil.example");
        check("Bücher.example", "xn--bcher-kva.example");
        check("XN--BCHER-KVA.example", "xn--bcher-kva.example");
        check("_srv.evil.example", "_srv.evil.example");
        check("0x7f.1", "127.0.0.1");
        check("2130706433", "127.0.0.1");
        check("127.0.0.1..", "127.0.0.1");
        check("2001:DB8:0::1", "2001:db8::1");
        check("::ffff:1.2.3.4", "1.2.3.4");
        check("64:ff9b::1.2.3.4", "1.2.3.4");
        check("64:ff9b:1::1.2.3.4", "64:ff9b:1::102:304");
    }

    #[test]
    fn other_texts_are_no_hosts() {
        let long = format!("{}.example", "a.".repeat(130));
        for text in [
            "",
            ".",
            "a b",
            "a..b",
            ".a",
            "a,b",
            "{\"a\":1}",
            "http://a/",
            "a/b",
            "a:80",
            "-/-",
            "é\u{0}",
            "<html>",
            &long,
        ] {
            assert_eq!(text.parse::<Host>(), Err(NotAHost), "{text:?}");
        }
    }

    #[test]
    fn parent_domains_are_candidates_and_nothing_else() {
        let check = |text: &str, all: &[&str]| {
            assert_eq!(text.parse::<Host>().unwrap().candidates().collect::<Vec<_>>(), all)
        };
        check("a.b.co.uk", &["a.b.co.uk", "b.co.uk", "co.uk", "uk"]);
        check("uk", &["uk"]);
        check("1.2.3.4", &["1.2.3.4"]);
        check("2001:db8::1", &["2001:db8::1"]);
        let deep =
            Host::of(&Url::parse(&format!("http://{}b/", "a.".repeat(900))).unwrap()).unwrap();
        assert_eq!(deep.candidates().count(), 127);
    }

    #[test]
    fn keys_lead_back() {
        for text in ["a.b.co.uk", "uk", "1.2.3.4", "2001:db8::1"] {
            let host = text.parse::<Host>().unwrap();
            let mut key = Vec::new();
            host.key(&mut key);
            assert_eq!(Host::from_key(std::str::from_utf8(&key).unwrap()), host);
        }
    }
}
