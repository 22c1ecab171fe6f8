//! Ids as clients see them.

use uuid::Uuid;
use xqr_store::bio::BioPage;

/// Returns whether a string is a UUID as this service writes it.
pub(crate) fn is_uuid(text: &str) -> bool {
    text.len() == 36 && Uuid::try_parse(text).is_ok()
}

/// Returns the id of a bio page.
pub(crate) fn bio_page(page: &BioPage) -> String {
    format!("bio_{}", page.uid)
}
