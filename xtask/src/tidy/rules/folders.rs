//! A folder has at most twelve files, and the name of a file is unique in its crate, but for the
//! resources of dialects. A module's root `x.rs` beside `x/` counts for `x/`.

use std::collections::{BTreeMap, BTreeSet};

use super::super::tree::{Tree, Violation};
use super::dialect_names::dialects;

/// The most files of a folder.
const MOST: usize = 12;

/// Names that say a role, not a subject.
const ROLES: [&str; 5] = ["lib", "main", "mod", "tests", "build"];

pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    let folder_of = |path: &str| path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let folders: BTreeSet<String> = tree.rust().map(|file| folder_of(&file.path)).collect();
    let mut files: BTreeMap<String, usize> = BTreeMap::new();
    let mut names: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    let packages = tree.packages();
    let dialects = dialects(tree);
    let is_dialect = |package: &str| {
        dialects.iter().any(|name| package.strip_prefix("crates/xqr-") == Some(name.as_str()))
    };
    for file in tree.rust() {
        let module = file.path.trim_end_matches(".rs");
        let folder = if folders.contains(module) { module.to_owned() } else { folder_of(module) };
        *files.entry(folder).or_default() += 1;
        let package = packages.iter().find(|name| file.path.starts_with(&format!("{name}/src/")));
        let name = module.rsplit('/').next().unwrap_or_default();
        if let Some(package) = package.filter(|package| !is_dialect(package))
            && !ROLES.contains(&name)
        {
            names.entry((package, name)).or_default().push(&file.path);
        }
    }
    let crowded = files.into_iter().filter(|(_, count)| *count > MOST).map(|(path, count)| {
        let message = format!("{count} files; at most {MOST}: group them by subject");
        Violation { path, line: 0, message }
    });
    let twins = names.into_values().filter(|paths| paths.len() > 1).map(|paths| {
        let message = format!("another file has the same name: {}", paths[0]);
        Violation { path: paths[1].to_owned(), line: 0, message }
    });
    crowded.chain(twins).collect()
}
