//! The folders of a crate depend on each other in one direction. A module's root `x.rs` belongs to
//! `x/`; a file at the top of a crate counts as a folder. The crate's root files use all others.

use std::collections::{BTreeMap, BTreeSet};

use super::super::tree::{SourceFile, Tree, Violation};
use super::super::uses::{Path, Uses};

/// Modules that use all others by their nature.
const ROOTS: [&str; 4] = ["lib", "main", "app", "testing"];

/// An arrow between two folders, with the line that draws it.
type Arrows = BTreeMap<(Path, Path), (String, usize)>;

pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for package in tree.packages() {
        let source = format!("{package}/src/");
        let files: Vec<&SourceFile> =
            tree.rust().filter(|file| file.path.starts_with(&source) && !file.is_test()).collect();
        let uses = Uses::new(&source, &files);
        let mut levels: BTreeMap<Path, Arrows> = BTreeMap::new();
        for import in uses.imports() {
            let (from, to) = (&import.from, &import.to);
            let shared = from.iter().zip(to).take_while(|(a, b)| a == b).count();
            if shared == from.len() || shared == to.len() {
                continue;
            }
            let ends = (from[..=shared].to_vec(), to[..=shared].to_vec());
            let is_root = |path: &Path| path.len() == 1 && ROOTS.contains(&path[0].as_str());
            if !is_root(&ends.0) && !is_root(&ends.1) {
                let arrows = levels.entry(from[..shared].to_vec()).or_default();
                arrows.entry(ends).or_insert((import.path.clone(), import.line));
            }
        }
        for (level, arrows) in levels {
            let is_folder = |path: &Path| level.is_empty() || uses.has_children(path);
            violations.extend(circles(&arrows, is_folder));
        }
    }
    violations
}

/// Returns a violation for each arrow between folders that reach each other.
fn circles(arrows: &Arrows, is_folder: impl Fn(&Path) -> bool) -> Vec<Violation> {
    let reachable = |start: &Path| {
        let (mut seen, mut next) = (BTreeSet::new(), vec![start.clone()]);
        while let Some(here) = next.pop() {
            for (_, to) in arrows.keys().filter(|(from, _)| *from == here) {
                if seen.insert(to.clone()) {
                    next.push(to.clone());
                }
            }
        }
        seen
    };
    let closed = arrows.iter().filter(|((from, to), _)| {
        (is_folder(from) || is_folder(to)) && reachable(to).contains(from)
    });
    closed
        .map(|((from, to), (path, line))| {
            let (from, to) = (from.join("::"), to.join("::"));
            let message = format!("{from} uses {to}, which uses {from}");
            Violation { path: path.clone(), line: *line, message }
        })
        .collect()
}
