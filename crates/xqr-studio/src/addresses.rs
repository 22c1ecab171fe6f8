//! Addresses that this dialect shows.

use xqr_engine::App;

/// Returns the URL that a dynamic QR encodes.
pub(crate) fn public_url(app: &App, code: &str) -> String {
    format!("{}/q/{code}/", app.public_url)
}
