//! Recognizes images by their first bytes. The target's `Content-Type` is not used.

/// Returns whether `bytes` begin like PNG, JPEG, GIF, BMP, TIFF, WebP or SVG.
pub(crate) fn is_image(bytes: &[u8]) -> bool {
    const MAGIC: [&[u8]; 6] =
        [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*"];
    let web_p = bytes.len() >= 12 && bytes.starts_with(b"RIFF") && &bytes[8..12] == b"WEBP";
    // Two letters are too short for a magic number. The size of the second header follows, which
    // has seven values.
    let bmp = bytes.starts_with(b"BM")
        && matches!(bytes.get(14..18), Some([12 | 40 | 52 | 56 | 64 | 108 | 124, 0, 0, 0]));
    web_p || bmp || MAGIC.iter().any(|magic| bytes.starts_with(magic)) || is_svg(bytes)
}

/// Skips byte order mark, declaration, comments and document type, up to an element called `svg`.
fn is_svg(bytes: &[u8]) -> bool {
    let mut rest = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    loop {
        rest = rest.trim_ascii_start();
        let end: &[u8] = match rest {
            _ if rest.starts_with(b"<?") => b"?>",
            _ if rest.starts_with(b"<!--") => b"-->",
            // The decoder of the image refuses an internal subset.
            _ if rest.starts_with(b"<!DOCTYPE") => b">",
            _ => break,
        };
        let Some(at) = rest.windows(end.len()).position(|window| window == end) else {
            return false;
        };
        rest = &rest[at + end.len()..];
    }
    let name = rest.strip_prefix(b"<svg:").or_else(|| rest.strip_prefix(b"<"));
    let after = name.and_then(|name| name.strip_prefix(b"svg"));
    after
        .and_then(<[u8]>::first)
        .is_some_and(|next| next.is_ascii_whitespace() || matches!(next, b'>' | b'/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_recognized_by_their_first_bytes() {
        for image in [
            &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..],
            b"\xff\xd8\xff\xe0",
            b"GIF87a",
            b"GIF89a..",
            b"BM\x1e\0\0\0\0\0\0\0\x1a\0\0\0\x28\0\0\0",
            b"II*\0",
            b"MM\0*",
            b"RIFF\0\0\0\0WEBPVP8 ",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            b"<svg>",
            b"\xef\xbb\xbf \n<?xml version='1.0'?>\n<!-- <html> -->\n<!DOCTYPE svg PUBLIC '-//W3C' 'x.dtd'>\n<svg\n>",
            b"<svg:svg xmlns:svg='http://www.w3.org/2000/svg'>",
        ] {
            assert!(is_image(image), "{}", String::from_utf8_lossy(image));
        }
        for other in [
            &b""[..],
            b"BM",
            b"BMW drivers and their keys",
            b"RIFF\0\0\0\0WAVE",
            b"RIFF\0\0\0\0WEB",
            b"\x89PNG",
            b"<html><svg></svg></html>",
            b"<?xml version='1.0'?><html/>",
            b"<!-- <svg> ",
            b"<svgx>",
            b"<svg",
            b"{\"AccessKeyId\":\"\"}",
            b"\x1f\x8b\x08\0",
            b"%PDF-1.7",
        ] {
            assert!(!is_image(other), "{}", String::from_utf8_lossy(other));
        }
    }
}
