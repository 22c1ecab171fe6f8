//! Lines of Rust have at most 100 characters, comments included. A line may be longer if all that
//! is beyond belongs to one string literal.

use super::super::lexer::Kind;
use super::super::tree::{SourceFile, Tree, Violation};

/// The most characters of a line.
const MOST: usize = 100;

pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in tree.rust() {
        let mut start = 0;
        for line in file.text.split_inclusive('\n') {
            let text = line.trim_end();
            let width = text.chars().count();
            if width > MOST && !ends_in_literal(file, start, text) {
                violations.push(file.violation(start, format!("{width} characters")));
            }
            start += line.len();
        }
    }
    violations
}

/// Returns whether a literal covers what is beyond the width, but for the punctuation behind it.
fn ends_in_literal(file: &SourceFile, start: usize, line: &str) -> bool {
    let edge = start + line.char_indices().nth(MOST).map_or(line.len(), |(at, _)| at);
    let end = start + line.trim_end_matches([',', ';', ')', ']', '}', '?', ' ']).len();
    file.spans.iter().any(|span| {
        span.kind == Kind::Literal
            && span.range.start < edge
            && end <= span.range.end.max(edge)
            && edge < span.range.end
    })
}
