//! Cleanup of assets: uploads that were never confirmed, and files of deleted assets.

use xqr_errors::Result;
use xqr_store::assets;
use xqr_store::counters::{self, Metric, Span};

use crate::{App, Tx};

/// Rows and files of one step.
const SOME: i64 = 100;
const HOUR: i64 = 60 * 60 * 1000;

impl App {
    /// Throws away some uploads that were never confirmed, and some files that belong to nothing;
    /// returns how many.
    ///
    /// # Errors
    ///
    /// Those of the database. A store that fails is asked again later.
    pub async fn purge_assets(&self) -> Result<usize> {
        let age = i64::from(self.settings.assets.pending_hours) * HOUR;
        let (now, before) = (self.now(), self.now().saturating_sub(age));
        // Mostly there is nothing, and to find that out takes no transaction.
        let look = move |conn: &mut xqr_store::Conn| {
            Ok((assets::any_stale(conn, before)?, assets::trash(conn, now, SOME)?))
        };
        let (stale, mut trash) = self.read(look).await?;
        let mut gone = 0;
        if stale {
            gone = self.write(move |tx| drop_stale(tx, before)).await?;
            trash = self.read(move |conn| assets::trash(conn, now, SOME)).await?;
        }
        let files = trash.len();
        if files == 0 {
            return Ok(gone);
        }
        match self.try_clear(trash).await {
            Ok(()) => Ok(gone + files),
            Err(error) => {
                tracing::warn!(error = %error.report(), files, "files of deleted assets stay in the store for now");
                Ok(gone)
            }
        }
    }
}

fn drop_stale(tx: &mut Tx<'_>, before: i64) -> Result<usize> {
    let stale = assets::lock_stale(tx.conn, before, tx.now, SOME)?;
    for asset in &stale {
        assets::delete(tx.conn, asset, tx.now)?;
        counters::give_back(tx.conn, asset.workspace_id, Metric::Storage, Span::Total, asset.size)?;
    }
    Ok(stale.len())
}
