//! No custom slug can be the first path segment of a route: each such segment is in the reserved
//! words of the engine, or shorter than a slug.

use super::super::lexer::{Kind, closing};
use super::super::tree::{SourceFile, Tree, Violation};

/// Where slugs are checked.
const SLUGS: &str = "crates/xqr-engine/src/destinations/slug.rs";

/// The length of the shortest custom slug.
const SHORTEST: usize = 3;

/// The functions that mount a prefix, in any crate.
const PREFIXES: [&str; 2] = ["scope(", "below("];

/// The functions that mount a path; those of dialects are below a prefix.
const PATHS: [&str; 2] = ["readable(", "resource("];

pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    let reserved = tree.find(SLUGS).map(reserved).unwrap_or_default();
    let mut violations = Vec::new();
    for file in tree.rust().filter(|file| file.path.starts_with("crates/") && !file.is_test()) {
        let code = file.code();
        let public = file.path.starts_with("crates/xqr-public/");
        let paths = if public { &PATHS[..] } else { &[] };
        for mount in PREFIXES.iter().chain(paths) {
            for (at, _) in code.match_indices(mount) {
                let Some(path) = literal_at(file, at + mount.len()) else { continue };
                let segment = path.strip_prefix('/').unwrap_or(path).split('/').next();
                let segment = segment.unwrap_or_default();
                let free = segment.len() < SHORTEST
                    || segment.starts_with('{')
                    || reserved.contains(&segment);
                if !free {
                    let message =
                        format!("a custom slug could be `{segment}`: reserve it in {SLUGS}");
                    violations.push(file.violation(at, message));
                }
            }
        }
    }
    violations
}

/// Returns the reserved words: the literals of `RESERVED` and of `is_reserved`.
fn reserved(file: &SourceFile) -> Vec<&str> {
    let code = file.code();
    let list = code
        .find("const RESERVED")
        .map(|at| at..code[at..].find(';').map_or(code.len(), |end| at + end));
    let function = code.find("fn is_reserved").and_then(|at| {
        let open = at + code[at..].find('{')?;
        Some(open..closing(&code, open))
    });
    let inside =
        |at: usize| [&list, &function].into_iter().flatten().any(|range| range.contains(&at));
    let literals = file.spans.iter().filter(|span| span.kind == Kind::Literal);
    literals
        .filter(|span| inside(span.range.start))
        .map(|span| file.text[span.range.clone()].trim_matches('"'))
        .collect()
}

/// Returns the string literal that begins at `offset`.
fn literal_at(file: &SourceFile, offset: usize) -> Option<&str> {
    let span = file.spans.iter().find(|span| span.range.start == offset)?;
    (span.kind == Kind::Literal).then(|| file.text[span.range.clone()].trim_matches('"'))
}
