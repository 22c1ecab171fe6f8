//! Authentication: an API key or an access token, presented by a client.

use std::fmt;
use std::sync::Arc;

use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use actix_web::{HttpMessage as _, HttpRequest};
use xqr_engine::auth::{SealingKey, SecretKey};
use xqr_engine::callers::api_keys;
use xqr_engine::errors::{Condition, Result};
use xqr_engine::{App, Caller};

use super::client_ip;

/// An authenticated client.
pub struct Bearer {
    /// The client.
    pub caller: Caller,
    /// Seals what the service stores for the client, such as answers of idempotent requests.
    pub sealing: SealingKey,
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bearer").field("caller", &self.caller).finish_non_exhaustive()
    }
}

/// The public part of the caller's key, for the log.
#[derive(Debug)]
pub struct KeyPrefix(pub String);

/// Returns the API key of a header that carries nothing else.
///
/// # Errors
///
/// [`Condition::KeyInvalid`] if the header is missing, repeated or malformed.
pub fn key_header(headers: &HeaderMap, name: &str) -> Result<SecretKey> {
    let mut values = headers.get_all(name);
    match (values.next().and_then(|value| value.to_str().ok()), values.next()) {
        (Some(value), None) => value.parse::<SecretKey>(),
        _ => Err(Condition::KeyInvalid.into()),
    }
}

/// Authenticates a client by the API key that `credential` reads.
///
/// # Errors
///
/// Those of `credential`, [`Condition::RateExceeded`] after too many wrong keys, and those of
/// [`App::authenticate`].
pub async fn by_key(
    app: Arc<App>,
    request: HttpRequest,
    credential: fn(&HeaderMap) -> Result<SecretKey>,
) -> Result<Bearer> {
    let address = client_ip::address(&app.settings.edge, request.peer_addr(), request.headers());
    client_ip::warn_of_unknown_proxy(&app.settings.edge, request.peer_addr(), request.headers());
    let known = match credential(request.headers()) {
        Ok(secret) => {
            address
                .map_or(Ok(()), |address| app.address_limits.check_key_tries(address, &secret))?;
            app.authenticate(secret.clone()).await.map(|caller| (secret, caller))
        }
        Err(error) => Err(error),
    };
    if let (Some(address), Err(error)) = (address, &known)
        && matches!(error.condition(), Condition::KeyInvalid)
    {
        app.address_limits.note_bad_key(address);
    }
    let (secret, caller) = known?;
    app.address_limits.note_good_key(&secret);
    request.extensions_mut().insert(KeyPrefix(caller.key_prefix.clone()));
    note_use(&app, &caller);
    Ok(Bearer { caller, sealing: secret.sealing_key() })
}

/// Returns the token of `Authorization: Bearer` (RFC 6750, section 2.1).
///
/// # Errors
///
/// [`Condition::TokenInvalid`] if the header is missing, repeated or of another scheme.
pub fn bearer_token(headers: &HeaderMap) -> Result<String> {
    let mut values = headers.get_all(AUTHORIZATION);
    let (Some(value), None) = (values.next().and_then(|value| value.to_str().ok()), values.next())
    else {
        return Err(Condition::TokenInvalid.into());
    };
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
            Ok(token.trim().to_owned())
        }
        _ => Err(Condition::TokenInvalid.into()),
    }
}

/// Authenticates a user by an access token.
///
/// # Errors
///
/// [`Condition::TokenInvalid`], and those of the look-up.
pub async fn by_token(app: Arc<App>, request: HttpRequest) -> Result<Bearer> {
    let person = app.authenticate_user(&bearer_token(request.headers())?).await?;
    Ok(Bearer { caller: person.caller, sealing: person.sealing })
}

/// Records the use of a key in the background.
fn note_use(app: &App, caller: &Caller) {
    if api_keys::is_stale(caller, app.now()) {
        let caller = caller.clone();
        app.data.submit(false, move |tx| api_keys::touch(tx, &caller), |_| ());
    }
}
