//! Content lines, which vCard (RFC 2425 section 5.8) and iCalendar (RFC 5545 section 3.1) share.

use super::complaints::is_break;

/// The largest number of octets of a line without its line break.
const WIDTH: usize = 75;

/// An object between `BEGIN` and `END`. Its lines end in CRLF and fold beyond 75 octets.
pub(crate) struct Lines {
    kind: &'static str,
    text: String,
}

impl Lines {
    pub(crate) fn begin(kind: &'static str) -> Self {
        let mut lines = Self { kind, text: String::new() };
        lines.raw("BEGIN", kind);
        lines
    }

    /// Adds one line per value, escaped.
    pub(crate) fn strings<'a>(
        &mut self,
        property: &str,
        values: impl IntoIterator<Item = &'a String>,
    ) {
        values.into_iter().for_each(|value| self.raw(property, &escape(value)));
    }

    /// Adds one line per value, unescaped: a URI has no escapes.
    pub(crate) fn uris<'a>(
        &mut self,
        property: &str,
        values: impl IntoIterator<Item = &'a String>,
    ) {
        values.into_iter().for_each(|value| self.raw(property, value));
    }

    /// Adds a line whose value is in its final form.
    pub(crate) fn raw(&mut self, property: &str, value: &str) {
        let line = format!("{property}:{value}");
        let (mut rest, mut room) = (line.as_str(), WIDTH);
        while rest.len() > room {
            let (head, tail) = rest.split_at(fold_point(rest, room));
            self.text.push_str(head);
            self.text.push_str("\r\n ");
            (rest, room) = (tail, WIDTH - 1);
        }
        self.text.push_str(rest);
        self.text.push_str("\r\n");
    }

    pub(crate) fn end(mut self) -> String {
        self.raw("END", self.kind);
        self.text
    }
}

/// Escapes a string: RFC 2426 section 4, RFC 5545 section 3.3.11. Any line break becomes `\n`.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").chars() {
        match c {
            '\\' | ';' | ',' => escaped.extend(['\\', c]),
            c if is_break(c) => escaped.push_str("\\n"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Finds where to break `line` after at most `room` octets: not inside of a character, nor of an
/// escape, because ZXing looks for escapes before it unfolds.
fn fold_point(line: &str, room: usize) -> usize {
    let in_escape =
        |at| line[..at].bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1;
    (1..=room)
        .rev()
        .find(|at| line.is_char_boundary(*at) && !in_escape(*at))
        .expect("a character has at most four octets")
}
