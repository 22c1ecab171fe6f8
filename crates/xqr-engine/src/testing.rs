//! What the engine's unit tests start with: a database, a clock that stands still, and a caller.

use std::sync::Arc;

use xqr_auth::{KeyFormat, Scopes};
use xqr_plans::Plan;
use xqr_store::WorkspaceId;
use xqr_store::webhooks::{self, NewWebhook, WebhookStatus};

use crate::callers::{api_keys, workspaces};
use crate::dialect::Dialects;
use crate::{Caller, Data, ManualClock, SeededRandom, Settings, Tx};

/// 2026-03-21T14:30:00Z.
pub(crate) const NOW: i64 = 1_774_103_400_000;

/// Opens a SQLite file in a folder of its own.
pub(crate) fn open() -> (Data, Arc<ManualClock>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = Settings::defaults();
    settings.data_dir = folder.path().to_owned();
    settings.database_url = folder.path().join("xqr.db").display().to_string();
    let clock = Arc::new(ManualClock::at(NOW));
    let data = Data::open(
        &settings,
        Arc::clone(&clock) as _,
        Arc::new(SeededRandom::new(1)),
        Dialects::default(),
    )
    .unwrap();
    data.migrate().unwrap();
    (data, clock, folder)
}

/// Makes a workspace and returns a caller of it.
pub(crate) fn caller(data: &Data, plan: Plan, overrides: &'static str) -> Caller {
    let make = move |tx: &mut Tx<'_>| {
        let workspace = workspaces::create(tx, "Another", plan)?;
        let workspace = workspaces::set_overrides(tx, &workspace.uid, Some(overrides))?;
        let draft = api_keys::NewKey {
            name: "k".into(),
            look: KeyFormat::Studio,
            scopes: Scopes::all(),
            expires_at: None,
            plan: None,
        };
        api_keys::create(tx, &workspace, &draft)
    };
    let (_, secret) = data.write_here(make).unwrap();
    data.read_here(|conn| api_keys::authenticate(conn, data.plans(), &secret, data.now())).unwrap()
}

/// Makes an active webhook of the workspace, so that its events are kept for it.
pub(crate) fn webhook(data: &Data, workspace: WorkspaceId) {
    let insert = move |tx: &mut Tx<'_>| {
        let new = NewWebhook {
            uid: tx.fresh_uuid(),
            workspace_id: workspace,
            look: "xqr",
            url: "https://example.com/".to_owned(),
            description: String::new(),
            events: "[]".to_owned(),
            status: WebhookStatus::Active,
            secret: Vec::new(),
            consecutive_failures: 0,
            created_at: tx.now,
            updated_at: tx.now,
        };
        webhooks::insert(tx.conn, &new)
    };
    data.write_here(insert).unwrap();
}
