//! JSON strings, written as RFC 8259 section 7 asks. A body has so few shapes that a JSON library
//! is not worth a dependency.

use std::fmt::Write as _;

/// Returns `text` as a JSON string with its quotes.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\0'..'\u{20}' => {
                write!(out, "\\u{:04x}", u32::from(c)).expect("a String accepts every write");
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
