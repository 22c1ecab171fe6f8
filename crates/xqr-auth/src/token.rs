//! Access tokens: JSON Web Tokens (RFC 7519) of one kind, signed with HMAC-SHA-256. Refresh tokens:
//! random, of which a digest is stored.
//!
//! Written here rather than taken from `jsonwebtoken`: that crate judges by the machine's clock,
//! has a dozen algorithms of which we must accept one, and brings either aws-lc or RSA and three
//! curves. What is left is a signature over two parts.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use xqr_errors::{Condition, Error, Result};

use crate::MasterSecret;

/// Seconds that an access token lives: 15 minutes.
pub const ACCESS_SECONDS: i64 = 15 * 60;
/// Milliseconds that a refresh token lives: 30 days.
pub const REFRESH_MILLIS: i64 = 30 * 24 * 60 * 60 * 1000;

/// `{"alg":"HS256","typ":"JWT"}`. The header is compared, not read, so it cannot choose how it is
/// checked.
const HEADER: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
/// Longer texts are no tokens of ours.
const MAX_LENGTH: usize = 1024;
/// Seconds by which the clock of another node may be ahead.
const SKEW: i64 = 10;
const AUDIENCE: &str = "xqr";
const KIND: &str = "access";
const REFRESH_TAG: &str = "xqr_rt_";

/// What an access token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The user: `user_` and a UUID.
    pub sub: String,
    /// The workspace: `ws_` and a UUID.
    pub ws: String,
    /// The sign-in that it belongs to, and ends with.
    pub sid: String,
    /// When the user's password was set, Unix milliseconds. A token with another time is void,
    /// whatever the clocks say.
    pub pwd: i64,
    /// The token's own id.
    pub jti: String,
    /// When it was issued, Unix seconds.
    pub iat: i64,
    /// From when on it is void, Unix seconds.
    pub exp: i64,
    aud: String,
    typ: String,
}

/// The user and session that an access token is issued for.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are those of Claims")]
pub struct Subject {
    pub sub: String,
    pub ws: String,
    pub sid: String,
    pub pwd: i64,
    pub jti: String,
}

/// The key that access tokens are signed with.
#[derive(Clone)]
pub struct TokenKey([u8; 32]);

impl MasterSecret {
    /// Derives the key that access tokens are signed with.
    pub fn token_key(&self) -> TokenKey {
        TokenKey(self.derive("access tokens 1"))
    }
}

impl TokenKey {
    /// Issues a token at `now`, Unix milliseconds.
    ///
    /// # Errors
    ///
    /// None that a caller could cause.
    pub fn issue(&self, subject: Subject, now: i64) -> Result<AccessToken> {
        let iat = now.div_euclid(1000);
        let Subject { sub, ws, sid, pwd, jti } = subject;
        let (aud, typ) = (AUDIENCE.to_owned(), KIND.to_owned());
        let claims = Claims { sub, ws, sid, pwd, jti, iat, exp: iat + ACCESS_SECONDS, aud, typ };
        let body = serde_json::to_vec(&claims).map_err(Error::internal)?;
        let signed = format!("{HEADER}.{}", URL_SAFE_NO_PAD.encode(body));
        let signature = URL_SAFE_NO_PAD.encode(self.mac(&signed).finalize().into_bytes());
        Ok(AccessToken(format!("{signed}.{signature}")))
    }

    /// Reads a token at `now`, Unix milliseconds. The signature is checked before anything is read.
    ///
    /// # Errors
    ///
    /// [`Condition::TokenInvalid`], whatever is wrong.
    pub fn verify(&self, token: &str, now: i64) -> Result<Claims> {
        self.read(token, now.div_euclid(1000)).ok_or_else(|| Condition::TokenInvalid.into())
    }

    fn read(&self, token: &str, now: i64) -> Option<Claims> {
        let (signed, signature) = token.rsplit_once('.').filter(|_| token.len() <= MAX_LENGTH)?;
        let body = signed.strip_prefix(HEADER)?.strip_prefix('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        self.mac(signed).verify_slice(&signature).ok()?;
        let claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).ok()?).ok()?;
        let ours = claims.aud == AUDIENCE && claims.typ == KIND;
        (ours && claims.iat <= now + SKEW && now < claims.exp).then_some(claims)
    }

    fn mac(&self, text: &str) -> Hmac<Sha256> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(text.as_bytes());
        mac
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenKey(…)")
    }
}

/// An access token. It can be shown through [`expose`](Self::expose) alone.
#[derive(Clone)]
pub struct AccessToken(String);

impl AccessToken {
    /// Returns the token, for its bearer.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(…)")
    }
}

/// A refresh token, good for one exchange. It can be shown through [`expose`](Self::expose) alone.
#[derive(Clone)]
pub struct RefreshToken(String);

impl RefreshToken {
    /// Makes a token of 256 random bits; `random` fills its argument with random bytes.
    pub fn mint(random: impl FnOnce(&mut [u8])) -> Self {
        let mut bytes = [0; 32];
        random(&mut bytes);
        Self(format!("{REFRESH_TAG}{}", URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Returns the token, for its bearer.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns what is stored: SHA-256, which is enough for 256 random bits.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }
}

impl FromStr for RefreshToken {
    type Err = Error;

    /// Reads a token.
    ///
    /// # Errors
    ///
    /// [`Condition::TokenInvalid`] for what cannot be one.
    fn from_str(text: &str) -> Result<Self, Error> {
        let bytes = text
            .strip_prefix(REFRESH_TAG)
            .filter(|rest| rest.len() == 43)
            .map(|rest| URL_SAFE_NO_PAD.decode(rest));
        match bytes {
            Some(Ok(_)) => Ok(Self(text.to_owned())),
            _ => Err(Condition::TokenInvalid.into()),
        }
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshToken(…)")
    }
}

#[cfg(test)]
mod tests;
