//! Which module uses which, from the `use` declarations and paths of a crate.

use std::collections::{BTreeMap, BTreeSet};

use super::lexer::is_word;
use super::tree::SourceFile;

/// The names of a module from the root of its crate.
pub(crate) type Path = Vec<String>;

/// A module that uses another.
pub(crate) struct Import {
    pub(crate) from: Path,
    pub(crate) to: Path,
    /// The file and line that do so.
    pub(crate) path: String,
    pub(crate) line: usize,
}

/// The modules of a crate.
pub(crate) struct Uses<'a> {
    files: Vec<(Path, &'a SourceFile, String)>,
    modules: BTreeSet<Path>,
    /// What a module exports from elsewhere: module and name, and the path behind it.
    exports: BTreeMap<(Path, String), Path>,
}

impl<'a> Uses<'a> {
    /// Reads the files of a crate below `source`.
    pub(crate) fn new(source: &str, files: &[&'a SourceFile]) -> Self {
        let files: Vec<_> = files
            .iter()
            .map(|file| (module(&file.path[source.len()..]), *file, file.code()))
            .collect();
        let modules = files.iter().map(|(module, ..)| module.clone()).collect();
        let mut uses = Self { files, modules, exports: BTreeMap::new() };
        let mut exports = BTreeMap::new();
        for (module, _, code) in &uses.files {
            for (_, path, name) in declarations(code) {
                if let Some(path) = uses.absolute(module, &path) {
                    exports.insert((module.clone(), name), path);
                }
            }
        }
        uses.exports = exports;
        uses
    }

    /// Returns whether a module has modules below it.
    pub(crate) fn has_children(&self, path: &Path) -> bool {
        self.modules.iter().any(|module| module.len() > path.len() && module.starts_with(path))
    }

    /// Returns every use of a module of the crate by another.
    pub(crate) fn imports(&self) -> Vec<Import> {
        let mut imports = Vec::new();
        for (module, file, code) in &self.files {
            let declared = declarations(code).into_iter().map(|(at, path, _)| (at, path));
            for (at, path) in declared.chain(inline(code)) {
                let to = self.absolute(module, &path).and_then(|path| self.resolve(path, 8));
                if let Some(to) = to.filter(|to| to != module) {
                    let (path, line) = (file.path.clone(), file.line(at));
                    imports.push(Import { from: module.clone(), to, path, line });
                }
            }
        }
        imports
    }

    /// Returns a path from the root of the crate; `None` for one of another crate.
    fn absolute(&self, module: &Path, path: &[String]) -> Option<Path> {
        let supers = path.iter().take_while(|part| *part == "super").count();
        let (base, rest) = match path.first()?.as_str() {
            "crate" => (&[][..], &path[1..]),
            "self" => (&module[..], &path[1..]),
            "super" => (module.get(..module.len().checked_sub(supers)?)?, &path[supers..]),
            first => {
                let child = [module.as_slice(), &[first.to_owned()]].concat();
                self.modules.contains(&child).then_some((&module[..], path))?
            }
        };
        Some([base, rest].concat())
    }

    /// Returns the module that has the item at a path, through at most `depth` re-exports.
    fn resolve(&self, path: Path, depth: usize) -> Option<Path> {
        let len = (0..=path.len()).rev().find(|len| self.modules.contains(&path[..*len]))?;
        let module = path[..len].to_vec();
        if let Some(name) = path.get(len)
            && let Some(target) = self.exports.get(&(module.clone(), name.clone()))
            && depth > 0
        {
            return self.resolve([target.as_slice(), &path[len + 1..]].concat(), depth - 1);
        }
        Some(module)
    }
}

/// Returns the module of a file, which is named from the source folder.
fn module(path: &str) -> Path {
    let mut parts: Path = path.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if matches!(parts.last().map(String::as_str), Some("lib" | "main" | "mod")) {
        parts.pop();
    }
    parts
}

/// Returns the paths that `use` declarations bind: offset, path and name.
fn declarations(code: &str) -> Vec<(usize, Path, String)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("use ") {
        if code[..at].chars().next_back().is_some_and(is_word) {
            continue;
        }
        let Some(end) = code[at..].find(';') else { continue };
        let tree: String = code[at + 4..at + end].split_whitespace().collect::<Vec<_>>().join(" ");
        expand(&[], &tree, &mut |path, name| found.push((at, path, name)));
    }
    found
}

/// Calls `bind` with each path of a tree of uses, and the name that it gets.
fn expand(prefix: &[String], tree: &str, bind: &mut impl FnMut(Path, String)) {
    let tree = tree.trim().trim_start_matches("::");
    if let Some(list) = tree.strip_prefix('{') {
        let list = list.strip_suffix('}').unwrap_or(list);
        let (mut depth, mut start) = (0, 0);
        for (i, c) in list.char_indices().chain([(list.len(), ',')]) {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    if !list[start..i].trim().is_empty() {
                        expand(prefix, &list[start..i], bind);
                    }
                    start = i + 1;
                }
                _ => {}
            }
        }
        return;
    }
    let head: String = tree.chars().take_while(|c| is_word(*c) || *c == '*').collect();
    let rest = tree[head.len()..].trim_start();
    let path = if head == "self" && !prefix.is_empty() || head == "*" {
        prefix.to_vec()
    } else {
        [prefix, std::slice::from_ref(&head)].concat()
    };
    match rest.strip_prefix("::") {
        Some(rest) => expand(&path, rest, bind),
        None => {
            let renamed = rest.strip_prefix("as ").map(str::trim);
            let name = renamed.or(path.last().map(String::as_str)).unwrap_or_default().to_owned();
            bind(path, name);
        }
    }
}

/// Returns the paths in expressions and types that begin with `crate` or `super`.
fn inline(code: &str) -> Vec<(usize, Path)> {
    let mut found = Vec::new();
    for root in ["crate::", "super::"] {
        for (at, _) in code.match_indices(root) {
            let before = &code[..at];
            if before.ends_with("::") || before.chars().next_back().is_some_and(is_word) {
                continue;
            }
            let path = code[at..]
                .split("::")
                .map(|part| part.chars().take_while(|c| is_word(*c)).collect::<String>());
            let mut parts: Path = Vec::new();
            for part in path.take_while(|part| !part.is_empty()) {
                let whole = code[at..].len() > parts.iter().map(|p| p.len() + 2).sum::<usize>();
                parts.push(part);
                let end = at + parts.iter().map(|part| part.len() + 2).sum::<usize>() - 2;
                if !whole || !code[end..].starts_with("::") {
                    break;
                }
            }
            found.push((at, parts));
        }
    }
    found
}
