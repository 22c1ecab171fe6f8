//! All nodes of a database have the same secret of the service. The database keeps a digest, so a
//! node with another secret does not start: it could open no sealed secret of a webhook, and no
//! access token would be valid on two nodes.

use xqr_errors::Result;
use xqr_store::service_state::{self, SECRET_DIGEST};

use crate::{Data, StartError, Tx};

/// Compares the secret with the digest in the database, which the first start stores.
///
/// # Errors
///
/// [`StartError::SecretDiffers`], [`StartError::Query`].
pub(crate) fn check(data: &Data) -> Result<(), StartError> {
    let same = data.write_here(|tx| {
        let digest = digest(tx);
        service_state::claim(tx.conn, SECRET_DIGEST, &digest)?;
        Ok(service_state::get(tx.conn, SECRET_DIGEST)? == Some(digest))
    })?;
    if same { Ok(()) } else { Err(StartError::SecretDiffers) }
}

/// Makes the secret of this process that of the database. For operators.
///
/// # Errors
///
/// When the database refuses.
pub fn accept(tx: &mut Tx<'_>) -> Result<()> {
    let digest = digest(tx);
    service_state::set(tx.conn, SECRET_DIGEST, Some(&digest))
}

/// Returns a key that is derived for this comparison alone; the secret cannot be found from it.
fn digest(tx: &Tx<'_>) -> String {
    tx.secret.derive("comparison of nodes").iter().map(|byte| format!("{byte:02x}")).collect()
}
