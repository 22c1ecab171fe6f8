//! Keys: who is calling, and the life of a key.

use std::sync::Arc;

use xqr_auth::{KeyDigest, KeyState, Look, Scope, Scopes, SecretKey};
use xqr_errors::{Condition, Error, Result};
use xqr_plans::{Plan, PlanTable, Terms};
use xqr_store::keys::{self, Key, NewKey};
use xqr_store::workspaces::Workspace;
use xqr_store::{Conn, usage};

use crate::Tx;

/// Whoever presented a valid key: its workspace, and what it may do.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The workspace that every query is confined to.
    pub workspace: i64,
    /// The workspace's name and id, as clients see them.
    pub owner: Arc<Workspace>,
    /// What its plan allows, or the key's own plan.
    pub terms: Terms,
    /// The key; of a person, who has none, the negative id. Buckets and stored answers are told apart by it.
    pub key: i64,
    /// The key's public part, or the person's id, for the log.
    pub key_prefix: String,
    /// When the key was last used, as far as that is written down; Unix milliseconds.
    pub last_used_at: Option<i64>,
    expires_at: Option<i64>,
    scopes: Scopes,
}

impl Caller {
    /// Makes the caller that a person is: every scope, and the terms of the workspace. Ids begin at 1, so no key has the same `key`.
    pub(crate) fn of_person(plans: &PlanTable, workspace: Workspace, user: i64, uid: &str) -> Result<Self> {
        Ok(Self {
            workspace: workspace.id,
            terms: terms(plans, &workspace, None)?,
            owner: Arc::new(workspace),
            key: -user,
            key_prefix: uid.to_owned(),
            last_used_at: None,
            expires_at: None,
            scopes: Scopes::all(),
        })
    }

    /// Refuses what the key's scopes do not include.
    ///
    /// # Errors
    ///
    /// [`Condition::ScopeMissing`].
    pub fn allow(&self, scope: Scope) -> Result<()> {
        self.scopes.allow(scope)
    }

    /// Refuses to give a key more than the caller's has.
    fn grant(&self, scopes: Scopes, expires_at: Option<i64>) -> Result<()> {
        self.scopes.grant(scopes)?;
        match self.expires_at {
            Some(own) if expires_at.is_none_or(|wish| wish > own) => {
                Err(Condition::KeyOutlives { until: crate::links::text_of(own) }.into())
            }
            _ => Ok(()),
        }
    }
}

/// Finds out who presents `secret`.
///
/// # Errors
///
/// [`Condition::KeyInvalid`], [`Condition::KeyRevoked`] or [`Condition::KeyExpired`].
pub fn authenticate(conn: &mut Conn, plans: &PlanTable, secret: &SecretKey, now: i64) -> Result<Caller> {
    let digest = secret.digest();
    let (key, workspace) = keys::find_by_digest(conn, digest.as_bytes())?.ok_or(Condition::KeyInvalid)?;
    if !KeyDigest::from_slice(&key.digest).is_some_and(|stored| digest.matches(&stored)) {
        return Err(Condition::KeyInvalid.into());
    }
    KeyState { expires_at: key.expires_at, revoked_at: key.revoked_at, overlap_until: key.overlap_until }.admit(now)?;
    Ok(Caller {
        workspace: key.workspace_id,
        terms: terms(plans, &workspace, key.plan.as_deref())?,
        owner: Arc::new(workspace),
        key: key.id,
        key_prefix: key.prefix,
        last_used_at: key.last_used_at,
        expires_at: key.expires_at,
        scopes: Scopes::from_text(&key.scopes),
    })
}

fn parse_plan(name: &str) -> Result<Plan> {
    Plan::parse(name).ok_or_else(|| Error::internal(format!("the database names an unknown plan: {name}")))
}

/// Returns what a workspace may do, by its own limits, its key's plan, or its plan.
fn terms(plans: &PlanTable, workspace: &Workspace, key_plan: Option<&str>) -> Result<Terms> {
    let plan = parse_plan(&workspace.plan)?;
    match key_plan.map(parse_plan).transpose()? {
        // A workspace that has come down since takes its keys with it.
        Some(lower) if lower < plan => Ok(plans.terms(lower)),
        _ => match &workspace.overrides {
            Some(overrides) => plans.terms_with(plan, overrides).map_err(Error::internal),
            None => Ok(plans.terms(plan)),
        },
    }
}

/// A key to make.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The display name.
    pub name: String,
    /// Which client it is for.
    pub look: Look,
    /// What it may do.
    pub scopes: Scopes,
    /// When it expires, Unix milliseconds.
    pub expires_at: Option<i64>,
    /// A plan of its own, not above the workspace's.
    pub plan: Option<Plan>,
}

/// Makes a key for a workspace. The secret is in the return value and nowhere else.
///
/// # Errors
///
/// [`Condition::PlanLimitReached`] and [`Condition::PlanAboveTier`].
pub fn create(tx: &mut Tx<'_>, workspace: &Workspace, draft: &Draft) -> Result<(Key, SecretKey)> {
    let terms = terms(tx.plans, workspace, None)?;
    if let Some(plan) = draft.plan {
        terms.check_key_plan(plan)?;
    }
    let cap = terms.limits.keys;
    if !usage::take(tx.conn, workspace.id, usage::KEYS, usage::TOTAL, 1, cap.map(u64::cast_signed))? {
        return Err(terms.full("API keys", cap.unwrap_or_default()).into());
    }
    insert(tx, workspace.id, draft)
}

fn insert(tx: &mut Tx<'_>, workspace: i64, draft: &Draft) -> Result<(Key, SecretKey)> {
    let secret = SecretKey::mint(draft.look, &mut |bytes| tx.random(bytes));
    let new = NewKey {
        uid: format!("key_{}", tx.fresh_uuid()),
        workspace_id: workspace,
        name: draft.name.clone(),
        look: draft.look.name().to_owned(),
        prefix: secret.prefix().to_owned(),
        digest: secret.digest().as_bytes().to_vec(),
        scopes: draft.scopes.to_text(),
        plan: draft.plan.map(|plan| plan.to_string()),
        created_at: tx.now,
        expires_at: draft.expires_at,
    };
    Ok((keys::insert(tx.conn, &new)?, secret))
}

/// Returns the workspace's keys, oldest first.
pub fn list(conn: &mut Conn, workspace: i64) -> Result<Vec<Key>> {
    keys::list(conn, workspace)
}

/// Returns the key with this id or public prefix, of whatever workspace. For operators.
///
/// # Errors
///
/// [`Condition::ResourceNotFound`].
pub fn get(conn: &mut Conn, name: &str) -> Result<Key> {
    keys::find(conn, name)?.ok_or_else(|| Condition::ResourceNotFound { what: "Key".to_owned() }.into())
}

/// Returns the caller's key with this id.
///
/// # Errors
///
/// [`Condition::ResourceNotFound`].
pub fn get_own(conn: &mut Conn, caller: &Caller, uid: &str) -> Result<Key> {
    keys::find_own(conn, caller.workspace, uid)?.ok_or_else(|| Condition::ResourceNotFound { what: "Key".to_owned() }.into())
}

/// Makes a key on behalf of another, which cannot give more than it has.
///
/// # Errors
///
/// As [`create`]; [`Condition::ScopeBeyond`], and [`Condition::KeyOutlives`] for a key that would live longer.
pub fn create_by(tx: &mut Tx<'_>, caller: &Caller, draft: &Draft) -> Result<(Key, SecretKey)> {
    caller.grant(draft.scopes, draft.expires_at)?;
    create(tx, &caller.owner, draft)
}

/// Rotates a key on behalf of another, which cannot give more than it has.
///
/// # Errors
///
/// As [`create_by`], and as [`rotate`].
pub fn rotate_by(tx: &mut Tx<'_>, caller: &Caller, key: &Key) -> Result<(Key, SecretKey)> {
    caller.grant(Scopes::from_text(&key.scopes), key.expires_at)?;
    rotate(tx, key)
}

/// How often the use of a key is written down, in milliseconds.
const LAST_USED_STEP: i64 = 60_000;

/// Returns whether it is time to [`touch`] a caller's key. People have none.
pub fn is_stale(caller: &Caller, now: i64) -> bool {
    caller.key > 0 && caller.last_used_at.is_none_or(|at| now - at >= LAST_USED_STEP)
}

/// Notes that a key was used, at most once a minute.
pub fn touch(tx: &mut Tx<'_>, workspace: i64, key: i64) -> Result<()> {
    keys::touch(tx.conn, workspace, key, tx.now, tx.now - LAST_USED_STEP)
}

/// Revokes a key at once. Its row stays, so that its bearer is told what happened.
pub fn revoke(tx: &mut Tx<'_>, key: &Key) -> Result<()> {
    if key.revoked_at.is_none() {
        usage::give_back(tx.conn, key.workspace_id, usage::KEYS, usage::TOTAL, 1)?;
    }
    // A key that was rotated out ends its overlap; when it was revoked is not rewritten.
    keys::revoke(tx.conn, key.workspace_id, key.id, key.revoked_at.unwrap_or(tx.now), None)
}

/// How long a rotated hub key works on: 24 hours, in milliseconds.
const HUB_OVERLAP: i64 = 24 * 60 * 60 * 1000;

/// Replaces a key by a new one of the same name, look, scopes and expiry. The old one dies at once; one of the hub look works on for
/// 24 hours, as its service promises, and its predecessors die.
pub fn rotate(tx: &mut Tx<'_>, key: &Key) -> Result<(Key, SecretKey)> {
    let look = Look::parse(&key.look).ok_or_else(|| Error::internal(format!("unknown look: {}", key.look)))?;
    KeyState { revoked_at: key.revoked_at, ..KeyState::default() }.admit(tx.now)?;
    let overlap = (look == Look::Hub).then_some(tx.now + HUB_OVERLAP);
    if overlap.is_some() {
        for old in keys::list(tx.conn, key.workspace_id)? {
            if old.look == key.look && old.name == key.name && old.overlap_until.is_some_and(|until| until > tx.now) {
                keys::revoke(tx.conn, old.workspace_id, old.id, tx.now, None)?;
            }
        }
    }
    keys::revoke(tx.conn, key.workspace_id, key.id, tx.now, overlap)?;
    let plan = key.plan.as_deref().map(parse_plan).transpose()?;
    let scopes = Scopes::from_text(&key.scopes);
    // One goes, one comes: the count stays.
    insert(tx, key.workspace_id, &Draft { name: key.name.clone(), look, scopes, expires_at: key.expires_at, plan })
}

/// Deletes a key; it is as if it had never been.
pub fn delete(tx: &mut Tx<'_>, key: &Key) -> Result<()> {
    if key.revoked_at.is_none() {
        usage::give_back(tx.conn, key.workspace_id, usage::KEYS, usage::TOTAL, 1)?;
    }
    keys::delete(tx.conn, key.workspace_id, key.id)
}
