//! The tasks `workspace …`.

use anyhow::Context as _;
use clap::Subcommand;
use serde_json::{Value, json};
use xqr_engine::callers::workspaces;
use xqr_engine::dialect::Dialects;
use xqr_engine::plans::Plan;
use xqr_engine::rows;
use xqr_engine::runtime::time_format::rfc3339;

use crate::database::open;
use crate::output::{Output, table};

#[derive(Subcommand, Debug)]
pub(crate) enum Workspace {
    /// Create a workspace
    Create {
        name: String,
        /// free, starter, pro, business, agency or enterprise
        #[arg(long, default_value = "enterprise", value_parser = plan)]
        plan: Plan,
        #[command(flatten)]
        output: Output,
    },
    /// List all workspaces
    List {
        #[command(flatten)]
        output: Output,
    },
    /// Move a workspace to another plan; it applies from the next request
    SetPlan {
        id: String,
        #[arg(value_parser = plan)]
        plan: Plan,
        #[command(flatten)]
        output: Output,
    },
    /// Override limits of a workspace's plan, for example '{"links":null,"burst_per_second":50}';
    /// they apply from the next request
    Override {
        id: String,
        /// A JSON object with the limit names of config/plans.toml; null means unlimited. Without
        /// it, the overrides are removed
        limits: Option<String>,
        #[command(flatten)]
        output: Output,
    },
}

fn plan(name: &str) -> anyhow::Result<Plan> {
    name.parse::<Plan>().context("must be free, starter, pro, business, agency or enterprise")
}

fn view(workspace: &rows::Workspace) -> Value {
    let overrides: Option<Value> =
        workspace.overrides.as_deref().and_then(|text| serde_json::from_str(text).ok());
    json!({
        "id": workspace.uid, "name": workspace.name, "plan": workspace.plan, "overrides": overrides,
        "created_at": rfc3339(workspace.created_at),
    })
}

fn line(workspace: &rows::Workspace) -> Vec<String> {
    vec![
        workspace.uid.clone(),
        workspace.plan.clone(),
        rfc3339(workspace.created_at),
        workspace.name.clone(),
    ]
}

impl Workspace {
    pub(crate) fn run(self, dialects: Dialects) -> anyhow::Result<()> {
        let data = open(dialects)?;
        match self {
            Self::Create { name, plan, output } => {
                let made = data.write_here(move |tx| workspaces::create(tx, &name, plan))?;
                output.print(&view(&made), || table(&[line(&made)]));
            }
            Self::List { output } => {
                let all = data.read_here(workspaces::list)?;
                output.print(&all.iter().map(view).collect(), || {
                    table(&all.iter().map(line).collect::<Vec<_>>())
                });
            }
            Self::SetPlan { id, plan, output } => {
                let moved = data.write_here(move |tx| workspaces::set_plan(tx, &id, plan))?;
                output.print(&view(&moved), || table(&[line(&moved)]));
            }
            Self::Override { id, limits, output } => {
                let changed = data
                    .write_here(move |tx| workspaces::set_overrides(tx, &id, limits.as_deref()))?;
                output.print(&view(&changed), || table(&[line(&changed)]));
            }
        }
        Ok(())
    }
}
