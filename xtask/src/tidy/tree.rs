//! The source tree as text: Rust files, manifests and Markdown pages.

use std::ffi::OsStr;
use std::path::Path;

use super::lexer::{self, Span};

/// Folders that hold no source.
const SKIPPED: [&str; 4] = ["target", ".git", "xqr-data", "node_modules"];

/// A file of the tree.
pub(crate) struct SourceFile {
    /// The path from the root, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
    /// The parts of a Rust file; empty for other files.
    pub(crate) spans: Vec<Span>,
}

/// The files, sorted by path.
pub(crate) struct Tree {
    pub(crate) files: Vec<SourceFile>,
}

/// A place where a rule is broken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    /// The path of the file or folder.
    pub(crate) path: String,
    /// The line, from 1; 0 for the whole file or folder.
    pub(crate) line: usize,
    pub(crate) message: String,
}

impl Tree {
    /// Reads the tree below `root`.
    pub(crate) fn read(root: &Path) -> std::io::Result<Self> {
        let mut files = Vec::new();
        read_folder(root, "", &mut files)?;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self { files })
    }

    /// Returns the Rust files.
    pub(crate) fn rust(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter().filter(|file| file.is_rust())
    }

    /// Returns the file at `path`.
    pub(crate) fn find(&self, path: &str) -> Option<&SourceFile> {
        self.files.iter().find(|file| file.path == path)
    }

    /// Returns the folders of the packages: `crates/NAME`, `bins/NAME` and `xtask`.
    pub(crate) fn packages(&self) -> Vec<&str> {
        let manifests = self.files.iter().filter_map(|file| file.path.strip_suffix("/Cargo.toml"));
        manifests.collect()
    }
}

impl SourceFile {
    pub(crate) fn new(path: &str, text: String) -> Self {
        let spans = if path.ends_with(".rs") { lexer::spans(&text) } else { Vec::new() };
        Self { path: path.to_owned(), text, spans }
    }

    pub(crate) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Returns whether the file is compiled for tests, benchmarks or examples only.
    pub(crate) fn is_test(&self) -> bool {
        let test =
            |part: &str| ["tests", "tests.rs", "testing.rs", "benches", "examples"].contains(&part);
        self.path.split('/').any(test)
    }

    /// Returns the line of the byte at `offset`, from 1.
    pub(crate) fn line(&self, offset: usize) -> usize {
        1 + self.text.as_bytes()[..offset].iter().filter(|byte| **byte == b'\n').count()
    }

    /// Returns the code alone: comments, strings and `#[cfg(test)]` modules are blanks, so that
    /// offsets stay.
    pub(crate) fn code(&self) -> String {
        lexer::code(&self.text, &self.spans)
    }

    /// Reports a violation at the byte `offset`.
    pub(crate) fn violation(&self, offset: usize, message: impl Into<String>) -> Violation {
        let line = self.line(offset);
        Violation { path: self.path.clone(), line, message: message.into() }
    }
}

fn read_folder(folder: &Path, prefix: &str, files: &mut Vec<SourceFile>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let (name, kind) = (entry.file_name(), entry.file_type()?);
        let Some(name) = name.to_str() else { continue };
        let path = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}/{name}") };
        if kind.is_dir() {
            if !SKIPPED.contains(&name) {
                read_folder(&entry.path(), &path, files)?;
            }
        } else if kind.is_file() && is_source(Path::new(name)) {
            files.push(SourceFile::new(&path, std::fs::read_to_string(entry.path())?));
        }
    }
    Ok(())
}

fn is_source(name: &Path) -> bool {
    name.extension().and_then(OsStr::to_str).is_some_and(|end| ["rs", "toml", "md"].contains(&end))
}
