//! The rules, each in a file of its own.

mod ambient_inputs;
mod circles;
mod client_sentences;
pub(super) mod dialect_names;
mod folders;
mod line_width;
mod plain_words;
mod reserved_segments;

use super::tree::{Tree, Violation};

/// A rule.
pub(crate) struct Rule {
    /// Its name, as messages and the baseline show it.
    pub(crate) name: &'static str,
    /// Returns the violations.
    pub(crate) check: fn(&Tree) -> Vec<Violation>,
}

/// Every rule. One more compiles: `cargo xtask tidy --dialects`.
pub(crate) const RULES: &[Rule] = &[
    Rule { name: "dialect-names", check: dialect_names::check },
    Rule { name: "circles", check: circles::check },
    Rule { name: "folders", check: folders::check },
    Rule { name: "plain-words", check: plain_words::check },
    Rule { name: "reserved-segments", check: reserved_segments::check },
    Rule { name: "client-sentences", check: client_sentences::check },
    Rule { name: "line-width", check: line_width::check },
    Rule { name: "ambient-inputs", check: ambient_inputs::check },
];
