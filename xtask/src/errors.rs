//! `cargo xtask errors`: the catalogue as a document.

use std::path::Path;

use anyhow::bail;
use clap::Args;

#[derive(Args)]
pub(crate) struct Errors {
    /// Fail when docs/errors.md is not what would be printed
    #[arg(long)]
    check: bool,
    /// Write docs/errors.md
    #[arg(long)]
    write: bool,
}

impl Errors {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let text = xqr_engine::errors::markdown();
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/errors.md");
        if self.check {
            if std::fs::read_to_string(&path).unwrap_or_default() != text {
                bail!("docs/errors.md is stale: run `cargo xtask errors --write`");
            }
        } else if self.write {
            std::fs::write(path, text)?;
        } else {
            print!("{text}");
        }
        Ok(())
    }
}
