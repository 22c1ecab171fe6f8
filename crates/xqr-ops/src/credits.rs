//! The tasks `credits …`.

use clap::Subcommand;
use serde_json::{Value, json};
use xqr_engine::callers::workspaces;
use xqr_engine::dialect::Dialects;
use xqr_engine::pictures::render_billing;
use xqr_engine::runtime::time_format::rfc3339;

use crate::database::open;
use crate::output::{Output, table};

#[derive(Subcommand, Debug)]
pub(crate) enum Credits {
    /// Grant credits to a workspace; they are spent before its quota
    Grant {
        /// The workspace's id
        workspace: String,
        #[arg(value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
        amount: u64,
        /// The reason, for the ledger
        #[arg(long, default_value = "granted")]
        reason: String,
        #[command(flatten)]
        output: Output,
    },
    /// Show a workspace's balance and the latest entries of its ledger
    List {
        /// The workspace's id
        workspace: String,
        #[command(flatten)]
        output: Output,
    },
}

/// The number of entries that `list` prints.
const SHOWN: i64 = 50;

impl Credits {
    pub(crate) fn run(self, dialects: Dialects) -> anyhow::Result<()> {
        let data = open(dialects)?;
        match self {
            Self::Grant { workspace, amount, reason, output } => {
                let balance = data.write_here(move |tx| {
                    let workspace = workspaces::get(tx.conn, &workspace)?;
                    render_billing::grant(tx, workspace.id, amount, &reason)
                })?;
                output.print(&json!({ "balance": balance }), || format!("balance: {balance}"));
            }
            Self::List { workspace, output } => {
                let (balance, entries) = data.read_here(|conn| {
                    let workspace = workspaces::get(conn, &workspace)?;
                    Ok((
                        render_billing::balance(conn, workspace.id)?,
                        render_billing::ledger(conn, workspace.id, SHOWN)?,
                    ))
                })?;
                let views: Vec<Value> = entries
                    .iter()
                    .map(|e| json!({ "at": rfc3339(e.created_at), "amount": e.amount, "balance": e.balance, "reason": e.reason }))
                    .collect();
                let lines: Vec<Vec<String>> = entries
                    .iter()
                    .map(|e| {
                        vec![
                            rfc3339(e.created_at),
                            format!("{:+}", e.amount),
                            e.balance.to_string(),
                            e.reason.clone(),
                        ]
                    })
                    .collect();
                output.print(&json!({ "balance": balance, "entries": views }), || {
                    let text = format!("balance: {balance}\n{}", table(&lines));
                    text.trim_end().to_owned()
                });
            }
        }
        Ok(())
    }
}
