//! API keys: authentication, creation, rotation, revocation, deletion.

use xqr_auth::{KeyDigest, KeyFormat, KeyStatus, Scopes, SecretKey};
use xqr_errors::{Condition, Error, Resource, Result, State};
use xqr_plans::{Capped, Plan, PlanTable};
use xqr_store::keys::{self, Key};
use xqr_store::workspaces::Workspace;
use xqr_store::{Conn, WorkspaceId};

use crate::limits::plan_caps;
use crate::limits::text_limits::check_name;
use crate::runtime::caller::{parse_plan, terms};
use crate::{Caller, Principal, Tx};

/// Returns the caller of an API key.
///
/// # Errors
///
/// [`Condition::KeyInvalid`], [`Condition::KeyRevoked`] or [`Condition::KeyExpired`].
pub fn authenticate(
    conn: &mut Conn,
    plans: &PlanTable,
    secret: &SecretKey,
    now: i64,
) -> Result<Caller> {
    let digest = secret.digest();
    let (key, workspace) =
        keys::find_by_digest(conn, digest.as_bytes())?.ok_or(Condition::KeyInvalid)?;
    if !KeyDigest::from_slice(&key.digest).is_some_and(|stored| digest.matches(&stored)) {
        return Err(Condition::KeyInvalid.into());
    }
    KeyStatus {
        expires_at: key.expires_at,
        revoked_at: key.revoked_at,
        overlap_until: key.overlap_until,
    }
    .admit(now)?;
    Caller::of_key(plans, workspace, key)
}

/// A key to make.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// The display name.
    pub name: String,
    /// Which client it is for.
    pub look: KeyFormat,
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
/// [`Condition::PlanLimitReached`] and [`Condition::PlanAboveTier`]; [`Condition::MomentPast`]
/// for a key that has expired; those of a name.
pub fn create(tx: &mut Tx<'_>, workspace: &Workspace, draft: &NewKey) -> Result<(Key, SecretKey)> {
    check_name("name", &draft.name)?;
    if draft.expires_at.is_some_and(|at| at <= tx.now) {
        return Err(Condition::MomentPast { field: "expires_at".into() }.into());
    }
    let terms = terms(tx.plans, workspace, None)?;
    if let Some(plan) = draft.plan {
        terms.check_key_plan(plan)?;
    }
    plan_caps::take(tx, workspace.id, &terms, Capped::Keys, 1)?;
    insert(tx, workspace.id, draft)
}

fn insert(tx: &mut Tx<'_>, workspace: WorkspaceId, draft: &NewKey) -> Result<(Key, SecretKey)> {
    let secret = SecretKey::mint(draft.look, &mut |bytes| tx.random(bytes));
    let new = keys::NewKey {
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
pub fn list(conn: &mut Conn, workspace: WorkspaceId) -> Result<Vec<Key>> {
    keys::list(conn, workspace)
}

/// Returns the key with this id or public prefix, of whatever workspace. For operators.
///
/// # Errors
///
/// [`Condition::ResourceNotFound`]; [`Condition::KeyAmbiguous`] for a prefix that several keys
/// have.
pub fn get(conn: &mut Conn, name: &str) -> Result<Key> {
    let mut found = keys::find(conn, name)?;
    match (found.pop(), found.is_empty()) {
        (Some(key), true) => Ok(key),
        (Some(_), false) => Err(Condition::KeyAmbiguous.into()),
        (None, _) => Err(Condition::ResourceNotFound { what: Resource::Key }.into()),
    }
}

/// Returns the caller's key with this id.
///
/// # Errors
///
/// [`Condition::ResourceNotFound`].
pub fn get_own(conn: &mut Conn, caller: &Caller, uid: &str) -> Result<Key> {
    keys::find_own(conn, caller.workspace, uid)?
        .ok_or_else(|| Condition::ResourceNotFound { what: Resource::Key }.into())
}

/// Makes a key on behalf of another, which cannot give more than it has.
///
/// # Errors
///
/// As [`create`]; [`Condition::ScopeBeyond`], and [`Condition::KeyOutlives`] for a key that would
/// live longer.
pub fn create_by(tx: &mut Tx<'_>, caller: &Caller, draft: &NewKey) -> Result<(Key, SecretKey)> {
    // What is not said of the plan is as with the caller.
    let draft = NewKey { plan: draft.plan.or(caller.own_plan()), ..draft.clone() };
    caller.grant(draft.scopes, draft.expires_at, draft.plan)?;
    create(tx, &caller.owner, &draft)
}

/// Rotates a key on behalf of another, which cannot give more than it has.
///
/// # Errors
///
/// As [`create_by`], and as [`rotate`].
pub fn rotate_by(tx: &mut Tx<'_>, caller: &Caller, key: &Key) -> Result<(Key, SecretKey)> {
    caller.grant(
        Scopes::from_text(&key.scopes),
        key.expires_at,
        key.plan.as_deref().map(parse_plan).transpose()?,
    )?;
    rotate(tx, key)
}

/// How often the use of a key is written down, in milliseconds.
const LAST_USED_STEP: i64 = 60_000;

/// Returns whether it is time to [`touch`] a caller's key. Users have none.
pub fn is_stale(caller: &Caller, now: i64) -> bool {
    matches!(caller.principal, Principal::Key(_))
        && caller.last_used_at.is_none_or(|at| now - at >= LAST_USED_STEP)
}

/// Records that a key was used, at most once a minute.
pub fn touch(tx: &mut Tx<'_>, caller: &Caller) -> Result<()> {
    match caller.principal {
        Principal::Key(key) => {
            keys::touch(tx.conn, caller.workspace, key, tx.now, tx.now - LAST_USED_STEP)
        }
        Principal::User(_) => Ok(()),
    }
}

/// Returns a key as it is now, locked until the transaction ends: counters move by what it was.
fn lock_row(tx: &mut Tx<'_>, key: &Key) -> Result<Key> {
    let found = keys::lock(tx.conn, key.workspace_id, key.id)?;
    found.ok_or_else(|| Condition::ResourceNotFound { what: Resource::Key }.into())
}

/// Revokes a key at once. Its row stays, so that its bearer learns what happened.
///
/// # Errors
///
/// [`Condition::ResourceNotFound`] for a key that was deleted meanwhile.
pub fn revoke(tx: &mut Tx<'_>, key: &Key) -> Result<()> {
    let key = lock_row(tx, key)?;
    if key.revoked_at.is_none() {
        plan_caps::give_back(tx, key.workspace_id, Capped::Keys, 1)?;
    }
    // A key that was rotated out ends its overlap; when it was revoked is not rewritten.
    keys::revoke(tx.conn, key.workspace_id, key.id, key.revoked_at.unwrap_or(tx.now), None)
}

/// Replaces a key by a new one of the same name, format, scopes and expiry. The old one works on as
/// long as its dialect promises, and its predecessors end.
pub fn rotate(tx: &mut Tx<'_>, key: &Key) -> Result<(Key, SecretKey)> {
    let key = lock_row(tx, key)?;
    let look = key
        .look
        .parse::<KeyFormat>()
        .map_err(|_| Error::internal(format!("unknown look: {}", key.look)))?;
    // About this key and not about the caller's, who would take a 401 for their own.
    let state = |state| Condition::StateConflict { state };
    if key.revoked_at.is_some() {
        return Err(state(State::Revoked).into());
    }
    if key.expires_at.is_some_and(|at| at <= tx.now) {
        return Err(state(State::Expired).into());
    }
    let overlap = tx.dialects.find(look.name()).map_or(0, |dialect| dialect.key_overlap_ms());
    let overlap = (overlap > 0).then_some(tx.now + overlap);
    if overlap.is_some() {
        for old in keys::list(tx.conn, key.workspace_id)? {
            if old.look == key.look
                && old.name == key.name
                && old.overlap_until.is_some_and(|until| until > tx.now)
            {
                keys::revoke(tx.conn, old.workspace_id, old.id, tx.now, None)?;
            }
        }
    }
    keys::revoke(tx.conn, key.workspace_id, key.id, tx.now, overlap)?;
    let plan = key.plan.as_deref().map(parse_plan).transpose()?;
    let scopes = Scopes::from_text(&key.scopes);
    // One goes, one comes: the count stays.
    insert(
        tx,
        key.workspace_id,
        &NewKey { name: key.name.clone(), look, scopes, expires_at: key.expires_at, plan },
    )
}

/// Gives a key another secret in its place; the old one dies at once, as if it had never been.
///
/// # Errors
///
/// [`Condition::StateConflict`] for a key that is revoked.
pub fn rekey(tx: &mut Tx<'_>, key: &Key) -> Result<(Key, SecretKey)> {
    let held = lock_row(tx, key)?;
    // Of two clients that rotate at once, one would hold a dead secret.
    if held.digest != key.digest {
        return Err(Condition::StateConflict { state: State::JustRotated }.into());
    }
    let mut key = held;
    if key.revoked_at.is_some() {
        return Err(Condition::StateConflict { state: State::Revoked }.into());
    }
    let look = key
        .look
        .parse::<KeyFormat>()
        .map_err(|_| Error::internal(format!("unknown look: {}", key.look)))?;
    let secret = SecretKey::mint(look, &mut |bytes| tx.random(bytes));
    let digest = secret.digest().as_bytes().to_vec();
    keys::rekey(tx.conn, key.workspace_id, key.id, secret.prefix(), &digest)?;
    (key.prefix, key.digest) = (secret.prefix().to_owned(), digest);
    Ok((key, secret))
}

/// Deletes a key; it is as if it had never been.
pub fn delete(tx: &mut Tx<'_>, key: &Key) -> Result<()> {
    let key = lock_row(tx, key)?;
    if key.revoked_at.is_none() {
        plan_caps::give_back(tx, key.workspace_id, Capped::Keys, 1)?;
    }
    keys::delete(tx.conn, key.workspace_id, key.id)
}
