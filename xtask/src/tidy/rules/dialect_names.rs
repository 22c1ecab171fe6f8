//! The name of a dialect occurs only in its crate, in the catalogue of errors, in the key formats,
//! in the plans, where the server is composed, in tests and in documents.

use super::super::lexer::is_word;
use super::super::tree::{SourceFile, Tree, Violation};

/// Where dialects are named on purpose.
const ALLOWED: [&str; 5] = [
    "bins/xqr-server/",
    "crates/xqr-errors/",
    "crates/xqr-auth/src/api_key",
    "xtask/consumer/",
    "xtask/src/tidy/",
];

/// Names that are English words, too: they count only as the name of the crate.
const ENGLISH: [&str; 1] = ["native"];

pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    let names = dialects(tree);
    let mut violations = Vec::new();
    for file in &tree.files {
        let own = |name: &&str| !file.path.starts_with(&format!("crates/xqr-{name}/"));
        if !is_checked(file) {
            continue;
        }
        let foreign: Vec<&str> = names.iter().map(String::as_str).filter(own).collect();
        for (offset, word) in words(&file.text) {
            if let Some(name) = foreign.iter().find(|name| names_it(word, name)) {
                violations
                    .push(file.violation(offset, format!("`{word}` names the dialect {name}")));
            }
        }
        if file.path.starts_with("crates/xqr-native/") {
            continue;
        }
        for (offset, name) in file.text.match_indices("::Xqr") {
            violations.push(file.violation(offset, format!("`{name}` names the dialect native")));
        }
    }
    // An inline module of tests may name dialects.
    let is_code = |violation: &Violation| {
        let file = tree.find(&violation.path);
        file.is_none_or(|file| !file.is_rust() || !in_tests(file, violation.line))
    };
    violations.retain(is_code);
    violations
}

/// Returns the names of the dialects that the server registers.
pub(crate) fn dialects(tree: &Tree) -> Vec<String> {
    let Some(server) = tree.find("bins/xqr-server/src/lib.rs") else { return Vec::new() };
    let code = server.code();
    let paths = code.match_indices("::DIALECT").filter_map(|(end, _)| {
        let name = code[..end].rsplit(|c| !is_word(c)).next()?;
        name.strip_prefix("xqr_").map(str::to_owned)
    });
    let mut names: Vec<String> = paths.collect();
    names.dedup();
    names
}

fn is_checked(file: &SourceFile) -> bool {
    let path = file.path.as_str();
    let kind = file.is_rust() || path.ends_with("/Cargo.toml");
    let part = path.starts_with("crates/") || path.starts_with("xtask/");
    kind && part && !file.is_test() && !ALLOWED.iter().any(|allowed| path.starts_with(allowed))
}

/// Returns the words of `text` with their offsets; a hyphen joins, so that `xqr-NAME` is one.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let start = text.as_ptr() as usize;
    text.split(|c| !is_word(c) && c != '-')
        .filter(|word| !word.is_empty())
        .map(move |word| (word.as_ptr() as usize - start, word))
}

/// Returns whether a part of an identifier is `name`: `hub_codes`, `HubKey` and `xqr-hub` name the
/// hub, `GitHub` does not.
fn names_it(word: &str, name: &str) -> bool {
    if word.eq_ignore_ascii_case("github") {
        return false;
    }
    if ENGLISH.contains(&name) {
        return word.replace('-', "_").starts_with(&format!("xqr_{name}"));
    }
    let mut part = String::new();
    let mut last = '_';
    for c in word.chars().chain(['_']) {
        if c == '_' || c == '-' || (c.is_uppercase() && last.is_lowercase()) {
            if part == name {
                return true;
            }
            part.clear();
        }
        if c != '_' && c != '-' {
            part.extend(c.to_lowercase());
        }
        last = c;
    }
    false
}

/// Returns whether a line belongs to an inline module of tests.
fn in_tests(file: &SourceFile, line: usize) -> bool {
    let Some(start) = file.text.find("#[cfg(test)]\nmod ") else { return false };
    let opens = file.text[start..].find(['{', ';']).map(|found| start + found);
    opens.is_some_and(|at| file.text.as_bytes()[at] == b'{') && line >= file.line(start)
}
