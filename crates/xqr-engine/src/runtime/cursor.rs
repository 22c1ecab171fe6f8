//! Cursors: positions in a list, as clients carry them. They are sealed, so a client can neither
//! read a row's id in one nor make one up.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use xqr_errors::Result;

use crate::{Caller, Data};

/// The purpose of the key that seals them.
const PURPOSE: &str = "cursors";

/// Returns the cursor of the row `id` in a caller's list: characters that a URL takes as they are.
pub fn seal(data: &Data, caller: &Caller, list: &str, id: impl Into<i64>) -> Result<String> {
    let id: i64 = id.into();
    let key = data.secret().sealing_key(PURPOSE);
    let sealed = key.seal(&context(caller, list), &id.to_le_bytes(), |nonce| data.random(nonce))?;
    Ok(URL_SAFE_NO_PAD.encode(sealed))
}

/// Returns the row of a cursor; `None` if it is none, or one of another list or workspace.
pub fn open<I: From<i64>>(data: &Data, caller: &Caller, list: &str, cursor: &str) -> Option<I> {
    let sealed = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let id = data.secret().sealing_key(PURPOSE).open(&context(caller, list), &sealed)?;
    Some(i64::from_le_bytes(id.try_into().ok()?).into())
}

fn context(caller: &Caller, list: &str) -> Vec<u8> {
    [&caller.workspace.0.to_le_bytes()[..], list.as_bytes()].concat()
}
