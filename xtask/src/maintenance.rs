//! `cargo xtask maintenance …`

use clap::Subcommand;
use serde_json::json;
use xqr_engine::limits::maintenance;
use xqr_engine::runtime::time_format::rfc3339;

use crate::office::{Output, open};

#[derive(Subcommand)]
pub(crate) enum Maintenance {
    /// Close the APIs until a moment; redirects go on. Every node follows within a second
    On {
        /// When it ends, such as 2026-12-31T06:00:00Z
        #[arg(long)]
        until: jiff::Timestamp,
        #[command(flatten)]
        output: Output,
    },
    /// Open the APIs again
    Off {
        #[command(flatten)]
        output: Output,
    },
    /// Tell whether there is maintenance
    Status {
        #[command(flatten)]
        output: Output,
    },
}

impl Maintenance {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let data = open()?;
        let output = match self {
            Self::On { until, output } => {
                data.write_here(move |tx| maintenance::set(tx, Some(until.as_millisecond())))?;
                output
            }
            Self::Off { output } => {
                data.write_here(|tx| maintenance::set(tx, None))?;
                output
            }
            Self::Status { output } => output,
        };
        let until =
            data.read_here(maintenance::get)?.filter(|until| *until > data.now()).map(rfc3339);
        output.print(&json!({ "until": until }), || match &until {
            Some(until) => format!("maintenance until {until}"),
            None => "no maintenance".to_owned(),
        });
        Ok(())
    }
}
