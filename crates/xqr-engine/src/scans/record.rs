//! One scan as bytes: length, checksum, payload.

use bytes::Bytes;

/// A scan as the redirect saw it. No address: what is derived from it is derived before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// When, Unix milliseconds.
    pub at: i64,
    /// The link.
    pub link_id: i64,
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

/// Length of the payload (2 bytes) and its CRC-32 (4 bytes), little-endian.
const HEAD: usize = 6;
/// Moment, link, country, three texts with a length byte each, and the visitor, which is left out
/// when there is none.
const PAYLOAD: usize = 8 + 8 + 2 + 1 + 255 + 1 + 255 + 1 + 255 + 8;
/// The longest record.
pub(super) const MAX_BYTES: usize = HEAD + PAYLOAD;

/// Writes `scan` into `buffer` and returns the record.
pub(super) fn encode<'a>(scan: &Scan, buffer: &'a mut [u8; MAX_BYTES]) -> &'a [u8] {
    let mut len = HEAD;
    let mut put = |bytes: &[u8]| {
        buffer[len..len + bytes.len()].copy_from_slice(bytes);
        len += bytes.len();
    };
    put(&scan.at.to_le_bytes());
    put(&scan.link_id.to_le_bytes());
    put(&scan.country.unwrap_or_default());
    put(&[scan.user_agent.len]);
    put(scan.user_agent.as_bytes());
    put(&[scan.referrer.len]);
    put(scan.referrer.as_bytes());
    let variant = &scan.variant[..scan.variant.len().min(255)];
    put(&[variant.len() as u8]);
    put(variant);
    if let Some(visitor) = scan.visitor {
        put(&visitor.to_le_bytes());
    }
    let checksum = crc32fast::hash(&buffer[HEAD..len]);
    buffer[..2].copy_from_slice(&((len - HEAD) as u16).to_le_bytes());
    buffer[2..HEAD].copy_from_slice(&checksum.to_le_bytes());
    &buffer[..len]
}

/// Reads the record at the beginning of `bytes` and returns it with its length; `None` when it is
/// not whole or damaged.
pub(super) fn decode(bytes: &[u8]) -> Option<(Scan, usize)> {
    let (len, rest) = bytes.split_first_chunk::<2>()?;
    let (checksum, rest) = rest.split_first_chunk::<4>()?;
    let len = usize::from(u16::from_le_bytes(*len));
    let payload = rest.get(..len)?;
    if crc32fast::hash(payload) != u32::from_le_bytes(*checksum) {
        return None;
    }
    let (at, payload) = payload.split_first_chunk::<8>()?;
    let (link_id, payload) = payload.split_first_chunk::<8>()?;
    let (country, payload) = payload.split_first_chunk::<2>()?;
    let (user_agent, payload) = split_text(payload)?;
    let (referrer, payload) = split_text(payload)?;
    // Records of earlier versions end here.
    let (variant, payload) = split_text(payload).unwrap_or((Text::cut(b""), &[]));
    let scan = Scan {
        at: i64::from_le_bytes(*at),
        link_id: i64::from_le_bytes(*link_id),
        country: Some(*country).filter(|code| *code != [0, 0]),
        user_agent,
        referrer,
        variant: Bytes::copy_from_slice(variant.as_bytes()),
        visitor: payload.first_chunk().map(|bytes| u64::from_le_bytes(*bytes)),
    };
    Some((scan, HEAD + len))
}

fn split_text(bytes: &[u8]) -> Option<(Text, &[u8])> {
    let (len, rest) = bytes.split_first()?;
    let (text, rest) = rest.split_at_checked(usize::from(*len))?;
    Some((Text::cut(text), rest))
}
