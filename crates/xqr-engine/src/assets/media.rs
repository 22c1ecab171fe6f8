//! The media type of a file, detected from its first bytes, and whether a declared type agrees with
//! it. A browser gets the detected type, never one that a user made up.

use xqr_errors::Condition;

/// First bytes of a file, by which its type is detected.
pub const HEAD: usize = 8192;
/// The type of a file that is not detected.
pub const UNKNOWN: &str = "application/octet-stream";
/// The type of pictures that are text.
const SVG: &str = "image/svg+xml";

/// How a browser may show a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// In the page: a picture, sound, film or font.
    Inline,
    /// In the page, but on a stage of its own: SVG.
    Sandboxed,
    /// By the browser's own viewer: PDF.
    Viewer,
    /// Not at all: it is saved.
    Attachment,
}

/// Returns how a file of a checked type may be shown.
pub fn shown(media_type: &str) -> Shown {
    match media_type {
        SVG => Shown::Sandboxed,
        "application/pdf" => Shown::Viewer,
        other if is_shown_type(other) => Shown::Inline,
        _ => Shown::Attachment,
    }
}

/// Reads a declared type: `type/subtype` in lower case, without parameters.
pub fn parse(text: &str) -> Option<String> {
    let essence = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_token = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&b))
    };
    let (kind, sub) = essence.split_once('/')?;
    (is_token(kind) && is_token(sub) && essence.len() <= 100)
        .then(|| canonical(&essence).to_owned())
}

/// Returns the type to serve a file as that begins with `head` and was declared as `declared`.
///
/// # Errors
///
/// [`Condition::FileTypeWrong`] where the two do not agree.
pub fn agree(declared: &str, head: &[u8]) -> Result<String, Condition> {
    let found = detect(head);
    let lie = |found: &str| Condition::FileTypeWrong {
        field: "content_type".to_owned(),
        found: found.to_owned(),
    };
    let detected = found.unwrap_or(if is_text(head) { "text/plain" } else { UNKNOWN });
    if declared == UNKNOWN {
        return Ok(detected.to_owned());
    }
    let agrees = match found {
        Some(found) => found == declared || relatives(found, declared),
        // A type that is shown must be seen in the content.
        None if is_shown_type(declared)
            || [SVG, "application/pdf", "text/html", "application/xhtml+xml"]
                .contains(&declared) =>
        {
            false
        }
        None if claims_text(declared) => is_text(head),
        // Of what is saved and not shown the declaration is as good as anything.
        None => true,
    };
    if agrees { Ok(declared.to_owned()) } else { Err(lie(detected)) }
}

/// Types that a browser shows in a page.
fn is_shown_type(media_type: &str) -> bool {
    media_type != SVG
        && ["image/", "audio/", "video/", "font/"].iter().any(|kind| media_type.starts_with(kind))
}

fn claims_text(media_type: &str) -> bool {
    let sub = media_type.split('/').nth(1).unwrap_or_default();
    let texts = ["json", "xml", "javascript", "ecmascript", "yaml", "toml", "sql"];
    media_type.starts_with("text/")
        || texts.iter().any(|text| sub == *text || sub.ends_with(&format!("+{text}")))
}

/// Returns the type of content that shows it.
fn detect(head: &[u8]) -> Option<&'static str> {
    // What begins like markup is markup, whatever else it may be.
    if let Some(found) = markup(head) {
        return Some(found);
    }
    match head.get(..4) {
        // `infer` knows those alone that hold TrueType outlines.
        Some(b"wOFF") => return Some("font/woff"),
        Some(b"wOF2") => return Some("font/woff2"),
        _ => {}
    }
    infer::get(head).map(|kind| canonical(kind.mime_type()))
}

/// The usual names of types that have several.
fn canonical(media_type: &str) -> &str {
    const NAMES: [(&str, &[&str]); 18] = [
        ("image/jpeg", &["image/jpg", "image/pjpeg"]),
        ("image/vnd.microsoft.icon", &["image/x-icon", "image/ico"]),
        ("image/bmp", &["image/x-ms-bmp", "image/x-bmp"]),
        ("image/heif", &["image/heic"]),
        ("audio/mpeg", &["audio/mp3", "audio/mpeg3", "audio/x-mp3"]),
        ("audio/wav", &["audio/x-wav", "audio/wave", "audio/vnd.wave"]),
        ("audio/flac", &["audio/x-flac"]),
        ("audio/mp4", &["audio/m4a", "audio/x-m4a"]),
        ("audio/aiff", &["audio/x-aiff"]),
        ("video/mp4", &["video/x-m4v"]),
        ("video/x-msvideo", &["video/avi", "video/msvideo"]),
        ("font/woff", &["application/font-woff", "application/x-font-woff"]),
        ("font/woff2", &["application/font-woff2"]),
        ("font/ttf", &["application/font-sfnt", "application/x-font-ttf", "font/sfnt"]),
        ("font/otf", &["application/x-font-otf", "application/vnd.ms-opentype"]),
        ("application/gzip", &["application/x-gzip"]),
        ("application/zip", &["application/x-zip-compressed", "application/x-zip"]),
        ("text/xml", &["application/xml"]),
    ];
    NAMES
        .iter()
        .find(|(_, others)| others.contains(&media_type))
        .map_or(media_type, |(name, _)| *name)
}

/// Returns whether a file that looks like `found` may well be what was declared: containers say no
/// more than what kind they are of.
fn relatives(found: &str, declared: &str) -> bool {
    const FAMILIES: [&[&str]; 4] = [
        &["video/mp4", "audio/mp4"],
        &["video/webm", "audio/webm"],
        &["audio/ogg", "video/ogg", "application/ogg"],
        &["font/ttf", "font/otf", "font/collection"],
    ];
    if FAMILIES.iter().any(|family| family.contains(&found) && family.contains(&declared)) {
        return true;
    }
    let pages = ["application/pdf", "application/xhtml+xml", SVG, "text/html"];
    match found {
        "application/zip" => {
            declared.starts_with("application/")
                && !claims_text(declared)
                && !pages.contains(&declared)
        }
        "text/xml" | "text/x-shellscript" => claims_text(declared) && !pages.contains(&declared),
        "text/html" => declared == "application/xhtml+xml",
        _ => false,
    }
}

/// Detects HTML, SVG and XML by how they begin, in the way of the WHATWG's MIME sniffing standard,
/// section 7.1.
fn markup(head: &[u8]) -> Option<&'static str> {
    const TAGS: [&str; 17] = [
        "html", "head", "script", "iframe", "h1", "div", "font", "table", "a", "style", "title",
        "b", "body", "br", "p", "meta", "img",
    ];
    let text = String::from_utf8_lossy(head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head))
        .to_ascii_lowercase();
    let (mut rest, mut prolog) = (text.trim_start(), None);
    loop {
        let (end, kind) = if rest.starts_with("<?xml") {
            ("?>", "text/xml")
        } else if rest.starts_with("<!--") {
            ("-->", "text/html")
        } else if rest.starts_with("<!doctype html") {
            return Some("text/html");
        } else if rest.starts_with("<!doctype svg") {
            (">", "text/xml")
        } else {
            break;
        };
        prolog.get_or_insert(kind);
        match rest.split_once(end) {
            Some((_, more)) => rest = more.trim_start(),
            None => return prolog,
        }
    }
    let name = rest.strip_prefix('<').map(|tag| {
        tag.split(|c: char| c.is_whitespace() || "/>".contains(c)).next().unwrap_or_default()
    });
    match name {
        Some("svg") => Some(SVG),
        // XML may call its elements what it likes.
        Some(name) if name == "html" || TAGS.contains(&name) && prolog != Some("text/xml") => {
            Some("text/html")
        }
        _ => prolog,
    }
}

/// Returns whether bytes are text in UTF-8, which may be cut at its end.
fn is_text(head: &[u8]) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}' | '\u{1b}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

    #[test]
    fn content_decides() {
        for (declared, head, expected) in [
            ("image/png", PNG, Some("image/png")),
            (UNKNOWN, PNG, Some("image/png")),
            ("image/jpeg", PNG, None),
            ("text/plain", PNG, None),
            ("text/html", PNG, None),
            ("application/x-own", PNG, None),
            ("image/gif", b"GIF89a/*<script>alert(1)</script>", Some("image/gif")),
            ("text/html", b"GIF89a/*<script>alert(1)</script>", None),
            ("image/png", b"<html><script>alert(1)</script>", None),
            ("text/plain", b"<!-- x --><script>alert(1)</script>", None),
            ("text/html", b"\xef\xbb\xbf \n<!DOCTYPE html>", Some("text/html")),
            (UNKNOWN, b"<HTML>", Some("text/html")),
            ("image/svg+xml", b"<?xml version='1.0'?><!-- a --><svg xmlns='x'/>", Some(SVG)),
            ("image/svg+xml", b"<!-- a --><svg>", Some(SVG)),
            ("image/svg+xml", b"<svgx>", None),
            ("image/svg+xml", b"plain", None),
            ("text/xml", b"<?xml version='1.0'?><a/>", Some("text/xml")),
            ("application/atom+xml", b"<?xml version='1.0'?><feed/>", Some("application/atom+xml")),
            ("application/xhtml+xml", b"<?xml version='1.0'?><feed/>", None),
            ("text/csv", b"a;b\n1;2\n", Some("text/csv")),
            ("text/csv", b"a\0b", None),
            ("application/json", b"{\"a\":1}", Some("application/json")),
            ("application/json", b"\xff\xfe\x01", None),
            ("application/pdf", b"%PDF-1.7\n", Some("application/pdf")),
            ("application/pdf", b"hello", None),
            ("application/zip", b"MZ\x90\0", None),
            ("application/epub+zip", b"PK\x03\x04\x14\0\0\0\0\0", Some("application/epub+zip")),
            ("image/png", b"PK\x03\x04\x14\0\0\0\0\0", None),
            ("font/woff2", b"wOF2\0\x01\0\0", Some("font/woff2")),
            ("audio/mpeg", b"ID3\x04\0", Some("audio/mpeg")),
            ("image/x-unheard-of", b"whatever", None),
            ("application/x-own", b"\x01\x02", Some("application/x-own")),
            (UNKNOWN, b"\x01\x02", Some(UNKNOWN)),
            (UNKNOWN, "gr\u{fc}n".as_bytes(), Some("text/plain")),
            ("text/plain", &"gr\u{fc}".as_bytes()[..3], Some("text/plain")),
        ] {
            let name = format!("{declared} {}", head.escape_ascii());
            assert_eq!(agree(declared, head).ok().as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn only_what_cannot_act_is_shown() {
        for (media_type, expected) in [
            ("image/png", Shown::Inline),
            ("video/mp4", Shown::Inline),
            ("image/svg+xml", Shown::Sandboxed),
            ("application/pdf", Shown::Viewer),
            ("text/html", Shown::Attachment),
            ("application/xhtml+xml", Shown::Attachment),
            ("text/xml", Shown::Attachment),
            ("text/plain", Shown::Attachment),
            (UNKNOWN, Shown::Attachment),
        ] {
            assert_eq!(shown(media_type), expected, "{media_type}");
        }
    }

    #[test]
    fn declared_types_are_put_into_one_form() {
        for (text, expected) in [
            ("image/png", Some("image/png")),
            ("IMAGE/JPG; q=1", Some("image/jpeg")),
            ("text/plain;charset=utf-8", Some("text/plain")),
            ("png", None),
            ("image/", None),
            ("a/b/c", None),
            ("text/html\r\nx: y", None),
            ("", None),
        ] {
            assert_eq!(parse(text).as_deref(), expected, "{text}");
        }
    }
}
