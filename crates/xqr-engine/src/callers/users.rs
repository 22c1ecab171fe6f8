//! Users: sign-up, sign-in, and the life of a session.
//!
//! A session is a family of refresh tokens. Each refresh token can be used once. Reuse revokes the
//! whole session, because one of the two users must have stolen it. An access token is verified
//! with each call: its session must be active, the password must be the one it was issued under,
//! and the user must not be disabled. A change of any of these locks the user's row first
//! ([`users::lock`]), so no token is issued beside a change that revokes all. Passwords are hashed
//! outside of transactions and compared once more within.

use std::net::IpAddr;

use xqr_auth::{
    AccessToken, Email, MasterSecret, Password, PasswordHash, RefreshToken, SealingKey, TokenKey,
    token,
};
use xqr_checks::{Text, text};
use xqr_errors::{Condition, Error, Resource, Result};
use xqr_plans::{Capped, Plan, PlanTable};
use xqr_store::users::{self, NewRefresh, Role, User};
use xqr_store::workspaces::Workspace;
use xqr_store::{Conn, WorkspaceId, service_state};

use crate::callers::workspaces;
use crate::runtime::caller::terms;
use crate::settings::Signup;
use crate::{App, Caller, Tx};

/// The most characters of a user's or workspace's name.
const MAX_NAME: usize = 100;

/// A sign-up.
#[derive(Debug, Clone)]
pub struct SignUp {
    /// The e-mail address.
    pub email: String,
    /// The password.
    pub password: Password,
    /// The display name; without one, what stands before the `@`.
    pub name: Option<String>,
    /// The name of the workspace; without one, `My Workspace`.
    pub workspace: Option<String>,
}

/// A user who signed in, and the tokens. Of the tokens, the service stores a digest of the refresh
/// token only.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The user.
    pub user: User,
    /// The user's workspace.
    pub workspace: Workspace,
    /// For `Authorization: Bearer`, for [`token::ACCESS_SECONDS`].
    pub access: AccessToken,
    /// To be exchanged for the next session, once, within [`token::REFRESH_MILLIS`].
    pub refresh: RefreshToken,
}

/// The user and session behind a valid access token.
#[derive(Debug, Clone)]
pub struct Session {
    /// The user.
    pub user: User,
    /// What a call needs: the user's workspace with its plan, and all scopes.
    pub caller: Caller,
    /// The sign-in that the token belongs to.
    pub session: String,
    /// The key that seals stored answers for this user. Unlike that of an API key, the service can
    /// derive it, because an access token expires before its answers do.
    pub sealing: SealingKey,
}

/// Returns the user and session of an access token.
///
/// # Errors
///
/// [`Condition::TokenInvalid`], whatever is wrong.
pub fn authenticate_user(
    conn: &mut Conn,
    plans: &PlanTable,
    secret: &MasterSecret,
    token: &str,
    now: i64,
) -> Result<Session> {
    let claims = secret.token_key().verify(token, now)?;
    session_of(conn, plans, secret, claims)
}

fn session_of(
    conn: &mut Conn,
    plans: &PlanTable,
    secret: &MasterSecret,
    claims: token::Claims,
) -> Result<Session> {
    let (user, workspace) =
        users::find_signed_in(conn, &claims.sub, &claims.sid)?.ok_or(Condition::TokenInvalid)?;
    if user.disabled || user.password_changed_at != claims.pwd || workspace.uid != claims.ws {
        return Err(Condition::TokenInvalid.into());
    }
    let sealing = secret.sealing_key(&format!("answers to {}", user.uid));
    let caller = Caller::of_user(plans, workspace, user.id, &user.uid)?;
    Ok(Session { user, caller, session: claims.sid, sealing })
}

impl App {
    /// Returns the user and session of an access token. The database is read with each call, so a
    /// revoked session fails on the next one.
    ///
    /// # Errors
    ///
    /// [`Condition::TokenInvalid`].
    pub async fn authenticate_user(&self, token: &str) -> Result<Session> {
        let (plans, secret) = (self.data.plans().clone(), self.data.secret().clone());
        // A forged token costs no query.
        let claims = secret.token_key().verify(token, self.now())?;
        self.data.read_brief(move |conn| session_of(conn, &plans, &secret, claims)).await
    }
}

/// Makes an account with a workspace of its own on the plan `free`, and signs it in. `from` is the
/// client's address.
///
/// With the setting `auto` only the first account can be made so, and it gets the workspace that
/// the first start made.
///
/// # Errors
///
/// [`Condition::SignupClosed`], [`Condition::RateExceeded`], [`Condition::EmailInvalid`],
/// [`Condition::EmailTaken`], those of [`Password::check`], and those of a name that is too long.
pub async fn sign_up(app: &App, from: IpAddr, draft: SignUp) -> Result<SignedIn> {
    app.sign_in_limits.admit(from, None)?;
    let mode = app.settings.accounts.signup;
    // No password is hashed in vain; what counts is decided in the transaction.
    if mode == Signup::Closed
        || mode == Signup::Auto
            && app.read(|conn| service_state::get(conn, service_state::FIRST_USER)).await?.is_some()
    {
        return Err(Condition::SignupClosed.into());
    }
    let checked = check(&draft)?;
    let password = draft.password;
    let hash = hash(app, password).await?;
    let key = app.data.secret().token_key();
    app.write(move |tx| {
        let uid = fresh_uid(tx);
        let first = service_state::claim(tx.conn, service_state::FIRST_USER, &uid)?;
        let workspace = match mode {
            Signup::Auto if first => vacant_first_workspace(tx)?,
            Signup::Open => None,
            Signup::Auto | Signup::Closed => return Err(Condition::SignupClosed.into()),
        };
        let workspace = match workspace {
            Some(workspace) => workspace,
            None => workspaces::create(tx, &checked.workspace, Plan::Free)?,
        };
        let user = insert(tx, uid, &workspace, &checked.email, checked.name, &hash, Role::Owner)?;
        begin(tx, &key, user, workspace)
    })
    .await
}

/// Returns the workspace that the first start made, if it has no user.
fn vacant_first_workspace(tx: &mut Tx<'_>) -> Result<Option<Workspace>> {
    let Some(uid) = service_state::get(tx.conn, service_state::FIRST_WORKSPACE)? else {
        return Ok(None);
    };
    let workspace = workspaces::get(tx.conn, &uid)?;
    Ok(if users::count(tx.conn, workspace.id)? == 0 { Some(workspace) } else { None })
}

/// Signs a user in. `from` is the client's address.
///
/// # Errors
///
/// [`Condition::CredentialsWrong`], whichever is wrong, and [`Condition::RateExceeded`].
pub async fn sign_in(app: &App, from: IpAddr, email: &str, password: Password) -> Result<SignedIn> {
    app.sign_in_limits.admit(from, Some(&Email::key_of(email)))?;
    // Text that is no address is looked up all the same, which takes as long.
    let email_key =
        email.parse::<Email>().map_or_else(|_| String::new(), |email| email.key().to_owned());
    let found = app.read(move |conn| users::find_by_email(conn, &email_key)).await?;
    let user = verify(app, found, password).await?;
    let key = app.data.secret().token_key();
    app.write(move |tx| {
        let user = unchanged(tx, &user)?;
        let workspace = workspace_of(tx.conn, &user)?;
        begin(tx, &key, user, workspace)
    })
    .await
}

/// Exchanges a refresh token for a new session.
///
/// # Errors
///
/// [`Condition::TokenInvalid`]. A token that was exchanged before ends its sign-in.
pub async fn refresh(app: &App, token: &str) -> Result<SignedIn> {
    let digest = token.parse::<RefreshToken>()?.digest();
    let key = app.data.secret().token_key();
    // A refusal would be rolled back, and with it the end of the sign-in.
    let session = app.write(move |tx| exchange(tx, &key, &digest)).await?;
    session.ok_or_else(|| Condition::TokenInvalid.into())
}

fn exchange(tx: &mut Tx<'_>, key: &TokenKey, digest: &[u8]) -> Result<Option<SignedIn>> {
    let Some(found) = users::find_refresh(tx.conn, digest)? else { return Ok(None) };
    let Some(user) = users::lock(tx.conn, found.user_id)?.filter(|user| !user.disabled) else {
        return Ok(None);
    };
    if !users::use_refresh(tx.conn, user.id, found.id, tx.now)? {
        if found.revoked_at.is_none() {
            tracing::warn!(
                user = user.uid,
                session = found.family,
                "a refresh token came twice: its sign-in is ended"
            );
        }
        users::revoke_refresh(tx.conn, user.id, Some(&found.family), tx.now)?;
        return Ok(None);
    }
    if found.expires_at <= tx.now {
        return Ok(None);
    }
    let workspace = workspace_of(tx.conn, &user)?;
    issue(tx, key, user, workspace, found.family).map(Some)
}

/// Ends the sign-in that a refresh token belongs to; its access tokens end with it.
///
/// # Errors
///
/// [`Condition::TokenInvalid`].
pub async fn sign_out(app: &App, token: &str) -> Result<()> {
    let digest = token.parse::<RefreshToken>()?.digest();
    app.write(move |tx| {
        let found = users::find_refresh(tx.conn, &digest)?.ok_or(Condition::TokenInvalid)?;
        users::lock(tx.conn, found.user_id)?;
        users::revoke_refresh(tx.conn, found.user_id, Some(&found.family), tx.now)
    })
    .await
}

/// Revokes the session that an access token belongs to.
pub fn end_session(tx: &mut Tx<'_>, session: &Session) -> Result<()> {
    users::lock(tx.conn, session.user.id)?;
    users::revoke_refresh(tx.conn, session.user.id, Some(&session.session), tx.now)
}

/// Changes the password of a user. All sessions are revoked; the returned one is new.
///
/// # Errors
///
/// [`Condition::CredentialsWrong`] if `current` is not the password, [`Condition::RateExceeded`],
/// those of [`Password::check`].
pub async fn change_password(
    app: &App,
    from: IpAddr,
    session: &Session,
    current: Password,
    new: Password,
) -> Result<SignedIn> {
    // A stolen access token must not be enough to guess the password.
    app.sign_in_limits.admit(from, Some(&session.user.email_key))?;
    let user = verify(app, Some(session.user.clone()), current).await?;
    new.check(&[&user.email, &user.name])?;
    let hash = hash(app, new).await?;
    let key = app.data.secret().token_key();
    app.write(move |tx| {
        let user = unchanged(tx, &user)?;
        let user = set_password(tx, &user, &hash)?;
        let workspace = workspace_of(tx.conn, &user)?;
        begin(tx, &key, user, workspace)
    })
    .await
}

/// A user whom an operator adds to a workspace.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// The e-mail address.
    pub email: String,
    /// The display name; without one, what stands before the `@`.
    pub name: Option<String>,
    /// The role; without one, the first user is the owner and others are members.
    pub role: Option<Role>,
    /// The password's hash.
    pub password: PasswordHash,
}

/// Adds a user to a workspace. For operators. With the setting `auto`, this closes sign-up.
///
/// # Errors
///
/// [`Condition::EmailInvalid`], [`Condition::EmailTaken`], those of a name that is too long, and
/// [`Condition::PlanLimitReached`] if the plan has no seat left.
pub fn create(tx: &mut Tx<'_>, workspace: &Workspace, draft: &NewUser) -> Result<User> {
    let email = draft.email.parse::<Email>()?;
    let name = check_name("name", draft.name.as_deref(), email.local())?;
    let members = users::count(tx.conn, workspace.id)?;
    terms(tx.plans, workspace, None)?.check(Capped::Seats, members.max(0).unsigned_abs(), 1)?;
    let uid = fresh_uid(tx);
    service_state::claim(tx.conn, service_state::FIRST_USER, &uid)?;
    let role = match draft.role {
        Some(role) => role,
        None if members == 0 => Role::Owner,
        None => Role::Member,
    };
    insert(tx, uid, workspace, &email, name, &draft.password, role)
}

/// Returns a workspace's users, oldest first.
pub fn list(conn: &mut Conn, workspace: WorkspaceId) -> Result<Vec<User>> {
    users::list(conn, workspace)
}

/// Returns all users with their workspaces, oldest first. For operators.
pub fn list_all(conn: &mut Conn) -> Result<Vec<(User, Workspace)>> {
    users::list_all(conn)
}

/// Returns the user with this id or e-mail address, of any workspace. For operators.
///
/// # Errors
///
/// [`Condition::ResourceNotFound`].
pub fn get(conn: &mut Conn, name: &str) -> Result<User> {
    let found = match users::find(conn, name)? {
        None => users::find_by_email(conn, &Email::key_of(name))?,
        found => found,
    };
    found.ok_or_else(|| Condition::ResourceNotFound { what: Resource::User }.into())
}

/// Sets the password of a user and revokes all sessions.
pub fn set_password(tx: &mut Tx<'_>, user: &User, hash: &PasswordHash) -> Result<User> {
    let mut user =
        users::lock(tx.conn, user.id)?.ok_or_else(|| Error::internal("a user has gone"))?;
    // Tokens name the time, so that it has to differ also if two come in one millisecond, or the
    // clock is set back.
    let changed_at = tx.now.max(user.password_changed_at + 1);
    users::set_password(tx.conn, user.id, hash.as_str(), changed_at, tx.now)?;
    users::revoke_refresh(tx.conn, user.id, None, tx.now)?;
    user.password = hash.as_str().to_owned();
    (user.password_changed_at, user.updated_at) = (changed_at, tx.now);
    Ok(user)
}

/// Disables a user, which revokes all sessions, or enables the user.
pub fn set_disabled(tx: &mut Tx<'_>, user: &User, disabled: bool) -> Result<User> {
    let mut user =
        users::lock(tx.conn, user.id)?.ok_or_else(|| Error::internal("a user has gone"))?;
    users::set_disabled(tx.conn, user.id, disabled, tx.now)?;
    if disabled {
        users::revoke_refresh(tx.conn, user.id, None, tx.now)?;
    }
    (user.disabled, user.updated_at) = (disabled, tx.now);
    Ok(user)
}

/// Deletes up to `limit` refresh tokens that have expired, and returns how many.
pub(crate) fn purge(tx: &mut Tx<'_>, limit: i64) -> Result<usize> {
    users::purge_refresh(tx.conn, tx.now, limit)
}

/// The checked fields of a [`SignUp`].
struct Checked {
    email: Email,
    name: String,
    workspace: String,
}

/// Collects every complaint about a sign-up.
fn check(draft: &SignUp) -> Result<Checked> {
    let email = draft.email.parse::<Email>();
    let local = email.as_ref().map_or("", Email::local);
    let name = check_name("name", draft.name.as_deref(), local);
    let workspace = check_name("workspace", draft.workspace.as_deref(), "My Workspace");
    let password =
        draft.password.check(&[&draft.email, local, draft.name.as_deref().unwrap_or_default()]);
    match (email, password, name, workspace) {
        (Ok(email), Ok(()), Ok(name), Ok(workspace)) => Ok(Checked { email, name, workspace }),
        (email, password, name, workspace) => {
            let errors = [email.err(), password.err(), name.err(), workspace.err()];
            Err(Error::all(
                errors
                    .into_iter()
                    .flatten()
                    .flat_map(|error| error.conditions().to_vec())
                    .collect(),
            ))
        }
    }
}

fn check_name(field: &str, name: Option<&str>, default: &str) -> Result<String> {
    let name = name.map(str::trim).filter(|name| !name.is_empty()).unwrap_or(default);
    text(name, Text::line(MAX_NAME).or_empty()).map_err(|wrong| wrong.at(field))?;
    Ok(name.to_owned())
}

fn fresh_uid(tx: &Tx<'_>) -> String {
    format!("user_{}", tx.fresh_uuid())
}

fn insert(
    tx: &mut Tx<'_>,
    uid: String,
    workspace: &Workspace,
    email: &Email,
    name: String,
    hash: &PasswordHash,
    role: Role,
) -> Result<User> {
    let new = users::NewUser {
        uid,
        workspace_id: workspace.id,
        email: email.shown().to_owned(),
        email_key: email.key().to_owned(),
        name,
        password: hash.as_str().to_owned(),
        role,
        created_at: tx.now,
        updated_at: tx.now,
        password_changed_at: tx.now,
        disabled: false,
    };
    users::insert(tx.conn, &new)?.ok_or_else(|| Condition::EmailTaken.into())
}

/// Hashes a password.
async fn hash(app: &App, password: Password) -> Result<PasswordHash> {
    let mut salt = [0; 16];
    app.data.random_source().fill(&mut salt);
    app.password_hasher.run(move || password.hash(|bytes| bytes.copy_from_slice(&salt))).await
}

/// Returns the user if the password is right. An unknown user takes as long as a known one.
async fn verify(app: &App, found: Option<User>, password: Password) -> Result<User> {
    let stored = found
        .as_ref()
        .map_or_else(PasswordHash::decoy, |user| PasswordHash::from_text(user.password.clone()));
    let right = app.password_hasher.run(move || password.verify(&stored)).await?;
    found.filter(|user| right && !user.disabled).ok_or_else(|| Condition::CredentialsWrong.into())
}

/// Returns the user's row, if it still has the password that was verified outside of the
/// transaction.
fn unchanged(tx: &mut Tx<'_>, verified: &User) -> Result<User> {
    let now = users::lock(tx.conn, verified.id)?
        .filter(|now| now.password == verified.password && !now.disabled);
    now.ok_or_else(|| Condition::CredentialsWrong.into())
}

/// Returns the workspace that a user belongs to.
pub fn workspace_of(conn: &mut Conn, user: &User) -> Result<Workspace> {
    let found = xqr_store::workspaces::find_by_id(conn, user.workspace_id)?;
    found.ok_or_else(|| Error::internal("a user without a workspace"))
}

/// Begins a sign-in.
fn begin(tx: &mut Tx<'_>, key: &TokenKey, user: User, workspace: Workspace) -> Result<SignedIn> {
    let family = format!("ses_{}", tx.fresh_uuid());
    issue(tx, key, user, workspace, family)
}

/// Issues the tokens of a sign-in.
fn issue(
    tx: &mut Tx<'_>,
    key: &TokenKey,
    user: User,
    workspace: Workspace,
    family: String,
) -> Result<SignedIn> {
    let refresh = RefreshToken::mint(|bytes| tx.random(bytes));
    let new = NewRefresh {
        user_id: user.id,
        family: family.clone(),
        digest: refresh.digest().to_vec(),
        created_at: tx.now,
        expires_at: tx.now + token::REFRESH_MILLIS,
    };
    users::insert_refresh(tx.conn, &new)?;
    let (sub, ws, pwd) = (user.uid.clone(), workspace.uid.clone(), user.password_changed_at);
    let subject = token::Subject { sub, ws, sid: family, pwd, jti: tx.fresh_uuid() };
    Ok(SignedIn { access: key.issue(subject, tx.now)?, refresh, user, workspace })
}

#[cfg(test)]
mod tests;
