//! The frame of a record: the length of its payload (2 bytes) and its CRC-32 (4 bytes), both
//! little-endian, and then the payload.

/// Bytes before the payload.
const HEAD: usize = 6;
/// The most bytes of a payload.
pub const MAX_PAYLOAD: usize = 1024;
/// The most bytes of a frame.
pub(crate) const MAX_FRAME: usize = HEAD + MAX_PAYLOAD;

/// Frames `payload`, which is cut at [`MAX_PAYLOAD`], in `buffer` and returns the frame.
pub(crate) fn encode<'a>(payload: &[u8], buffer: &'a mut [u8; MAX_FRAME]) -> &'a [u8] {
    let payload = &payload[..payload.len().min(MAX_PAYLOAD)];
    buffer[..2].copy_from_slice(&(payload.len() as u16).to_le_bytes());
    buffer[2..HEAD].copy_from_slice(&crc32fast::hash(payload).to_le_bytes());
    buffer[HEAD..HEAD + payload.len()].copy_from_slice(payload);
    &buffer[..HEAD + payload.len()]
}

/// Returns the payload of the frame at the beginning of `bytes`, and the length of the frame;
/// `None` if the frame is incomplete or damaged.
pub(crate) fn decode(bytes: &[u8]) -> Option<(&[u8], usize)> {
    let (len, rest) = bytes.split_first_chunk::<2>()?;
    let (checksum, rest) = rest.split_first_chunk::<4>()?;
    let len = usize::from(u16::from_le_bytes(*len));
    let payload = rest.get(..len)?;
    (crc32fast::hash(payload) == u32::from_le_bytes(*checksum)).then_some((payload, HEAD + len))
}
