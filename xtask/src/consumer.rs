//! `cargo xtask consumer`: a program outside the workspace that uses the domain crates, and the
//! packages that such programs get.

use std::path::Path;
use std::process::Command;

use anyhow::bail;
use clap::Args;

#[derive(Args)]
pub(crate) struct Consumer {
    /// Only pack the crates that are published
    #[arg(long)]
    package: bool,
}

impl Consumer {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        if self.package {
            return package(&root);
        }
        let folder = root.join("xtask/consumer");
        // The same versions as the workspace, of which many are compiled already.
        std::fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
        cargo(&folder, &["run", "--quiet", "--target-dir", "../../target"])
    }
}

/// Packs the crates that are published; a package has no file from outside its folder.
fn package(root: &Path) -> anyhow::Result<()> {
    let mut arguments = vec!["package".to_owned(), "--quiet".to_owned()];
    arguments.extend(["--no-verify", "--allow-dirty"].map(str::to_owned));
    let mut names = Vec::new();
    for entry in std::fs::read_dir(root.join("crates"))? {
        let folder = entry?.path();
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml"))?;
        if manifest.lines().any(|line| line == "publish = true")
            && let Some(name) = folder.file_name().and_then(|name| name.to_str())
        {
            names.push(name.to_owned());
        }
    }
    names.sort();
    arguments.extend(names.iter().flat_map(|name| ["--package".to_owned(), name.clone()]));
    println!("packing {}", names.join(", "));
    cargo(root, &arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

fn cargo(folder: &Path, arguments: &[&str]) -> anyhow::Result<()> {
    let program = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    if !Command::new(program).args(arguments).current_dir(folder).status()?.success() {
        bail!("cargo {} failed", arguments.join(" "));
    }
    Ok(())
}
