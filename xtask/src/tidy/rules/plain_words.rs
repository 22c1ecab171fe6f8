//! Comments, documentation and strings use the terms of the field and plain English.

use super::super::lexer::is_word;
use super::super::tree::{SourceFile, Tree, Violation};

/// Words and phrases that must not occur: pronouns that hide the subject, and private names for
/// things that have a term. For example, a `desk` is a
/// pool, a `tally` is daily statistics, a `fault` is an error response.
const WORDS: [&str; 25] = [
    "a text",
    "as much as is",
    "desk",
    "fault",
    "for who",
    "guest",
    "habits",
    "moment",
    "moments",
    "nobody",
    "pieces",
    "salts",
    "shelf",
    "somebody",
    "strangers",
    "tally",
    "tell",
    "telling",
    "tells",
    "told",
    "truth value",
    "what nobody",
    "whoever",
    "wish",
    "wishes",
];

/// Nouns that make a standard term of "a text": a text message, a text field.
const TERMS: [&str; 2] = ["message", "field"];

/// Files that must name the words.
const EXEMPT: &str = "xtask/src/tidy/";

pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in &tree.files {
        if file.path.starts_with(EXEMPT) {
            continue;
        }
        for (offset, prose) in prose(file) {
            let lower = prose.to_ascii_lowercase();
            for word in WORDS {
                for (at, _) in lower.match_indices(word) {
                    let before = lower[..at].chars().next_back();
                    let after = lower[at + word.len()..].chars().next();
                    let is_part = before.is_some_and(is_word) || after.is_some_and(is_word);
                    let is_quoted = before == after && before.is_some_and(|c| "`\"".contains(c));
                    let rest = lower[at + word.len()..].trim_start();
                    let is_term = TERMS.iter().any(|term| rest.starts_with(term));
                    if !(is_part || is_quoted || word == "a text" && is_term) {
                        violations.push(file.violation(offset + at, format!("\"{word}\"")));
                    }
                }
            }
        }
    }
    violations
}

/// Returns the parts of a file that people read, with their offsets.
fn prose(file: &SourceFile) -> Vec<(usize, &str)> {
    if file.path.ends_with(".md") {
        return vec![(0, &file.text)];
    }
    if file.is_rust() {
        let spans = file.spans.iter();
        return spans.map(|span| (span.range.start, &file.text[span.range.clone()])).collect();
    }
    let mut offset = 0;
    let mut comments = Vec::new();
    for line in file.text.split_inclusive('\n') {
        if let Some(at) = line.find('#') {
            comments.push((offset + at, &line[at..]));
        }
        offset += line.len();
    }
    comments
}
