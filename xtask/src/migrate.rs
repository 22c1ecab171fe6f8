//! `cargo xtask migrate`

use clap::Args;
use serde_json::json;

use crate::office::{Output, open_as_is};

#[derive(Args)]
pub(crate) struct Migrate {
    #[command(flatten)]
    output: Output,
}

impl Migrate {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let ran = open_as_is()?.migrate().map_err(anyhow::Error::msg)?;
        self.output.print(&json!({ "ran": ran }), || match ran.as_slice() {
            [] => "the schema is up to date".to_owned(),
            ran => format!("ran {}", ran.join(", ")),
        });
        Ok(())
    }
}
