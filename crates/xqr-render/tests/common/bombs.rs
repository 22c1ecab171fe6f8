//! Picture files that want to do harm. The server's tests send the same ones over HTTP.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;

pub(crate) fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let body = [&name[..], data].concat();
    let crc = crc32fast::hash(&body);
    [&(data.len() as u32).to_be_bytes()[..], &body, &crc.to_be_bytes()].concat()
}

pub(crate) fn zlib(byte: u8, count: usize) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    let part = vec![byte; 1 << 16];
    (0..count.div_ceil(part.len())).for_each(|_| encoder.write_all(&part).unwrap());
    encoder.finish().unwrap()
}

/// A PNG whose header says `width` × `height`, with `extra` chunks and as much data as is given.
pub(crate) fn png(
    width: u32,
    height: u32,
    depth: u8,
    color: u8,
    extra: &[Vec<u8>],
    data: &[u8],
) -> Vec<u8> {
    let header =
        [&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, color, 0, 0, 0]].concat();
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", &header),
        extra.concat(),
        chunk(b"IDAT", data),
        chunk(b"IEND", &[]),
    ]
    .concat()
}

pub(crate) fn small_png() -> Vec<u8> {
    // Filter byte and four grey px, four times.
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&[0; 20]).unwrap();
    png(4, 4, 8, 0, &[], &encoder.finish().unwrap())
}

pub(crate) fn bmp(width: i32, height: i32, bits: u16, compression: u32) -> Vec<u8> {
    let mut bytes = b"BM".to_vec();
    bytes.extend([1000_u32, 0, 54, 40].map(u32::to_le_bytes).concat());
    bytes.extend([width, height].map(i32::to_le_bytes).concat());
    bytes.extend([1, bits].map(u16::to_le_bytes).concat());
    bytes.extend([compression, 0, 2835, 2835, 0, 0].map(u32::to_le_bytes).concat());
    bytes.extend([0; 64]);
    bytes
}

pub(crate) fn gif(width: u16, height: u16) -> Vec<u8> {
    let [wide, high] = [width, height].map(u16::to_le_bytes);
    let mut bytes = [b"GIF89a", &wide[..], &high, &[0x80, 0, 0, 0, 0, 0, 255, 255, 255]].concat();
    bytes.extend([&[0x2c, 0, 0, 0, 0][..], &wide, &high, &[0, 2, 2, 0x4c, 1, 0, 0x3b]].concat());
    bytes
}

pub(crate) fn tiff(
    width: u32,
    height: u32,
    bits: u16,
    compression: u16,
    strip_bytes: u32,
) -> Vec<u8> {
    let entries = [
        (256, 4, width),
        (257, 4, height),
        (258, 3, bits.into()),
        (259, 3, compression.into()),
        (262, 3, 1),
        (273, 4, 8),
        (277, 3, 1),
        (278, 4, height),
        (279, 4, strip_bytes),
    ];
    let mut bytes = [b"II*\0", &16_u32.to_le_bytes()[..], &[0; 8]].concat();
    bytes.extend((entries.len() as u16).to_le_bytes());
    for (tag, kind, value) in entries {
        bytes.extend([tag, kind].map(u16::to_le_bytes).concat());
        bytes.extend([1, value].map(u32::to_le_bytes).concat());
    }
    bytes.extend([0; 4]);
    bytes
}

/// A WebP that says to be an animation of `width` × `height` px.
pub(crate) fn webp(width: u32, height: u32) -> Vec<u8> {
    let edge = |length: u32| (length - 1).to_le_bytes()[..3].to_vec();
    let header = [vec![0x02, 0, 0, 0], edge(width), edge(height)].concat();
    let frame = [vec![0; 6], edge(width), edge(height), vec![100, 0, 0, 0]].concat();
    let riff = |name: &[u8; 4], data: &[u8]| {
        [&name[..], &(data.len() as u32).to_le_bytes(), data].concat()
    };
    let body =
        [b"WEBP".to_vec(), riff(b"VP8X", &header), riff(b"ANIM", &[0; 6]), riff(b"ANMF", &frame)]
            .concat();
    riff(b"RIFF", &body)
}

pub(crate) fn jpeg(width: u16, height: u16) -> Vec<u8> {
    let start =
        [&[0xff, 0xd8, 0xff, 0xc2, 0, 17, 8][..], &height.to_be_bytes(), &width.to_be_bytes()]
            .concat();
    let mut bytes = [start, vec![3, 1, 0x44, 0, 2, 0x11, 0, 3, 0x11, 0]].concat();
    // Scans of nothing, over and over.
    (0..500).for_each(|_| bytes.extend([0xff, 0xda, 0, 8, 1, 1, 0, 0, 0, 0, 0x11, 0x22]));
    bytes
}

pub(crate) fn svg(body: &str) -> Vec<u8> {
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="100" height="100">{body}</svg>"#
    )
    .into_bytes()
}
