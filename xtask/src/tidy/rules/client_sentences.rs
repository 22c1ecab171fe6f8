//! Sentences for clients are written in the catalogue alone: outside xqr-errors the fields of a
//! condition have names of fields and values, no prose.

use super::super::lexer::{Kind, closing, is_word};
use super::super::tree::{Tree, Violation};

pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in tree.rust() {
        if file.is_test() || file.path.starts_with("crates/xqr-errors/") {
            continue;
        }
        let code = file.code();
        for (at, name) in code.match_indices("Condition::") {
            let rest = &code[at + name.len()..];
            let Some(variant) = rest.find(|c| !is_word(c)) else { continue };
            let fields = rest[variant..].trim_start();
            if !fields.starts_with('{') {
                continue;
            }
            let open = code.len() - fields.len();
            let end = closing(&code, open);
            let literals = file.spans.iter().filter(|span| {
                span.kind == Kind::Literal && open < span.range.start && span.range.end <= end
            });
            for literal in literals {
                let text = &file.text[literal.range.clone()];
                if text.contains(' ') && text.contains(char::is_alphabetic) {
                    let message = format!("{text} belongs into the catalogue");
                    violations.push(file.violation(literal.range.start, message));
                }
            }
        }
    }
    violations
}
