//! `cargo xtask openapi`: the documents of the dialects.

use std::path::Path;

use anyhow::bail;
use clap::Args;
use xqr_http::openapi::pretty;
use xqr_server::DIALECTS;

#[derive(Args)]
pub(crate) struct OpenApi {
    /// Fail when docs/openapi is not what would be printed
    #[arg(long, conflicts_with = "write")]
    check: bool,
    /// Write docs/openapi
    #[arg(long)]
    write: bool,
}

impl OpenApi {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        for dialect in DIALECTS {
            let (name, text) = (dialect.column.name(), pretty(&(dialect.document)()));
            let path = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join(format!("../docs/openapi/{}.json", name));
            if self.check {
                if std::fs::read_to_string(&path).unwrap_or_default() != text {
                    bail!("docs/openapi/{}.json is stale: run `cargo xtask openapi --write`", name);
                }
            } else if self.write {
                std::fs::write(path, text)?;
            } else {
                print!("{text}");
            }
        }
        Ok(())
    }
}
