//! The task `secret accept`.

use clap::Subcommand;
use serde_json::json;
use xqr_engine::callers::secret_check;
use xqr_engine::dialect::Dialects;

use crate::database::open;
use crate::output::Output;

#[derive(Subcommand, Debug)]
pub(crate) enum Secret {
    /// Take the secret of the settings for that of the database, after the old one was lost. Users
    /// must sign in again, and webhooks need new secrets
    Accept {
        #[command(flatten)]
        output: Output,
    },
}

impl Secret {
    pub(crate) fn run(self, dialects: Dialects) -> anyhow::Result<()> {
        let Self::Accept { output } = self;
        open(dialects)?.write_here(secret_check::accept)?;
        output.print(&json!({ "accepted": true }), || "the secret is accepted".to_owned());
        Ok(())
    }
}
