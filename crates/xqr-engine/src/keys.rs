//! Keys: who is calling, and the life of a key.

use xqr_auth::{KeyDigest, KeyState, Look, Scope, Scopes, SecretKey};
use xqr_errors::{Condition, Error, Result};
use xqr_plans::Plan;
use xqr_store::Conn;
use xqr_store::keys::{self, Key, NewKey};

use crate::Tx;

/// Whoever presented a valid key: its workspace, and what it may do.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The workspace that every query is confined to.
    pub workspace: i64,
    /// The workspace's plan.
    pub plan: Plan,
    /// The key's public part, for the log.
    pub key_prefix: String,
    scopes: Scopes,
}

impl Caller {
    /// Refuses what the key's scopes do not include.
    ///
    /// # Errors
    ///
    /// [`Condition::ScopeMissing`].
    pub fn allow(&self, scope: Scope) -> Result<()> {
        self.scopes.allow(scope)
    }
}

/// Finds out who presents `secret`.
///
/// # Errors
///
/// [`Condition::KeyInvalid`], [`Condition::KeyRevoked`] or [`Condition::KeyExpired`].
pub fn authenticate(conn: &mut Conn, secret: &SecretKey, now: i64) -> Result<Caller> {
    let digest = secret.digest();
    let (key, plan) = keys::find_by_digest(conn, digest.as_bytes())?.ok_or(Condition::KeyInvalid)?;
    if !KeyDigest::from_slice(&key.digest).is_some_and(|stored| digest.matches(&stored)) {
        return Err(Condition::KeyInvalid.into());
    }
    KeyState { expires_at: key.expires_at, revoked_at: key.revoked_at, overlap_until: key.overlap_until }.admit(now)?;
    Ok(Caller {
        workspace: key.workspace_id,
        plan: parse_plan(&plan)?,
        key_prefix: key.prefix,
        scopes: Scopes::from_text(&key.scopes),
    })
}

pub(crate) fn parse_plan(name: &str) -> Result<Plan> {
    Plan::parse(name).ok_or_else(|| Error::internal(format!("the database names an unknown plan: {name}")))
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
}

/// Makes a key for a workspace. The secret is in the return value and nowhere else.
pub fn create(tx: &mut Tx<'_>, workspace: i64, draft: &Draft) -> Result<(Key, SecretKey)> {
    let secret = SecretKey::mint(draft.look, &mut |bytes| tx.random(bytes));
    let new = NewKey {
        uid: format!("key_{}", tx.fresh_uuid()),
        workspace_id: workspace,
        name: draft.name.clone(),
        look: draft.look.name().to_owned(),
        prefix: secret.prefix().to_owned(),
        digest: secret.digest().as_bytes().to_vec(),
        scopes: draft.scopes.to_text(),
        plan: None,
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

/// Revokes a key at once. Its row stays, so that its bearer is told what happened.
pub fn revoke(tx: &mut Tx<'_>, key: &Key) -> Result<()> {
    keys::revoke(tx.conn, key.workspace_id, key.id, tx.now, None)
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
    let draft = Draft { name: key.name.clone(), look, scopes: Scopes::from_text(&key.scopes), expires_at: key.expires_at };
    create(tx, key.workspace_id, &draft)
}

/// Deletes a key; it is as if it had never been.
pub fn delete(tx: &mut Tx<'_>, key: &Key) -> Result<()> {
    keys::delete(tx.conn, key.workspace_id, key.id)
}
