//! The task `migrate`.

use clap::Args;
use serde_json::json;
use xqr_engine::dialect::Dialects;

use crate::database::open_or_create;
use crate::output::Output;

#[derive(Args, Debug)]
pub(crate) struct Migrate {
    #[command(flatten)]
    output: Output,
}

impl Migrate {
    pub(crate) fn run(self, dialects: Dialects) -> anyhow::Result<()> {
        let ran = open_or_create(dialects)?.migrate()?;
        self.output.print(&json!({ "ran": ran }), || match ran.as_slice() {
            [] => "the schema is up to date".to_owned(),
            ran => format!("ran {}", ran.join(", ")),
        });
        Ok(())
    }
}
