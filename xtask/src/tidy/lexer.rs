//! Rust source split into code, comments and string literals. It is no parser: it knows enough to
//! say which of the three a byte belongs to.

use std::ops::Range;

/// What a part of a source file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A line or block comment, documentation included.
    Comment,
    /// A string literal with its quotes.
    Literal,
}

/// A comment or a literal. What lies between spans is code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) kind: Kind,
    pub(crate) range: Range<usize>,
}

/// Returns the comments and literals of `source`, in order.
pub(crate) fn spans(source: &str) -> Vec<Span> {
    let bytes = source.as_bytes();
    let mut spans = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &source[at..];
        let (kind, len) = if rest.starts_with("//") {
            (Some(Kind::Comment), rest.find('\n').unwrap_or(rest.len()))
        } else if rest.starts_with("/*") {
            (Some(Kind::Comment), block_comment(rest))
        } else if rest.starts_with('"') {
            (Some(Kind::Literal), quoted(rest))
        } else if rest.starts_with('\'') {
            (None, character(rest))
        } else if rest.starts_with(is_word) {
            let word = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            match raw_string(&rest[..word], &rest[word..]) {
                Some(literal) => (Some(Kind::Literal), word + literal),
                None => (None, word),
            }
        } else {
            (None, rest.chars().next().map_or(1, char::len_utf8))
        };
        if let Some(kind) = kind {
            spans.push(Span { kind, range: at..at + len });
        }
        at += len;
    }
    spans
}

/// Returns `source` with blanks in place of `spans` and of modules for tests.
pub(crate) fn code(source: &str, spans: &[Span]) -> String {
    let mut bytes = source.as_bytes().to_vec();
    for span in spans {
        blank(&mut bytes[span.range.clone()]);
    }
    let mut code = String::from_utf8(bytes).expect("whole spans became blanks");
    let marker = "#[cfg(test)]";
    let mut from = 0;
    while let Some(start) = code[from..].find(marker).map(|found| from + found) {
        let after = start + marker.len();
        let end = item_end(&code, after);
        let mut bytes = code.into_bytes();
        blank(&mut bytes[start..end]);
        code = String::from_utf8(bytes).expect("whole items became blanks");
        from = end;
    }
    code
}

/// Returns where the item at `from` ends: after its `;`, or after the brace that closes it.
fn item_end(code: &str, from: usize) -> usize {
    match code[from..].find([';', '{']).map(|found| from + found) {
        Some(open) if code.as_bytes()[open] == b'{' => closing(code, open) + 1,
        Some(semicolon) => semicolon + 1,
        None => code.len(),
    }
}

/// Returns where the brace that opens at `open` closes; the last byte if it does not.
pub(crate) fn closing(code: &str, open: usize) -> usize {
    let mut depth = 0_usize;
    for (i, byte) in code.bytes().enumerate().skip(open) {
        match byte {
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return i;
                }
            }
            _ => {}
        }
    }
    code.len() - 1
}

/// Returns whether `c` may be part of an identifier.
pub(crate) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn blank(bytes: &mut [u8]) {
    bytes.iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        let here = &rest.as_bytes()[at..];
        if here.starts_with(b"/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if here.starts_with(b"*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

fn quoted(rest: &str) -> usize {
    let mut escaped = false;
    for (i, byte) in rest.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return i + 1,
            _ => {}
        }
    }
    rest.len()
}

/// Returns the length of a character literal, or of the quote alone before a lifetime.
fn character(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), Some((second, _))) => {
            let tail = &rest[second + 1..];
            tail.find('\'').map_or(rest.len(), |end| second + 1 + end + 1)
        }
        (Some(_), Some((second, '\''))) => second + 1,
        _ => 1,
    }
}

/// Returns the length of a literal after the prefix `word`: `r"…"`, `br#"…"#`, `c"…"`.
fn raw_string(word: &str, rest: &str) -> Option<usize> {
    match word {
        "b" | "c" => rest.starts_with('"').then(|| quoted(rest)),
        "r" | "br" | "cr" => {
            let hashes = rest.len() - rest.trim_start_matches('#').len();
            let body = rest[hashes..].strip_prefix('"')?;
            let end = format!("\"{}", &rest[..hashes]);
            Some(body.find(&end).map_or(rest.len(), |found| hashes + 1 + found + end.len()))
        }
        _ => None,
    }
}
