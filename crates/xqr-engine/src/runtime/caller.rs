//! The caller of a use case: workspace, principal, scopes and plan.

use std::sync::Arc;

use xqr_auth::{Scope, Scopes};
use xqr_errors::{Condition, Error, Result};
use xqr_plans::{Plan, PlanTable, Terms};
use xqr_store::keys::Key;
use xqr_store::workspaces::Workspace;
use xqr_store::{KeyId, UserId, WorkspaceId};

use super::time_format::rfc3339;

/// An authenticated client: its workspace, and what it may do.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The workspace that every query is confined to.
    pub workspace: WorkspaceId,
    /// The workspace's name and id, as clients see them.
    pub owner: Arc<Workspace>,
    /// What its plan allows, or the key's own plan.
    pub terms: Terms,
    /// The API key or the user.
    pub principal: Principal,
    /// The key's public part, or the user's id, for the log.
    pub key_prefix: String,
    /// When the key was last used, as far as that was recorded; Unix milliseconds.
    pub last_used_at: Option<i64>,
    expires_at: Option<i64>,
    scopes: Scopes,
    /// The key's own plan.
    plan: Option<Plan>,
}

/// The API key or the user behind a request. Ids of both begin at 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Principal {
    /// An API key, by its row.
    Key(KeyId),
    /// A user, by their row.
    User(UserId),
}

impl Principal {
    /// Returns a number that no other principal has: users are negative. Stored answers are kept
    /// under it.
    pub(crate) fn number(self) -> i64 {
        match self {
            Self::Key(id) => id.0,
            Self::User(id) => -id.0,
        }
    }
}

impl Caller {
    /// Returns the plan of the key, if it is not the workspace's.
    pub(crate) fn own_plan(&self) -> Option<Plan> {
        self.plan
    }

    /// Makes the caller of an API key.
    pub(crate) fn of_key(plans: &PlanTable, workspace: Workspace, key: Key) -> Result<Self> {
        Ok(Self {
            workspace: key.workspace_id,
            terms: terms(plans, &workspace, key.plan.as_deref())?,
            owner: Arc::new(workspace),
            principal: Principal::Key(key.id),
            key_prefix: key.prefix,
            last_used_at: key.last_used_at,
            expires_at: key.expires_at,
            scopes: Scopes::from_text(&key.scopes),
            plan: key.plan.as_deref().map(parse_plan).transpose()?,
        })
    }

    /// Makes the caller of a signed-in user: all scopes and the plan of the workspace.
    pub(crate) fn of_user(
        plans: &PlanTable,
        workspace: Workspace,
        user: UserId,
        uid: &str,
    ) -> Result<Self> {
        Ok(Self {
            workspace: workspace.id,
            terms: terms(plans, &workspace, None)?,
            owner: Arc::new(workspace),
            principal: Principal::User(user),
            key_prefix: uid.to_owned(),
            last_used_at: None,
            expires_at: None,
            scopes: Scopes::all(),
            plan: None,
        })
    }

    /// Checks that the scopes include `scope`.
    ///
    /// # Errors
    ///
    /// [`Condition::ScopeMissing`].
    pub fn allow(&self, scope: Scope) -> Result<()> {
        self.scopes.allow(scope)
    }

    /// Whether the key has a plan of its own below the workspace's.
    pub(crate) fn has_own_plan(&self) -> bool {
        self.plan.is_some_and(|plan| plan.to_string() != self.owner.plan)
    }

    /// Checks that the caller may give a key these rights: not more than its own.
    pub(crate) fn grant(
        &self,
        scopes: Scopes,
        expires_at: Option<i64>,
        plan: Option<Plan>,
    ) -> Result<()> {
        self.scopes.grant(scopes)?;
        if let Some(own) = self.plan
            && plan.is_none_or(|wanted| wanted > own)
        {
            let plan = plan.map_or_else(|| self.owner.plan.clone(), |wanted| wanted.to_string());
            return Err(Condition::PlanAboveTier { plan, tier: own.to_string() }.into());
        }
        match self.expires_at {
            Some(own) if expires_at.is_none_or(|wanted| wanted > own) => {
                Err(Condition::KeyOutlives { until: rfc3339(own) }.into())
            }
            _ => Ok(()),
        }
    }
}

pub(crate) fn parse_plan(name: &str) -> Result<Plan> {
    name.parse::<Plan>()
        .map_err(|_| Error::internal(format!("the database names an unknown plan: {name}")))
}

/// Returns what a workspace may do, by its own limits, its key's plan, or its plan.
pub(crate) fn terms(
    plans: &PlanTable,
    workspace: &Workspace,
    key_plan: Option<&str>,
) -> Result<Terms> {
    let plan = parse_plan(&workspace.plan)?;
    let whole = match &workspace.overrides {
        Some(overrides) => plans.terms_with(plan, overrides).map_err(Error::internal)?,
        None => plans.terms(plan),
    };
    match key_plan.map(parse_plan).transpose()? {
        // The lower plan narrows what the workspace has; it lifts none of the workspace's own
        // limits. And a workspace that has come down since takes its keys with it.
        Some(lower) if lower < plan => {
            let own = plans.terms(lower);
            Ok(Terms { limits: Arc::new(own.limits.within(&whole.limits)), ..own })
        }
        _ => Ok(whole),
    }
}
