//! Passcodes: a client that has one may change the link without the owner's key (QuickResponseHub
//! reference, sections 2.2 and 2.3).

use std::sync::Arc;

use xqr_auth::Passcode;
use xqr_errors::{Condition, Result};
use xqr_store::links::{self, Link};
use xqr_store::{Conn, LinkId, WorkspaceId};

use crate::destinations::slug::CodeKey;
use crate::limits::failure_limits::Failures;
use crate::{App, Caller, Clock};

/// Wrong passcodes for one code that one workspace may try in a minute.
const TRIES: u64 = 10;

/// Wrong passcodes, by workspace and code: so no stranger keeps an owner from a code by trying it.
pub(crate) struct PasscodeLimits(Failures<(WorkspaceId, LinkId)>);

impl PasscodeLimits {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self(Failures::new(TRIES, clock))
    }
}

/// Returns the link of any workspace with this code, which any holder of the code may ask for.
///
/// # Errors
///
/// [`Condition::LinkNotFound`].
pub fn find(conn: &mut Conn, code: &str) -> Result<Link> {
    let found = CodeKey::new(code)
        .map(|key| links::find_any_by_code(conn, "", key.as_str()))
        .transpose()?
        .flatten();
    found.ok_or_else(|| Condition::LinkNotFound { code: code.to_owned() }.into())
}

impl App {
    /// Returns the link that `caller` owns and `passcode` opens. A link that has no passcode is
    /// opened by its owner's key alone.
    ///
    /// # Errors
    ///
    /// [`Condition::LinkNotFound`], [`Condition::PasscodeTriesSpent`], and
    /// [`Condition::PasscodeWrong`], also for another workspace's link: no caller learns whose it is.
    pub async fn open_by_passcode(
        &self,
        caller: &Caller,
        code: &str,
        passcode: &str,
    ) -> Result<Link> {
        let wanted = code.to_owned();
        let link = self.read(move |conn| find(conn, &wanted)).await?;
        let who = (caller.workspace, link.id);
        if let Some(seconds) = self.passcode_limits.0.wait(&who) {
            return Err(Condition::PasscodeTriesSpent { seconds }.into());
        }
        // The digest is compared for every caller, so that the two refusals take the same time.
        let claimed = Passcode::claimed(passcode);
        let matches =
            |digest: &Vec<u8>| claimed.as_ref().is_some_and(|claimed| claimed.matches(digest));
        let opened = link.passcode_digest.as_ref().is_none_or(matches);
        if opened && link.workspace_id == caller.workspace {
            return Ok(link);
        }
        self.passcode_limits.0.note(who);
        Err(Condition::PasscodeWrong { code: code.to_owned() }.into())
    }
}
