//! The workspace without a dialect: a copy of the tree, from which the dialect's crate, its lines
//! in the manifests, its entry in the server and the folder of its tests are removed, still
//! compiles.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, bail, ensure};

use super::rules::dialect_names::dialects;
use super::tree::Tree;

/// Folders that the copy lacks.
const SKIPPED: [&str; 3] = ["target", ".git", "xqr-data"];

/// Compiles the workspace and its tests without each dialect, or without `only`.
pub(super) fn check(root: &Path, only: &str) -> anyhow::Result<()> {
    let names = dialects(&Tree::read(root)?);
    ensure!(only.is_empty() || names.iter().any(|name| name == only), "no dialect `{only}`");
    let target = root.canonicalize()?.join("target");
    let mut failed = Vec::new();
    for name in names.iter().filter(|name| only.is_empty() || *name == only) {
        let start = Instant::now();
        // Always the same path, so that cargo finds what it compiled for the last dialect.
        let copy = target.join("tidy/tree");
        if copy.exists() {
            std::fs::remove_dir_all(&copy)?;
        }
        copy_without(root, &copy, name)?;
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let status = Command::new(cargo)
            .args(["check", "--workspace", "--all-targets", "--offline", "--quiet"])
            .current_dir(&copy)
            .env("CARGO_TARGET_DIR", &target)
            .status()?;
        let outcome = if status.success() { "compiles" } else { "does not compile" };
        println!("without {name}: {outcome} ({} s)", start.elapsed().as_secs());
        if !status.success() {
            failed.push(name.as_str());
        }
    }
    if failed.is_empty() { Ok(()) } else { bail!("does not compile without {}", failed.join(", ")) }
}

/// Copies the tree without a dialect.
pub(super) fn copy_without(root: &Path, copy: &Path, name: &str) -> anyhow::Result<()> {
    copy_folder(root, copy)?;
    remove(copy, name).with_context(|| format!("cannot remove {name}"))?;
    edit(&copy.join("Cargo.toml"), set_apart)
}

/// Copies a folder with the times of its files, by which cargo sees what changed.
fn copy_folder(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let (name, kind) = (entry.file_name(), entry.file_type()?);
        if SKIPPED.iter().any(|skipped| name == *skipped) {
            continue;
        }
        let target = to.join(&name);
        if kind.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else if kind.is_symlink() {
            std::os::unix::fs::symlink(std::fs::read_link(entry.path())?, &target)?;
        } else if kind.is_file() {
            std::fs::copy(entry.path(), &target)?;
            std::fs::File::options()
                .write(true)
                .open(&target)?
                .set_modified(entry.metadata()?.modified()?)?;
        }
    }
    Ok(())
}

/// Gives the packages of the copy a version of their own. Cargo tells packages of the same name and
/// the same path in their workspace apart by it, so the copy shares the folder of the compiled
/// dependencies. Tests of the dialects that remain name the feature of the one that is gone.
fn set_apart(manifest: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    manifest.replace(&format!("\"{version}\""), &format!("\"{version}-copy\"")).replace(
        "[workspace.lints.rust]\n",
        "[workspace.lints.rust]\nunexpected_cfgs = \"allow\"\n",
    )
}

/// Removes a dialect from the tree at `root`, as ARCHITECTURE.md says how.
pub(super) fn remove(root: &Path, name: &str) -> anyhow::Result<()> {
    std::fs::remove_dir_all(root.join(format!("crates/xqr-{name}")))?;
    for manifest in manifests(root)? {
        edit(&manifest, |text| without(text, name))?;
    }
    edit(&root.join("bins/xqr-server/src/lib.rs"), |text| {
        let entry = format!("xqr_{name}::DIALECT");
        let feature = format!("#[cfg(feature = \"{name}\")]");
        let entry = |line: &str| line.trim().trim_end_matches(',') == entry;
        text.split_inclusive('\n').filter(|line| !entry(line) && line.trim() != feature).collect()
    })?;
    let tests = root.join("bins/xqr-server/tests/it");
    for test in [tests.join(name), tests.join(format!("{name}.rs"))] {
        if test.is_dir() {
            std::fs::remove_dir_all(test)?;
        } else if test.exists() {
            std::fs::remove_file(test)?;
        }
    }
    edit(&tests.join("main.rs"), |text| {
        let declaration = format!("mod {name};");
        text.split_inclusive('\n').filter(|line| line.trim() != declaration).collect()
    })
}

/// Returns a manifest without a dialect: without the lines of its crate and of its feature, and
/// without the feature among the defaults.
fn without(manifest: &str, name: &str) -> String {
    let (package, feature) = (format!("xqr-{name}"), format!("\"{name}\""));
    let mut kept = String::new();
    for line in manifest.split_inclusive('\n') {
        let key = line.split(['.', ' ', '=']).next().unwrap_or_default();
        let is_feature = key == name && line.contains(&format!("dep:{package}"));
        if key == package || is_feature {
            continue;
        }
        match (key, line.split_once('[')) {
            ("default", Some((start, features))) => {
                let features = features.split(']').next().unwrap_or_default();
                let features = features.split(", ").filter(|known| *known != feature);
                kept += &format!("{start}[{}]\n", features.collect::<Vec<_>>().join(", "));
            }
            _ => kept += line,
        }
    }
    kept
}

/// Returns the manifests of the workspace and of its packages.
fn manifests(root: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut manifests = vec![root.join("Cargo.toml"), root.join("xtask/Cargo.toml")];
    for folder in ["crates", "bins"] {
        for entry in std::fs::read_dir(root.join(folder))? {
            manifests.push(entry?.path().join("Cargo.toml"));
        }
    }
    manifests.retain(|manifest| manifest.exists());
    Ok(manifests)
}

/// Rewrites a file if `change` changes its text.
fn edit(path: &Path, change: impl FnOnce(&str) -> String) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(path)?;
    let changed = change(&text);
    if changed != text {
        std::fs::write(path, changed)?;
    }
    Ok(())
}
