//! One scan as bytes: length, checksum, payload.

use bytes::Bytes;
use xqr_store::LinkId;

/// A scan as the redirect saw it. No address: what is derived from it is derived before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// When, Unix milliseconds.
    pub at: i64,
    /// The link.
    pub link_id: LinkId,
    /// ISO 3166-1 alpha-2.
    pub country: Option<[u8; 2]>,
    /// The user agent, cut to 255 bytes.
    pub user_agent: Text,
    /// The host that referred, cut to 255 bytes.
    pub referrer: Text,
    /// The name of the variant that it was led to, cut to 255 bytes; empty where the link has none.
    pub variant: Bytes,
    /// The daily hash of the visitor, as far as it could be made.
    pub visitor: Option<u64>,
}

/// At most 255 bytes of text, without an allocation on the redirect path.
#[derive(Clone, PartialEq, Eq)]
pub struct Text {
    bytes: [u8; 255],
    len: u8,
}

impl Text {
    /// Cuts `bytes`, which may be anything that a client sent.
    pub fn cut(bytes: &[u8]) -> Self {
        let len = bytes.len().min(255);
        let mut text = Self { bytes: [0; 255], len: len as u8 };
        text.bytes[..len].copy_from_slice(&bytes[..len]);
        text
    }

    /// Returns the bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", String::from_utf8_lossy(self.as_bytes()))
    }
}

/// The most bytes of a scan: timestamp, link, country, three strings with a length byte each, and
/// the visitor, which is left out if there is none.
const MAX_BYTES: usize = 8 + 8 + 2 + 1 + 255 + 1 + 255 + 1 + 255 + 8;

impl Scan {
    /// Encodes the scan in a buffer on the stack and passes it on.
    pub(super) fn encode<T>(&self, take: impl FnOnce(&[u8]) -> T) -> T {
        let (mut buffer, mut len) = ([0; MAX_BYTES], 0);
        let mut put = |bytes: &[u8]| {
            buffer[len..len + bytes.len()].copy_from_slice(bytes);
            len += bytes.len();
        };
        put(&self.at.to_le_bytes());
        put(&self.link_id.0.to_le_bytes());
        put(&self.country.unwrap_or_default());
        put(&[self.user_agent.len]);
        put(self.user_agent.as_bytes());
        put(&[self.referrer.len]);
        put(self.referrer.as_bytes());
        let variant = &self.variant[..self.variant.len().min(255)];
        put(&[variant.len() as u8]);
        put(variant);
        if let Some(visitor) = self.visitor {
            put(&visitor.to_le_bytes());
        }
        take(&buffer[..len])
    }

    /// Decodes a scan; `None` if the bytes are of another kind.
    pub(super) fn decode(payload: &[u8]) -> Option<Self> {
        let (at, payload) = payload.split_first_chunk::<8>()?;
        let (link_id, payload) = payload.split_first_chunk::<8>()?;
        let (country, payload) = payload.split_first_chunk::<2>()?;
        let (user_agent, payload) = split_text(payload)?;
        let (referrer, payload) = split_text(payload)?;
        // Records of earlier versions end here.
        let (variant, payload) = split_text(payload).unwrap_or((Text::cut(b""), &[]));
        Some(Self {
            at: i64::from_le_bytes(*at),
            link_id: LinkId(i64::from_le_bytes(*link_id)),
            country: Some(*country).filter(|code| *code != [0, 0]),
            user_agent,
            referrer,
            variant: Bytes::copy_from_slice(variant.as_bytes()),
            visitor: payload.first_chunk().map(|bytes| u64::from_le_bytes(*bytes)),
        })
    }
}

fn split_text(bytes: &[u8]) -> Option<(Text, &[u8])> {
    let (len, rest) = bytes.split_first()?;
    let (text, rest) = rest.split_at_checked(usize::from(*len))?;
    Some((Text::cut(text), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(variant: &'static [u8], visitor: Option<u64>) -> Scan {
        Scan {
            at: 7,
            link_id: LinkId(9),
            country: Some(*b"DE"),
            user_agent: Text::cut(b"curl/8"),
            referrer: Text::cut(b"example.com"),
            variant: Bytes::from_static(variant),
            visitor,
        }
    }

    #[test]
    fn scans_survive_their_encoding() {
        let long = Scan { user_agent: Text::cut(&[b'a'; 400]), ..scan(&[b'v'; 255], Some(3)) };
        for scan in [scan(b"", None), scan(b"B", Some(u64::MAX)), long] {
            assert_eq!(scan.encode(Scan::decode), Some(scan));
        }
    }

    #[test]
    fn records_of_earlier_versions_have_no_variant_and_no_visitor() {
        let bytes = scan(b"", None).encode(<[u8]>::to_vec);
        assert_eq!(Scan::decode(&bytes[..bytes.len() - 1]), Some(scan(b"", None)));
        assert_eq!(Scan::decode(&bytes[..20]), None);
    }
}
