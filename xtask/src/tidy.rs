//! `cargo xtask tidy`: the rules of the source tree that no compiler checks.
//!
//! Each rule reads the tree as text and has a file of its own in `tidy/rules`. `baseline.txt`
//! counts the violations that remain for each file; a count may only shrink.

mod baseline;
mod dialects;
mod lexer;
mod rules;
#[cfg(test)]
mod tests;
mod tree;
mod uses;

use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::Args;

use self::baseline::Baseline;
use self::rules::RULES;
use self::tree::Tree;

/// Where the baseline is, from the root of the tree.
const BASELINE: &str = "xtask/src/tidy/baseline.txt";

#[derive(Args)]
pub(crate) struct Tidy {
    /// Compile the workspace and its tests without each dialect, or without this one
    #[arg(long, value_name = "DIALECT", num_args = 0..=1, default_missing_value = "")]
    dialects: Option<String>,
    /// Lower the baseline to the violations that remain; files may have moved, totals must not grow
    #[arg(long, conflicts_with = "dialects")]
    shrink: bool,
    /// Print the violations that the baseline covers, too
    #[arg(long, conflicts_with = "dialects")]
    all: bool,
}

impl Tidy {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let root = root();
        if let Some(dialect) = self.dialects {
            return dialects::check(&root, &dialect);
        }
        let tree = Tree::read(&root)?;
        let path = root.join(BASELINE);
        let known = Baseline::parse(&std::fs::read_to_string(&path).unwrap_or_default())?;
        let found: Vec<_> = RULES.iter().map(|rule| (rule.name, (rule.check)(&tree))).collect();
        let now = Baseline::count(&found);
        if self.shrink {
            let grown = known.grown_rules(&now);
            if path.exists() && !grown.is_empty() {
                bail!("more violations than before: {}", grown.join(", "));
            }
            std::fs::write(path, now.to_string())?;
            return Ok(());
        }
        let empty = Baseline::default();
        let new = now.beyond(if self.all { &empty } else { &known }, &found);
        for line in &new {
            println!("{line}");
        }
        if !self.all && !new.is_empty() {
            bail!("{} violations of the rules in xtask/src/tidy/rules", new.len());
        }
        if now != known && !self.all {
            println!("fewer violations than in {BASELINE}: run `cargo xtask tidy --shrink`");
        }
        Ok(())
    }
}

/// Returns the names of the dialects, as their crates are called after `xqr-`.
pub(crate) fn dialects() -> anyhow::Result<Vec<String>> {
    Ok(rules::dialect_names::dialects(&Tree::read(&root())?))
}

/// Returns the root of the source tree.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
