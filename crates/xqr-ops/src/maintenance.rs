//! The tasks `maintenance …`.

use clap::Subcommand;
use serde_json::json;
use xqr_engine::dialect::Dialects;
use xqr_engine::limits::maintenance;
use xqr_engine::runtime::time_format::rfc3339;

use crate::database::open;
use crate::output::Output;

#[derive(Subcommand, Debug)]
pub(crate) enum Maintenance {
    /// Start maintenance: the APIs refuse requests, redirects go on. Nodes follow within a second
    On {
        /// When it ends, for example 2026-12-31T06:00:00Z
        #[arg(long)]
        until: jiff::Timestamp,
        #[command(flatten)]
        output: Output,
    },
    /// End maintenance
    Off {
        #[command(flatten)]
        output: Output,
    },
    /// Show whether maintenance is on
    Status {
        #[command(flatten)]
        output: Output,
    },
}

impl Maintenance {
    pub(crate) fn run(self, dialects: Dialects) -> anyhow::Result<()> {
        let data = open(dialects)?;
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
