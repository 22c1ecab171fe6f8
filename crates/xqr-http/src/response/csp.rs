//! Content security policies (CSP Level 3) of the pages and files of the service.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// A file that browsers may show: styles of its own, no script, no other resource, no privileges of
/// our origin.
pub const FILE: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// A generated SVG: as [`FILE`], with pictures that are embedded in it.
pub const SVG: &str = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox";

/// Returns the policy of an HTML page with one inline style sheet, which is allowed by its hash.
/// `images` is an `img-src` directive with its semicolon and blank, or empty.
pub fn page(style: &str, images: &str) -> String {
    let hash = STANDARD.encode(Sha256::digest(style));
    format!(
        "default-src 'none'; {images}style-src 'sha256-{hash}'; base-uri 'none'; \
         form-action 'none'; object-src 'none'; frame-ancestors 'none'"
    )
}
